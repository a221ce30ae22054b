//! The rows, and headings that sort. One listener serves all cells; what editing takes is loaded apart.

use std::sync::Arc;

use domain::{
    LeadId,
    leads::{LeadQuery, SortField, SortKey},
    users::Role,
};
use icondata_lu as lu;
use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast};

use super::{
    address::{Address, with_query},
    columns::Column,
    format::Today,
    grid::{Cell, Grid, Row},
};
use crate::{
    location::{Way, use_location},
    markup::{act, each, hear, view},
    ui::{EmptyState, Icon},
    viewer::{Session, use_session, use_today},
};

/// The columns as they stand, with the widths people gave them.
type Columns = Vec<(Column, Option<u16>)>;

/// One page of leads.
#[component]
pub fn LeadTable(grid: Grid, address: Address) -> impl IntoView {
    let session = use_session();
    let role = session.with_value(|session| session.user.role);
    let columns = Column::chosen(&address.columns, role);
    let headings = columns.iter().map(|(column, _)| heading(*column, &address)).collect_view();
    let widths = widths(&columns, role);
    let today = use_today();
    // Counted, not stored with this component: while another page of the list is on its way these rows still stand, and
    // their leads may change.
    let place = Arc::new(Place { session, columns, today, list: address.to_query(), role });
    // Rows that stay when a list loads again are not drawn anew; under other columns or another address they are.
    let list = address.to_query();
    let whole = move || grid.rows.with(|rows| rows.iter().all(|row| grid.selected.read().contains(row.id)));
    view! {
        <div class="card table-card">
            <table class="table" on:click=hear(move |event| open_cell(grid, role, &event))>
                {widths}
                <thead><tr>
                    {may_select(role).then(|| view! {
                        <th scope="col" class="c-select">
                            <label class="pick"><input type="checkbox" aria-label="Select all on this page"
                                prop:checked=whole on:change=act(move || grid.toggle_page()) /></label>
                        </th>
                    })}
                    {headings}
                </tr></thead>
                <tbody>
                    {each(move || grid.rows.get(), move |row| format!("{} {list}", row.id), move |row| table_row(grid, row, place.clone()))}
                </tbody>
            </table>
        </div>
    }
}

/// What every row needs to be drawn.
struct Place {
    session: StoredValue<Session>,
    columns: Columns,
    today: ReadSignal<Today>,
    list: String,
    role: Role,
}

fn table_row(grid: Grid, row: Row, place: Arc<Place>) -> AnyView {
    let id = row.id;
    let name = row.lead.read_untracked().name.clone();
    let selected = move || grid.selected.read().contains(id);
    // What stands in a cell follows the lead; the cell and the link in it stay, and with them the focus.
    let cell = |column: Column| {
        let (lead, place) = (row.lead.clone(), place.clone());
        let editable = column.is_editable(place.role).then(|| column.name());
        let href = (column == Column::Lead).then(|| lead_href(id, &place.list));
        let inside = move || {
            let lead = lead.read();
            place.session.with_value(|session| column.cell(&lead, session, place.today))
        };
        let inside = match href {
            Some(href) => view! { <a class="lead-name" href=href>{inside}</a> },
            None => inside.into_any(),
        };
        view! { <td class=column.class() data-col=editable tabindex="-1">{inside}</td> }
    };
    let cells = place.columns.iter().map(|(column, _)| cell(*column)).collect::<Vec<_>>();
    view! {
        <tr data-lead=id.0 class:selected=selected>
            {may_select(place.role).then(|| view! {
                <td class="c-select"><label class="pick"><input type="checkbox" aria-label=format!("Select {name}")
                    prop:checked=selected on:change=act(move || grid.toggle(id)) /></label></td>
            })}
            {cells}
            <td class="c-tools">{tools(grid, &row, &place)}</td>
        </tr>
    }
}

/// What a thumb reaches for on a phone's card: call, note, status.
fn tools(grid: Grid, row: &Row, place: &Place) -> impl IntoView + use<> {
    let (id, lead) = (row.id, row.lead.clone());
    let name = lead.read_untracked().name.clone();
    let note = format!("{}#note", lead_href(id, &place.list));
    let is_shown = place.columns.iter().any(|(column, _)| *column == Column::Status);
    let moves = is_shown && Column::Status.is_editable(place.role);
    let call = format!("Call {name}");
    let phone =
        move || {
            let phone = lead.read().phone.clone();
            phone.map(|phone| view! {
            <a class="icon-button" href=format!("tel:{phone}") aria-label=call.clone()><Icon icon=lu::LuPhone /></a>
        })
        };
    view! {
        {phone}
        <a class="icon-button" href=note aria-label=format!("Write a note on {name}")><Icon icon=lu::LuNotebookPen /></a>
        {moves.then(|| view! {
            <button type="button" class="icon-button" aria-label=format!("Change the status of {name}")
                on:click=act(move || grid.open.set(Some(Cell { lead: id, column: Column::Status })))><Icon icon=lu::LuArrowRightLeft /></button>
        })}
    }
}

/// A click into a cell opens it for editing, unless it meant what stands in there.
fn open_cell(grid: Grid, role: Role, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return };
    if matches!(target.closest("a, button, input, label"), Ok(Some(_)) | Err(_)) {
        return;
    }
    if let Some(cell) = cell_of(&target, role) {
        grid.open.set(Some(cell));
    }
}

