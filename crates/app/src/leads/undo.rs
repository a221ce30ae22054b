//! Taking back what was just done.

use domain::leads::{Lead, LeadStatus};
use leptos::{prelude::*, task::spawn_local};

use super::{grid::Grid, server_fns::undo};
use crate::{ui::Toaster, viewer::Session};

/// What is said of a lead, by the name it has on the screen, that entered another stage.
pub fn moved_words(name: &str, lead: &Lead, session: &Session) -> String {
    match (lead.status, lead.assigned_engineer) {
        (LeadStatus::Won, Some(id)) => {
            // Whoever joined since the page came is not known by name.
            let engineer = session.person(id).map_or("An engineer", |person| &person.name);
            format!("{name} won. {engineer} delivers it")
        }
        (LeadStatus::Won, None) => format!("{name} won. No engineer is free to deliver it"),
        (status, _) => format!("{name} moved to {}", status.label()),
    }
}

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
