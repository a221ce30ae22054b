//! How a place's clocks stand: a day and its nine in the morning are others in summer than in winter.

use serde::{Deserialize, Serialize};
use time::{PrimitiveDateTime, UtcOffset};

use crate::Timestamp;

/// How often a place's clocks are put forward or back that is known: twice a year, some years around now.
pub const ZONE_CHANGES: usize = 16;

/// How far a place's clocks are from UTC, and when that changes. Before the first change that is known they stand as
/// after it, and the last one lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(i64, i16)>", into = "Vec<(i64, i16)>")]
pub struct Zone {
    /// From when on (seconds since 1970), and how many minutes ahead of UTC. At least one.
    changes: [(i64, i16); ZONE_CHANGES],
    known: usize,
}

impl Zone {
    /// Clocks that are never put forward or back.
    pub fn fixed(minutes: i16) -> Self {
        Self::from(vec![(i64::MIN, minutes)])
    }

    /// How the clocks stand at that moment.
    pub fn offset(&self, at: Timestamp) -> UtcOffset {
        let known = &self.changes[..self.known];
        let last = known.partition_point(|(from, _)| *from <= at.unix_timestamp());
        let (_, minutes) = known[last.saturating_sub(1)];
        UtcOffset::from_whole_seconds(i32::from(minutes) * 60).unwrap_or(UtcOffset::UTC)
    }

    /// The moment at which the clocks there show this.
    pub fn moment(&self, clock: PrimitiveDateTime) -> Timestamp {
        let about = clock.assume_offset(self.offset(clock.assume_utc()));
        clock.assume_offset(self.offset(about)).to_offset(UtcOffset::UTC)
    }
}

/// The newest of more changes than fit.
impl From<Vec<(i64, i16)>> for Zone {
    fn from(given: Vec<(i64, i16)>) -> Self {
        let newest = &given[given.len().saturating_sub(ZONE_CHANGES)..];
        let mut changes = [(i64::MIN, 0); ZONE_CHANGES];
        changes[..newest.len()].copy_from_slice(newest);
        Zone { changes, known: newest.len().max(1) }
    }
}

impl From<Zone> for Vec<(i64, i16)> {
    fn from(zone: Zone) -> Self {
        zone.changes[..zone.known].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn berlin() -> Zone {
        let changes = [
            (datetime!(2026-01-01 0:00 UTC), 60),
            (datetime!(2026-03-29 1:00 UTC), 120),
            (datetime!(2026-10-25 1:00 UTC), 60),
        ];
        Zone::from(changes.map(|(from, minutes)| (from.unix_timestamp(), minutes)).to_vec())
    }

    #[test]
    fn the_same_hour_of_the_day_is_another_moment_in_summer() {
        let zone = berlin();
        assert_eq!(zone.moment(datetime!(2026-02-01 9:00)), datetime!(2026-02-01 8:00 UTC));
        assert_eq!(zone.moment(datetime!(2026-07-01 9:00)), datetime!(2026-07-01 7:00 UTC));
        assert_eq!(zone.moment(datetime!(2026-03-29 9:00)), datetime!(2026-03-29 7:00 UTC), "the day of the change");
        assert_eq!(zone.offset(datetime!(2026-03-29 0:59:59 UTC)).whole_hours(), 1);
        assert_eq!(zone.offset(datetime!(2026-03-29 1:00 UTC)).whole_hours(), 2);
    }

    #[test]
    fn what_lies_outside_of_what_is_known_is_as_at_its_ends() {
        assert_eq!(berlin().offset(datetime!(1999-07-01 0:00 UTC)).whole_hours(), 1);
        assert_eq!(berlin().offset(datetime!(2039-07-01 0:00 UTC)).whole_hours(), 1);
        assert_eq!(Zone::from(Vec::new()).offset(datetime!(2026-07-01 0:00 UTC)), UtcOffset::UTC);
        let many: Vec<(i64, i16)> = (0..40).map(|n| (n, n as i16)).collect();
        assert_eq!(Zone::from(many).offset(datetime!(2026-07-01 0:00 UTC)).whole_minutes(), 39);
    }

    #[test]
    fn it_travels_as_a_list() {
        let zone = berlin();
        let json = serde_json::to_string(&zone).unwrap();
        assert_eq!(json, "[[1767225600,60],[1774746000,120],[1792890000,60]]");
        assert_eq!(serde_json::from_str::<Zone>(&json).unwrap(), zone);
    }
}
