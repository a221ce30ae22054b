//! The search box of the whole product.

mod palette;
pub mod server_fns;

pub use palette::Palette;

use icondata_lu as lu;
use leptos::{ev, prelude::*};

use crate::{
    markup::{act, view},
    shell::alive::{Alive, Part},
    ui::Icon,
};

/// The button in the header, and ⌘K anywhere. The dialog behind it is loaded apart.
#[component]
pub fn Search() -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || {
        let handle = window_event_listener(ev::keydown, move |event| {
            if (event.meta_key() || event.ctrl_key()) && event.key() == "k" {
                event.prevent_default();
                open.update(|open| *open = !*open);
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <button type="button" class="search-button" aria-keyshortcuts="Meta+K Control+K" on:click=act(move || open.set(true))>
            <Icon icon=lu::LuSearch /><span class="faint grow search-label">"Search or jump to…"</span><kbd aria-hidden="true">"⌘K"</kbd>
        </button>
        <Alive part=Part::Search(open) />
    }
}
