//! Small marks: icons and initials.

use leptos::prelude::*;

use crate::markup::view;

/// A line icon. Decoration: the words beside it, or the control's label, say what it means.
#[component]
pub fn Icon(icon: icondata_core::Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" inner_html=icon.data></svg>
    }
}

/// Initials on a colour that belongs to the name.
#[component]
pub fn Avatar(#[prop(into)] name: String) -> impl IntoView {
    view! { <span class="avatar" style=format!("--hue:{}", hue(&name)) aria-hidden="true">{initials(&name)}</span> }
}

fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).collect()
}

fn hue(name: &str) -> u32 {
    name.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % 360
}
