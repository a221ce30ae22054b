//! What every page gets once it is alive: what others do, as they do it, and "search or jump". One chunk of code, since
//! what two chunks share is a file more, and what many share is many.

use leptos::{prelude::*, wasm_split::wasm_split};

use crate::{
    live,
    markup::view,
    search,
    ui::served::{Missing, fetched, once},
};

#[derive(Clone, Copy)]
pub enum Part {
    News,
    /// Opened and closed by this.
    Search(RwSignal<bool>),
}

#[component]
pub fn Alive(part: Part) -> impl IntoView {
    let is_here = fetched(fetch_alive);
    once(is_here, move || alive(part))
}

#[wasm_split(alive, wasm_split_path = leptos::wasm_split, preload(fetch_alive), fallible)]
fn alive(part: Part) -> Result<AnyView, Missing> {
    Ok(match part {
        Part::News => live::connect(),
        Part::Search(open) => view! { <search::Palette open /> },
    })
}
