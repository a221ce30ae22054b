//! A labelled control with its message.

use leptos::prelude::*;

use crate::markup::{attr, dynamic, view};

/// Label above, control, message below. The control inside carries the same `id`.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    #[prop(into)] id: String,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] class: String,
    children: Children,
) -> impl IntoView {
    let message = format!("{id}-message");
    view! {
        <div class=format!("field {class}") class:field-wrong=attr(move || error.read().is_some())>
            <label for=id>{label}</label>
            {children()}
            <p id=message class="field-message" aria-live="polite">{dynamic(move || error.get())}</p>
        </div>
    }
}
