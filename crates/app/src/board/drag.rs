//! Dragging by mouse and by touch, with pointer events of our own.
//!
//! A mouse drags once it has moved a little. A finger has to rest on the card for 200 ms, since moving it at once means
//! scrolling; after that the board no longer scrolls under it, but by itself near its edges.

use std::time::Duration;

use domain::LeadId;
use leptos::{
    ev::{self, MouseEvent, PointerEvent},
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    wasm_bindgen::JsCast,
};
use web_sys::{Element, HtmlElement};

use super::{
    moving,
    state::{BoardState, Spot},
};

/// CSS pixels a mouse moves before it drags.
const SLACK: f64 = 5.0;
/// CSS pixels a finger may tremble while it rests.
const TREMBLE: f64 = 10.0;
const REST: Duration = Duration::from_millis(200);
/// CSS pixels from an edge within which things scroll by themselves.
const EDGE: f64 = 56.0;
/// CSS pixels they scroll in a frame at most.
const SPEED: f64 = 14.0;

/// A pointer that went down on a card.
struct Hold {
    id: LeadId,
    pointer: i32,
    is_touch: bool,
    from: (f64, f64),
    now: (f64, f64),
    resting: Option<TimeoutHandle>,
    /// What follows the pointer once the card is lifted, and where in it the pointer has hold.
    ghost: Option<(HtmlElement, (f64, f64))>,
}

#[derive(Clone, Copy)]
pub struct Hands {
    state: BoardState,
    hold: StoredValue<Option<Hold>, LocalStorage>,
    /// The click that ends a drag is no click on a link.
    swallow: StoredValue<bool>,
}

