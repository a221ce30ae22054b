//! From the page's markup to a board that is alive, and the dialogs over it.

use std::time::Duration;

use domain::leads::{Board, LeadStatus};
use leptos::{
    ev::{MouseEvent, PointerEvent},
    portal::Portal,
    prelude::*,
    task::spawn_local,
};

use super::{
    PLACE, SUMMARY, announce,
    column::{Column, rest_of},
    drag, keys,
    menu::Menu,
    moving, others,
    rail::{self, Rail},
    server_fns::load_board,
    state::BoardState,
    winning::Winning,
};
use crate::{
    UiError,
    leads::{NoLeads, address::use_address, desk::panel_in_place, format, losing::Losing, server_fns::list_leads},
    markup::{attr, dynamic, each, hear, view},
    ui::{ErrorState, focus_after_dialog, served},
    wire,
};

/// How long to wait before a board is loaded again that changed while it was being loaded.
const SETTLE: Duration = Duration::from_secs(1);

/// The board in the browser.
#[component]
pub fn Live() -> impl IntoView {
    let address = use_address();
    let state = BoardState::new(address);
    let seeded = StoredValue::new(false);
    served::take_over(PLACE, |seed, _| {
        if let Ok(board) = wire::read::<Board>(seed.as_bytes()) {
            state.show(board);
            seeded.set_value(true);
        }
    });
    let asked = Memo::new(move |_| address.read().list());
    let shown = StoredValue::new(None::<String>);
    if seeded.get_value() {
        shown.set_value(Some(asked.get_untracked()));
    }
    let loads = StoredValue::new(0u32);
    let load = move || {
        let list = asked.get_untracked();
        loads.update_value(|loads| *loads += 1);
        let (load, patched) = (loads.get_value(), state.patched.get_value());
        // As many cards as were there, of the same list.
        let loaded = if shown.get_value().as_ref() == Some(&list) { state.loaded() } else { Vec::new() };
        spawn_local(async move {
            let result = load_cards(&list, &loaded, state).await;
            // An answer to an older question says nothing about this board.
            if asked.try_get_untracked().as_ref() != Some(&list) || loads.get_value() != load {
                return;
            }
            match result {
                Ok(board) => {
                    state.show(board);
                    shown.set_value(Some(list));
                    // What happened while it was on its way may be in the cards and not in the heads, or the reverse.
                    if state.patched.get_value() != patched {
                        set_timeout(move || state.grid.reload(), SETTLE);
                    }
                }
                // What is there is better than nothing; it loads again with the next thing that happens.
                Err(_) if shown.get_value().as_ref() == Some(&list) => {}
                Err(error) => state.problem.set(Some(error)),
            }
        });
    };
    Effect::new(move || {
        let is_shown = shown.get_value() == Some(asked.get());
        state.grid.changed.track();
        if !(seeded.try_update_value(std::mem::take).unwrap_or_default() && is_shown) {
            load();
        }
    });
    Effect::new(move |was_there: Option<bool>| {
        let is_there = !state.heads.read().is_empty();
        if is_there && was_there != Some(true) {
            request_animation_frame(move || rail::show_first(state));
        }
        is_there
    });
    keys::listen(state);
    others::listen(state);
    let summary = document().get_element_by_id(SUMMARY);
    view! {
        {panel_in_place(address)}
        {summary.map(|mount| view! { <Portal mount>{dynamic(move || words(state))}</Portal> })}
        {dynamic(move || match state.problem.get() {
            Some(error) => view! { <ErrorState error retry=Callback::new(move |()| state.grid.reload()) /> },
            None => view! { <Shown state /> },
        })}
        <Asking state />
        <announce::Region state />
    }
}

/// The board, with at least as many cards in each column as were there.
async fn load_cards(list: &str, loaded: &[(LeadStatus, usize)], state: BoardState) -> Result<Board, UiError> {
    let mut board = load_board(list.to_owned()).await?;
    for column in &mut board.columns {
        let most = loaded.iter().find(|(status, _)| *status == column.status).map_or(0, |(_, count)| *count);
        while let Some(cursor) = column.next_cursor.take_if(|_| column.leads.len() < most) {
            let missing = u16::try_from(most - column.leads.len()).unwrap_or(u16::MAX);
            let query = state.address.try_get_untracked();
            let query = query.map(|address| rest_of(&address.query, column.status, cursor, missing));
            let Some(query) = query else { return Ok(board) };
            let page = list_leads(query.to_query()).await?;
            column.leads.extend(page.items);
            column.next_cursor = page.next_cursor;
        }
    }
    Ok(board)
}

