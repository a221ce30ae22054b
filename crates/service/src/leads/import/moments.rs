//! From a cell to a moment, the way people and other programs write it down.

use domain::{Timestamp, imports::DateOrder};
use time::{
    Date, Duration, Month, PrimitiveDateTime, Time, UtcOffset, format_description::well_known::Rfc3339, macros::date,
};

use super::source::Cell;

/// A moment as it stands in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum When {
    /// With its zone.
    At(Timestamp),
    /// On the calendar and the clock of whoever imports it.
    Local(PrimitiveDateTime),
}

/// When the working day begins: what a follow-up without a time means.
const MORNING: Time = time::macros::time!(9:00);
/// Day 0 of a sheet's serial numbers.
const SERIAL_ZERO: Date = date!(1899 - 12 - 30);
/// Serial numbers from 1954 to 2119: other numbers of this size in a column of dates mean something else.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// What a moment is that does not say its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// That of whoever imports it.
    Importer,
    /// The column's header says so.
    Utc,
}

impl Zone {
    /// As the header of the column says.
    pub fn of(header: &str) -> Self {
        if header.trim_end().to_ascii_lowercase().ends_with("(utc)") { Zone::Utc } else { Zone::Importer }
    }

    fn at(self, at: PrimitiveDateTime) -> When {
        match self {
            Zone::Importer => When::Local(at),
            Zone::Utc => When::At(at.assume_utc()),
        }
    }

    /// A cell with a day alone and one with its midnight look the same in a sheet. People mean the day; whoever states
    /// the zone means the moment.
    fn of_sheet(self, at: PrimitiveDateTime) -> When {
        self.at(if self == Zone::Importer && at.time() == Time::MIDNIGHT { at.replace_time(MORNING) } else { at })
    }
}

/// A moment, or a day, which means the morning of it.
pub(super) fn moment(cell: &Cell, order: DateOrder, zone: Zone) -> Result<When, String> {
    let serial = |number: f64| {
        // Whole milliseconds of a few decades.
        let milliseconds = (number * 86_400_000.0).round() as i64;
        zone.of_sheet(SERIAL_ZERO.midnight() + Duration::milliseconds(milliseconds))
    };
    match cell {
        Cell::Moment(at) => Ok(zone.of_sheet(*at)),
        Cell::Number(number) if SERIALS.contains(number) => Ok(serial(*number)),
        Cell::Text(text) => {
            let text = text.trim();
            if let Ok(at) = Timestamp::parse(text, &Rfc3339) {
                return Ok(When::At(at));
            }
            if let Some(number) = text.parse().ok().filter(|number| SERIALS.contains(number)) {
                return Ok(serial(number));
            }
            let (text, offset) = with_offset(text);
            let written = written(text, order).ok_or("is no date that can be read")?;
            Ok(offset.map_or_else(|| zone.at(written), |offset| When::At(written.assume_offset(offset))))
        }
        Cell::Number(_) | Cell::Blank | Cell::Truth(_) | Cell::Broken { .. } => {
            Err("is no date that can be read".into())
        }
    }
}

/// A text without the offset at its end, and that: `Z`, `UTC`, `GMT`, `+02:00`, `-0500`, `+00`.
fn with_offset(text: &str) -> (&str, Option<UtcOffset>) {
    let is_utc = |name: &&str| {
        text.len() > name.len()
            && text.is_char_boundary(text.len() - name.len())
            && text[text.len() - name.len()..].eq_ignore_ascii_case(name)
    };
    if let Some(name) = ["UTC", "GMT", "Z"].iter().find(|name| is_utc(name)) {
        let rest = &text[..text.len() - name.len()];
        let is_whole = rest.ends_with(|c: char| c.is_ascii_digit() || c.is_whitespace());
        return if is_whole { (rest.trim_end(), Some(UtcOffset::UTC)) } else { (text, None) };
    }
    // Only behind a clock: `04-03-2026` ends with no offset.
    let sign = text.rfind(['+', '-', '−']).filter(|at| text[..*at].contains(':'));
    let offset = sign.and_then(|at| {
        let digits: String = text[at..].chars().skip(1).filter(|c| *c != ':').collect();
        let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<i8>().ok());
        let (hours, minutes) = match digits.len() {
            2 => (number(0..2)?, 0),
            4 => (number(0..2)?, number(2..4)?),
            _ => return None,
        };
        let sign = if text[at..].starts_with('+') { 1 } else { -1 };
        // No place on earth is further off: `14:30-16:00` says from when to when.
        if !(-12..=14).contains(&(sign * hours)) {
            return None;
        }
        Some((text[..at].trim_end(), UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?))
    });
    offset.map_or((text, None), |(rest, offset)| (rest, Some(offset)))
}

