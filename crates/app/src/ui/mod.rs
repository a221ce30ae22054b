//! Components without a word about the business. Props in, events out.

mod dialog;
mod field;
mod fly;
mod marks;
pub mod served;
mod states;
mod toast;

pub use dialog::{Dialog, focus_after_dialog};
pub use field::Field;
pub use fly::{fly, place_of};
pub use marks::{Avatar, Icon};
pub use states::{EmptyState, ErrorState, Skeleton};
pub use toast::{Toaster, Toasts, ToastsOver, provide_toasts, use_toasts};

/// Puts the focus on the first element that the selector finds.
pub fn focus(selector: &str) {
    use leptos::{prelude::document, wasm_bindgen::JsCast};
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails for nothing that can take the focus.
        let _ = element.focus();
    }
}
