//! What the keys do, on one sheet.

use leptos::prelude::*;

use crate::{markup::view, ui::Dialog};

const KEYS: [(&str, &[(&str, &str)]); 5] = [
    ("Everywhere", &[("⌘K · Ctrl K", "Search or jump"), ("Esc", "Close what is open")]),
    (
        "Table and board",
        &[("J · K", "Next, previous lead"), ("Enter", "Open the lead"), ("/", "Search leads"), ("C", "New lead")],
    ),
    (
        "Table",
        &[
            ("← →", "Into the cells and along them"),
            ("Enter", "Edit the cell"),
            ("E", "Edit the row"),
            ("X", "Select the row"),
            ("Esc", "Select nothing"),
            ("Shift + click", "Sort by one more column"),
            ("?", "This sheet"),
        ],
    ),
    (
        "In a cell",
        &[
            ("Enter", "Save"),
            ("Tab · Shift Tab", "Save and edit the next, the one before"),
            ("Esc", "Leave it as it was"),
        ],
    ),
    (
        "Lead",
        &[
            ("J · K", "Next, previous lead"),
            ("N · C · E · M", "Write a note, call, e-mail, meeting"),
            ("T", "Set the follow-up"),
            ("⌘↵ · Ctrl Enter", "Log it"),
            ("Esc", "Back to the list"),
        ],
    ),
];

#[component]
pub fn Shortcuts(on_close: Callback<()>) -> impl IntoView {
    let group = |(title, keys): &(&'static str, &'static [(&'static str, &'static str)])| {
        let keys = keys.iter().map(|(key, words)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*words}</dd> });
        view! { <section><h3>{*title}</h3><dl class="keys">{keys.collect_view()}</dl></section> }
    };
    view! {
        <Dialog title="Keyboard shortcuts" on_close>
            <div class="shortcuts">{KEYS.iter().map(group).collect_view()}</div>
        </Dialog>
    }
}
