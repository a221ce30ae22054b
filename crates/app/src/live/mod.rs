//! What others do shows at once: one stream of events for the page, and whoever is interested in it.

mod source;

use std::time::Duration;

use domain::{ImportId, LeadId, events::LiveEvent};
use leptos::prelude::*;

use crate::{
    leads::desk::at,
    markup::{dynamic, view},
    notifications,
    shell::alive::{Alive, Part},
};

/// Where the mark stands that says whether the page is up to date.
pub const MARK: &str = "live-mark";

/// What a page is told.
#[derive(Clone)]
pub enum Told {
    Event(Box<LiveEvent>),
    /// The lead left the person's scope.
    Gone(LeadId),
    /// An import of the person's has gone on.
    Import(ImportId),
    /// So much has changed at once that it is better loaded anew.
    Reload,
}

/// How the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Connecting,
    Live,
    Reconnecting,
}

type Listener = Box<dyn Fn(&Told) + Send + Sync>;

/// The stream of the page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    pub standing: RwSignal<Standing>,
    /// Counts the bell's rings.
    pub rung: RwSignal<u32>,
    listeners: StoredValue<Vec<(u32, Listener)>>,
}

/// Once, around all pages of a signed-in person.
pub fn provide_live() {
    provide_context(Live {
        standing: RwSignal::new(Standing::Connecting),
        rung: RwSignal::new(0),
        listeners: StoredValue::new(Vec::new()),
    });
}

impl Live {
    /// Has the listener told of everything, for as long as its owner is there.
    pub fn listen(self, listener: impl Fn(&Told) + Send + Sync + 'static) {
        let id = self.listeners.with_value(|all| all.last().map_or(0, |(id, _)| id + 1));
        self.listeners.update_value(|all| all.push((id, Box::new(listener))));
        on_cleanup(move || {
            let _ = self.listeners.try_update_value(|all| all.retain(|(other, _)| *other != id));
        });
    }

    /// Acts on news, once for all that comes within this time: what happens often is not asked about as often.
    pub fn act_on(
        self,
        wait: Duration,
        is_news: impl Fn(&Told) -> bool + Send + Sync + 'static,
        act: impl Fn() + Copy + Send + Sync + 'static,
    ) {
        let waiting = RwSignal::new(false);
        self.listen(move |told| {
            if is_news(told) && waiting.try_get_untracked() == Some(false) {
                waiting.set(true);
                let later = move || {
                    if waiting.try_set(false).is_none() {
                        act();
                    }
                };
                set_timeout(later, wait);
            }
        });
    }

    fn tell(self, told: &Told) {
        let _ = self.listeners.try_with_value(|all| all.iter().for_each(|(_, listener)| listener(told)));
    }
}

/// Says whether news arrive. The stream's code comes as soon as the page is alive, and with it the bell's.
#[component]
pub fn LiveMark() -> impl IntoView {
    view! {
        <span id=MARK class="live-mark"></span>
        <Alive part=Part::News />
    }
}

/// Connects, for as long as the page is there.
pub fn connect() -> AnyView {
    let live: Live = expect_context();
    source::open(live);
    view! {
        {at(MARK, move || mark(live))}
        <notifications::Panel live />
    }
}

/// Quiet: one has to look for it, unless something is wrong for a while.
fn mark(live: Live) -> AnyView {
    let words = move || match live.standing.get() {
        Standing::Connecting => None,
        Standing::Live => Some(("live", "Live")),
        Standing::Reconnecting => Some(("live live-off", "Reconnecting")),
    };
    view! {
        {dynamic(move || words().map(|(class, words)| view! {
            <span class=class role="status" title="Changes by others show at once while this says Live"><i aria-hidden="true"></i><span class="live-words">{words}</span></span>
        }))}
    }
}
