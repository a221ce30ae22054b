//! A value that becomes a field: by a click anywhere on it, or with its button.

use icondata_lu as lu;
use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast};

use super::{
    control::{Editing, Opened},
    words::label,
    work::Work,
};
use crate::{
    leads::{
        cells::LeadField,
        columns::Column,
        writing::{Part, Writing},
    },
    markup::{dynamic, hear, view},
    ui::Icon,
};

/// A line of the field list: its name, and its value or its field.
#[component]
pub fn FieldRow(
    work: Work,
    of: LeadField,
    #[prop(optional)] title: Option<&'static str>,
    #[prop(into)] value: Signal<Option<AnyShown>>,
    #[prop(default = "—")] nothing: &'static str,
) -> impl IntoView {
    let title = title.unwrap_or_else(|| label(of.field()));
    view! {
        <dt>{title}</dt>
        <dd data-row=of.field()>
            <Editable work of title>
                {dynamic(move || match value.get() {
                    Some(shown) => shown.view(work),
                    None => view! { <span class="faint">{nothing}</span> },
                })}
            </Editable>
        </dd>
    }
}

/// What a row shows.
#[derive(Clone, PartialEq)]
pub enum AnyShown {
    Words(String),
    Classed(String, &'static str),
    Lines(String),
    Link(&'static str, String),
    /// As a cell of the table shows it.
    Cell(Column),
}

impl AnyShown {
    fn view(self, work: Work) -> AnyView {
        match self {
            AnyShown::Words(text) => view! { <span>{text}</span> },
            AnyShown::Classed(text, class) => view! { <span class=class>{text}</span> },
            AnyShown::Lines(text) => view! { <span class="lines">{text}</span> },
            AnyShown::Link(scheme, address) => {
                let (href, whole) = (format!("{scheme}{address}"), address.clone());
                view! { <a class="link-quiet" href=href title=whole>{address}</a> }
            }
            AnyShown::Cell(column) => {
                let lead = work.lead.read();
                work.session.with_value(|session| column.cell(&lead, session, work.today))
            }
        }
    }
}

/// The value with its button, or the field in its place.
#[component]
pub fn Editable(work: Work, of: LeadField, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let editing = Editing::new();
    let may = Memo::new(move |_| work.may(of.field()));
    let open = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_link = target.is_some_and(|target| !matches!(target.closest("a"), Ok(None)));
        if may.get_untracked() && !is_link {
            editing.open(work);
        }
    };
    dynamic(move || {
        if editing.is_open.get() && work.can_open.get() {
            return view! { <Writing part=Part::Control(work, title, Opened::Field(of, editing)) /> };
        }
        view! {
            <div class="value" class:value-open=may on:click=hear(open)>
                {children()}
                {dynamic(move || may.get().then(|| view! {
                    <button type="button" class="value-edit" aria-label=format!("Edit {title}")><Icon icon=lu::LuPencil /></button>
                }))}
            </div>
        }
    })
}
