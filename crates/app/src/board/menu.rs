//! "Move to…": the board without dragging.

use domain::{LeadId, leads::LeadStatus};
use leptos::prelude::*;

use super::{
    moving::{card, drop_at},
    state::{BoardState, Spot, title},
};
use crate::ui::{Dialog, focus_after_dialog};

use crate::markup::{act, view};

#[component]
pub fn Menu(state: BoardState, id: LeadId) -> impl IntoView {
    let Some(lead) = state.grid.lead(id) else { return ().into_any() };
    let close = Callback::new(move |()| state.menu.set(None));
    let go = move |spot: Spot| {
        close.run(());
        drop_at(state, id, spot);
        // In its new place it is another one to the browser.
        focus_after_dialog(card(id));
    };
    let cards = state.cards(lead.status);
    let at = cards.iter().position(|one| one.id == id);
    let is_first = at == Some(0);
    let is_last = at.is_some_and(|at| at + 1 == cards.len());
    let last = cards.last().map(|one| one.id);
    let status = lead.status;
    view! {
        <Dialog title=format!("Move {}", title(&lead)) small=true on_close=close>
            <ul class="stages">
                {LeadStatus::ALL.map(|to| view! {
                    <li><button type="button" class="menu-item" disabled=to == status aria-current=(to == status).then_some("true")
                        on:click=act(move || go(Spot { status: to, after: None }))>
                        <span class=format!("badge s-{}", to.as_str())><i></i>{to.label()}</span>
                        {(to == status).then(|| view! { <span class="faint">"is here"</span> })}
                    </button></li>
                }).collect_view()}
            </ul>
            <ul class="stages stages-line">
                <li><button type="button" class="menu-item" disabled=is_first on:click=act(move || go(Spot { status, after: None }))>"To the top of this column"</button></li>
                <li><button type="button" class="menu-item" disabled=is_last on:click=act(move || go(Spot { status, after: last }))>"Below the cards shown here"</button></li>
            </ul>
        </Dialog>
    }
}
