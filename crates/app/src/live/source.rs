//! The connection: the browser's own `EventSource`, which comes back by itself and says what it got last.
//!
//! A page that nobody looks at holds no connection: browsers allow six to a server over HTTP/1.1, and a seventh tab
//! would wait for ever. It goes on from where it was when it is looked at again.

use std::{cell::RefCell, rc::Rc, time::Duration};

use domain::{ImportId, LeadId, events::LiveEvent};
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
};
use serde::Deserialize;
use web_sys::{EventSource, MessageEvent, js_sys::Date};

use super::{Live, Standing, Told};
use crate::{viewer::use_session, wire};

/// When the browser gives up (a session that is over, a server that says no), it is tried again after this time.
const AGAIN: Duration = Duration::from_secs(5);

/// Without a message for this long the connection is dead, whatever the browser believes: there is a beat every 15 s.
const DEAD_AFTER_MS: f64 = 40_000.0;
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The open connection, the last event of it, and when the last message came.
struct Open {
    live: Live,
    last: String,
    heard_ms: f64,
    source: Option<EventSource>,
}

type Shared = Rc<RefCell<Open>>;

/// Follows what happens from the moment the page was made, for as long as it is there.
pub fn open(live: Live) {
    let last = use_session().with_value(|session| session.last_event.to_string());
    let open: Shared = Rc::new(RefCell::new(Open { live, last, heard_ms: Date::now(), source: None }));
    connect(&open);
    let shared = open.clone();
    let seen = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            close(&shared);
        } else if shared.borrow().source.is_none() {
            connect(&shared);
        }
    });
    let shared = open.clone();
    let looking = set_interval_with_handle(move || reconnect_if_dead(&shared), LOOK_EVERY).ok();
    let shared = StoredValue::new_local(open);
    on_cleanup(move || {
        if let Some(looking) = looking {
            looking.clear();
        }
        seen.remove();
        shared.with_value(close);
    });
}

fn close(open: &Shared) {
    if let Some(source) = open.borrow_mut().source.take() {
        source.close();
    }
}

fn reconnect_if_dead(open: &Shared) {
    let is_dead = {
        let open = open.borrow();
        open.source.is_some() && Date::now() - open.heard_ms > DEAD_AFTER_MS
    };
    if is_dead {
        let live = open.borrow().live;
        let _ = live.standing.try_set(Standing::Reconnecting);
        close(open);
        connect(open);
    }
}

fn connect(open: &Shared) {
    open.borrow_mut().heard_ms = Date::now();
    let url = format!("/api/events/stream?after={}", open.borrow().last);
    let Ok(source) = EventSource::new(&url) else { return };
    on(&source, open, "message", |open, event| {
        // A page may be older than its server: what it does not understand it loads when it is opened next.
        if let Ok(event) = wire::read::<LiveEvent>(text(event).as_bytes()) {
            open.tell(&Told::Event(Box::new(event)));
        }
    });
    on(&source, open, "gone", |open, event| {
        if let Ok(Gone { lead_id }) = wire::read(text(event).as_bytes()) {
            open.tell(&Told::Gone(lead_id));
        }
    });
    on(&source, open, "import", |open, event| {
        if let Ok(OfImport { import_id }) = wire::read(text(event).as_bytes()) {
            open.tell(&Told::Import(import_id));
        }
    });
    on(&source, open, "reload", |open, _| open.tell(&Told::Reload));
    on(&source, open, "bell", |live, _| {
        let _ = live.rung.try_update(|rung| *rung += 1);
    });
    on(&source, open, "beat", |_, _| ());
    let live = open.borrow().live;
    let opened = Closure::<dyn Fn()>::new(move || {
        let _ = live.standing.try_set(Standing::Live);
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    opened.forget();
    let shared = open.clone();
    let failed = Closure::<dyn Fn()>::new(move || lost(&shared));
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    open.borrow_mut().source = Some(source);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    lead_id: LeadId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfImport {
    import_id: ImportId,
}

/// Listens to one kind of message, and remembers the last one's id.
fn on(source: &EventSource, open: &Shared, kind: &str, told: impl Fn(Live, &MessageEvent) + 'static) {
    let shared = open.clone();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let live = shared.borrow().live;
        let id = event.last_event_id();
        {
            let mut open = shared.borrow_mut();
            open.heard_ms = Date::now();
            if !id.is_empty() {
                open.last = id;
            }
        }
        told(live, &event);
    });
    let _ = source.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
    listener.forget();
}

fn text(event: &MessageEvent) -> String {
    event.data().as_string().unwrap_or_default()
}

/// The connection broke. The browser comes back by itself, unless it was told not to.
fn lost(open: &Shared) {
    let (live, gave_up) = {
        let open = open.borrow();
        (open.live, open.source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED))
    };
    let _ = live.standing.try_set(Standing::Reconnecting);
    if gave_up {
        close(open);
        let shared = open.clone();
        set_timeout(
            move || {
                // Unless the page is gone, or nobody looks at it.
                let is_there = shared.borrow().live.standing.try_get_untracked().is_some();
                if is_there && !document().hidden() && shared.borrow().source.is_none() {
                    connect(&shared);
                }
            },
            AGAIN,
        );
    }
}
