//! Deleting a lead, after being asked once.

use leptos::{prelude::*, task::spawn_local};

use super::{dialogs::Asked, sheet::Closing, work::Work};
use crate::{
    UiError,
    leads::{server_fns::delete_lead, undo::offer_undo},
    markup::{act, dynamic, view},
    ui::Dialog,
};

#[component]
pub fn Deleting(work: Work, on_close: Callback<()>) -> impl IntoView {
    let closing: Closing = expect_context();
    let name = work.lead.read_untracked().name.clone();
    let (title, said) = (format!("Delete {name}?"), format!("{name} deleted"));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<UiError>));
    let delete = move || {
        let said = said.clone();
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let result = delete_lead(work.id).await;
            let _ = busy.try_set(false);
            match result {
                Ok(done) => {
                    work.close(|asked| matches!(asked, Asked::Delete));
                    offer_undo(work.grid, work.toasts, said, done.undo);
                    // Another lead may be open by now, or none.
                    if work.lead.try_with_untracked(|_| ()).is_some() {
                        closing.unsaved.set(0);
                        closing.close.run(());
                    }
                    // Once the sheet is gone: it would ask for a lead that is no more.
                    request_animation_frame(move || work.grid.reload());
                }
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    view! {
        <Dialog title small=true on_close>
            <p class="muted">"It leaves every list and board, for everyone. You can take it back right afterwards."</p>
            {dynamic(move || problem.get().map(|error| view! { <p class="alert" role="alert">{error.message()}</p> }))}
            <footer class="form-foot">
                <button type="button" class="btn" autofocus on:click=act(move || on_close.run(()))>"Keep it"</button>
                <span class="grow"></span>
                <button type="button" class="btn btn-danger-full" disabled=busy on:click=act(delete)>"Delete lead"</button>
            </footer>
        </Dialog>
    }
}