/// What a drop on won or lost asks, and the menu of a card.
#[component]
fn Asking(state: BoardState) -> impl IntoView {
    let close = Callback::new(move |()| {
        let card = state.asked.get_untracked().map(|asked| moving::card(asked.lead.id));
        state.asked.set(None);
        card.into_iter().for_each(focus_after_dialog);
    });
    view! {
        {dynamic(move || state.menu.get().map(|id| view! { <Menu state id /> }))}
        {dynamic(move || state.asked.get().map(|asked| match asked.spot.status {
            LeadStatus::Lost => {
                let lost = Callback::new(move |reason| moving::lose(state, &asked, reason));
                view! { <Losing on_lost=lost on_close=close /> }
            }
            LeadStatus::Won => view! { <Winning state asked on_close=close /> },
            // These ask nothing.
            LeadStatus::New
            | LeadStatus::Contacted
            | LeadStatus::Qualified
            | LeadStatus::Proposal
            | LeadStatus::Negotiation => ().into_any(),
        }))}
    }
}

/// The columns, or that the filter leaves nothing to put into them.
#[component]
fn Shown(state: BoardState) -> impl IntoView {
    let is_filtered = move || !state.address.read().query.filter.is_empty();
    let matches_nothing = Memo::new(move |_| {
        is_filtered() && state.heads.with(|heads| !heads.is_empty() && heads.iter().all(|head| head.count == 0))
    });
    dynamic(move || match matches_nothing.get() {
        true => view! { <NoLeads address=state.address.get() /> },
        false => view! { <Columns state /> },
    })
}

/// All columns side by side; on a phone one at a time, with a rail to go from one to the next.
#[component]
fn Columns(state: BoardState) -> impl IntoView {
    let statuses = Memo::new(move |_| state.heads.read().iter().map(|head| head.status).collect::<Vec<_>>());
    // Nothing can be taken hold of before the page is alive.
    let hands = (!cfg!(feature = "ssr")).then(|| drag::Hands::new(state));
    let with = move |act: fn(drag::Hands, &PointerEvent)| {
        hear(move |event: PointerEvent| {
            if let Some(hands) = hands {
                act(hands, &event);
            }
        })
    };
    let at = RwSignal::new(0);
    let swiped = move |event| {
        if let Some(now) = rail::in_sight(&event, statuses.read_untracked().len()) {
            at.set(now);
        }
    };
    view! {
        <Rail state statuses at />
        <div class="board" class:board-lifted=attr(move || state.lifted.read().is_some())
            on:scroll=hear(swiped) on:pointerdown=with(drag::Hands::down) on:pointermove=with(drag::Hands::moved)
            on:pointerup=with(drag::Hands::up) on:pointercancel=with(|hands, _| hands.let_go())
            on:contextmenu=hear(move |event: MouseEvent| if hands.is_some_and(drag::Hands::is_busy) { event.prevent_default() })
            on:click:capture=hear(move |event| if let Some(hands) = hands { hands.clicked(&event) })>
            {each(move || statuses.get(), |status| status.as_str().to_owned(), move |status| view! { <Column state status /> })}
        </div>
    }
}

/// `1,002 open · $8.1M · weighted $2.9M`
fn words(state: BoardState) -> String {
    let heads = state.heads.read();
    let open = || heads.iter().filter(|head| !head.status.is_closed());
    let mut words = vec![format!("{} open", format::count(open().map(|head| head.count).sum()))];
    let cents = open().map(|head| head.value.map(|value| value.cents())).sum::<Option<i64>>();
    if let Some(cents) = cents {
        let weighted = open().filter_map(|head| Some(head.value?.cents() / 100 * i64::from(head.status.odds()))).sum();
        let short = |cents| state.session.with_value(|session| format::short_money(cents, &session.currency));
        words.push(short(cents));
        words.push(format!("weighted {}", short(weighted)));
    }
    words.join(" · ")
}

/// The board as it is sent: cards are links, and what it was made from comes along.
#[cfg(feature = "ssr")]
pub fn markup(loaded: Result<Board, UiError>) -> String {
    let state = BoardState::new(use_address());
    match loaded {
        Ok(board) => {
            let seed = serde_json::to_string(&board).map(|json| served::seed(PLACE, &json)).unwrap_or_default();
            state.show(board);
            view! { <Shown state /> }.to_html() + &seed
        }
        Err(error) => view! { <ErrorState error retry=Callback::new(|()| ()) /> }.to_html(),
    }
}
