//! Dragging a heading's right edge makes its column wider or narrower; the width then stands in the address.

use domain::views::ViewColumn;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlElement, PointerEvent};

use super::super::{address::Address, columns::Column};
use crate::viewer::use_role;

/// CSS pixels from a heading's right edge that take hold of it.
const EDGE: f64 = 8.0;
/// CSS pixels of the narrowest and the widest column.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 60..=600;

/// A heading that is being dragged.
#[derive(Clone, PartialEq)]
struct Drag {
    column: Column,
    from_x: f64,
    width: f64,
    now: u16,
}

/// Listens for as long as the page is there.
pub fn listen(address: Memo<Address>, show: impl Fn(Address, bool) + Clone + 'static) {
    let role = use_role();
    let drag = StoredValue::new_local(None::<Drag>);
    let down = window_event_listener(ev::pointerdown, move |event| {
        if let Some((column, width)) = edge(&event) {
            event.prevent_default();
            drag.set_value(Some(Drag { column, from_x: f64::from(event.client_x()), width, now: 0 }));
        }
    });
    let moved = window_event_listener(ev::pointermove, move |event| {
        drag.update_value(|drag| {
            let Some(drag) = drag else { return };
            let wide = (drag.width + f64::from(event.client_x()) - drag.from_x).round();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a column's width")]
            let wide = wide.clamp(f64::from(*WIDTHS.start()), f64::from(*WIDTHS.end())) as u16;
            drag.now = wide;
            set_width(drag.column, wide);
        });
    });
    let up = window_event_listener(ev::pointerup, move |_| {
        let Some(drag) = drag.try_update_value(Option::take).flatten().filter(|drag| drag.now > 0) else { return };
        let mut next = address.get_untracked();
        let mut columns = Column::chosen(&next.columns, role);
        if let Some((_, width)) = columns.iter_mut().find(|(column, _)| *column == drag.column) {
            *width = Some(drag.now);
        }
        next.columns = to_view(&columns);
        show(next, true);
    });
    // A drag ends with a click on the heading, which is a link.
    on_cleanup(move || {
        down.remove();
        moved.remove();
        up.remove();
    });
}

/// As an address and a view keep them.
pub fn to_view(columns: &[(Column, Option<u16>)]) -> Vec<ViewColumn> {
    columns.iter().map(|(column, width)| ViewColumn { name: column.name().into(), width: *width }).collect()
}

/// The column whose edge is under the pointer, and how wide it is.
fn edge(event: &PointerEvent) -> Option<(Column, f64)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let heading = target.closest("th[data-heading]").ok()??;
    let area = heading.get_bounding_client_rect();
    let column = Column::named(&heading.get_attribute("data-heading")?)?;
    (area.right() - f64::from(event.client_x()) <= EDGE).then_some((column, area.width()))
}

fn set_width(column: Column, width: u16) {
    let selector = format!("th[data-heading='{}']", column.name());
    let Some(heading) = super::keys::find(&selector) else { return };
    let mut index = 0;
    let mut before = heading.previous_element_sibling();
    while let Some(element) = before {
        index += 1;
        before = element.previous_element_sibling();
    }
    let cols = document().query_selector_all(".table col").ok();
    let col = cols.and_then(|cols| cols.item(index)).and_then(|col| col.dyn_into::<HtmlElement>().ok());
    if let Some(col) = col {
        let _ = col.set_attribute("style", &format!("width:{width}px"));
    }
}
