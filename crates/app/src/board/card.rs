//! One lead on the board.

use domain::leads::{Lead, LeadPriority};
use icondata_lu as lu;
use leptos::prelude::*;
use time::Duration;

use super::state::{BoardState, title};
use crate::{
    leads::{format, grid::Row},
    markup::{act, attr, view},
    ui::{Avatar, Icon},
};

#[component]
pub fn Card(state: BoardState, row: Row, is_over: Signal<bool>) -> impl IntoView {
    let (id, lead) = (row.id, row.lead.clone());
    let stale = {
        let lead = lead.clone();
        move || is_stale(state, &lead.read())
    };
    let inside = move || inside(state, &lead.read());
    let is_lifted = move || state.lifted.get() == Some(id);
    let name = row.lead.clone();
    let moves = state.may_move.then(|| {
        let label = move || format!("Move {}", title(&name.read()));
        view! {
            <button type="button" class="icon-button card-menu" aria-label=label aria-haspopup="dialog" aria-keyshortcuts="M"
                on:click=act(move || state.menu.set(Some(id)))><Icon icon=lu::LuEllipsisVertical /></button>
        }
    });
    view! {
        <li class="k" tabindex="0" data-lead=id.0 class:k-stale=stale class:k-lifted=is_lifted class:drop-below=is_over
            class:k-moving=attr(move || state.is_moving(id))>
            {inside}
            {moves}
        </li>
    }
}

fn inside(state: BoardState, lead: &Lead) -> impl IntoView + use<> {
    let (value, product, agent) = state.session.with_value(|session| {
        let product = lead.assigned_product.or(lead.products.first().copied());
        (
            lead.value.map(|value| format::money(value, &session.currency)),
            product.and_then(|id| session.product(id)).map(str::to_owned),
            lead.assigned_to.and_then(|id| session.person(id)).map(|person| person.name.clone()),
        )
    });
    let contact =
        if lead.company.is_some() { Some(lead.name.clone()) } else { lead.email.clone().or(lead.phone.clone()) };
    let href = state.address.read_untracked().lead(lead.id);
    let urgent = lead.priority == LeadPriority::High;
    view! {
        <div class="row">
            <a class="k-title grow" href=href draggable="false">{title(lead)}</a>
            {urgent.then(|| view! { <span class="k-high" title="High priority"><Icon icon=lu::LuChevronsUp /><span class="sr-only">"High priority"</span></span> })}
            <span class="num k-value">{value}</span>
        </div>
        <div class="row faint k-second">
            <span class="grow cut">{contact}</span>
            <span class="num" title="Days in this stage">{format!("{} d", days(state, lead))}</span>
        </div>
        <div class="row">
            {product.map(|product| view! { <span class="tag">{product}</span> })}
            <span class="grow"></span>
            {follow_up(state, lead)}
            {agent.map(|name| view! { <span title=name.clone()><Avatar name=name.clone() /><span class="sr-only">{name.clone()}</span></span> })}
        </div>
    }
}

/// Red when overdue, green today, grey later, and yellow where an open lead has none.
fn follow_up(state: BoardState, lead: &Lead) -> AnyView {
    match lead.follow_up_at {
        Some(at) if !lead.status.is_closed() => {
            let (words, class) = state.today.read().follow_up(at);
            view! { <span class=format!("k-due {class}")>{words}</span> }
        }
        None if !lead.status.is_closed() => view! {
            <span class="k-light" title="No follow-up set"><span class="sr-only">"No follow-up set"</span></span>
        },
        _ => ().into_any(),
    }
}

fn days(state: BoardState, lead: &Lead) -> i64 {
    let today = state.today.read();
    (today.today() - today.day(lead.stage_entered_at)).whole_days().max(0)
}

/// It has stood still for longer than its stage should take.
fn is_stale(state: BoardState, lead: &Lead) -> bool {
    lead.status
        .stale_after_days()
        .is_some_and(|most| state.today.read().now - lead.stage_entered_at > Duration::days(most))
}
