//! Signed-in browsers. Knows the user of each, so that one statement signs a person out everywhere.

use domain::{Timestamp, UserId, users::User};
use serde_json::Value;

use crate::{Crm, Result, secrets::fingerprint, users};

/// The table behind the session cookies; the session layer of the server is its only caller.
pub struct Sessions<'a>(pub(crate) &'a Crm);

/// One live session of an active user.
pub struct SessionRow {
    pub user: User,
    pub data: Value,
    pub expires_at: Timestamp,
}

/// What became of a session that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    Written,
    /// The id is that of another user's session, which is left alone.
    Taken,
    /// The password is another by now.
    Outdated,
}

impl Crm {
    /// The sessions table.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }
}

impl Sessions<'_> {
    /// The session with this id, if it has not expired and its user is active.
    pub async fn find(&self, id: &[u8]) -> Result<Option<SessionRow>> {
        let row = sqlx::query!(
            "select s.data, s.expires_at, s.user_id from sessions s where s.id = $1 and s.expires_at > $2",
            fingerprint(id),
            self.0.now(),
        )
        .fetch_optional(self.0.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let user = users::store::find(self.0.pool(), UserId(row.user_id)).await?.filter(|u| u.is_active);
        Ok(user.map(|user| SessionRow { user, data: row.data, expires_at: row.expires_at }))
    }

    /// Writes a session of whoever gave the password with this [`Proof::stamp`]. The person is held meanwhile: either
    /// a new password finds the session and ends it, or it is found here.
    pub async fn save(
        &self,
        id: &[u8],
        user: UserId,
        stamp: &str,
        data: &Value,
        expires_at: Timestamp,
    ) -> Result<Saved> {
        let id = fingerprint(id);
        let done = sqlx::query!(
            "insert into sessions (id, user_id, data, created_at, expires_at)
             select $1, id, $3, $4, $5 from users
             where id = $2 and encode(sha256(convert_to(password, 'UTF8')), 'hex') = $6 for share
             on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at
             where sessions.user_id = excluded.user_id",
            id,
            user.0,
            data,
            self.0.now(),
            expires_at,
            stamp,
        )
        .execute(self.0.pool())
        .await?;
        if done.rows_affected() == 1 {
            return Ok(Saved::Written);
        }
        let is_taken = sqlx::query_scalar!(r#"select exists(select 1 from sessions where id = $1) as "taken!""#, id);
        Ok(if is_taken.fetch_one(self.0.pool()).await? { Saved::Taken } else { Saved::Outdated })
    }

    /// Signs one browser out.
    pub async fn delete(&self, id: &[u8]) -> Result<()> {
        sqlx::query!("delete from sessions where id = $1", fingerprint(id)).execute(self.0.pool()).await?;
        Ok(())
    }

    /// Forgets what is over: expired sessions and sign-in attempts older than a day. Returns how many rows went.
    pub async fn sweep(&self) -> Result<u64> {
        let now = self.0.now();
        let sessions = sqlx::query!("delete from sessions where expires_at <= $1", now).execute(self.0.pool()).await?;
        let attempts = sqlx::query!("delete from sign_in_attempts where at < $1", now - time::Duration::days(1))
            .execute(self.0.pool())
            .await?;
        Ok(sessions.rows_affected() + attempts.rows_affected())
    }
}
