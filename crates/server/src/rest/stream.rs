//! `/api/events/stream`: what happens, as it happens, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response, Sse, sse},
};
use domain::EventId;
use futures_util::{Stream, stream};
use service::{Heard, Listener};
use tokio::time::Instant;
use tower_sessions::{Session, session::Id};

use super::params::Params;
use crate::{problem::Problem, session::As, startup::Server};

/// A word now and then: proxies would take the connection for dead, and a browser sees by it that it is not. Also when
/// the session is looked at again.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// What a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);

/// Tells what happens within the caller's scope the moment it is final, as server-sent events. Without a gap: a client
/// that comes back with `Last-Event-ID` (browsers do so by themselves), or with `after`, gets what it missed.
///
/// - Unnamed: an event as in `GET /api/events`, with its `lead` as it is by then. `lead` is null when it is deleted, and
///   when so much happened at once that it is better loaded anew.
/// - `gone`: `{"leadId"}`, a lead that left the caller's scope.
/// - `bell`: the caller has new notifications.
/// - `import`: `{"importId"}`, an import of the caller's has gone on or ended.
/// - `reload`: so many leads changed at once (an import, a revert) that lists are better loaded anew; there is no event
///   for each of them.
/// - `beat`: nothing, every 15 s. After 40 s without any message the connection is dead.
/// - An `id` alone, without data: nothing of the caller's happened up to there.
///
/// It ends when the session does.
#[utoipa::path(get, path = "/api/events/stream", tag = "Events", operation_id = "streamEvents",
    params(
        ("after" = Option<i64>, Query, description = "The id of an event; the header Last-Event-ID goes before it. Without either, what happens from now on"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that was received"),
    ),
    responses(
        (status = 200, description = "Goes on until either side ends it", body = domain::events::LiveEvent, content_type = "text/event-stream"),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn stream(
    As(me): As,
    State(server): State<Server>,
    session: Session,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let after: Option<EventId> = params.read("after", "expected the id of an event");
    params.finish()?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    let listener = me.events().listen(last.or(after)).await?;
    let start = sse::Event::default().retry(RETRY).id(listener.last().to_string());
    let beat_at = Instant::now() + HEARTBEAT;
    let follower = Follower { server, session: session.id(), listener, beat_at, ready: vec![start] };
    let sse = Sse::new(pieces(follower));
    // Proxies that gather answers would hold it back.
    Ok(([("x-accel-buffering", "no"), ("cache-control", "no-store")], sse).into_response())
}

struct Follower {
    server: Server,
    session: Option<Id>,
    listener: Listener,
    beat_at: Instant,
    /// What is to be sent, the last one first.
    ready: Vec<sse::Event>,
}

fn pieces(follower: Follower) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(follower, |mut follower| async move {
        loop {
            if let Some(event) = follower.ready.pop() {
                return Some((Ok(event), follower));
            }
            follower.wait().await?;
        }
    })
}

impl Follower {
    /// Waits for something to send; `None` ends the stream.
    async fn wait(&mut self) -> Option<()> {
        let stopping = self.server.stopping.clone();
        let heard = tokio::select! {
            heard = self.listener.next() => heard,
            () = stopping.cancelled() => return None,
            () = tokio::time::sleep_until(self.beat_at) => Ok(Vec::new()),
        };
        let beats = Instant::now() >= self.beat_at;
        let heard = match heard {
            Ok(heard) => heard,
            Err(error) => {
                // The client comes back, and by then the database may have too.
                tracing::warn!(%error, "a stream of events ended");
                return None;
            }
        };
        let in_doubt = beats || heard.iter().any(|one| matches!(one, Heard::Yourself));
        if in_doubt && !self.may_go_on().await {
            return None;
        }
        self.ready = heard.into_iter().rev().filter_map(piece).collect();
        if beats {
            self.beat_at = Instant::now() + HEARTBEAT;
            self.ready.push(sse::Event::default().event("beat").data("{}"));
        }
        Some(())
    }

    /// Whether the session is still there, and the person still who they were when the stream began.
    async fn may_go_on(&self) -> bool {
        let Some(id) = self.session else { return false };
        match self.server.crm.sessions().find(&id.0.to_be_bytes()).await {
            Ok(row) => row.is_some_and(|row| Some(&row.user) == self.listener.actor().as_user()),
            // A database that is away for a moment ends nobody's session.
            Err(_) => true,
        }
    }
}

fn piece(heard: Heard) -> Option<sse::Event> {
    let at = |id: EventId| sse::Event::default().id(id.to_string());
    match heard {
        Heard::Event(id, json) => Some(at(id).data(json)),
        Heard::Gone(id, lead) => Some(at(id).event("gone").data(format!("{{\"leadId\":{lead}}}"))),
        // Without an id: it belongs to the next message, and who comes back after this one must still get that one.
        Heard::Bell => Some(sse::Event::default().event("bell").data("{}")),
        Heard::Passed(id) => Some(at(id)),
        Heard::Import(id) => Some(sse::Event::default().event("import").data(format!("{{\"importId\":{id}}}"))),
        Heard::Reload => Some(sse::Event::default().event("reload").data("{}")),
        Heard::Yourself => None,
    }
}
