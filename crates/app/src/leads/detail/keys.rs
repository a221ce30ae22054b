//! The keys of the sheet: they work while no field has the focus and nothing stands over the sheet.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::{composer::Tab, work::Work};
use crate::ui;

/// Listens for as long as the lead is shown. In the browser alone.
pub fn listen(work: Work) {
    Effect::new(move || {
        // A phone's card leads straight to the composer; the dialog takes the focus as it opens, a frame earlier.
        if window().location().hash().is_ok_and(|hash| hash == "#note") {
            request_animation_frame(|| request_animation_frame(|| ui::focus("#composer-text")));
        }
        let handle = window_event_listener(ev::keydown, move |event| {
            if is_elsewhere(&event) {
                return;
            }
            let is_used = match &*event.key() {
                "j" => press("#sheet-next"),
                "k" => press("#sheet-previous"),
                key => match Tab::of_key(key) {
                    Some(tab) => work.write(tab),
                    None => false,
                },
            };
            if is_used {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

impl Work {
    /// Opens the composer at this tab.
    fn write(self, tab: Tab) -> bool {
        let choice = format!(".composer input[value='{}']", tab.value());
        press(&choice) && {
            ui::focus("#composer-text");
            true
        }
    }
}

/// Whether the key is meant for something else: a field, a dialog over the sheet, a browser's own shortcut.
fn is_elsewhere(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let fields = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], [popover]";
    let in_field = target.is_some_and(|target| target.closest(fields).ok().flatten().is_some());
    in_field || document().query_selector_all("dialog[open]").is_ok_and(|open| open.length() > 1)
}

fn press(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    match found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        Some(element) => {
            element.click();
            true
        }
        None => false,
    }
}
