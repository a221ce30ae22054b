//! Short words about what just happened.

use std::time::Duration;

use leptos::prelude::*;

const SHOWN_FOR: Duration = Duration::from_secs(6);

/// Says things in the corner of the screen, the latest one at a time.
#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Option<(u32, String)>>);

/// Once, at the top of the app.
pub fn provide_toasts() {
    provide_context(Toaster(RwSignal::new(None)));
}

/// The corner to say things in.
pub fn use_toasts() -> Toaster {
    expect_context()
}

impl Toaster {
    /// Shows a line for a few seconds, or until the next one.
    pub fn say(self, text: impl Into<String>) {
        let id = self.0.with_untracked(|shown| shown.as_ref().map_or(0, |(id, _)| id + 1));
        self.0.set(Some((id, text.into())));
        set_timeout(
            move || {
                if self.0.with_untracked(|shown| shown.as_ref().is_some_and(|(other, _)| *other == id)) {
                    self.0.set(None);
                }
            },
            SHOWN_FOR,
        );
    }
}

/// The corner itself.
#[component]
pub fn Toasts() -> impl IntoView {
    let shown = use_toasts().0;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || shown.get().map(|(_, text)| view! { <p class="toast">{text}</p> })}
        </div>
    }
}
