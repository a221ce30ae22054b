//! Who is looking, and what every page needs to know: it comes along with the page and is shared by context.

use domain::{
    EventId, Page, Timestamp, Zone,
    leads::Lead,
    products::ProductName,
    users::{Person, Role, User},
    views::View,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{UiError, leads::format::Today};
#[cfg(feature = "hydrate")]
use crate::{ui::served, wire};

/// Put into every request by the session layer: the signed-in actor, if there is one.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct Viewer(pub Option<service::Acting>);

/// The actor of the request that is being rendered or answered.
#[cfg(feature = "ssr")]
pub(crate) async fn acting() -> Result<service::Acting, UiError> {
    let viewer = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned());
    viewer.and_then(|viewer| viewer.0).ok_or_else(|| service::Error::Unauthenticated.into())
}

/// What a write made, and what takes it back: `undo` goes to the server function of that name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done<T> {
    pub value: T,
    /// The id of the request; none when nothing can be undone.
    pub undo: Option<String>,
}

#[cfg(feature = "ssr")]
impl<T> Done<T> {
    /// What this actor's request has done.
    pub(crate) fn by(me: &service::Acting, value: T) -> Self {
        Done { value, undo: me.actor().request_id().map(str::to_owned) }
    }
}

/// The signed-in person and their surroundings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub user: User,
    /// ISO 4217.
    pub currency: String,
    pub is_demo: bool,
    pub people: Vec<Person>,
    pub products: Vec<ProductName>,
    /// What had happened before anything on the page was read: from there on it follows what happens.
    pub last_event: EventId,
    /// The clocks of the person's time zone.
    pub zone: Zone,
    /// The server's time: server and browser must agree on what "today" is while a page comes alive.
    #[serde(with = "time::serde::rfc3339")]
    pub now: Timestamp,
}

impl Session {
    /// The person with this id.
    pub fn person(&self, id: domain::UserId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// The product's name.
    pub fn product(&self, id: domain::ProductId) -> Option<&str> {
        self.products.iter().find(|product| product.id == id).map(|product| product.name.as_str())
    }
}

/// The viewer's time: the server's when the page came, and what has gone by since, minute by minute. What reads it
/// follows it.
pub fn use_today() -> ReadSignal<Today> {
    expect_context()
}

/// Once, around everything that knows the session.
pub fn provide_today(session: &Session) {
    let (zone, since) = (session.zone, session.now);
    let now = move || Today { now: since + since_load(), zone };
    let (today, set_today) = signal(now());
    provide_context(today);
    if cfg!(feature = "hydrate") {
        // For as long as the page is there.
        let _ = set_interval_with_handle(move || set_today.set(now()), MINUTE);
    }
}

/// In whole minutes, so that a page that comes alive says what the server said.
#[cfg(feature = "hydrate")]
fn since_load() -> time::Duration {
    use web_sys::js_sys::Date;
    thread_local! { static LOADED: f64 = Date::now(); }
    time::Duration::minutes((LOADED.with(|loaded| Date::now() - loaded) / 60_000.0) as i64)
}

#[cfg(not(feature = "hydrate"))]
fn since_load() -> time::Duration {
    time::Duration::ZERO
}

/// Who is asking; none for a visitor who is not signed in.
#[cfg(feature = "ssr")]
pub(crate) async fn load_session() -> Result<Option<Session>, UiError> {
    let viewer = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned());
    let Some(me) = viewer.and_then(|viewer| viewer.0) else { return Ok(None) };
    let Some(user) = me.actor().as_user().cloned() else { return Ok(None) };
    let last_event = me.events().last().await?;
    let installation = me.crm().installation().await?;
    Ok(Some(Session {
        currency: installation.currency,
        is_demo: installation.is_demo,
        people: me.users().people().await?,
        products: me.products().names().await?,
        last_event,
        zone: me.crm().zone(&user.time_zone).await?,
        user,
        now: me.crm().now(),
    }))
}

/// What comes along with a page, so that it is alive without asking for anything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Brought {
    pub session: Session,
    pub leads: Option<BroughtLeads>,
}

/// What the lead table shows at first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BroughtLeads {
    pub list: Result<Page<Lead>, UiError>,
    pub views: Vec<View>,
}

/// Where the browser finds it.
pub const BROUGHT: &str = "brought";

/// What came along with the page that the browser has.
#[cfg(feature = "hydrate")]
pub fn take_brought() -> Option<Brought> {
    // From now on time goes by.
    since_load();
    wire::read(served::taken(BROUGHT)?.as_bytes()).ok()
}

/// How often the viewer's time goes on.
const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

/// Once, around all pages.
pub fn provide_brought(leads: Option<BroughtLeads>) {
    provide_context(StoredValue::new(leads));
}

/// For the first page that shows leads; one that is opened later asks for its own.
pub fn take_leads() -> Option<BroughtLeads> {
    use_context::<StoredValue<Option<BroughtLeads>>>()?.try_update_value(Option::take).flatten()
}

/// The role of who is looking.
pub fn use_role() -> Role {
    use_session().with_value(|session| session.user.role)
}

/// The session of the page, which [`crate::shell::Shell`] provides to everything inside it.
pub fn use_session() -> StoredValue<Session> {
    expect_context::<StoredValue<Session>>()
}