/// `2026-03-04`, `04.03.2026 14:30`, `3/4/26 2:30 PM`, `4 March 2026`, `Mar 4, 2026`.
fn written(text: &str, order: DateOrder) -> Option<PrimitiveDateTime> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != ':').filter(|part| !part.is_empty()).collect();
    let (date, clock) = match parts.as_slice() {
        // `2026-03-04T14:30`
        [year, month, rest, clock @ ..] if rest.contains('T') && !rest.starts_with('T') => {
            let (day, hour) = rest.split_once('T')?;
            let mut times = vec![hour];
            times.extend(clock);
            (calendar([year, month, day], order)?, times)
        }
        [a, b, c, clock @ ..] => (calendar([a, b, c], order)?, clock.to_vec()),
        _ => return None,
    };
    let time = match clock.as_slice() {
        [] => MORNING,
        [clock, rest @ ..] => time_of(clock, rest)?,
    };
    Some(PrimitiveDateTime::new(date, time))
}

fn calendar([a, b, c]: [&str; 3], order: DateOrder) -> Option<Date> {
    let (year, month, day) = match (month_named(a), month_named(b)) {
        (Some(month), _) => (c, month, b),
        (None, Some(month)) => (c, month, a),
        (None, None) if a.len() == 4 => (a, Month::try_from(b.parse::<u8>().ok()?).ok()?, c),
        (None, None) => {
            let (day, month) = match order {
                DateOrder::Dmy => (a, b),
                DateOrder::Mdy => (b, a),
            };
            (c, Month::try_from(month.parse::<u8>().ok()?).ok()?, day)
        }
    };
    let year = match (year.len(), year.parse::<i32>().ok()?) {
        (2, short) => 2000 + short,
        (4, year) => year,
        _ => return None,
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_lowercase());
    Date::from_calendar_date(year, month, day.parse().ok()?).ok()
}

fn month_named(text: &str) -> Option<Month> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start: String = text.chars().take(3).flat_map(char::to_lowercase).collect();
    let number = NAMES.iter().position(|name| *name == start)?;
    Month::try_from(u8::try_from(number + 1).ok()?).ok()
}

