//! On a phone: the stages with their counts, to go from one to the next.

use domain::leads::LeadStatus;
use leptos::{ev::MouseEvent, prelude::*};

use super::state::BoardState;
use crate::{
    leads::format,
    markup::{dynamic, hear, view},
};

#[component]
pub fn Rail(state: BoardState, statuses: Memo<Vec<LeadStatus>>) -> impl IntoView {
    let count = move |status| state.heads.read().iter().find(|head| head.status == status).map(|head| head.count);
    view! {
        <nav class="rail" aria-label="Stages">
            {dynamic(move || statuses.get().into_iter().map(|status| view! {
                <a class=format!("rail-stage s-{}", status.as_str()) href=format!("#column-{}", status.as_str()) rel="external"
                    on:click=hear(move |event: MouseEvent| { event.prevent_default(); show(status) })>
                    <i aria-hidden="true"></i>{status.label()}" "<span class="num">{dynamic(move || count(status).map(format::count))}</span>
                </a>
            }).collect_view())}
        </nav>
    }
}

/// Brings a column into sight.
pub fn show(status: LeadStatus) {
    if let Some(column) = document().get_element_by_id(&format!("column-{}", status.as_str())) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_inline(web_sys::ScrollLogicalPosition::Start);
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        column.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
