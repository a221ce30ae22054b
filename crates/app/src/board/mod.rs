//! `/kanban`: the board of the seven stages.
//!
//! The server sends it as markup; its code is a chunk of its own, which takes the markup's place.

mod announce;
mod card;
mod column;
mod drag;
mod keys;
mod live;
mod menu;
mod moving;
mod others;
mod rail;
pub mod server_fns;
mod state;
mod winning;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

use crate::{
    leads::{
        NewLeadLink,
        address::{Address, use_address},
        filters::Filters,
        grid::Grid,
        preload_detail, preload_new,
    },
    markup::view,
    ui::served::{Markup, Place, Served},
};

/// Where the server's markup stands.
const PLACE: &str = "board-place";
/// Where the head of the page says what is on the board.
const SUMMARY: &str = "board-summary";

#[component]
pub fn BoardPage() -> impl IntoView {
    let address = use_address();
    let grid = Grid::new();
    provide_context(grid);
    let is_here = lazy_preload!(board);
    let now = address.get_untracked();
    let served = Served::new(move || markup(now.clone()));
    preload_detail();
    preload_new();
    view! {
        <Title text="Kanban" />
        <div class="row page-head">
            <h1>"Pipeline"</h1>
            <span id=SUMMARY class="faint num total"></span>
            <span class="grow"></span>
            <NewLeadLink address />
        </div>
        <div class="toolbar"><Filters address /></div>
        <Place id=PLACE served />
        <Suspense>{move || is_here.get().then(|| Suspend::new(board()))}</Suspense>
        <Outlet />
    }
}

async fn markup(address: Address) -> Markup {
    #[cfg(feature = "ssr")]
    {
        let loaded = server_fns::load_board(address.list()).await;
        Arc::new(move || live::markup(loaded.clone()))
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = address;
        Arc::new(String::new)
    }
}

#[lazy]
fn board() -> AnyView {
    view! { <live::Live /> }
}
