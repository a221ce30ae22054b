//! What others do, on the board: their cards move as they move them, unless one is in hand here.

use std::time::Duration;

use domain::leads::Lead;
use leptos::prelude::*;

use super::{moving::card, state::BoardState};
use crate::{
    live::{Live, Told},
    ui,
};

/// The board waits this long for more to happen before it loads again, and as long again while a card is in hand.
const WAIT: Duration = Duration::from_millis(700);

pub fn listen(state: BoardState) {
    let live: Live = expect_context();
    let waiting = RwSignal::new(false);
    live.listen(move |told| {
        let is_in_place = match told {
            Told::Event(event) => match &event.lead {
                Some(lead) => patch(state, lead),
                None => event.event.lead_id.is_none(),
            },
            Told::Gone(_) => false,
        };
        if !is_in_place && !waiting.get_untracked() {
            waiting.set(true);
            reload_later(state, waiting);
        }
    });
}

/// Puts a newer lead in place of its older self, and lets it go there visibly; false when it is not among the cards.
fn patch(state: BoardState, lead: &Lead) -> bool {
    let Some(shown) = state.grid.lead(lead.id) else { return false };
    let is_mine = state.moving.read_untracked().contains(&lead.id) || state.lifted.get_untracked() == Some(lead.id);
    if shown.version < lead.version && !is_mine {
        let from = ui::place_of(&card(lead.id));
        state.recount(&shown, lead);
        state.grid.put(lead.clone());
        if (shown.status, &shown.position) != (lead.status, &lead.position) {
            ui::fly(card(lead.id), from);
        }
    }
    true
}

fn reload_later(state: BoardState, waiting: RwSignal<bool>) {
    set_timeout(
        move || match state.lifted.try_get_untracked() {
            None => {}
            Some(Some(_)) => reload_later(state, waiting),
            Some(None) => {
                let _ = waiting.try_set(false);
                state.grid.reload();
            }
        },
        WAIT,
    );
}
