//! Moving a card: at once on the screen, then on the server; refused, it goes back with the reason.

use domain::{
    ErrorCode, LeadId, UserId,
    leads::{Lead, LeadStatus, MoveInput},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    server_fns::move_lead,
    state::{BoardState, PendingMove, Spot, title},
};
use crate::{
    UiError,
    leads::undo::{moved_words, offer_undo},
    ui,
};

/// Puts a card down. Entering won or lost asks a question first.
pub fn drop_at(state: BoardState, id: LeadId, spot: Spot) {
    let Some(lead) = state.grid.lead(id) else { return };
    if is_there(state, &lead, spot) {
        return;
    }
    let decides = lead.status != spot.status && spot.status.is_closed();
    if decides {
        state.asked.set(Some(PendingMove { lead, spot }));
    } else {
        send(state, lead, spot, input(spot));
    }
}

/// Whether the card stands at this spot already.
fn is_there(state: BoardState, lead: &Lead, spot: Spot) -> bool {
    if lead.status != spot.status {
        return false;
    }
    let cards = state.cards(spot.status);
    let above = cards.iter().position(|card| card.id == lead.id).and_then(|at| at.checked_sub(1));
    spot.after == Some(lead.id) || spot.after == above.map(|at| cards[at].id)
}

/// The answer to a drop on won: who delivers, or whoever has the least work.
pub fn win(state: BoardState, asked: &PendingMove, engineer: Option<UserId>) {
    let input = MoveInput { assigned_engineer: engineer, ..input(asked.spot) };
    send(state, present(state, asked), asked.spot, input);
}

/// The lead as it is by the time of the answer.
fn present(state: BoardState, asked: &PendingMove) -> Lead {
    state.grid.lead(asked.lead.id).unwrap_or_else(|| asked.lead.clone())
}

/// The answer to a drop on lost.
pub fn lose(state: BoardState, asked: &PendingMove, reason: Option<String>) {
    let input = MoveInput { lost_reason: reason, ..input(asked.spot) };
    send(state, present(state, asked), asked.spot, input);
}

fn input(spot: Spot) -> MoveInput {
    MoveInput { status: spot.status, after: spot.after, ..MoveInput::default() }
}

fn send(state: BoardState, before: Lead, spot: Spot, input: MoveInput) {
    let id = before.id;
    let from = ui::place_of(&card(id));
    state.grid.expect(id, |lead| {
        lead.status = spot.status;
        lead.position = rank_below(state, spot, id);
    });
    if let Some(now) = state.grid.lead(id) {
        state.recount(&before, &now);
    }
    state.moving.update(|moving| moving.push(id));
    ui::fly(card(id), from);
    spawn_local(async move {
        let result = ask(before.clone(), input).await;
        let _ = state.moving.try_update(|moving| moving.retain(|one| *one != id));
        match result {
            Ok(done) => settled(state, done.value, done.undo, before.status),
            Err(error) => refused(state, before, error),
        }
    });
}

/// Asks for the move. When the lead was only edited meanwhile, and not moved, it is asked for once more.
async fn ask(before: Lead, input: MoveInput) -> Result<crate::viewer::Done<Lead>, UiError> {
    let first = move_lead(before.id, MoveInput { version: Some(before.version), ..input.clone() }).await;
    match &first {
        Err(error) => match error.current() {
            Some(now) if (now.status, &now.position) == (before.status, &before.position) => {
                move_lead(now.id, MoveInput { version: Some(now.version), ..input }).await
            }
            Some(_) | None => first,
        },
        Ok(_) => first,
    }
}

fn settled(state: BoardState, lead: Lead, undo: Option<String>, from: LeadStatus) {
    let said = match lead.status == from {
        true => format!("{} put in its new place", title(&lead)),
        false => state.session.with_value(|session| moved_words(&title(&lead), &lead, session)),
    };
    state.grid.put(lead);
    offer_undo(state.grid, state.toasts, said, undo);
    // What the heads count may have changed meanwhile.
    state.grid.reload();
}

/// The card goes back to where it is, which after a stale move is where someone else put it.
fn refused(state: BoardState, before: Lead, error: UiError) {
    let id = before.id;
    let from = ui::place_of(&card(id));
    let stands = error.current().unwrap_or_else(|| before.clone());
    if let Some(shown) = state.grid.lead(id) {
        state.recount(&shown, &stands);
    }
    state.grid.show_again(stands);
    ui::fly(card(id), from);
    let _ = state.said.try_set(error.message());
    state.toasts.say(format!("{}: {}", title(&before), error.message()));
    if error.0.code == ErrorCode::NotFound {
        state.grid.reload();
    }
}

/// A rank for the screen, until the server has said the true one.
fn rank_below(state: BoardState, spot: Spot, id: LeadId) -> String {
    let above = spot.after.filter(|above| *above != id).and_then(|above| state.grid.lead(above));
    // No true rank ends in 0, so this one stands right behind.
    above.map_or_else(String::new, |above| above.position + "0")
}

/// What finds a card on the page.
pub fn card(id: LeadId) -> String {
    format!(".k[data-lead='{id}']")
}