/// The editable cell around an element.
pub fn cell_of(element: &web_sys::Element, role: Role) -> Option<Cell> {
    let cell = element.closest("td[data-col]").ok()??;
    let lead = cell.closest("tr[data-lead]").ok()??.get_attribute("data-lead")?.parse().ok()?;
    let column = Column::named(&cell.get_attribute("data-col")?)?;
    column.is_editable(role).then_some(Cell { lead, column })
}

/// Whether there is anything that the role does with several leads at once.
pub fn may_select(role: Role) -> bool {
    role != Role::Engineer
}

/// Fixed widths: nothing moves while rows come and go.
fn widths(columns: &[(Column, Option<u16>)], role: Role) -> impl IntoView + use<> {
    let each = columns.iter().map(|(column, width)| {
        view! { <col style=format!("width:{}px", width.unwrap_or(column.width())) /> }
    });
    let select = may_select(role).then(|| view! { <col class="c-select" style="width:40px" /> });
    view! { <colgroup>{select}{each.collect_view()}</colgroup> }
}

/// A heading is a link to the list sorted by it: a click sorts ascending, then descending, then not. With Shift the
/// key is added behind the others.
fn heading(column: Column, address: &Address) -> AnyView {
    let name = column.name();
    let Some(field) = column.sort() else {
        return view! { <th scope="col" class=column.class() data-heading=name>{column.heading()}</th> };
    };
    let query = &address.query;
    let place = query.sort.iter().position(|key| key.field == field);
    let now = place.map(|at| query.sort[at].descending);
    let sorted = |add| LeadQuery { sort: next_sort(&query.sort, field, add), ..query.first_page() };
    let (href, added) = (address.with(sorted(false)).href(), address.with(sorted(true)).href());
    let location = use_location();
    let add = move |event: MouseEvent| {
        if event.shift_key() {
            event.prevent_default();
            location.go(&added, Way::Link);
        }
    };
    let (order, icon) = match now {
        None => ("none", None),
        Some(false) => ("ascending", Some(lu::LuArrowUp)),
        Some(true) => ("descending", Some(lu::LuArrowDown)),
    };
    // With several keys, each heading says which it is.
    let nth = place.filter(|_| query.sort.len() > 1).map(|at| view! { <sup>{at + 1}</sup> });
    view! {
        <th scope="col" class=column.class() aria-sort=order data-heading=name>
            <a href=href on:click=hear(add)>{column.heading()}{icon.map(|icon| view! { <Icon icon /> })}{nth}</a>
        </th>
    }
}

fn next_sort(sort: &[SortKey], field: SortField, add: bool) -> Vec<SortKey> {
    let next = match sort.iter().find(|key| key.field == field).map(|key| key.descending) {
        None => Some(SortKey { field, descending: false }),
        Some(false) => Some(SortKey { field, descending: true }),
        Some(true) => None,
    };
    if !add {
        return next.into_iter().collect();
    }
    let mut keys: Vec<SortKey> = sort.to_vec();
    match (keys.iter().position(|key| key.field == field), next) {
        (Some(at), Some(next)) => keys[at] = next,
        (Some(at), None) => drop(keys.remove(at)),
        (None, next) => keys.extend(next),
    }
    keys.truncate(3);
    keys
}

/// A lead's own address over this list.
pub fn lead_href(id: LeadId, list: &str) -> String {
    with_query(&format!("/leads/{id}"), list)
}

/// Why there is no row.
#[component]
pub fn NoLeads(address: Address) -> impl IntoView {
    if address.query.filter.is_empty() && address.query.cursor.is_none() {
        let may_create = use_session().with_value(|session| session.user.role != Role::Engineer);
        let text = if may_create {
            "Leads you create, import or are given appear here."
        } else {
            "Leads appear here when they are won and you are chosen to deliver them."
        };
        return view! {
            <EmptyState icon=lu::LuInbox title="No leads yet" text=text.to_owned()>
                {may_create.then(|| view! { <a class="btn btn-primary" href="/leads/new"><Icon icon=lu::LuPlus />"New lead"</a><a class="btn" href="/imports"><Icon icon=lu::LuUpload />"Import a file"</a> })}
            </EmptyState>
        };
    }
    let all = address.with(LeadQuery { filter: Default::default(), ..address.query.first_page() }).href();
    view! {
        <EmptyState icon=lu::LuSearchX title="No lead matches these filters" text="Take away a condition, or start over.".to_owned()>
            <a class="btn" href=all>"Clear all"</a>
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(text: &str, field: SortField, add: bool) -> String {
        let sort: Vec<SortKey> = text.split(',').filter(|s| !s.is_empty()).map(|s| s.parse().unwrap()).collect();
        next_sort(&sort, field, add).iter().map(SortKey::to_string).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_heading_goes_up_down_and_off() {
        assert_eq!(sorted("", SortField::Name, false), "name");
        assert_eq!(sorted("name", SortField::Name, false), "-name");
        assert_eq!(sorted("-name", SortField::Name, false), "");
        assert_eq!(sorted("-value", SortField::Name, false), "name");
    }

    #[test]
    fn shift_adds_a_key_behind_the_others() {
        assert_eq!(sorted("-value", SortField::Name, true), "-value,name");
        assert_eq!(sorted("-value,name", SortField::Value, true), "name");
    }
}
