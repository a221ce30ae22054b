//! Proving who one is: limited per account and per address, in equal time for accounts that do not exist.

use std::net::Ipv6Addr;

use domain::{
    Timestamp,
    users::{Credentials, User},
};
use time::Duration;

use crate::{Crm, Error, Result, secrets, users};

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

impl Origin {
    /// The address, or of IPv6 the network that one household or host is given whole.
    fn network(&self) -> String {
        match self.address.parse::<Ipv6Addr>() {
            Err(_) => self.address.clone(),
            Ok(address) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
            },
        }
    }
}

/// Someone who gave the right password. A session is begun with it as long as it is their password still.
#[derive(Clone, Debug)]
pub struct Proof {
    pub user: User,
    /// Stands for the password.
    pub stamp: String,
}

impl Proof {
    /// Of the person with this stored hash.
    pub(crate) fn of(user: User, stored: &str) -> Self {
        Proof {
            user,
            stamp: secrets::fingerprint(stored.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

impl Crm {
    /// Checks credentials and says who it is.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when account and password do not match an active person,
    /// [`Error::TooMany`] after ten failures for the account or a hundred from the address within 15 minutes.
    pub async fn sign_in(&self, credentials: Credentials, origin: Origin) -> Result<Proof> {
        let credentials = credentials.checked().map_err(Error::Invalid)?;
        let login = credentials.account();
        let found = users::store::find_for_sign_in(self.pool(), &login).await?;
        // Whichever of their names is tried, it is one account; and nobody is called like one.
        let account = found.as_ref().map_or_else(|| format!("name {login}"), |(user, _)| format!("user {}", user.id));
        self.count_attempt(&account, &origin.network()).await?;
        let (user, stored) = found.map_or((None, None), |(user, password)| (Some(user), Some(password)));
        let matches = self.inner.hashing.verify(credentials.password, stored.clone()).await?;
        let user = user.filter(|user| matches && user.is_active).ok_or(Error::WrongCredentials)?;
        sqlx::query!("delete from sign_in_attempts where account = $1", account).execute(self.pool()).await?;
        users::store::touch_last_seen(self.pool(), user.id, self.now()).await?;
        Ok(Proof::of(user, &stored.unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ipv6_counts_with_its_network() {
        let network = |address: &str| Origin { address: address.into() }.network();
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2::7"), "2001:db8:1:2::/64");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("unknown"), "unknown");
    }
}
