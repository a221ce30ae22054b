//! Which columns the table shows, in which order and how wide.

use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    super::{address::Address, columns::Column, filters::use_show},
    resize::{WIDTHS, to_view},
};
use crate::{
    markup::{act, attr, dynamic, each, typed, view},
    ui::{self, Icon},
    viewer::use_role,
};

type Chosen = Vec<(Column, Option<u16>)>;

/// What the chooser works on. Cheap to copy.
#[derive(Clone, Copy)]
struct Choosing {
    chosen: Memo<Chosen>,
    set: Callback<Chosen>,
}

/// Inside the columns' popover: ticked ones first, in their order.
#[component]
pub fn Chooser(address: Memo<Address>) -> impl IntoView {
    let role = use_role();
    let show = use_show();
    let set = Callback::new(move |columns: Chosen| {
        let next = Address { columns: to_view(&columns), ..address.get_untracked() };
        show(next, true);
    });
    let choosing = Choosing { chosen: Memo::new(move |_| Column::chosen(&address.read().columns, role)), set };
    let rows = move || {
        let chosen = choosing.chosen.read();
        let is_off = |column: &Column| column.is_for(role) && !chosen.iter().any(|(other, _)| other == column);
        chosen.iter().map(|(column, _)| *column).chain(Column::ALL.into_iter().filter(is_off)).collect::<Vec<_>>()
    };
    view! {
        // By column: a row keeps its box wherever it goes.
        <ul class="columns">{each(rows, |column| column.name().to_owned(), move |column| row(choosing, column))}</ul>
        <button type="button" class="btn btn-small btn-quiet" on:click=act(move || set.run(Vec::new()))>"Back to the usual columns"</button>
    }
}

fn row(choosing: Choosing, column: Column) -> AnyView {
    let is_on = Memo::new(move |_| choosing.at(column).is_some());
    let toggle = move || {
        choosing.change(|chosen| match chosen.iter().position(|(other, _)| *other == column) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push((column, None)),
        });
    };
    view! {
        <li class="columns-row">
            <label class="choice grow">
                <input type="checkbox" prop:checked=is_on disabled=column == Column::Lead on:change=act(toggle) />{column.heading()}
            </label>
            {dynamic(move || is_on.get().then(|| placed(choosing, column)))}
        </li>
    }
}

/// How wide a column is, and where it stands.
fn placed(choosing: Choosing, column: Column) -> AnyView {
    let resize = move |text: String| {
        let wide = text.parse::<u16>().ok().map(|wide| wide.clamp(*WIDTHS.start(), *WIDTHS.end()));
        choosing.change(|chosen| {
            if let Some(one) = chosen.iter_mut().find(|(other, _)| *other == column) {
                one.1 = wide;
            }
        });
    };
    let name = column.heading();
    let width = move || {
        let chosen = choosing.chosen.read();
        chosen.iter().find(|(other, _)| *other == column).and_then(|(_, width)| *width).unwrap_or(column.width())
    };
    let is_first = move || choosing.at(column) == Some(0);
    let is_last = move || choosing.at(column).is_none_or(|at| at + 1 == choosing.chosen.read().len());
    let id = move |way: &str| format!("column-{}-{way}", column.name());
    view! {
        <input class="input columns-width" type="number" min=*WIDTHS.start() max=*WIDTHS.end() step="10"
            aria-label=format!("Width of {name}") prop:value=attr(move || width().to_string()) on:change:target=typed(resize) />
        <button type="button" id=id("left") class="icon-button" aria-label=format!("Move {name} left") disabled=attr(is_first)
            on:click=act(move || choosing.shift(column, -1, id("left")))><Icon icon=lu::LuArrowUp /></button>
        <button type="button" id=id("right") class="icon-button" aria-label=format!("Move {name} right") disabled=attr(is_last)
            on:click=act(move || choosing.shift(column, 1, id("right")))><Icon icon=lu::LuArrowDown /></button>
    }
}

impl Choosing {
    /// Where the column stands; none when it is not shown.
    fn at(self, column: Column) -> Option<usize> {
        self.chosen.read().iter().position(|(other, _)| *other == column)
    }

    fn change(self, change: impl FnOnce(&mut Chosen)) {
        let mut next = self.chosen.get_untracked();
        change(&mut next);
        self.set.run(next);
    }

    /// Moves the column by one place. The row that moves loses the focus, and its button gets it back.
    fn shift(self, column: Column, by: isize, button: String) {
        self.change(|chosen| {
            let at = chosen.iter().position(|(other, _)| *other == column);
            let to = at.and_then(|at| at.checked_add_signed(by)).filter(|to| *to < chosen.len());
            if let (Some(at), Some(to)) = (at, to) {
                chosen.swap(at, to);
            }
        });
        request_animation_frame(move || ui::focus(&format!("#{button}")));
    }
}
