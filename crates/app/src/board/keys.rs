//! The board by keyboard: arrows go from card to card; Space lifts one, arrows carry it, Space puts it down.

use domain::{
    LeadId,
    leads::{Lead, LeadStatus},
};
use leptos::{ev, ev::KeyboardEvent, prelude::*};

use super::{
    moving::{card, drop_at},
    rail,
    state::{BoardState, Spot, title},
};
use crate::{
    leads::desk::is_elsewhere,
    location::{Location, Way, use_location},
    ui,
};

/// Listens for as long as the board is there.
pub fn listen(state: BoardState) {
    let location = use_location();
    let handle = window_event_listener(ev::keydown, move |event| {
        if is_elsewhere(&event) || state.asked.read_untracked().is_some() || state.menu.read_untracked().is_some() {
            return;
        }
        let used = match (&*event.key(), focused()) {
            ("Escape", _) if state.lifted.read_untracked().is_some() && state.by_keys.get_value() => {
                put_down(state);
                state.said.set("Put back where it was.".into());
                true
            }
            ("/", _) => {
                ui::focus(".search input");
                true
            }
            ("c", _) => new_lead(location),
            (key, Some(id)) if on_card(&event) => match state.lifted.get_untracked() {
                Some(lifted) => carry(state, lifted, key),
                None => walk(state, id, key, location),
            },
            ("j" | "ArrowDown", None) => focus_first(state),
            _ => false,
        };
        if used {
            event.prevent_default();
        }
    });
    // Whoever reaches for the mouse has let go.
    let reached = window_event_listener(ev::pointerdown, move |_| {
        if state.by_keys.get_value() {
            put_down(state);
        }
    });
    on_cleanup(move || {
        handle.remove();
        reached.remove();
    });
}

fn new_lead(location: Location) -> bool {
    let link = document().query_selector("a[data-new-lead]").ok().flatten();
    let href = link.and_then(|link| link.get_attribute("href"));
    if let Some(href) = &href {
        location.go(href, Way::Over);
    }
    href.is_some()
}

/// The card with the focus, or around what has it.
fn focused() -> Option<LeadId> {
    let card = document().active_element()?.closest(".k[data-lead]").ok()??;
    card.get_attribute("data-lead")?.parse().ok()
}

/// Whether the key is meant for the card itself, not for a link or button in it.
fn on_card(event: &KeyboardEvent) -> bool {
    let is_card = document().active_element().is_some_and(|focus| focus.matches(".k").unwrap_or(false));
    is_card || !matches!(&*event.key(), " " | "Enter")
}

fn focus_first(state: BoardState) -> bool {
    let first = columns(state).into_iter().find_map(|status| state.cards(status).first().map(|lead| lead.id));
    if let Some(id) = first {
        ui::focus(&card(id));
    }
    first.is_some()
}

fn columns(state: BoardState) -> Vec<LeadStatus> {
    state.heads.with_untracked(|heads| heads.iter().map(|head| head.status).collect())
}

/// Without a card in hand.
fn walk(state: BoardState, id: LeadId, key: &str, location: Location) -> bool {
    let Some(lead) = state.grid.lead(id) else { return false };
    match key {
        "ArrowDown" | "j" => step(state, &lead, 1),
        "ArrowUp" | "k" => step(state, &lead, -1),
        "ArrowRight" => sideways(state, &lead, 1),
        "ArrowLeft" => sideways(state, &lead, -1),
        "Enter" => {
            let href = state.address.get_untracked().lead(id);
            location.go(&href, Way::Over);
            true
        }
        "m" if state.may_move => {
            state.menu.set(Some(id));
            true
        }
        " " if state.may_move && !state.moving.read_untracked().contains(&id) => {
            lift(state, &lead);
            true
        }
        _ => false,
    }
}

fn step(state: BoardState, lead: &Lead, by: isize) -> bool {
    let cards = state.cards(lead.status);
    let at = cards.iter().position(|one| one.id == lead.id).and_then(|at| at.checked_add_signed(by));
    if let Some(next) = at.and_then(|at| cards.get(at)) {
        ui::focus(&card(next.id));
    }
    true
}

