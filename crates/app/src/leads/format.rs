//! Dates and amounts as people read them. Days are days of the viewer's own zone.

use domain::{Money, Timestamp, Zone};
use time::{Date, Duration, Month};

/// The viewer's time: server and browser must render the same words, so "now" comes with the page.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    pub now: Timestamp,
    pub zone: Zone,
}

impl Today {
    /// What the viewer's calendar and clock showed, or will show, at an instant.
    pub fn local(&self, at: Timestamp) -> Timestamp {
        at.to_offset(self.zone.offset(at))
    }

    /// The viewer's calendar day of an instant.
    pub fn day(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// The viewer's calendar day now.
    pub fn today(&self) -> Date {
        self.day(self.now)
    }

    /// How a follow-up stands: its words, and the class that colours them.
    pub fn follow_up(&self, at: Timestamp) -> (String, &'static str) {
        let (day, today) = (self.day(at), self.today());
        match (day - today).whole_days() {
            late if late < 0 => (format!("{} d overdue", -late), "late"),
            0 => ("Today".into(), "due"),
            1 => ("Tomorrow".into(), "muted"),
            2..=6 => (format!("{} {}", weekday(day), day.day()), "muted"),
            _ => (self.short(day), "muted"),
        }
    }

    /// How long ago, in one unit.
    pub fn ago(&self, at: Timestamp) -> String {
        let age = self.now - at;
        let days = (self.today() - self.day(at)).whole_days();
        match () {
            _ if age < Duration::minutes(1) => "just now".into(),
            _ if age < Duration::hours(1) => format!("{} min", age.whole_minutes()),
            _ if days == 0 => format!("{} h", age.whole_hours().max(1)),
            _ if days == 1 => "yesterday".into(),
            _ if days < 7 => format!("{days} d"),
            _ if days < 60 => format!("{} w", days / 7),
            _ => self.short(self.day(at)),
        }
    }

    /// `3 Nov`, with the year when it is another one.
    pub fn short(&self, day: Date) -> String {
        let year = if day.year() == self.today().year() { String::new() } else { format!(" {}", day.year()) };
        format!("{} {}{year}", day.day(), month(day.month()))
    }

    /// Nine in the morning of that day, for the viewer: a follow-up is a day's work, not a moment's.
    pub fn morning(&self, day: Date) -> Option<Timestamp> {
        Some(self.zone.moment(day.with_hms(9, 0, 0).ok()?))
    }
}

fn weekday(day: Date) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][usize::from(day.weekday().number_days_from_monday())]
}

fn month(month: Month) -> &'static str {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    names[usize::from(u8::from(month)) - 1]
}

/// `$9,800`, or `CHF 9,800` for currencies without a sign of their own.
pub fn money(amount: Money, currency: &str) -> String {
    let sign = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "INR" => "₹",
        "JPY" => "¥",
        other => return format!("{other}\u{a0}{}", amount.grouped()),
    };
    format!("{sign}{}", amount.grouped())
}

/// `$1.9M`, `$24K` or `$900`: a column's worth at a glance.
pub fn short_money(cents: i64, currency: &str) -> String {
    let (whole, unit) = match cents / 100 {
        amount @ 1_000_000.. => (amount / 100_000, "M"),
        amount @ 10_000.. => (amount / 1_000 * 10, "K"),
        _ => return money(Money::from_cents(cents / 100 * 100), currency),
    };
    let tenth = if whole % 10 == 0 { String::new() } else { format!(".{}", whole % 10) };
    money(Money::from_cents(whole / 10 * 100), currency) + &tenth + unit
}

/// `4,312`.
pub fn count(number: i64) -> String {
    Money::from_cents(number.saturating_mul(100)).grouped()
}

/// `1 lead`, `4,312 leads`.
pub fn leads(number: i64) -> String {
    format!("{} {}", count(number), if number == 1 { "lead" } else { "leads" })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn elsewhere(now: Timestamp, hours: i16) -> Today {
        Today { now, zone: Zone::fixed(hours * 60) }
    }

    #[test]
    fn the_same_instant_is_another_day_elsewhere() {
        let at = datetime!(2026-11-22 07:30 UTC);
        assert_eq!(elsewhere(at, -8).day(at).day(), 21);
        assert_eq!(elsewhere(at, 13).day(datetime!(2026-11-22 11:30 UTC)).day(), 23);
    }

    #[test]
    fn a_follow_up_is_overdue_by_the_viewers_calendar() {
        let due = datetime!(2026-11-22 17:00 UTC);
        let half_past_eleven_at_night = datetime!(2026-11-23 07:30 UTC);
        assert_eq!(elsewhere(half_past_eleven_at_night, -8).follow_up(due).0, "Today");
        assert_eq!(elsewhere(half_past_eleven_at_night, 0).follow_up(due).0, "1 d overdue");
    }

    #[test]
    fn a_large_amount_is_short() {
        let short = |amount: i64| short_money(amount * 100, "USD");
        assert_eq!([short(900), short(24_800), short(1_940_000), short(3_000_000)], ["$900", "$24K", "$1.9M", "$3M"]);
    }

    #[test]
    fn one_lead_is_no_leads() {
        assert_eq!([leads(0), leads(1), leads(4312)], ["0 leads", "1 lead", "4,312 leads"]);
    }

    #[test]
    fn ages_have_one_unit() {
        let today = elsewhere(datetime!(2026-11-22 12:00 UTC), 0);
        for (at, words) in [
            (datetime!(2026-11-22 11:59:30 UTC), "just now"),
            (datetime!(2026-11-22 11:48 UTC), "12 min"),
            (datetime!(2026-11-22 09:00 UTC), "3 h"),
            (datetime!(2026-11-21 23:00 UTC), "yesterday"),
            (datetime!(2026-11-18 12:00 UTC), "4 d"),
            (datetime!(2026-11-01 12:00 UTC), "3 w"),
            (datetime!(2025-11-01 12:00 UTC), "1 Nov 2025"),
        ] {
            assert_eq!(today.ago(at), words);
        }
    }
}
