//! Which columns the table shows, in which order and how wide.

use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    super::{address::Address, columns::Column, filters::use_show},
    resize::{WIDTHS, to_view},
};
use crate::{
    markup::{act, typed, view},
    ui::Icon,
    viewer::use_role,
};

/// Inside the columns' popover: ticked ones first, in their order.
#[component]
pub fn Chooser(address: Memo<Address>) -> impl IntoView {
    let role = use_role();
    let show = use_show();
    let set = Callback::new(move |columns: Vec<(Column, Option<u16>)>| {
        let next = Address { columns: to_view(&columns), ..address.get_untracked() };
        show(next, true);
    });
    let chosen = Memo::new(move |_| Column::chosen(&address.read().columns, role));
    let rows = move || {
        let chosen = chosen.get();
        let last = chosen.len().saturating_sub(1);
        let on = chosen.iter().enumerate().map(|(at, (column, width))| on_row(&chosen, at, last, *column, *width, set));
        let on: Vec<AnyView> = on.collect();
        let off = Column::ALL
            .into_iter()
            .filter(|column| column.is_for(role) && !chosen.iter().any(|(other, _)| other == column))
            .map(|column| off_row(&chosen, column, set));
        on.into_iter().chain(off.collect::<Vec<_>>()).collect_view()
    };
    view! {
        <ul class="columns">{rows}</ul>
        <button type="button" class="btn btn-small btn-quiet" on:click=act(move || set.run(Vec::new()))>"Back to the usual columns"</button>
    }
}

type Set = Callback<Vec<(Column, Option<u16>)>>;

fn on_row(
    chosen: &[(Column, Option<u16>)],
    at: usize,
    last: usize,
    column: Column,
    width: Option<u16>,
    set: Set,
) -> AnyView {
    let moved = |to: usize| {
        let mut next = chosen.to_vec();
        let one = next.remove(at);
        next.insert(to, one);
        next
    };
    let (up, down) = (moved(at.saturating_sub(1)), moved((at + 1).min(last)));
    let mut without = chosen.to_vec();
    without.remove(at);
    let chosen = StoredValue::new(chosen.to_vec());
    let resize = move |text: String| {
        let mut next = chosen.get_value();
        let wide = text.parse::<u16>().ok().map(|wide| wide.clamp(*WIDTHS.start(), *WIDTHS.end()));
        if let Some(one) = next.get_mut(at) {
            one.1 = wide;
        }
        set.run(next);
    };
    let name = column.heading();
    view! {
        <li class="columns-row">
            <label class="choice grow">
                <input type="checkbox" checked=true disabled=column == Column::Lead on:change=act(move || set.run(without.clone())) />{name}
            </label>
            <input class="input columns-width" type="number" min=*WIDTHS.start() max=*WIDTHS.end() step="10"
                aria-label=format!("Width of {name}") value=width.unwrap_or(column.width())
                on:change:target=typed(resize) />
            <button type="button" class="icon-button" aria-label=format!("Move {name} left") disabled={at == 0}
                on:click=act(move || set.run(up.clone()))><Icon icon=lu::LuArrowUp /></button>
            <button type="button" class="icon-button" aria-label=format!("Move {name} right") disabled={at == last}
                on:click=act(move || set.run(down.clone()))><Icon icon=lu::LuArrowDown /></button>
        </li>
    }
}

fn off_row(chosen: &[(Column, Option<u16>)], column: Column, set: Set) -> AnyView {
    let mut with = chosen.to_vec();
    with.push((column, None));
    view! {
        <li class="columns-row">
            <label class="choice grow">
                <input type="checkbox" on:change=act(move || set.run(with.clone())) />{column.heading()}
            </label>
        </li>
    }
}