/// `14:30`, `14:30:15.250`, `2:30 PM`, `2 p.m.`, `14.30`. Anything else that stands there might mean something.
fn time_of(clock: &str, rest: &[&str]) -> Option<Time> {
    let numbers = clock.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut half = clock[numbers.len()..].to_ascii_lowercase();
    let mut rest = rest.iter().copied().peekable();
    let mut next_digits = || rest.next_if(|part| half.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let parts: Vec<&str> = match (numbers.split(':').collect::<Vec<_>>(), next_digits()) {
        // A fraction of a second, which does not count.
        (parts, Some(_)) if parts.len() == 3 => parts,
        (parts, Some(minute)) if parts.len() == 1 && minute.len() == 2 => vec![numbers, minute],
        (_, Some(_)) => return None,
        (parts, None) => parts,
    };
    rest.for_each(|part| half.push_str(&part.to_ascii_lowercase()));
    let numbers = parts.iter().map(|part| part.parse::<u8>().ok()).collect::<Option<Vec<u8>>>()?;
    let (hour, minute, second) = match numbers.as_slice() {
        // `2026-03-04 14` says too little.
        [hour] if !half.is_empty() => (*hour, 0, 0),
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let hour = match (half.as_str(), hour) {
        ("", hour) => hour,
        ("am", 12) => 0,
        ("pm", hour) if hour < 12 => hour + 12,
        ("am" | "pm", hour) => hour,
        _ => return None,
    };
    Time::from_hms(hour, minute, second).ok()
}

/// Whether the day or the month comes first in these dates, if one of them tells.
pub(super) fn order_of<'t>(dates: impl Iterator<Item = &'t str>) -> Option<DateOrder> {
    let mut points = false;
    for text in dates {
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        let (Some(a), Some(b)) = (numbers.next(), numbers.next()) else { continue };
        if a.len() > 2 {
            continue;
        }
        points |= text.contains('.');
        match (a.parse::<u8>(), b.parse::<u8>()) {
            (Ok(a), _) if a > 12 => return Some(DateOrder::Dmy),
            (_, Ok(b)) if (13..=31).contains(&b) => return Some(DateOrder::Mdy),
            _ => {}
        }
    }
    points.then_some(DateOrder::Dmy)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn read(text: &str, order: DateOrder) -> Result<When, String> {
        moment(&Cell::Text(text.into()), order, Zone::Importer)
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        let four = datetime!(2026-03-04 9:00);
        for (text, order, expected) in [
            ("2026-03-04", DateOrder::Mdy, four),
            ("2026/3/4", DateOrder::Dmy, four),
            ("04.03.2026", DateOrder::Dmy, four),
            ("3/4/26", DateOrder::Mdy, four),
            ("3/4/2026 2:30 PM", DateOrder::Mdy, datetime!(2026-03-04 14:30)),
            ("04.03.2026 14:30:15", DateOrder::Dmy, datetime!(2026-03-04 14:30:15)),
            ("2026-03-04T14:30", DateOrder::Dmy, datetime!(2026-03-04 14:30)),
            ("2026-03-04 12:05 AM", DateOrder::Dmy, datetime!(2026-03-04 0:05)),
            ("Mar 4, 2026", DateOrder::Dmy, four),
            ("4th March 2026", DateOrder::Mdy, four),
            ("46085", DateOrder::Dmy, four),
            ("24.12.2026 14.30", DateOrder::Dmy, datetime!(2026-12-24 14:30)),
            ("2026-03-04 14:30:15.250", DateOrder::Dmy, datetime!(2026-03-04 14:30:15)),
            ("3/4/2026, 2:30 p.m.", DateOrder::Mdy, datetime!(2026-03-04 14:30)),
            ("3/4/2026 2PM", DateOrder::Mdy, datetime!(2026-03-04 14:00)),
        ] {
            assert_eq!(read(text, order), Ok(When::Local(expected)), "{text}");
        }
        for text in [
            "2026-03-04T14:30:00+02:00",
            "2026-03-04 14:30 +0200",
            "2026-03-04 14:30:00+02",
            "04.03.2026 12:30 UTC",
            "2026-03-04T12:30Z",
            "3/4/2026 10:30 PM -12:00",
        ] {
            let order = if text.contains('/') { DateOrder::Mdy } else { DateOrder::Dmy };
            let expected =
                if text.contains("PM") { datetime!(2026-03-05 10:30 UTC) } else { datetime!(2026-03-04 12:30 UTC) };
            assert_eq!(read(text, order), Ok(When::At(expected)), "{text}");
        }
        for text in [
            "soon",
            "31.02.2026",
            "13/13/2026",
            "4.3.",
            "7",
            "1e400",
            "2026-03-04 14:30 CET",
            "2026-03-04 14",
            "2026-03-04 14:30 +99:00",
            "2026-03-04 14:30 or so",
            "2026-03-04 14:30-16:00",
        ] {
            assert!(read(text, DateOrder::Dmy).is_err(), "{text}");
        }
    }

    #[test]
    fn a_column_may_say_that_it_is_in_utc() {
        let midnight = Cell::Moment(datetime!(2026-03-04 0:00));
        let read = |zone| moment(&midnight, DateOrder::Dmy, zone);
        assert_eq!(read(Zone::of("Follow-up")), Ok(When::Local(datetime!(2026-03-04 9:00))));
        assert_eq!(read(Zone::of("followUpAt (UTC)")), Ok(When::At(datetime!(2026-03-04 0:00 UTC))));
    }

    #[test]
    fn the_order_of_dates_is_found_where_a_date_tells() {
        assert_eq!(order_of(["03/04/2026", "25/04/2026"].into_iter()), Some(DateOrder::Dmy));
        assert_eq!(order_of(["03/04/2026", "04/25/2026"].into_iter()), Some(DateOrder::Mdy));
        assert_eq!(order_of(["03.04.2026"].into_iter()), Some(DateOrder::Dmy));
        assert_eq!(order_of(["03/04/2026", "2026-01-31"].into_iter()), None);
    }
}
