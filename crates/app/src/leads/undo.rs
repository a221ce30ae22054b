//! Taking back what was just done.

use leptos::{prelude::*, task::spawn_local};

use super::{grid::Grid, server_fns::undo};
use crate::ui::Toaster;

/// Says what was done and offers to undo it. `request` is the request that did it.
pub fn offer_undo(grid: Grid, toasts: Toaster, said: String, request: Option<String>) {
    let Some(request) = request else { return toasts.say(said) };
    let take_back = Callback::new(move |()| {
        let request = request.clone();
        spawn_local(async move {
            match undo(request).await {
                Ok(_) => toasts.say("Undone"),
                Err(error) => toasts.say(error.message()),
            }
            grid.reload();
        });
    });
    toasts.say_with_undo(said, take_back);
}
