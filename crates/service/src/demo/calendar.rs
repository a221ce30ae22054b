//! When things happen: eighteen months that end this morning, busier each quarter, quiet in summer and at weekends.
//!
//! Seconds since 1970 throughout. Every moment lies before midnight (UTC) of the day on which the data is made, so
//! that the data depends on the day and not on the minute.

use domain::Timestamp;
use time::{Date, Duration, Time};

use super::random::Random;

/// Eighteen months.
const DAYS: u16 = 548;
pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;
/// January to December: how many leads come in, beside the yearly average.
const SEASON: [f64; 12] = [0.95, 1.0, 1.15, 1.05, 1.1, 0.95, 0.75, 0.65, 1.2, 1.25, 1.15, 0.75];
/// Monday to Sunday.
const WEEK: [f64; 7] = [1.15, 1.2, 1.15, 1.1, 0.9, 0.35, 0.3];

/// The stretch of time the demo company has behind it.
pub(super) struct Calendar {
    first: Date,
    /// How much of the company's intake came in by the end of each day; ends in 1.
    share: Vec<f64>,
}

impl Calendar {
    /// The months up to the day of `now`.
    pub(super) fn until(now: Timestamp) -> Self {
        let first = now.date() - Duration::days(i64::from(DAYS));
        let mut sum = 0.0;
        let mut share: Vec<f64> = (0..DAYS)
            .map(|day| {
                let date = first + Duration::days(i64::from(day));
                let season = SEASON[usize::from(u8::from(date.month()) - 1)];
                let week = WEEK[usize::from(date.weekday().number_days_from_monday())];
                let growth = 0.55 + 0.9 * f64::from(day) / f64::from(DAYS);
                sum += season * week * growth;
                sum
            })
            .collect();
        share.iter_mut().for_each(|s| *s /= sum);
        Calendar { first, share }
    }

    /// The moment before which everything has happened.
    pub(super) fn today(&self) -> i64 {
        self.opening() + i64::from(DAYS) * DAY
    }

    /// When the company started.
    pub(super) fn opening(&self) -> i64 {
        self.first.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp()
    }

    /// When the lead came in that `share` (from 0 up to 1) of all leads came in before.
    pub(super) fn arrival(&self, share: f64) -> i64 {
        let day = self.share.partition_point(|s| *s <= share).min(self.share.len() - 1);
        let before = if day == 0 { 0.0 } else { self.share[day - 1] };
        let of_day = (share - before) / (self.share[day] - before);
        // From 05:30 to 20:30: forms are filled in after hours, too.
        let seconds = 5.5 + 15.0 * of_day.clamp(0.0, 1.0);
        self.opening() + day as i64 * DAY + (seconds * HOUR as f64) as i64
    }

    /// How far the company had come by then: 0 at its start, 1 today.
    pub(super) fn progress(&self, at: i64) -> f64 {
        (at - self.opening()) as f64 / (i64::from(DAYS) * DAY) as f64
    }
}

/// The next moment at which people work: never before `at`, and `at` itself where it is one.
pub(super) fn working(at: i64, random: &mut Random) -> i64 {
    const OPENS: i64 = 7 * HOUR;
    const CLOSES: i64 = 18 * HOUR;
    let (mut day, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    if !is_weekend(day) && (OPENS..CLOSES).contains(&time) {
        return at;
    }
    if time >= CLOSES {
        day += 1;
    }
    while is_weekend(day) {
        day += 1;
    }
    day * DAY + random.between(OPENS, CLOSES - HOUR)
}

/// 1 January 1970 was a Thursday.
fn is_weekend(day: i64) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn leads_come_in_order_and_never_in_the_future() {
        let calendar = Calendar::until(datetime!(2026-03-04 23:59 UTC));
        assert_eq!(calendar.today(), datetime!(2026-03-04 0:00 UTC).unix_timestamp());
        let arrivals: Vec<i64> = (0..1_000).map(|i| calendar.arrival(f64::from(i) / 1_000.0)).collect();
        assert!(arrivals.is_sorted());
        assert!(arrivals[0] >= calendar.opening() && arrivals[999] < calendar.today());
    }

    #[test]
    fn nobody_works_on_sunday() {
        let sunday = datetime!(2026-03-01 12:00 UTC).unix_timestamp();
        let at = working(sunday, &mut Random::of(1, 1));
        assert_eq!(at.div_euclid(DAY), datetime!(2026-03-02 0:00 UTC).unix_timestamp() / DAY);
    }
}
