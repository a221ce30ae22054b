//! One stage: its head, its cards, and more of them as one scrolls.

use domain::{
    Cursor, LeadId,
    leads::{CARDS, LeadFilter, LeadQuery, LeadStatus, SortField, SortKey},
    paging::MAX_LIMIT,
};
use leptos::{ev::Event, prelude::*, task::spawn_local, wasm_bindgen::JsCast};

use super::{
    card::Card,
    state::{BoardState, Head, Spot},
    winning::Loads,
};
use crate::leads::{format, server_fns::list_leads};

use crate::markup::{act, attr, dynamic, each, hear, view};

/// How close to the end of a column the next cards are asked for, in CSS pixels.
const AHEAD: i32 = 400;

#[component]
pub fn Column(state: BoardState, status: LeadStatus) -> impl IntoView {
    let head = Memo::new(move |_| state.heads.read().iter().find(|head| head.status == status).cloned());
    let is_target = move || state.over.get().is_some_and(|spot| spot.status == status);
    let first = move || state.over.get() == Some(Spot { status, after: None });
    let loading = RwSignal::new(false);
    let more = move || {
        if let Some(Head { next: Some(next), .. }) = head.get_untracked().filter(|_| !loading.get_untracked()) {
            loading.set(true);
            let now = state.address.get_untracked();
            let (asked, query) = (now.list(), rest_of(&now.query, status, next, CARDS));
            spawn_local(async move {
                match list_leads(query.to_query()).await {
                    // A page of another list says nothing about this one.
                    Ok(_) if state.address.try_get_untracked().is_none_or(|now| now.list() != asked) => {}
                    Ok(page) => state.extend(status, page.items, page.next_cursor),
                    Err(error) => state.toasts.say(error.message()),
                }
                let _ = loading.try_set(false);
            });
        }
    };
    let scrolled = move |event: Event| {
        let list = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if list.is_some_and(|list| list.scroll_top() + list.client_height() + AHEAD > list.scroll_height()) {
            more();
        }
    };
    let is_filtered = move || !state.address.read().query.filter.is_empty();
    let name = status.as_str();
    let is_over = move |id: LeadId| state.over.get() == Some(Spot { status, after: Some(id) });
    view! {
        <section class=format!("column s-{name}") id=format!("column-{name}") class:column-target=is_target
            data-column=name aria-labelledby=format!("head-{name}")>
            <header class="column-head">
                <h2 id=format!("head-{name}") class=format!("badge s-{name}")><i></i>{status.label()}</h2>
                <span class="num muted">{dynamic(move || head.read().as_ref().map(|head| format::count(head.count)))}</span>
                <span class="grow"></span>
                <span class="num faint">{dynamic(move || worth(state, &head.read()))}</span>
            </header>
            {(status == LeadStatus::Won).then(|| view! { <Loads state /> })}
            <ul class="cards" class:drop-first=first on:scroll=hear(scrolled) tabindex="-1">
                {each(move || state.rows(status), |row| row.id.to_string(), move |row| {
                    let id = row.id;
                    view! { <Card state row is_over=Signal::derive(move || is_over(id)) /> }
                })}
                {dynamic(move || head.read().as_ref().is_some_and(|head| head.next.is_some()).then(|| view! {
                    <li class="cards-more"><button type="button" class="btn btn-small btn-quiet" disabled=attr(move || loading.get())
                        on:click=act(more)>"Show more"</button></li>
                }))}
                {dynamic(move || head.read().as_ref().is_some_and(|head| head.count == 0).then(|| view! {
                    <li class="cards-none faint">{if is_filtered() { "None that matches" } else { nothing(status) }}</li>
                }))}
            </ul>
        </section>
    }
}

/// The next `count` cards of a column, as a list.
pub fn rest_of(query: &LeadQuery, status: LeadStatus, next: Cursor, count: u16) -> LeadQuery {
    LeadQuery {
        filter: LeadFilter { status: vec![status], ..query.filter.clone() },
        sort: vec![SortKey { field: SortField::Position, descending: false }],
        limit: count.min(MAX_LIMIT),
        cursor: Some(next),
        offset: 0,
        total: false,
    }
}

fn worth(state: BoardState, head: &Option<Head>) -> Option<String> {
    let value = head.as_ref()?.value?;
    Some(state.session.with_value(|session| format::short_money(value.cents(), &session.currency)))
}

/// What will stand in an empty column.
fn nothing(status: LeadStatus) -> &'static str {
    match status {
        LeadStatus::New => "Leads nobody has talked to yet",
        LeadStatus::Contacted => "Leads you reached",
        LeadStatus::Qualified => "Leads with a need, a budget and a date",
        LeadStatus::Proposal => "Leads with an offer on the table",
        LeadStatus::Negotiation => "Leads that talk about terms",
        LeadStatus::Won => "Deals that are won and go to engineers",
        LeadStatus::Lost => "Deals that went elsewhere",
    }
}
