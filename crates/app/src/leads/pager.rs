//! First and next page, and how many rows one holds.

use domain::{Cursor, leads::LeadQuery};
use icondata_lu as lu;
use leptos::prelude::*;

use super::table::list_href;
use crate::ui::Icon;

const SIZES: [u16; 3] = [25, 50, 100];

#[component]
pub fn Pager(next: Option<Cursor>, query: LeadQuery) -> impl IntoView {
    let first = (query.cursor.is_some() || query.offset > 0).then(|| list_href(&query.first_page()));
    let next = next.map(|cursor| list_href(&LeadQuery { cursor: Some(cursor), offset: 0, ..query.clone() }));
    let sizes = SIZES.into_iter().map(|limit| {
        let href = list_href(&LeadQuery { limit, ..query.first_page() });
        let current = (limit == query.limit).then_some("true");
        view! { <a class="page-size" href=href aria-current=current>{limit}</a> }
    });
    view! {
        <nav class="pager" aria-label="Pages">
            <span class="faint">"Rows"</span>{sizes.collect_view()}
            <span class="grow"></span>
            {first.map(|href| view! { <a class="btn btn-small" href=href><Icon icon=lu::LuChevronsLeft />"First page"</a> })}
            {next.map(|href| view! { <a class="btn btn-small" href=href rel="next">"Next page"<Icon icon=lu::LuChevronRight /></a> })}
        </nav>
    }
}
