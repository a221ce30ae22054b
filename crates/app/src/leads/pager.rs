//! Where in the list a page is, the pages around it, and how many rows one holds.

use domain::{Cursor, Page, leads::LeadQuery};
use icondata_lu as lu;
use leptos::prelude::*;

use super::{address::Address, format};
use crate::{
    markup::{dynamic, view},
    ui::Icon,
};

const SIZES: [u16; 3] = [25, 50, 100];

/// Where a page stands and what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    /// Rows before it, as far as known.
    pub start: Option<i64>,
    pub rows: usize,
    pub previous: Option<Cursor>,
    pub next: Option<Cursor>,
}

impl Around {
    pub fn of<T>(page: &Page<T>) -> Self {
        let (previous, next) = (page.previous_cursor.clone(), page.next_cursor.clone());
        Around { start: page.start, rows: page.items.len(), previous, next }
    }

    /// "51–100", where that is known; the total is added once it is.
    fn range(&self) -> Option<String> {
        let start = self.start?;
        let end = start + i64::try_from(self.rows).ok()?;
        Some(format!("{}–{}", format::count(start + 1), format::count(end)))
    }
}

/// Links all of it, so that paging needs no script.
#[component]
pub fn Pager(around: Around, address: Address, total: RwSignal<Option<i64>>) -> impl IntoView {
    let query = &address.query;
    let list_href = |query: LeadQuery| address.with(query).href();
    let range = around.range();
    let at = |cursor: Cursor| list_href(LeadQuery { cursor: Some(cursor), offset: 0, ..query.clone() });
    let first = list_href(query.first_page());
    // The page before the second one is the first one, and has one address.
    let is_second = around.start.is_some_and(|start| start <= i64::from(query.limit));
    let previous = around.previous.map(|cursor| if is_second { first.clone() } else { at(cursor) });
    let far = previous.is_some() && !is_second;
    let next = around.next.map(at);
    let sizes = SIZES.into_iter().map(|limit| {
        let href = list_href(LeadQuery { limit, ..query.first_page() });
        let current = (limit == query.limit).then_some("true");
        view! { <a class="page-size" href=href aria-current=current>{limit}</a> }
    });
    view! {
        <nav class="pager" aria-label="Pages">
            <span class="faint">"Rows"</span>{sizes.collect_view()}
            <span class="grow"></span>
            <span class="faint num">
                {range.map(|range| view! { {range}{dynamic(move || total.get().map(|total| format!(" of {}", format::count(total))))} })}
            </span>
            {far.then(|| view! { <a class="btn btn-small" href=first><Icon icon=lu::LuChevronsLeft />"First page"</a> })}
            {previous.map(|href| view! { <a class="btn btn-small" href=href rel="prev"><Icon icon=lu::LuChevronLeft />"Previous page"</a> })}
            {next.map(|href| view! { <a class="btn btn-small" href=href rel="next">"Next page"<Icon icon=lu::LuChevronRight /></a> })}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_it_stands() {
        let around = |start| Around { start, rows: 50, previous: None, next: None };
        assert_eq!(around(Some(0)).range().as_deref(), Some("1–50"));
        assert_eq!(around(Some(4_300)).range().as_deref(), Some("4,301–4,350"));
        assert_eq!(around(None).range(), None);
    }
}
