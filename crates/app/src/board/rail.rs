//! On a phone: the stages with their counts, to go from one to the next.

use domain::leads::LeadStatus;
use leptos::{
    ev::{Event, MouseEvent},
    prelude::*,
    wasm_bindgen::JsCast,
};

use super::state::BoardState;
use crate::{
    leads::format,
    markup::{attr, dynamic, hear, view},
};

/// `at`: which of the columns is in sight.
#[component]
pub fn Rail(state: BoardState, statuses: Memo<Vec<LeadStatus>>, at: RwSignal<usize>) -> impl IntoView {
    let here = Memo::new(move |_| statuses.read().get(at.get()).copied());
    Effect::new(move || {
        if let Some(status) = here.get() {
            bring(&format!(".rail-stage.s-{}", status.as_str()), web_sys::ScrollLogicalPosition::Nearest);
        }
    });
    let count = move |status| state.heads.read().iter().find(|head| head.status == status).map(|head| head.count);
    view! {
        <nav class="rail" aria-label="Stages">
            {dynamic(move || statuses.get().into_iter().map(|status| view! {
                <a class=format!("rail-stage s-{}", status.as_str()) href=format!("#column-{}", status.as_str()) rel="external"
                    aria-current=attr(move || (here.get() == Some(status)).then_some("true"))
                    on:click=hear(move |event: MouseEvent| { event.prevent_default(); show(status) })>
                    <i aria-hidden="true"></i>{status.label()}" "<span class="num">{dynamic(move || count(status).map(format::count))}</span>
                </a>
            }).collect_view())}
        </nav>
    }
}

/// Brings a column into sight; its stage on the rail follows.
pub fn show(status: LeadStatus) {
    bring(&format!("#column-{}", status.as_str()), web_sys::ScrollLogicalPosition::Start);
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

/// Which of so many columns is in sight, as far as the board was swiped.
pub fn in_sight(swiped: &Event, columns: usize) -> Option<usize> {
    let board = swiped.target()?.dyn_into::<web_sys::Element>().ok()?;
    let swiped = f64::from(board.scroll_left()) / f64::from(board.scroll_width().max(1));
    // Never negative: where one may pull further than to the first, it is the first.
    Some((swiped * columns as f64).round().max(0.0) as usize)
}

fn bring(selector: &str, inline: web_sys::ScrollLogicalPosition) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_inline(inline);
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
