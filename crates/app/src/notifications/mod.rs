//! The bell in the header.

mod panel;
pub mod server_fns;

use icondata_lu as lu;
use leptos::prelude::*;

pub use panel::Panel;

use crate::{markup::view, ui::Icon};

/// Where the list stands, once its code is there.
pub const LIST: &str = "bell";
/// Where the number of what is not read stands.
pub const COUNT: &str = "bell-count";

/// The button; what is behind it comes with [`crate::live`].
#[component]
pub fn Bell() -> impl IntoView {
    view! {
        <button type="button" class="icon-button bell-button" popovertarget=LIST>
            <Icon icon=lu::LuBell /><span class="sr-only">"Notifications"</span><span id=COUNT></span>
        </button>
        <div id=LIST popover="auto" class="menu bell" role="group" aria-label="Notifications"></div>
    }
}