/// To the card at the same height in the next column that has any.
fn sideways(state: BoardState, lead: &Lead, by: isize) -> bool {
    let at = state.cards(lead.status).iter().position(|one| one.id == lead.id).unwrap_or_default();
    let columns = columns(state);
    let mut place = columns.iter().position(|status| *status == lead.status);
    while let Some(next) = place.and_then(|place| place.checked_add_signed(by)).filter(|next| *next < columns.len()) {
        let cards = state.cards(columns[next]);
        if let Some(card_there) = cards.get(at.min(cards.len().saturating_sub(1))) {
            rail::show(columns[next]);
            ui::focus(&card(card_there.id));
            return true;
        }
        place = Some(next);
    }
    true
}

fn lift(state: BoardState, lead: &Lead) {
    let cards = state.cards(lead.status);
    let at = cards.iter().position(|one| one.id == lead.id).unwrap_or_default();
    let after = at.checked_sub(1).map(|above| cards[above].id);
    state.by_keys.set_value(true);
    state.lifted.set(Some(lead.id));
    state.over.set(Some(Spot { status: lead.status, after }));
    state.said.set(format!(
        "{} lifted. Arrow keys carry it, Space puts it down, Escape puts it back. {}",
        title(lead),
        place(state, lead.id, Spot { status: lead.status, after })
    ));
}

/// With a card in hand.
fn carry(state: BoardState, id: LeadId, key: &str) -> bool {
    let Some(spot) = state.over.get_untracked() else { return false };
    let others: Vec<LeadId> = state.cards(spot.status).iter().map(|lead| lead.id).filter(|one| *one != id).collect();
    // How many cards stand above.
    let above = spot.after.and_then(|after| others.iter().position(|one| *one == after)).map_or(0, |at| at + 1);
    let to = match key {
        "ArrowDown" | "j" => Some(at_height(&others, spot.status, above + 1)),
        "ArrowUp" | "k" => Some(at_height(&others, spot.status, above.saturating_sub(1))),
        "ArrowRight" => beside(state, id, spot.status, 1, above),
        "ArrowLeft" => beside(state, id, spot.status, -1, above),
        " " | "Enter" => {
            put_down(state);
            drop_at(state, id, spot);
            let words = place(state, id, spot);
            state.said.set(format!("Put down. {words}"));
            request_animation_frame(move || request_animation_frame(move || ui::focus(&card(id))));
            return true;
        }
        "Tab" => {
            put_down(state);
            state.said.set("Put back where it was.".into());
            return false;
        }
        _ => return false,
    };
    if let Some(to) = to {
        state.over.set(Some(to));
        state.said.set(place(state, id, to));
        rail::show(to.status);
    }
    true
}

fn put_down(state: BoardState) {
    state.by_keys.set_value(false);
    state.lifted.set(None);
    state.over.set(None);
}

fn at_height(others: &[LeadId], status: LeadStatus, above: usize) -> Spot {
    let above = above.min(others.len());
    Spot { status, after: above.checked_sub(1).map(|at| others[at]) }
}

fn beside(state: BoardState, id: LeadId, status: LeadStatus, by: isize, above: usize) -> Option<Spot> {
    let columns = columns(state);
    let at = columns.iter().position(|one| *one == status)?.checked_add_signed(by)?;
    let next = *columns.get(at)?;
    let others: Vec<LeadId> = state.cards(next).iter().map(|lead| lead.id).filter(|one| *one != id).collect();
    Some(at_height(&others, next, above))
}

/// `Proposal, place 3 of 12`
fn place(state: BoardState, id: LeadId, spot: Spot) -> String {
    let others: Vec<LeadId> = state.cards(spot.status).iter().map(|lead| lead.id).filter(|one| *one != id).collect();
    let above = spot.after.and_then(|after| others.iter().position(|one| *one == after)).map_or(0, |at| at + 1);
    format!("{}, place {} of {}", spot.status.label(), above + 1, others.len() + 1)
}
