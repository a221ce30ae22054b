//! What others do, in the table: a row that is there changes in place, and the list loads again when what it holds, or
//! how many match, may be another.

use std::time::Duration;

use leptos::prelude::*;

use super::super::grid::Grid;
use crate::live::{Live, Told};

/// The list waits this long for more to happen before it loads again, and as long again while someone writes in a cell.
const WAIT: Duration = Duration::from_millis(700);

pub fn listen(grid: Grid) {
    let live: Live = expect_context();
    let waiting = RwSignal::new(false);
    live.listen(move |told| {
        let is_in_place = match told {
            Told::Event(event) => match &event.lead {
                Some(lead) => patch(grid, lead) && event.event.kind == "lead.updated",
                // About no lead; or one of very many, or one that is deleted.
                None => event.event.lead_id.is_none(),
            },
            Told::Gone(_) => false,
        };
        if !is_in_place && !waiting.get_untracked() {
            waiting.set(true);
            reload_later(grid, waiting);
        }
    });
}

/// Puts a newer lead in place of its older self; false when it is not on this page.
fn patch(grid: Grid, lead: &domain::leads::Lead) -> bool {
    let Some(shown) = grid.lead(lead.id) else { return false };
    // What this page has sent shows already, and its own answer is on the way.
    if shown.version < lead.version && grid.open.get_untracked().is_none_or(|cell| cell.lead != lead.id) {
        grid.put(lead.clone());
    }
    true
}

fn reload_later(grid: Grid, waiting: RwSignal<bool>) {
    set_timeout(
        move || match grid.open.try_get_untracked() {
            None => {}
            Some(Some(_)) => reload_later(grid, waiting),
            Some(None) => {
                let _ = waiting.try_set(false);
                grid.reload();
            }
        },
        WAIT,
    );
}
