//! `view!` as this crate uses it.

use std::sync::Arc;

use leptos::{
    ev::{Event, Targeted},
    prelude::{AnyView, For, IntoAny, View},
    wasm_bindgen::JsCast,
};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

/// Leptos' own `view!`, with its type forgotten at once.
///
/// Whatever is made into a view anywhere (an option, a list, the result of a closure) is code of its own for each type
/// of view inside, and much of the browser's download was that. So a piece of markup is an `AnyView` from the start.
macro_rules! any_view {
    ($($markup:tt)*) => {
        $crate::markup::Markup::forget(leptos::view! { $($markup)* })
    };
}

/// What Leptos' `view!` makes.
pub(crate) trait Markup {
    fn forget(self) -> AnyView;
}

/// The wrapper around an element at the top would make it another type than the same element inside.
impl<V: IntoAny> Markup for View<V> {
    fn forget(self) -> AnyView {
        self.into_inner().into_any()
    }
}

impl Markup for AnyView {
    fn forget(self) -> AnyView {
        self
    }
}

/// Markup that follows what it reads.
///
/// Each closure in markup is a type, and how it is drawn, taken over and drawn again is code of its own for each of
/// them. Behind a pointer they are one.
pub(crate) fn dynamic<V: IntoAny>(markup: impl Fn() -> V + Send + Sync + 'static) -> AnyView {
    follow(Box::new(move || markup().into_any()))
}

/// Apart, since a closure inside [`dynamic`] would again be a type for each of them.
fn follow(markup: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    (move || markup()).into_any()
}

/// A row that is not made yet, and its key.
type Row = (String, Box<dyn FnOnce() -> AnyView + Send>);

/// A row for each item. One whose key was there before stays as it is.
pub(crate) fn each<T: Send + 'static>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> String + Send + 'static,
    row: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let row = Arc::new(row);
    let make = move |item: T| -> Row {
        let (key, row) = (key(&item), row.clone());
        (key, Box::new(move || row(item)))
    };
    rows(Box::new(move || items().into_iter().map(&make).collect()))
}

fn rows(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    leptos::view! { <For each=move || rows() key=|(key, _)| key.clone() children=|(_, row)| row() /> }.forget()
}

/// What an event does, whatever the event says. Behind a pointer for the same reason.
pub(crate) fn act<E>(mut act: impl FnMut() + 'static) -> Box<dyn FnMut(E)> {
    Box::new(move |_| act())
}

/// The same where the event matters.
pub(crate) fn hear<E>(hear: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(hear)
}

/// The same for what is typed into a field.
pub(crate) fn typed<F: Field>(mut typed: impl FnMut(String) + 'static) -> Box<dyn FnMut(Targeted<Event, F>)> {
    Box::new(move |event| typed(event.target().text()))
}

/// What people type into.
pub(crate) trait Field: JsCast {
    fn text(&self) -> String;
}

impl Field for HtmlInputElement {
    /// A date of which a part is missing, or a number that is none, is no empty field: it reads as what nothing is.
    fn text(&self) -> String {
        if self.validity().bad_input() { UNREADABLE.to_owned() } else { self.value() }
    }
}

/// What stands for something that the browser itself cannot read.
pub(crate) const UNREADABLE: &str = "\u{fffd}";

impl Field for HtmlTextAreaElement {
    fn text(&self) -> String {
        self.value()
    }
}

/// An attribute that follows what it reads.
pub(crate) fn attr<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Box<dyn Fn() -> T + Send + Sync> {
    Box::new(value)
}

pub(crate) use any_view as view;
