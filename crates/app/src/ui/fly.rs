//! Something that changes its place on the page goes there visibly.

use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::{DomRect, HtmlElement};

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Where it stands now.
pub fn place_of(selector: &str) -> Option<DomRect> {
    find(selector).map(|element| element.get_bounding_client_rect())
}

/// Lets what the selector finds after the next drawing come from where it was. Those who want less motion see none:
/// the style sheet takes transitions away.
pub fn fly(selector: String, from: Option<DomRect>) {
    let Some(from) = from else { return };
    request_animation_frame(move || {
        let Some(element) = find(&selector) else { return };
        let to = element.get_bounding_client_rect();
        let (x, y) = (from.left() - to.left(), from.top() - to.top());
        if x.abs() < 1.0 && y.abs() < 1.0 {
            return;
        }
        let style = web_sys::HtmlElement::style(&element);
        let _ = style.set_property("transition", "none");
        let _ = style.set_property("transform", &format!("translate({x}px, {y}px)"));
        request_animation_frame(move || {
            let _ = style.set_property("transition", "transform 0.22s ease-out");
            let _ = style.remove_property("transform");
        });
    });
}
