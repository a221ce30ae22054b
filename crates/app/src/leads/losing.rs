//! Why a lead was lost: worth knowing, not worth insisting on.

use leptos::prelude::*;

use crate::{
    markup::{act, hear, typed, view},
    ui::Dialog,
};

/// What is offered as the reason; anything else may be written.
const REASONS: [&str; 6] =
    ["Price", "Chose a competitor", "No budget", "No answer", "Bad timing", "Not a fit for what we sell"];
/// Asks for the reason; `on_lost` gets it, or none when it is skipped.
#[component]
pub fn Losing(on_lost: Callback<Option<String>>, on_close: Callback<()>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let lose = move |reason: Option<String>| {
        on_close.run(());
        on_lost.run(reason);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked().trim().to_owned();
        lose((!reason.is_empty()).then_some(reason));
    };
    view! {
        <Dialog title="Why was it lost?" small=true on_close>
            <form class="form" on:submit=hear(submit)>
                <div class="field">
                    <label for="lost-reason">"Reason"</label>
                    <input id="lost-reason" class="input" list="lost-reasons" maxlength="500" autocomplete="off" autofocus
                        on:input:target=typed(move |text| reason.set(text)) />
                    <datalist id="lost-reasons">{REASONS.map(|reason| view! { <option value=reason></option> }).collect_view()}</datalist>
                </div>
                <footer class="form-foot">
                    <button type="button" class="btn" on:click=act(move || lose(None))>"Skip"</button>
                    <span class="grow"></span>
                    <button class="btn btn-primary">"Mark as lost"</button>
                </footer>
            </form>
        </Dialog>
    }
}
