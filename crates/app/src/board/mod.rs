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

use leptos::{prelude::*, wasm_split::wasm_split};

#[cfg(feature = "ssr")]
use crate::{leads::address::Address, ui::served::Served};
use crate::{
    leads::{
        NewLeadLink, OverLeads, address::use_address, filters::Filters, grid::Grid, preload_detail, preload_writing,
    },
    markup::view,
    ui::{
        Title,
        served::{Missing, Place, fetched, once},
    },
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
    let is_here = fetched(fetch_board);
    preload_detail();
    preload_writing();
    view! {
        <Title text="Kanban" />
        <div class="row page-head">
            <h1>"Pipeline"</h1>
            <span id=SUMMARY class="faint num total"></span>
            <span class="grow"></span>
            <NewLeadLink address />
        </div>
        <div class="toolbar"><Filters address /></div>
        <Place id=PLACE />
        {once(is_here, board)}
        <OverLeads />
    }
}

/// Loads the board for a page that is about to be sent.
#[cfg(feature = "ssr")]
pub(crate) async fn serve(served: &mut Served, address: &Address) {
    let loaded = server_fns::load_board(address.list()).await;
    served.put(PLACE, move || live::markup(loaded.clone()));
}

#[wasm_split(board, wasm_split_path = leptos::wasm_split, preload(fetch_board), fallible)]
fn board() -> Result<AnyView, Missing> {
    Ok(view! { <live::Live /> })
}
