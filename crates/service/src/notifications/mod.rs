//! Use cases around the bell. A person's own notifications are nobody else's business.

pub(crate) mod ring;

use domain::{
    LeadId, NotificationId, Timestamp, UserId,
    notifications::{Bell, MOST, Notification, NotificationKind},
};
use sqlx::{FromRow, QueryBuilder, Row, postgres::PgRow};

use crate::{Acting, Crm, Result, leads, policy, policy::Action};

/// How long they are kept.
const KEPT_FOR: time::Duration = time::Duration::days(90);

/// The actor's own notifications.
pub struct Notifications<'a>(pub(crate) &'a Acting);

impl Notifications<'_> {
    /// The newest ones, and how many of all are not read.
    pub async fn bell(&self) -> Result<Bell> {
        self.0.allow(Action::ViewNotifications)?;
        let me = policy::person(self.0.actor())?;
        let mut sql = QueryBuilder::new(
            "select n.id, n.kind, n.lead_id, leads.name as lead_name, n.leads, n.actor_id, n.at, n.read_at is not null \
             from notifications n left join leads on leads.id = n.lead_id and leads.deleted_at is null",
        );
        leads::push_visible(&mut sql, self.0.actor());
        sql.push(" where n.user_id = ").push_bind(me).push(" order by n.id desc limit ").push_bind(i64::from(MOST));
        let rows: Vec<Found> = sql.build_query_as().fetch_all(self.0.pool()).await?;
        let unread = sqlx::query_scalar!(
            r#"select count(*) as "count!" from notifications where user_id = $1 and read_at is null"#,
            me.0
        )
        .fetch_one(self.0.pool())
        .await?;
        Ok(Bell { items: rows.into_iter().map(|row| row.0).collect(), unread })
    }

    /// Marks the actor's notifications up to this one as read. Reading twice changes nothing.
    pub async fn read(&self, up_to: NotificationId) -> Result<()> {
        self.0.allow(Action::ViewNotifications)?;
        let me = policy::person(self.0.actor())?;
        sqlx::query!(
            "update notifications set read_at = $3 where user_id = $1 and id <= $2 and read_at is null",
            me.0,
            up_to.0,
            self.0.crm.now(),
        )
        .execute(self.0.pool())
        .await?;
        Ok(())
    }
}

impl Crm {
    /// Forgets notifications of long ago.
    pub async fn sweep_notifications(&self) -> Result<()> {
        sqlx::query!("delete from notifications where at < $1", self.now() - KEPT_FOR).execute(self.pool()).await?;
        Ok(())
    }
}

struct Found(Notification);

impl<'r> FromRow<'r, PgRow> for Found {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Found(Notification {
            id: NotificationId(row.try_get(0)?),
            kind: row.try_get::<NotificationKind, _>(1)?,
            lead_id: row.try_get::<Option<LeadId>, _>(2)?,
            lead_name: row.try_get(3)?,
            leads: row.try_get(4)?,
            actor_id: row.try_get::<Option<UserId>, _>(5)?,
            at: row.try_get::<Timestamp, _>(6)?,
            is_read: row.try_get(7)?,
        }))
    }
}
