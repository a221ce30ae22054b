//! A modal dialog: the browser's own, with its focus trap, Esc and inert background.

use icondata_lu as lu;
use leptos::{html, prelude::*};

use super::Icon;

use crate::markup::{act, hear, view};

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
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = node.get() {
            open_when_shown(dialog);
        }
    });
    let outside = move |event: leptos::ev::MouseEvent| {
        // The dialog's own box holds a panel: only the backdrop makes the dialog itself the target.
        if node
            .get_untracked()
            .is_some_and(|dialog| event.target().is_some_and(|t| t == *AsRef::<web_sys::EventTarget>::as_ref(&*dialog)))
        {
            on_close.run(());
        }
    };
    // Ahead of the browser, which would close at the second Esc without asking.
    let escape = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            on_close.run(());
        }
    };
    // Closed all the same, by a gesture say: whoever wants to keep it is asked, and has it back.
    let closed = move || {
        on_close.run(());
        request_animation_frame(move || {
            if let Some(dialog) =
                node.try_get_untracked().flatten().filter(|dialog| dialog.is_connected() && !dialog.open())
            {
                drop(dialog.show_modal());
            }
        });
    };
    view! {
        <dialog node_ref=node class="dialog" class:dialog-small=small aria-label=label
            on:keydown=hear(escape)
            on:cancel=hear(move |event: leptos::ev::Event| { event.prevent_default(); on_close.run(()) })
            on:close=act(closed)
            on:mousedown=hear(outside)>
            <div class="dialog-panel">
                <div class="dialog-head">
                    <h2>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=act(move || on_close.run(()))>
                        <Icon icon=lu::LuX />
                    </button>
                </div>
                {children()}
            </div>
        </dialog>
    }
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
