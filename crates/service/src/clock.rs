//! Where time comes from, so that tests decide what time it is.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::Timestamp;
use time::Duration;

/// The system's clock, or one that stands still until it is told to move.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Microseconds since 1970.
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fake(at: Timestamp) -> Self {
        Clock::Fake(Arc::new(AtomicI64::new(micros(at))))
    }

    /// Moves a fake clock; does nothing to the system's.
    pub fn advance(&self, by: Duration) {
        if let Clock::Fake(at) = self {
            at.fetch_add(i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
    }

    /// Now, to the microsecond: what PostgreSQL keeps, so that a value read back is the value written.
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
            Clock::System => micros(time::OffsetDateTime::now_utc()),
            Clock::Fake(at) => at.load(Ordering::Relaxed),
        };
        Timestamp::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
