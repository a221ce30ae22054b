//! Deleting a lead, after being asked once.

use leptos::{prelude::*, task::spawn_local};

use super::{sheet::Closing, work::Work};
use crate::{
    leads::{server_fns::delete_lead, undo::offer_undo},
    markup::{act, view},
    ui::Dialog,
};

#[component]
pub fn Deleting(work: Work, on_close: Callback<()>) -> impl IntoView {
    let closing: Closing = expect_context();
    let name = work.lead.read_untracked().name.clone();
    let (title, said) = (format!("Delete {name}?"), format!("{name} deleted"));
    let delete = move || {
        let said = said.clone();
        on_close.run(());
        spawn_local(async move {
            match delete_lead(work.id).await {
                Ok(done) => {
                    offer_undo(work.grid, work.toasts, said, done.undo);
                    // Another lead may be open by now, or none.
                    if work.lead.try_with_untracked(|_| ()).is_some() {
                        closing.unsaved.set(0);
                        closing.close.run(());
                    }
                    // Once the sheet is gone: it would ask for a lead that is no more.
                    request_animation_frame(move || work.grid.reload());
                }
                Err(error) => drop(work.problem.try_set(Some(error))),
            }
        });
    };
    view! {
        <Dialog title small=true on_close>
            <p class="muted">"It leaves every list and board, for everyone. You can take it back right afterwards."</p>
            <footer class="form-foot">
                <button type="button" class="btn" autofocus on:click=act(move || on_close.run(()))>"Keep it"</button>
                <span class="grow"></span>
                <button type="button" class="btn btn-danger-full" on:click=act(delete)>"Delete lead"</button>
            </footer>
        </Dialog>
    }
}
