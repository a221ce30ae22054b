//! Helpers for tests: a system on a real database with a clock that stands still, and five people everyone knows.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up should stop at once")]

use domain::{
    Timestamp,
    events::Door,
    leads::{Lead, LeadInput},
    users::{Role, User, UserInput},
};
use service::{Acting, Actor, Clock, Crm, Database};
use time::macros::datetime;

/// When every test begins: a Sunday afternoon.
pub const NOON: Timestamp = datetime!(2026-11-22 12:00 UTC);
/// Everyone's password.
pub const PASSWORD: &str = "correct-horse-battery";

/// A system with people in it.
pub struct TestCrm {
    pub crm: Crm,
    pub clock: Clock,
    pub database: Database,
    /// The admin.
    pub ada: User,
    /// An agent.
    pub ali: User,
    /// Another agent.
    pub amy: User,
    /// An engineer.
    pub eve: User,
    /// Another engineer.
    pub ed: User,
}

impl TestCrm {
    /// Over a migrated, empty database.
    pub async fn over(pool: sqlx::PgPool) -> Self {
        Self::on(Database::over(pool), Clock::fake(NOON)).await
    }

    /// Over a migrated, empty database with a clock of one's own.
    pub async fn on(database: Database, clock: Clock) -> Self {
        let crm = Crm::new(database.clone(), clock.clone());
        let system = crm.acting_as(Actor::system());
        let add = async |name: &str, role| {
            let input = UserInput { name: name.into(), email: format!("{name}@example.com"), username: None, role };
            system.users().add(input, PASSWORD).await.expect("a person can be added")
        };
        let (ada, ali, amy) =
            (add("ada", Role::Admin).await, add("ali", Role::Agent).await, add("amy", Role::Agent).await);
        let (eve, ed) = (add("eve", Role::Engineer).await, add("ed", Role::Engineer).await);
        TestCrm { crm, clock, database, ada, ali, amy, eve, ed }
    }

    /// What this person may do.
    pub fn acting(&self, user: &User) -> Acting {
        self.crm.acting_as(Actor::user(user.clone(), Door::Rest, None))
    }

    /// The same, within the request of this id: what it does can be undone by it.
    pub fn in_request(&self, user: &User, request_id: &str) -> Acting {
        self.crm.acting_as(Actor::user(user.clone(), Door::Rest, Some(request_id.into())))
    }

    /// The system itself at work.
    pub fn system(&self) -> Acting {
        self.crm.acting_as(Actor::system())
    }

    /// A lead that the person makes.
    pub async fn lead_of(&self, user: &User, name: &str) -> Lead {
        self.acting(user).leads().create(named(name)).await.unwrap()
    }
}

/// The least that makes a lead.
pub fn named(name: &str) -> LeadInput {
    LeadInput { name: name.into(), ..LeadInput::default() }
}

/// Lets every transaction that runs now end, so that the feed of events holds all that happened so far: other tests use
/// the same PostgreSQL, whose transactions share one count, and what began before holds the feed up.
pub async fn settle(pool: &sqlx::PgPool) {
    let last: String = sqlx::query_scalar("select pg_current_xact_id()::text").fetch_one(pool).await.unwrap();
    let settled = "select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) or pg_sleep(0.01) is null";
    while !sqlx::query_scalar::<_, bool>(settled).bind(&last).fetch_one(pool).await.unwrap() {}
}
