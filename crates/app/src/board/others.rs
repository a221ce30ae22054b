//! What others do, on the board: their cards move as they move them, unless one is in hand here.

use domain::leads::Lead;
use leptos::prelude::*;

use super::{moving::card, state::BoardState};
use crate::{leads::others, ui};

pub fn listen(state: BoardState) {
    let patched = move |lead: &Lead| patch(state, lead);
    let lifted = state.lifted;
    others::follow(state.grid, Signal::derive(move || lifted.get().is_some()), move |lead, _| patched(lead));
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
