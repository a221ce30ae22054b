//! The keyboard: rows, cells, and the shortcuts of the page.

use domain::{LeadId, users::Role};
use leptos::{ev, ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlElement};

use super::super::{
    choose::Move,
    grid::{Cell, Grid},
    table::{cell_of, may_select},
};
use crate::{
    location::{Way, use_location},
    ui,
    viewer::use_role,
};

/// The first element the selector finds.
pub fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// Listens for as long as the page is there.
pub fn listen(grid: Grid, help: RwSignal<bool>) {
    let location = use_location();
    let role = use_role();
    let new_lead = move || {
        if let Some(link) = find("a[data-new-lead]").and_then(|link| link.get_attribute("href")) {
            location.go(&link, Way::Over);
        }
    };
    let visits = window_event_listener(ev::focusin, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(id) = target.as_ref().and_then(row_of).as_ref().and_then(lead_of) {
            let _ = grid.visited.try_set_value(Some(id));
        }
    });
    let handle = window_event_listener(ev::keydown, move |event| {
        if is_elsewhere(&event) {
            return;
        }
        let focus = document().active_element();
        let row = focus.as_ref().and_then(row_of);
        let cell = focus.as_ref().filter(|element| element.matches("td").unwrap_or(false));
        let is_used = match (&*event.key(), &row, cell) {
            // On from where one was, wherever one has been since.
            ("j", ..) => step(row.or_else(|| visited(grid)).as_ref(), cell, 1),
            ("k", ..) => step(row.or_else(|| visited(grid)).as_ref(), cell, -1),
            ("ArrowDown", Some(row), _) => step(Some(row), cell, 1),
            ("ArrowUp", Some(row), _) => step(Some(row), cell, -1),
            ("ArrowRight", Some(row), _) => sideways(row, cell, true),
            ("ArrowLeft", Some(row), _) => sideways(row, cell, false),
            ("Enter" | "F2", Some(_), Some(cell)) => match cell_of(cell, role) {
                Some(cell) => {
                    grid.open.set(Some(cell));
                    true
                }
                None => false,
            },
            ("e", Some(row), _) => match first_editable(row).and_then(|cell| cell_of(&cell, role)) {
                Some(cell) => {
                    grid.open.set(Some(cell));
                    true
                }
                None => false,
            },
            ("x", Some(row), _) if may_select(role) => match lead_of(row) {
                Some(id) => {
                    grid.toggle(id);
                    true
                }
                None => false,
            },
            ("Escape", ..) if !grid.selected.read_untracked().is_empty() => {
                grid.select_nothing();
                true
            }
            ("c", ..) => {
                new_lead();
                true
            }
            ("/", ..) => {
                ui::focus(".search input");
                true
            }
            ("?", ..) => {
                help.set(true);
                true
            }
            _ => false,
        };
        if is_used {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        visits.remove();
        handle.remove();
    });
}

fn row_of(element: &Element) -> Option<Element> {
    element.closest("tr[data-lead]").ok().flatten()
}

fn lead_of(row: &Element) -> Option<LeadId> {
    row.get_attribute("data-lead")?.parse().ok()
}

/// The row that had the focus last, if it is still here.
fn visited(grid: Grid) -> Option<Element> {
    find(&format!("tr[data-lead='{}']", grid.visited.get_value()?))
}

/// Back to that row, after something that had the focus is gone.
pub fn back_to_row(grid: Grid) {
    if let Some(id) = grid.visited.get_value() {
        ui::focus_if_lost(format!("tr[data-lead='{id}'] .lead-name"));
    }
}

/// Whether the key is meant for something else: a field, a dialog, a browser's own shortcut.
pub fn is_elsewhere(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let in_field = target.is_some_and(|target| {
        target
            .closest("input:not([type=checkbox]), textarea, select, [contenteditable], [popover]")
            .ok()
            .flatten()
            .is_some()
    });
    in_field || find("dialog[open], :popover-open").is_some()
}

/// To the next row or the one before, in the same column when a cell has the focus.
fn step(row: Option<&Element>, cell: Option<&Element>, by: i32) -> bool {
    let next = match (row, by) {
        (None, _) => find("tr[data-lead]"),
        (Some(row), 1) => row.next_element_sibling(),
        (Some(row), _) => row.previous_element_sibling(),
    };
    let Some(next) = next.filter(|next| next.has_attribute("data-lead")) else { return row.is_some() };
    let target = match cell {
        Some(cell) => next.children().item(index_of(cell)),
        None => next.query_selector(".lead-name").ok().flatten(),
    };
    focus(target)
}

/// To the cell beside, or from the lead's name into the cells.
fn sideways(row: &Element, cell: Option<&Element>, on: bool) -> bool {
    let from = match cell {
        Some(cell) => Some(cell.clone()),
        None => row.query_selector(".c-lead").ok().flatten(),
    };
    let Some(from) = from else { return false };
    let to = if on { from.next_element_sibling() } else { from.previous_element_sibling() };
    match to {
        Some(to) if to.matches(".c-lead").unwrap_or(false) => focus(to.query_selector("a").ok().flatten()),
        Some(to) if to.matches(".c-select").unwrap_or(false) => focus(to.query_selector("input").ok().flatten()),
        to => focus(to),
    }
}

fn focus(element: Option<Element>) -> bool {
    let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return false };
    let _ = element.focus();
    element.scroll_into_view_with_scroll_into_view_options(&{
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        options
    });
    true
}

fn index_of(cell: &Element) -> u32 {
    let mut index = 0;
    let mut before = cell.previous_element_sibling();
    while let Some(element) = before {
        index += 1;
        before = element.previous_element_sibling();
    }
    index
}

fn first_editable(row: &Element) -> Option<Element> {
    row.query_selector("td[data-col]").ok().flatten()
}

/// Closes a cell's field: on to the neighbour that can be edited, or back to the cell.
pub fn leave_cell(grid: Grid, cell: Cell, role: Role, moving: Option<Move>) {
    let selector = format!("tr[data-lead='{}'] td[data-col='{}']", cell.lead, cell.column.name());
    let td = find(&selector);
    let next = td.as_ref().zip(moving).and_then(|(td, moving)| neighbour(td, moving));
    let next = next.and_then(|td| cell_of(&td, role));
    // Whoever clicked somewhere else has the focus there already.
    let is_inside =
        document().active_element().is_some_and(|active| active.closest(".cell-editor").ok().flatten().is_some());
    grid.open.set(None);
    match next {
        // The field that closes and the one that opens are the same place in the page: one after the other.
        Some(next) => request_animation_frame(move || grid.open.set(Some(next))),
        None if is_inside => drop(focus(td)),
        None => {}
    }
}

/// The editable cell before or behind, in the next row when this one ends.
fn neighbour(td: &Element, moving: Move) -> Option<Element> {
    let beside = |td: &Element| match moving {
        Move::On => td.next_element_sibling(),
        Move::Back => td.previous_element_sibling(),
    };
    let mut at = beside(td);
    while let Some(element) = at {
        if element.has_attribute("data-col") {
            return Some(element);
        }
        at = beside(&element);
    }
    let row = td.closest("tr").ok()??;
    match moving {
        Move::On => first_editable(&row.next_element_sibling()?),
        Move::Back => {
            let cells = row.previous_element_sibling()?.query_selector_all("td[data-col]").ok()?;
            cells.item(cells.length().checked_sub(1)?)?.dyn_into().ok()
        }
    }
}
