//! Proving who one is: limited per account and per address, in equal time for accounts that do not exist.

use domain::{
    Timestamp,
    users::{Credentials, User},
};
use time::Duration;

use crate::{Crm, Error, Result, users};

/// The window in which failures count.
const WINDOW: Duration = Duration::minutes(15);
/// Failures per account in the window before it must wait.
const PER_ACCOUNT: i64 = 10;
/// Failures per address in the window: an office shares one.
const PER_ADDRESS: i64 = 100;

/// Where a sign-in comes from.
pub struct Origin {
    /// The peer's IP address.
    pub address: String,
}

impl Crm {
    /// Checks credentials and returns the person.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when account and password do not match an active person,
    /// [`Error::TooMany`] after ten failures for the account or a hundred from the address within 15 minutes.
    pub async fn sign_in(&self, credentials: Credentials, origin: Origin) -> Result<User> {
        let credentials = credentials.checked().map_err(Error::Invalid)?;
        let account = credentials.account();
        self.count_attempt(&account, &origin.address).await?;
        let found = users::store::find_for_sign_in(self.pool(), &account).await?;
        let (user, stored) = found.map_or((None, None), |(user, password)| (Some(user), Some(password)));
        let matches = self.inner.hashing.verify(credentials.password, stored).await?;
        let user = user.filter(|user| matches && user.is_active).ok_or(Error::WrongCredentials)?;
        sqlx::query!("delete from sign_in_attempts where account = $1", account).execute(self.pool()).await?;
        users::store::touch_last_seen(self.pool(), user.id, self.now()).await?;
        Ok(user)
    }

    /// Counts this attempt first and looks at the sum afterwards: of many tries at once, no more than the limit pass.
    async fn count_attempt(&self, account: &str, address: &str) -> Result<()> {
        let now = self.now();
        let since = now - WINDOW;
        let id = sqlx::query_scalar!(
            "insert into sign_in_attempts (account, address, at) values ($1, $2, $3) returning id",
            account,
            address,
            now,
        )
        .fetch_one(self.pool())
        .await?;
        let counts = sqlx::query!(
            r#"select count(*) filter (where account = $1) as "account!", count(*) filter (where address = $2) as "address!",
                      min(at) filter (where account = $1) as first_account, min(at) filter (where address = $2) as first_address
               from sign_in_attempts where (account = $1 or address = $2) and at > $3 and id <= $4"#,
            account,
            address,
            since,
            id,
        )
        .fetch_one(self.pool())
        .await?;
        let oldest = match () {
            _ if counts.account > PER_ACCOUNT => counts.first_account,
            _ if counts.address > PER_ADDRESS => counts.first_address,
            _ => return Ok(()),
        };
        // A refused try is not held against the account, or waiting would never end.
        sqlx::query!("delete from sign_in_attempts where id = $1", id).execute(self.pool()).await?;
        Err(Error::TooMany { retry_after_s: seconds_until(oldest.unwrap_or(now) + WINDOW, now) })
    }
}

fn seconds_until(end: Timestamp, now: Timestamp) -> u64 {
    u64::try_from((end - now).whole_seconds() + 1).unwrap_or(1).max(1)
}
