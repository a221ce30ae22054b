//! A modal dialog: the browser's own, with its focus trap, Esc and inert background.

use icondata_lu as lu;
use leptos::{html, prelude::*};

use super::Icon;

/// Opens as soon as it is on the page. `on_close` runs on Esc, ×, and clicks outside; the caller then takes it away.
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
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            // Fails only for an element that is not on the page, and this one is.
            let _ = dialog.show_modal();
        }
    });
    let outside = move |event: leptos::ev::MouseEvent| {
        // The dialog's own box holds a panel: only the backdrop makes the dialog itself the target.
        if node.get_untracked().is_some_and(|dialog| event.target().is_some_and(|t| t == *AsRef::<web_sys::EventTarget>::as_ref(&*dialog))) {
            on_close.run(());
        }
    };
    view! {
        <dialog node_ref=node class="dialog" class:dialog-small=small aria-label=label
            on:cancel=move |event: leptos::ev::Event| { event.prevent_default(); on_close.run(()) }
            on:mousedown=outside>
            <div class="dialog-panel">
                <header class="dialog-head">
                    <h2>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>
                        <Icon icon=lu::LuX />
                    </button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}