impl Hands {
    pub fn new(state: BoardState) -> Self {
        let hands = Hands { state, hold: StoredValue::new_local(None), swallow: StoredValue::new(false) };
        on_cleanup(move || hands.let_go());
        Effect::new(move || {
            // Not passive, so that it can keep the board from scrolling under a card in hand.
            let options = web_sys::AddEventListenerOptions::new();
            options.set_passive(false);
            let stay =
                leptos::wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                    if hands.is_busy() {
                        event.prevent_default();
                    }
                });
            if let Ok(Some(board)) = document().query_selector(".board") {
                let listener = stay.as_ref().unchecked_ref();
                let _ = board.add_event_listener_with_callback_and_add_event_listener_options(
                    "touchmove",
                    listener,
                    &options,
                );
            }
            stay.forget();
            let escape = window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" && hands.is_busy() {
                    event.prevent_default();
                    hands.let_go();
                }
            });
            on_cleanup(move || escape.remove());
        });
        hands
    }

    /// Whether a card is in hand.
    pub fn is_busy(self) -> bool {
        self.hold.try_with_value(|hold| hold.as_ref().is_some_and(|hold| hold.ghost.is_some())).unwrap_or_default()
    }

    pub fn down(self, event: &PointerEvent) {
        self.swallow.set_value(false);
        let Some(id) = self.card_under(event) else { return };
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let is_touch = event.pointer_type() == "touch";
        let resting = is_touch.then(|| set_timeout_with_handle(move || self.lift(), REST).ok()).flatten();
        let hold = Hold { id, pointer: event.pointer_id(), is_touch, from: at, now: at, resting, ghost: None };
        self.hold.set_value(Some(hold));
    }

    /// The card that can be taken hold of here.
    fn card_under(self, event: &PointerEvent) -> Option<LeadId> {
        if !self.state.may_move || event.button() != 0 || !event.is_primary() || self.is_busy() {
            return None;
        }
        let target = event.target()?.dyn_into::<Element>().ok()?;
        if target.closest("button").ok()?.is_some() {
            return None;
        }
        let id = target.closest(".k[data-lead]").ok()??.get_attribute("data-lead")?.parse().ok()?;
        (!self.state.moving.read_untracked().contains(&id)).then_some(id)
    }

    pub fn moved(self, event: &PointerEvent) {
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let mut lift = false;
        let mut drop = false;
        self.hold.update_value(|hold| {
            let Some(hold) = hold.as_mut().filter(|hold| hold.pointer == event.pointer_id()) else { return };
            hold.now = at;
            let far = (at.0 - hold.from.0).hypot(at.1 - hold.from.1);
            match &hold.ghost {
                Some((ghost, grip)) => follow(ghost, at, *grip),
                None if hold.is_touch => drop = far > TREMBLE,
                None => lift = far > SLACK,
            }
        });
        if drop {
            self.let_go();
        } else if lift {
            self.lift();
        } else if self.is_busy() {
            event.prevent_default();
            self.look();
        }
    }

    /// Takes the card up.
    fn lift(self) {
        let mut lifted = None;
        self.hold.try_update_value(|hold| {
            let Some(hold) = hold else { return };
            let Ok(Some(card)) = document().query_selector(&moving::card(hold.id)) else { return };
            let place = card.get_bounding_client_rect();
            let grip = (hold.from.0 - place.left(), hold.from.1 - place.top());
            let Some(ghost) = ghost_of(&card, place.width()) else { return };
            follow(&ghost, hold.now, grip);
            // The rest of the gesture comes here, wherever the pointer goes.
            if let Ok(Some(board)) = document().query_selector(".board") {
                let _ = board.set_pointer_capture(hold.pointer);
            }
            hold.ghost = Some((ghost, grip));
            lifted = Some(hold.id);
        });
        if let Some(id) = lifted {
            self.state.lifted.set(Some(id));
            self.look();
            self.scroll_at_edges();
        }
    }

    /// Notes where the card would go if it was let go here.
    fn look(self) {
        let at = self.hold.with_value(|hold| hold.as_ref().map(|hold| (hold.now, hold.id)));
        let spot = at.and_then(|((x, y), id)| spot_at(x, y, id));
        if self.state.over.get_untracked() != spot {
            self.state.over.set(spot);
        }
    }

    pub fn up(self, event: &PointerEvent) {
        let mine = self.hold.with_value(|hold| hold.as_ref().is_some_and(|hold| hold.pointer == event.pointer_id()));
        if !mine {
            return;
        }
        let (busy, spot) = (self.is_busy(), self.state.over.get_untracked());
        let id = self.hold.with_value(|hold| hold.as_ref().map(|hold| hold.id));
        self.let_go();
        if busy {
            self.swallow.set_value(true);
            if let (Some(id), Some(spot)) = (id, spot) {
                moving::drop_at(self.state, id, spot);
            }
        }
    }

    /// Puts the card back, whatever was going on.
    pub fn let_go(self) {
        let hold = self.hold.try_update_value(Option::take).flatten();
        let Some(Hold { resting, ghost, .. }) = hold else { return };
        if let Some(resting) = resting {
            resting.clear();
        }
        if let Some((ghost, _)) = ghost {
            ghost.remove();
            let _ = self.state.lifted.try_set(None);
            let _ = self.state.over.try_set(None);
        }
    }

    pub fn clicked(self, event: &MouseEvent) {
        if self.swallow.try_update_value(std::mem::take).unwrap_or_default() {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// While a card is held near an edge, what is beyond it comes into sight.
    fn scroll_at_edges(self) {
        request_animation_frame(move || {
            if !self.is_busy() {
                return;
            }
            let at = self.hold.with_value(|hold| hold.as_ref().map(|hold| hold.now));
            if let Some((x, y)) = at {
                let under = document().query_selector(".board").ok().flatten();
                if let Some(board) = under {
                    let place = board.get_bounding_client_rect();
                    board.scroll_by_with_x_and_y(pull(x, place.left(), place.right()), 0.0);
                }
                if let Some(cards) = column_at(x, y).and_then(|column| column.query_selector(".cards").ok().flatten()) {
                    let place = cards.get_bounding_client_rect();
                    cards.scroll_by_with_x_and_y(0.0, pull(y, place.top(), place.bottom()));
                }
                self.look();
            }
            self.scroll_at_edges();
        });
    }
}

/// How far to scroll for a pointer at `at` between two edges: faster the closer it is.
fn pull(at: f64, start: f64, end: f64) -> f64 {
    let near = |distance: f64| ((EDGE - distance) / EDGE).clamp(0.0, 1.0) * SPEED;
    near(end - at) - near(at - start)
}

fn column_at(x: f64, y: f64) -> Option<Element> {
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    let under = document().element_from_point(x as f32, y as f32)?;
    under.closest("[data-column]").ok().flatten()
}

/// Below the last card whose middle is above the pointer.
fn spot_at(x: f64, y: f64, lifted: LeadId) -> Option<Spot> {
    let column = column_at(x, y)?;
    let status = column.get_attribute("data-column")?.parse().ok()?;
    let cards = column.query_selector_all(".k[data-lead]").ok()?;
    let mut after = None;
    for card in (0..cards.length()).filter_map(|i| cards.item(i)?.dyn_into::<Element>().ok()) {
        let place = card.get_bounding_client_rect();
        let id = card.get_attribute("data-lead")?.parse().ok()?;
        if place.top() + place.height() / 2.0 > y {
            break;
        }
        if id != lifted {
            after = Some(id);
        }
    }
    Some(Spot { status, after })
}

/// A picture of the card that follows the pointer.
fn ghost_of(card: &Element, width: f64) -> Option<HtmlElement> {
    let ghost = card.clone_node_with_deep(true).ok()?.dyn_into::<HtmlElement>().ok()?;
    ghost.remove_attribute("data-lead").ok()?;
    ghost.set_attribute("aria-hidden", "true").ok()?;
    ghost.class_list().add_1("k-ghost").ok()?;
    let style = web_sys::HtmlElement::style(&ghost);
    style.set_property("width", &format!("{width}px")).ok()?;
    document().body()?.append_child(&ghost).ok()?;
    Some(ghost)
}

fn follow(ghost: &HtmlElement, at: (f64, f64), grip: (f64, f64)) {
    let style = web_sys::HtmlElement::style(ghost);
    let _ =
        style.set_property("transform", &format!("translate({}px, {}px) rotate(2deg)", at.0 - grip.0, at.1 - grip.1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_board_scrolls_only_near_its_edges_and_faster_the_closer() {
        assert!(pull(500.0, 0.0, 1000.0).abs() < f64::EPSILON);
        assert!(pull(990.0, 0.0, 1000.0) > pull(960.0, 0.0, 1000.0));
        assert!(pull(2.0, 0.0, 1000.0) < 0.0);
    }
}
