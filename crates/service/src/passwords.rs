//! argon2id, off the async threads and only a few at a time: each takes 19 MiB and tens of milliseconds.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Hashes computed at once.
const AT_ONCE: usize = 2;

pub(crate) struct Hashing {
    places: Arc<Semaphore>,
}

impl Hashing {
    pub(crate) fn new() -> Self {
        Hashing { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The PHC string to store.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        self.run(move || {
            let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).map_err(|e| e.to_string())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the account's. `None` stands for an account that does not exist: the same work is
    /// done, so that the time taken tells nothing.
    pub(crate) async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        self.run(move || {
            let exists = stored.as_deref().is_some_and(|hash| hash.starts_with('$'));
            let hash = if exists { stored.unwrap_or_default() } else { decoy()? };
            Ok(Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok() && exists)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T> {
        let place = self.places.clone().acquire_owned().await.map_err(Error::internal)?;
        // The work goes on when whoever asked goes away, and keeps its place for as long.
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
    }
}

/// A hash of nothing in particular with today's parameters.
fn decoy() -> Result<String, String> {
    static DECOY: std::sync::OnceLock<Result<String, String>> = std::sync::OnceLock::new();
    let make = || {
        let hash: PasswordHash = Argon2::default().hash_password(b"nobody").map_err(|e| e.to_string())?;
        Ok(hash.to_string())
    };
    DECOY.get_or_init(make).clone()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_keeps_its_place() {
        let hashing = Hashing::new();
        let free = hashing.places.available_permits();
        let (begin, begun) = std::sync::mpsc::channel::<()>();
        let work = move || begun.recv().map_err(|error| error.to_string());
        assert!(hashing.run(work).now_or_never().is_none(), "given up at once");
        assert_eq!(hashing.places.available_permits(), free - 1);
        begin.send(()).unwrap();
        let all = u32::try_from(free).unwrap();
        drop(hashing.places.acquire_many(all).await.unwrap());
    }
}
