//! The dialog over the list that makes a lead.

use domain::{ErrorCode, Fields, leads::LeadInput, users::Role};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};

use super::{
    address::{Address, use_address},
    duplicates::WarnOfDuplicates,
    form::LeadForm,
    grid::Grid,
    server_fns::create_lead,
    undo::offer_undo,
    writing::{Part, Writing},
};
use crate::{
    UiError,
    imports::may_import,
    location::{Way, use_location},
    markup::{act, attr, dynamic, view},
    shell::Forbidden,
    ui::{Dialog, Icon, Title, use_toasts},
    viewer::use_role,
};

/// The button over a page of leads, for those who make some.
#[component]
pub fn NewLeadLink(address: Memo<Address>) -> impl IntoView {
    let may_create = use_role() != Role::Engineer;
    may_create.then(|| {
        view! {
            <a class="btn btn-primary" data-new-lead="" aria-keyshortcuts="C" href=attr(move || address.read().new_lead())>
                <Icon icon=lu::LuPlus /><span>"New lead"</span><kbd aria-hidden="true">"C"</kbd>
            </a>
        }
    })
}

/// The way to a file of them, for the same people.
#[component]
pub fn ImportLink() -> impl IntoView {
    may_import(use_role()).then(|| view! { <a class="btn import-link" href="/imports" aria-label="Import leads"><Icon icon=lu::LuUpload /><span>"Import"</span></a> })
}

/// Back to the list as it was.
fn use_close() -> Callback<()> {
    let location = use_location();
    let address = use_address();
    Callback::new(move |()| {
        // In place of the dialog's own address: going back leads to where one was before it, not into it again.
        location.go(&address.get_untracked().href(), Way::Replace);
    })
}

/// Closing with a word, refusals at their fields, nothing lost by accident.
#[derive(Clone, Copy)]
struct Making {
    fields: RwSignal<Fields>,
    problem: RwSignal<Option<UiError>>,
    saving: RwSignal<bool>,
    /// Something was typed that is not saved.
    dirty: RwSignal<bool>,
    grid: Grid,
    leave: Callback<()>,
    toasts: crate::ui::Toaster,
}

impl Making {
    fn new() -> Self {
        Making {
            fields: RwSignal::new(Fields::default()),
            problem: RwSignal::new(None),
            saving: RwSignal::new(false),
            dirty: RwSignal::new(false),
            grid: expect_context(),
            leave: use_close(),
            toasts: use_toasts(),
        }
    }

    /// What Esc, × and Cancel do: nothing while a save is under way. When text would be lost, it is asked first, as
    /// wherever one goes.
    fn close(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.saving.get_untracked() {
                self.leave.run(());
            }
        })
    }

    fn create(self, input: LeadInput) {
        if self.saving.get_untracked() {
            return;
        }
        self.saving.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let result = create_lead(input).await;
            // The person may have left by the browser's own Back: then the answer is told in the corner.
            let is_here = self.saving.try_set(false).is_none();
            match result {
                Ok(done) => {
                    self.grid.reload();
                    offer_undo(self.grid, self.toasts, format!("{} created", done.value.name), done.undo);
                    if is_here {
                        self.dirty.set(false);
                        self.leave.run(());
                    }
                }
                Err(error) if is_here => {
                    self.fields.set(error.0.fields.clone());
                    self.problem.set(Some(error));
                }
                Err(error) => self.toasts.say(error.message()),
            }
        });
    }
}

/// `/leads/new`.
#[component]
pub fn NewLead() -> impl IntoView {
    if use_role() == Role::Engineer {
        return view! { <Forbidden /> };
    }
    // Never on the server: a dialog needs the browser to open.
    view! { <Writing part=Part::NewLead /> }
}

#[component]
pub fn NewLeadDialog() -> impl IntoView {
    let making = Making::new();
    use_location().guard(move || making.dirty.get_untracked() && !making.saving.get_untracked());
    let create = Callback::new(move |input: LeadInput| making.create(input));
    view! {
        <Title text="New lead" />
        <Dialog title="New lead" on_close=making.close()>
            <Alert problem=making.problem />
            <WarnOfDuplicates>
                <LeadForm fields=making.fields saving=making.saving.into() dirty=making.dirty on_submit=create>
                    <button type="button" class="btn" on:click=act(move || making.close().run(()))>"Cancel"</button>
                </LeadForm>
            </WarnOfDuplicates>
        </Dialog>
    }
}

/// A refusal that belongs to no single field.
#[component]
fn Alert(problem: RwSignal<Option<UiError>>) -> impl IntoView {
    dynamic(move || {
        problem.get().map(|error| {
            let signed_out = error.0.code == ErrorCode::Unauthenticated;
            view! {
                <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />{error.message()}
                    {signed_out.then(|| view! { <a class="link" href="/sign-in" target="_blank">"Sign in in a new tab"</a> })}
                </p>
            }
        })
    })
}
