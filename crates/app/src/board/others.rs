//! What others do, on the board: their cards move as they move them, unless one is in hand here.

use domain::leads::Lead;
use leptos::prelude::*;

use super::{moving::card, state::BoardState};
use crate::{leads::others, ui};

pub fn listen(state: BoardState) {
    let is_busy = Signal::derive(move || state.lifted.read().is_some() || !state.moving.read().is_empty());
    others::follow(state.grid, is_busy, move |lead, _| {
        // Under a filter a lead that changed may not belong here any more.
        patch(state, lead) && state.address.read_untracked().query.filter.is_empty()
    });
}

/// Puts a newer lead in place of its older self, and lets it go there visibly; false when it is not among the cards,
/// or must not move now.
fn patch(state: BoardState, lead: &Lead) -> bool {
    let Some(shown) = state.grid.lead(lead.id) else { return false };
    if state.moving.read_untracked().contains(&lead.id) || state.lifted.get_untracked() == Some(lead.id) {
        return shown.version >= lead.version;
    }
    if shown.version < lead.version {
        let from = ui::place_of(&card(lead.id));
        state.recount(&shown, lead);
        state.grid.put(lead.clone());
        state.patched.update_value(|patched| *patched += 1);
        if (shown.status, &shown.position) != (lead.status, &lead.position) {
            ui::fly(card(lead.id), from);
        }
    }
    true
}
