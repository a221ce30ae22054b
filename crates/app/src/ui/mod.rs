//! Components without a word about the business. Props in, events out.

mod dialog;
mod field;
mod fly;
mod marks;
pub mod served;
mod states;
mod title;
mod toast;

pub use dialog::{Dialog, Modal, focus_after_dialog};
pub use field::Field;
pub use fly::{fly, place_of};
pub use marks::{Avatar, Icon};
pub use states::{EmptyState, ErrorState, Skeleton};
pub use title::Title;
pub use toast::{Toaster, Toasts, ToastsOver, provide_toasts, use_toasts};

use leptos::{html, prelude::*, wasm_bindgen::JsCast};

/// Puts the focus on the first element that the selector finds.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails for nothing that can take the focus.
        let _ = element.focus();
    }
}

/// The same as soon as the page is drawn, when what had the focus is gone.
pub fn focus_if_lost(selector: String) {
    request_animation_frame(move || {
        let active = document().active_element();
        // Browsers give it to what scrolls when they find nothing better.
        if active.is_none_or(|active| active.matches("body, dialog, dialog > *").unwrap_or(true)) {
            focus(&selector);
        }
    });
}

/// A field that opens in place of a value is typed over: it has the focus, and what it holds is selected.
pub fn type_over(node: NodeRef<html::Input>) {
    Effect::new(move || {
        if let Some(input) = node.get() {
            // On the page, and with its text, only in the next frame.
            request_animation_frame(move || {
                let _ = input.focus();
                input.select();
            });
        }
    });
}

/// A count where there is room for two digits.
pub fn up_to_99(count: i64) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

/// The text in small letters, to compare it with another. The browser has tables of letters: no need to bring some.
pub fn lowercase(text: &str) -> String {
    #[cfg(target_family = "wasm")]
    {
        web_sys::js_sys::JsString::from(text).to_lower_case().into()
    }
    #[cfg(not(target_family = "wasm"))]
    {
        text.to_lowercase()
    }
}
