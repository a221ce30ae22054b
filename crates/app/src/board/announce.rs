//! What the board says to those who do not see it.

use leptos::prelude::*;

use super::state::BoardState;
use crate::markup::{dynamic, view};

#[component]
pub fn Region(state: BoardState) -> impl IntoView {
    view! { <p class="sr-only" role="status" aria-live="assertive" id="board-says">{dynamic(move || state.said.get())}</p> }
}
