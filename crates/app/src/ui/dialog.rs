//! A modal dialog: the browser's own, with its focus trap, Esc and inert background.

use icondata_lu as lu;
use leptos::{
    ev::{Event, KeyboardEvent, MouseEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
};

use super::Icon;

use crate::markup::{act, hear, view};

/// What its closing says when it is ours: the dialog is on its way out.
const LEAVES: &str = "leaves";

/// For the browser only: the server never renders one. Opens as soon as it is on the page. `on_close` runs on Esc, ×, and
/// clicks outside; the caller then takes it away.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    on_close: Callback<()>,
    #[prop(optional)] small: bool,
    children: Children,
) -> impl IntoView {
    let label = title.clone();
    let class = if small { "dialog dialog-small" } else { "dialog" };
    view! {
        <Modal label class on_close>
            <div class="dialog-panel">
                <div class="dialog-head">
                    <h2>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=act(move || on_close.run(()))>
                        <Icon icon=lu::LuX />
                    </button>
                </div>
                {children()}
            </div>
        </Modal>
    }
}

/// The same without a head. Whatever had the focus before has it again when this goes.
#[component]
pub fn Modal(
    #[prop(into)] label: String,
    class: &'static str,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = node.get() {
            open_when_shown(dialog);
        }
    });
    // The browser gives the focus back when a dialog closes, not when an open one is taken out of the page.
    on_cleanup(move || {
        if let Some(dialog) = node.try_get_untracked().flatten() {
            dialog.close_with_return_value(LEAVES);
        }
    });
    // A file chooser inside is left with the same event as a dialog. And the panel fills the dialog: only a click on the
    // backdrop is one on the dialog itself.
    let is_itself = move |event: &web_sys::Event| {
        let dialog = node.get_untracked();
        dialog
            .is_some_and(|dialog| event.target().is_some_and(|t| t == *AsRef::<web_sys::EventTarget>::as_ref(&dialog)))
    };
    // Ahead of the browser, which would close at the second Esc without asking.
    let escape = move |event: KeyboardEvent| {
        let is_covered = || node.get_untracked().is_none_or(|dialog| is_covered(&dialog, &event));
        if event.key() == "Escape" && !event.default_prevented() && !is_covered() {
            event.prevent_default();
            event.stop_propagation();
            on_close.run(());
        }
    };
    // Esc where nothing has the focus, and a phone's way back.
    let cancel = move |event: Event| {
        event.prevent_default();
        if is_itself(&event) {
            on_close.run(());
        }
    };
    let outside = move |event: MouseEvent| {
        if is_itself(&event) {
            on_close.run(());
        }
    };
    // Closed all the same, by a gesture say: whoever wants to keep it is asked, and has it back.
    let closed = move || {
        let Some(dialog) = node.try_get_untracked().flatten() else { return };
        if dialog.return_value() == LEAVES {
            return dialog.set_return_value("");
        }
        on_close.run(());
        request_animation_frame(move || {
            if dialog.is_connected() && !dialog.open() {
                drop(dialog.show_modal());
            }
        });
    };
    view! {
        <dialog node_ref=node class=class open=cfg!(feature = "ssr") aria-label=label on:keydown=hear(escape)
            on:cancel=hear(cancel) on:close=act(closed) on:mousedown=hear(outside)>
            {children()}
        </dialog>
    }
}

/// Whether a dialog or a menu over this one takes the key.
fn is_covered(dialog: &web_sys::HtmlDialogElement, event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let around = target.and_then(|target| target.closest("dialog").ok().flatten());
    around.is_none_or(|around| around != ***dialog) || matches!(dialog.query_selector(":popover-open"), Ok(Some(_)))
}

/// A view may be built before it is put on the page, and only there a dialog opens.
fn open_when_shown(dialog: web_sys::HtmlDialogElement) {
    request_animation_frame(move || match dialog.is_connected() {
        true if !dialog.open() => drop(dialog.show_modal()),
        true => {}
        false => open_when_shown(dialog),
    });
}

/// Puts the focus on what the selector finds, as soon as no dialog is open: until then nothing behind one can take it.
pub fn focus_after_dialog(selector: String) {
    request_animation_frame(move || match document().query_selector("dialog[open]") {
        Ok(Some(_)) => focus_after_dialog(selector),
        _ => super::focus(&selector),
    });
}
