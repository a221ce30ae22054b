//! Short words about what just happened.

use std::time::Duration;

use leptos::prelude::*;

const SHOWN_FOR: Duration = Duration::from_secs(6);

/// Says things in the corner of the screen.
#[derive(Clone, Copy)]
pub struct ToastList(RwSignal<Vec<(u32, String)>>);

/// Once, at the top of the app.
pub fn provide_toasts() {
    provide_context(ToastList(RwSignal::new(Vec::new())));
}

/// The list to say things with.
pub fn use_toasts() -> ToastList {
    expect_context()
}

impl ToastList {
    /// Shows a line for a few seconds.
    pub fn say(self, text: impl Into<String>) {
        let id = self.0.with_untracked(|list| list.last().map_or(0, |(id, _)| id + 1));
        self.0.update(|list| list.push((id, text.into())));
        set_timeout(move || self.0.update(|list| list.retain(|(other, _)| *other != id)), SHOWN_FOR);
    }
}

/// The corner itself.
#[component]
pub fn Toasts() -> impl IntoView {
    let list = use_toasts().0;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || list.get() key=|(id, _)| *id let:item>
                <p class="toast">{item.1}</p>
            </For>
        </div>
    }
}
