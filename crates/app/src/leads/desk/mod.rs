//! What working in the table takes: editing cells, keys, bulk changes, columns, and every filter. Loaded apart, as
//! soon as the page is alive; the page shows leads without it.

mod bulk;
mod columns;
mod editor;
mod keys;
mod my_day;
mod panel;
mod resize;
mod shortcuts;
mod views;

use domain::leads::{Lead, LeadQuery};
use leptos::{portal::Portal, prelude::*, wasm_split::wasm_split};

use super::{address::use_address, filters::use_show, grid::Grid, others};

use crate::{
    markup::{dynamic, view},
    ui::served::{Missing, fetched, once},
};

pub use keys::is_elsewhere;
pub use panel::in_place as panel_in_place;

/// Where the columns are chosen.
pub const COLUMNS: &str = "columns-panel";

/// Where the follow-ups of the day stand.
pub const MY_DAY: &str = "my-day-place";

/// Loads the desk as soon as the page is alive, and shows it.
#[component]
pub fn Desk() -> impl IntoView {
    let is_loaded = fetched(fetch_desk);
    once(is_loaded, desk)
}

/// Everything that comes alive over the table.
#[wasm_split(desk, wasm_split_path = leptos::wasm_split, preload(fetch_desk), fallible)]
fn desk() -> Result<AnyView, Missing> {
    let grid: Grid = expect_context();
    let address = use_address();
    let help = RwSignal::new(false);
    keys::listen(grid, help);
    resize::listen(address, use_show());
    let is_writing = Signal::derive(move || grid.open.read().is_some());
    others::follow(grid, is_writing, move |lead, event| {
        let LeadQuery { filter, sort, .. } = &address.read_untracked().query;
        // A change may put a lead elsewhere in a list that is filtered or sorted, or out of it.
        patch(grid, lead) && event.event.kind == "lead.updated" && filter.is_empty() && sort.is_empty()
    });
    Ok(view! {
        {panel::in_place(address)}
        {at(COLUMNS, move || view! { <columns::Chooser address /> })}
        {at(MY_DAY, move || view! { <my_day::Panel grid address /> })}
        <views::ViewDialogs grid address />
        <editor::Editor grid />
        <bulk::Bar grid address />
        {dynamic(move || help.get().then(|| view! { <shortcuts::Shortcuts on_close=Callback::new(move |()| help.set(false)) /> }))}
    })
}

/// Puts a newer lead in place of its older self; false when it is not on this page, or is being written in.
fn patch(grid: Grid, lead: &Lead) -> bool {
    let Some(shown) = grid.lead(lead.id) else { return false };
    if grid.open.get_untracked().is_some_and(|cell| cell.lead == lead.id) {
        return shown.version >= lead.version;
    }
    grid.put(lead.clone());
    true
}

/// Puts a view where the page has kept a place for it, instead of the plain markup that stood there.
pub fn at(id: &'static str, view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let Some(place) = document().get_element_by_id(id) else { return ().into_any() };
    place.set_inner_html("");
    view! { <Portal mount=place>{view()}</Portal> }
}

/// The filter panel as markup.
#[cfg(feature = "ssr")]
pub fn panel_markup(address: Memo<super::address::Address>) -> String {
    view! { <panel::Panel address apply=Callback::new(|_| ()) /> }.to_html()
}
