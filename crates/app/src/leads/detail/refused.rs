//! A change that was refused: told beside what made it, with a way to send it again.

use icondata_lu as lu;
use leptos::prelude::*;

use super::work::{Changed, Work};
use crate::{
    UiError,
    markup::{act, dynamic, view},
    ui::Icon,
};

/// Sends what a control changes, and keeps what was refused.
#[derive(Clone, Copy)]
pub struct Sending {
    work: Work,
    refused: RwSignal<Option<Refused>>,
}

#[derive(Clone)]
struct Refused {
    error: UiError,
    to: Changed,
    said: String,
}

impl Sending {
    pub fn new(work: Work) -> Self {
        Sending { work, refused: RwSignal::new(None) }
    }

    pub fn send(self, to: Changed, said: String) {
        self.refused.set(None);
        self.work.save(to.clone(), said.clone(), move |error| {
            let refused = Refused { error, to: to.clone(), said: said.clone() };
            drop(self.refused.try_set(Some(refused)));
        });
    }

    /// Nothing, until something is refused.
    pub fn refusal(self) -> AnyView {
        dynamic(move || {
            self.refused.get().map(|Refused { error, to, said }| view! {
                <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />
                    <span class="grow">{error.message()}</span>
                    <button type="button" class="btn btn-small" on:click=act(move || self.send(to.clone(), said.clone()))>"Retry"</button>
                    <button type="button" class="btn btn-small btn-quiet" on:click=act(move || self.refused.set(None))>"Discard"</button>
                </p>
            })
        })
    }
}
