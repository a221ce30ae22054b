//! The sheet itself: its frame, and where everything stands in it.

use leptos::{ev::ClipboardEvent, prelude::*};

use super::{
    composer::Composer,
    engineering::Engineering,
    fields::Fields,
    files::Files,
    head::Head,
    keys,
    live::Known,
    product::Pitch,
    score::Score,
    strip::Strip,
    timeline::Timeline,
    upload::{self, Uploads},
    use_lead_id,
    work::Work,
};
use crate::{
    UiError,
    leads::{
        address::{Address, use_address},
        writing::{Part, Writing},
    },
    location::{Way, use_location},
    markup::{act, attr, dynamic, hear, view},
    ui::{self, ErrorState, Modal, Skeleton, Title, ToastsOver},
};

/// What the sheet's parts ask of its frame.
#[derive(Clone, Copy)]
pub struct Closing {
    /// Back to the list. When text would be lost, it is asked first, as wherever one goes.
    pub close: Callback<()>,
    /// How many entries are being edited.
    pub unsaved: RwSignal<u32>,
    /// A draft that this browser does not keep.
    pub loose: RwSignal<bool>,
}

/// A modal over the list; without a script a box beside it. Stays while one goes from lead to lead.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let (unsaved, loose) = (RwSignal::new(0), RwSignal::new(false));
    use_location().guard(move || unsaved.get_untracked() > 0 || loose.get_untracked());
    let close = use_leave();
    provide_context(Closing { close, unsaved, loose });
    view! {
        <Modal label="Lead" class="sheet" on_close=close>
            <div class="sheet-panel">{children()}</div>
            <ToastsOver />
        </Modal>
    }
}

/// To the list as it was, with the focus on the lead's row.
fn use_leave() -> Callback<()> {
    let (location, address, id) = (use_location(), use_address(), use_lead_id());
    Callback::new(move |()| {
        // In place of the sheet's own address: going back leads to where one was before it, not into it again.
        let row = format!("[data-lead='{}'] a", id.get_untracked());
        if location.try_go(&address.get_untracked().href(), Way::Replace) {
            ui::focus_after_dialog(row);
        }
    })
}

/// One lead, as far as it is known.
#[component]
pub fn Sheet(known: Known) -> impl IntoView {
    let work = Work::new(known);
    let uploads = Uploads::new(work);
    keys::listen(work);
    work.follow();
    // From one lead to the next, the focus stays inside.
    Effect::new(|| ui::focus_if_lost(".sheet-name".to_owned()));
    let over = RwSignal::new(false);
    view! {
        <Title text=move || work.lead.try_with(|lead| lead.name.clone()).unwrap_or_default() />
        <article class="sheet-lead" class:sheet-drop=over aria-busy=attr(move || (!work.rest.read().is_here).to_string())
            on:dragover=hear(move |event| if upload::brings_files(&event) { event.prevent_default(); over.set(true) })
            on:dragleave=act(move || over.set(false))
            on:drop=hear(move |event| { over.set(false); uploads.dropped(&event) })
            on:paste=hear(move |event: ClipboardEvent| uploads.pasted(&event))>
            <Head work />
            <Strip work />
            {dynamic(move || work.problem.get().map(|error| view! { <Stale work error /> }))}
            <div class="sheet-columns">
                <div class="sheet-main">
                    <Composer work />
                    <Timeline work />
                </div>
                <div class="sheet-side">
                    <Fields work />
                    <Engineering work />
                    <Score work />
                    <Pitch work />
                    <Files work uploads />
                </div>
            </div>
            <Writing part=Part::Dialogs(work) />
        </article>
    }
}

/// The rest of the sheet could not be loaded, or loaded again.
#[component]
fn Stale(work: Work, error: UiError) -> impl IntoView {
    view! {
        <p class="alert" role="alert">
            <span class="grow">{error.message()}</span>
            <button type="button" class="btn btn-small" on:click=act(move || work.refresh())>"Retry"</button>
        </p>
    }
}

#[component]
pub fn Waiting() -> impl IntoView {
    view! { <div class="sheet-lead"><CloseOnly /><Skeleton rows=8 /></div> }
}

/// No sheet: why, and what to do.
#[component]
pub fn Failed(error: UiError, retry: Callback<()>) -> impl IntoView {
    let list = use_address().with_untracked(Address::href);
    view! {
        <Title text="Lead" />
        <div class="sheet-lead">
            <CloseOnly />
            <ErrorState error retry />
            <p class="row start-over"><a class="link" href=list>"Back to leads"</a></p>
        </div>
    }
}

#[component]
fn CloseOnly() -> impl IntoView {
    view! { <header class="sheet-head"><span class="grow"></span><super::head::Close /></header> }
}
