//! Short words about what just happened, and the way back.

use std::time::Duration;

use leptos::prelude::*;

use crate::markup::{act, dynamic, view};

const SHOWN_FOR: Duration = Duration::from_secs(6);
/// What can be taken back stays a little longer.
const OFFERED_FOR: Duration = Duration::from_secs(10);

/// Says things in the corner of the screen, the latest one at a time.
#[derive(Clone, Copy)]
pub struct Toaster {
    shown: RwSignal<Option<Toast>>,
    /// Modals with a corner of their own: what is behind them cannot be clicked.
    covers: RwSignal<u32>,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    undo: Option<Callback<()>>,
}

/// Once, at the top of the app.
pub fn provide_toasts() {
    provide_context(Toaster { shown: RwSignal::new(None), covers: RwSignal::new(0) });
}

/// The corner to say things in.
pub fn use_toasts() -> Toaster {
    expect_context()
}

impl Toaster {
    /// Shows a line for a few seconds, or until the next one.
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), None);
    }

    /// The same with a button that takes it back.
    pub fn say_with_undo(self, text: impl Into<String>, undo: Callback<()>) {
        self.show(text.into(), Some(undo));
    }

    fn show(self, text: String, undo: Option<Callback<()>>) {
        let id = self.shown.with_untracked(|shown| shown.as_ref().map_or(0, |toast| toast.id + 1));
        let lasts = if undo.is_some() { OFFERED_FOR } else { SHOWN_FOR };
        self.shown.set(Some(Toast { id, text, undo }));
        set_timeout(
            move || {
                if self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|toast| toast.id == id)) {
                    self.shown.set(None);
                }
            },
            lasts,
        );
    }
}

/// The corner of the page.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = use_toasts();
    corner(toaster, Signal::derive(move || toaster.covers.get() == 0))
}

/// The corner inside a modal that stays open: takes the place of the page's while it is there.
#[component]
pub fn ToastsOver() -> impl IntoView {
    let toaster = use_toasts();
    Effect::new(move || toaster.covers.update(|covers| *covers += 1));
    on_cleanup(move || {
        let _ = toaster.covers.try_update(|covers| *covers = covers.saturating_sub(1));
    });
    corner(toaster, Signal::stored(true))
}

fn corner(toaster: Toaster, is_uncovered: Signal<bool>) -> impl IntoView {
    let shown = toaster.shown;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {dynamic(move || is_uncovered.get().then(|| shown.get()).flatten().map(|Toast { text, undo, .. }| view! {
                <p class="toast">
                    <span class="grow">{text}</span>
                    {undo.map(|undo| view! {
                        <button type="button" class="btn btn-small" on:click=act(move || { shown.set(None); undo.run(()) })>"Undo"</button>
                    })}
                </p>
            }))}
        </div>
    }
}
