//! What others do, where leads are listed: one that is shown changes in place, and the list loads again when what it
//! holds, or how many match, may be another.

use std::time::Duration;

use domain::{events::LiveEvent, leads::Lead};
use leptos::prelude::*;

use super::grid::Grid;
use crate::live::{Live, Told};

/// The list waits this long for more to happen before it loads again, and as long again while someone is busy in it.
const WAIT: Duration = Duration::from_millis(400);
/// And up to this long besides, so that not all who look at it load again in the same moment.
const SPREAD_MS: f64 = 600.0;

/// Follows what happens for as long as the owner is there. `patch` shows a newer lead in place, and says whether that
/// was all there is to show. The list is not loaded again `while_busy`.
pub fn follow(grid: Grid, while_busy: Signal<bool>, patch: impl Fn(&Lead, &LiveEvent) -> bool + Send + Sync + 'static) {
    let live: Live = expect_context();
    let waiting = RwSignal::new(false);
    live.listen(move |told| {
        let is_in_place = match told {
            Told::Event(event) => match &event.lead {
                Some(lead) => patch(lead, event),
                // About no lead; or one of very many, or one that is deleted.
                None => event.event.lead_id.is_none(),
            },
            Told::Gone(_) | Told::Reload => false,
            Told::Import(_) => true,
        };
        if !is_in_place && waiting.try_get_untracked() == Some(false) {
            waiting.set(true);
            reload_later(grid, while_busy, waiting);
        }
    });
}

fn reload_later(grid: Grid, while_busy: Signal<bool>, waiting: RwSignal<bool>) {
    let reload = move || match waiting.try_get_untracked() {
        // The page is gone.
        None => {}
        Some(_) if while_busy.get_untracked() => reload_later(grid, while_busy, waiting),
        Some(_) => {
            waiting.set(false);
            grid.reload();
        }
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a second")]
    let spread = Duration::from_millis((web_sys::js_sys::Math::random() * SPREAD_MS) as u64);
    set_timeout(reload, WAIT + spread);
}
