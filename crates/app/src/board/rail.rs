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

/// Brings a column into sight, and its stage on the rail.
pub fn show(status: LeadStatus) {
    let name = status.as_str();
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    for (selector, inline) in [
        (format!(".rail-stage.s-{name}"), web_sys::ScrollLogicalPosition::Nearest),
        (format!("#column-{name}"), web_sys::ScrollLogicalPosition::Start),
    ] {
        options.set_inline(inline);
        if let Ok(Some(element)) = document().query_selector(&selector) {
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}

/// Where one column is seen at a time, and nothing is in the first: the first one that has something.
pub fn show_first(state: BoardState) {
    let rail = document().query_selector(".rail").ok().flatten();
    let first = state.heads.with_untracked(|heads| {
        let at = heads.iter().position(|head| head.count > 0).filter(|at| *at > 0)?;
        heads.get(at).map(|head| head.status)
    });
    if let Some(status) = first.filter(|_| rail.is_some_and(|rail| rail.client_width() > 0)) {
        show(status);
    }
}
