//! Sessions: cookies on one side, the `sessions` table on the other, and the actor they stand for.

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::Viewer;
use async_trait::async_trait;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    Fields, UserId,
    events::Door,
    users::{Credentials, User},
};
use moka::future::Cache;
use serde_json::Value;
use service::{Acting, Actor, Crm, Error, Origin, Proof, Saved};
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
    session_store::{Error as StoreError, Result as StoreResult},
};

use crate::{problem::Problem, request_log, startup::Server};

/// A session lasts this long from signing in.
pub const LIFE: time::Duration = time::Duration::hours(24);
/// How long a copy of the server believes what it read: the longest a signed-out browser stays in.
const BELIEF: Duration = Duration::from_secs(1);
const USER_ID: &str = "userId";
/// See [`Proof::stamp`].
const STAMP: &str = "stamp";
/// The fresh user, put beside the stored data when a session is loaded; never written back.
const USER: &str = "user";

/// Our own table behind the session layer: it knows each session's user.
#[derive(Clone)]
pub struct Store {
    crm: Crm,
    seen: Cache<Id, Arc<Record>>,
}

impl Store {
    /// Over the system's database.
    pub fn new(crm: Crm) -> Self {
        Store { crm, seen: Cache::builder().max_capacity(10_000).time_to_live(BELIEF).build() }
    }

    async fn write(&self, record: &Record) -> StoreResult<Saved> {
        let user = record.data.get(USER_ID).and_then(Value::as_i64);
        let user = user.ok_or_else(|| StoreError::Encode("a session without a user".into()))?;
        let data: Value =
            record.data.iter().filter(|(name, _)| *name != USER).map(|(n, v)| (n.clone(), v.clone())).collect();
        self.seen.invalidate(&record.id).await;
        let id = record.id.0.to_be_bytes();
        let stamp = record.data.get(STAMP).and_then(Value::as_str).unwrap_or_default();
        self.crm.sessions().save(&id, UserId(user), stamp, &data, record.expiry_date).await.map_err(backend)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        loop {
            match self.write(record).await? {
                Saved::Written => return Ok(()),
                Saved::Taken => record.id = Id::default(),
                Saved::Outdated => return Err(StoreError::Backend("the password was changed meanwhile".into())),
            }
        }
    }

    async fn save(&self, record: &Record) -> StoreResult<()> {
        self.write(record).await.map(|_| ())
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        if let Some(record) = self.seen.get(id).await {
            return Ok(Some((*record).clone()));
        }
        let Some(row) = self.crm.sessions().find(&id.0.to_be_bytes()).await.map_err(backend)? else { return Ok(None) };
        let mut data: HashMap<String, Value> =
            serde_json::from_value(row.data).map_err(|e| StoreError::Decode(e.to_string()))?;
        let user = serde_json::to_value(&row.user).map_err(|e| StoreError::Encode(e.to_string()))?;
        data.insert(USER.into(), user);
        let record = Record { id: *id, data, expiry_date: row.expires_at };
        self.seen.insert(*id, Arc::new(record.clone())).await;
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.seen.invalidate(id).await;
        self.crm.sessions().delete(&id.0.to_be_bytes()).await.map_err(backend)
    }
}

fn backend(error: Error) -> StoreError {
    StoreError::Backend(error.to_string())
}

/// Finds out who signs in.
pub async fn sign_in(server: &Server, credentials: Credentials, address: String) -> Result<Proof, Error> {
    let who = server.crm.sign_in(credentials, Origin { address }).await?;
    // The start looks too, but a database that is shared may be filled later.
    if !server.config.may_serve_demo() && server.crm.installation().await?.is_demo {
        let detail = "This database holds demo data now, which is served on loopback only.".to_owned();
        return Err(Error::Forbidden { detail, fields: Fields::default() });
    }
    Ok(who)
}

/// Starts a session for a person who proved who they are. The id is new, whatever cookie came along.
pub async fn start(session: &Session, who: &Proof) -> Result<(), Problem> {
    session.cycle_id().await.map_err(unavailable)?;
    session.clear().await;
    session.insert(USER_ID, who.user.id).await.map_err(unavailable)?;
    session.insert(STAMP, &who.stamp).await.map_err(unavailable)?;
    session.save().await.map_err(unavailable)
}

/// Ends the session, here and in the table.
pub async fn end(session: &Session) -> Result<(), Problem> {
    session.flush().await.map_err(unavailable)
}

/// Only the database stands between us and a session.
fn unavailable(error: tower_sessions::session::Error) -> Problem {
    Error::Unavailable(error.into()).into()
}

/// Resolves the cookie once per request; extractors and server functions read the result.
pub async fn identify(State(server): State<Server>, session: Session, mut request: Request, next: Next) -> Response {
    let user = match session.get::<User>(USER).await {
        Ok(user) => user,
        Err(error) => return unavailable(error).into_response(),
    };
    let door = if request.uri().path().starts_with("/api/") { Door::Rest } else { Door::Ui };
    let acting = user.map(|user| server.crm.acting_as(Actor::user(user, door, request_log::current_id())));
    request.extensions_mut().insert(Viewer(acting));
    next.run(request).await
}

/// The signed-in actor of a request, or 401.
pub struct As(pub Acting);

impl<S: Send + Sync> FromRequestParts<S> for As {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let viewer = parts.extensions.get::<Viewer>().and_then(|viewer| viewer.0.clone());
        viewer.map(As).ok_or_else(|| Error::Unauthenticated.into())
    }
}
