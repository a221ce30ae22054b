//! From a cell to an amount, a moment or a number, the way people and other programs write them down.

use domain::{Money, Timestamp, imports::DateOrder};
use time::{Date, Duration, Month, PrimitiveDateTime, Time, format_description::well_known::Rfc3339, macros::date};

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

/// An amount with currency signs, codes and separators of thousands, as long as they leave no doubt.
pub(super) fn amount(cell: &Cell, decimal: char) -> Result<Money, String> {
    match cell {
        Cell::Number(number) => format!("{number:.2}").parse().map_err(|e: domain::money::NoAmount| e.to_string()),
        Cell::Text(text) => amount_of(text, decimal),
        Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken(_) => Err("is no amount".into()),
    }
}

fn amount_of(text: &str, decimal: char) -> Result<Money, String> {
    let text = text.trim();
    let (text, in_brackets) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    if !(letters.is_empty() || letters.len() == 3 && letters.chars().all(|c| c.is_ascii_uppercase())) {
        return Err("is no amount".into());
    }
    let is_sign =
        |c: char| "$€£¥₹₽₺₩₫฿₪₴zł".contains(c) || c.is_alphabetic() || c.is_whitespace() || c == '\'' || c == '’';
    let plain: String = text.chars().filter(|c| !is_sign(*c)).collect();
    let plain = plain.replace('−', "-");
    let (whole, cents) =
        plain.rsplit_once(decimal).map_or((plain.as_str(), None), |(whole, cents)| (whole, Some(cents)));
    let grouping = if decimal == ',' { '.' } else { ',' };
    let mut groups = whole.split(grouping);
    let first = groups.next().unwrap_or_default();
    let mut number = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.trim_start_matches('-').is_empty() {
            return Err(format!("is no amount with {decimal:?} before the cents"));
        }
        number.push_str(group);
    }
    if let Some(cents) = cents.filter(|cents| !cents.is_empty()) {
        number.push('.');
        number.push_str(cents);
    }
    if in_brackets {
        number.insert(0, '-');
    }
    number.parse().map_err(|e: domain::money::NoAmount| e.to_string())
}

/// What stands before the cents in these amounts, if one of them tells.
pub(super) fn decimal_of<'t>(amounts: impl Iterator<Item = &'t str>) -> Option<char> {
    for text in amounts {
        let signs: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
        let Some((at, last)) = signs.last().copied() else { continue };
        let other = if last == '.' { ',' } else { '.' };
        if signs.iter().any(|(_, sign)| *sign == other) {
            return Some(last);
        }
        let behind = text[at + 1..].chars().take_while(char::is_ascii_digit).count();
        if signs.len() > 1 {
            return Some(other);
        }
        if behind != 3 {
            return Some(last);
        }
    }
    None
}

/// A whole number from `0` to `100`, with or without a percent sign.
pub(super) fn percent(cell: &Cell) -> Result<i16, String> {
    let number = match cell {
        Cell::Number(number) if number.fract() == 0.0 => Ok(*number),
        Cell::Text(text) => text.trim().trim_end_matches('%').trim_end().parse::<f64>().map_err(drop),
        Cell::Number(_) | Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken(_) => Err(()),
    };
    match number {
        // In range and whole: nothing is lost.
        Ok(number) if (0.0..=100.0).contains(&number) && number.fract() == 0.0 => Ok(number as i16),
        _ => Err("must be a whole number from 0 to 100".into()),
    }
}

/// The id of a lead.
pub(super) fn id(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(number) if number.fract() == 0.0 && (1.0..9e15).contains(number) => Some(*number as i64),
        Cell::Text(text) => text.trim().parse().ok().filter(|id| *id > 0),
        Cell::Number(_) | Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken(_) => None,
    }
}

/// A moment, or a day, which means the morning of it.
pub(super) fn moment(cell: &Cell, order: DateOrder) -> Result<When, String> {
    let serial = |number: f64| {
        // Whole milliseconds of a few decades.
        let milliseconds = (number * 86_400_000.0).round() as i64;
        When::Local(morning(SERIAL_ZERO.midnight() + Duration::milliseconds(milliseconds)))
    };
    match cell {
        Cell::Moment(at) => Ok(When::Local(morning(*at))),
        Cell::Number(number) if SERIALS.contains(number) => Ok(serial(*number)),
        Cell::Text(text) => {
            let text = text.trim();
            if let Ok(at) = Timestamp::parse(text, &Rfc3339) {
                return Ok(When::At(at));
            }
            if let Some(number) = text.parse().ok().filter(|number| SERIALS.contains(number)) {
                return Ok(serial(number));
            }
            written(text, order).map(When::Local).ok_or_else(|| "is no date that can be read".to_owned())
        }
        Cell::Number(_) | Cell::Blank | Cell::Truth(_) | Cell::Broken(_) => Err("is no date that can be read".into()),
    }
}

fn morning(at: PrimitiveDateTime) -> PrimitiveDateTime {
    if at.time() == Time::MIDNIGHT { at.replace_time(MORNING) } else { at }
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

/// `14:30`, `14:30:15`, `2:30 PM`; what stands behind the seconds does not count.
fn time_of(clock: &str, rest: &[&str]) -> Option<Time> {
    let half = rest.last().or(Some(&clock)).map(|last| last.to_ascii_lowercase())?;
    let clock = clock.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut numbers = clock.split(':').map(str::parse::<u8>);
    let hour = numbers.next()?.ok()?;
    let minute = numbers.next().transpose().ok()?.unwrap_or_default();
    let second = numbers.next().transpose().ok()?.unwrap_or_default();
    let hour = match hour {
        12 if half.ends_with("am") => 0,
        hour if half.ends_with("pm") && hour < 12 => hour + 12,
        hour => hour,
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

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, decimal, cents) in [
            ("1200", '.', 120_000),
            ("$1,234.50", '.', 123_450),
            ("1.234,50 €", ',', 123_450),
            ("USD 5,000", '.', 500_000),
            ("CHF 1'234.05", '.', 123_405),
            ("1 234 567,8", ',', 123_456_780),
            ("(12.00)", '.', -1_200),
            ("1200.", '.', 120_000),
        ] {
            assert_eq!(amount_of(text, decimal).map(Money::cents), Ok(cents), "{text}");
        }
        for (text, decimal) in
            [("1,5", '.'), ("1.5", ','), ("12k", '.'), ("about 500", '.'), ("1,23,456", '.'), ("", '.'), (",500", '.')]
        {
            assert!(amount_of(text, decimal).is_err(), "{text}");
        }
        assert_eq!(amount(&Cell::Number(0.1 + 0.2), '.').map(Money::cents), Ok(30));
    }

    #[test]
    fn the_sign_before_the_cents_is_found_where_an_amount_tells() {
        for (amounts, sign) in [
            (vec!["1,000", "1,234.50"], Some('.')),
            (vec!["1.000", "1.234,50"], Some(',')),
            (vec!["12,5"], Some(',')),
            (vec!["12.5"], Some('.')),
            (vec!["1.234.567"], Some(',')),
            (vec!["1,000", "2,000", "70"], None),
        ] {
            assert_eq!(decimal_of(amounts.iter().copied()), sign, "{amounts:?}");
        }
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
        ] {
            assert_eq!(moment(&Cell::Text(text.into()), order), Ok(When::Local(expected)), "{text}");
        }
        let zoned = moment(&Cell::Text("2026-03-04T14:30:00+02:00".into()), DateOrder::Dmy);
        assert_eq!(zoned, Ok(When::At(datetime!(2026-03-04 12:30 UTC))));
        for text in ["soon", "31.02.2026", "13/13/2026", "4.3.", "7", "1e400"] {
            assert!(moment(&Cell::Text(text.into()), DateOrder::Dmy).is_err(), "{text}");
        }
    }

    #[test]
    fn the_order_of_dates_is_found_where_a_date_tells() {
        assert_eq!(order_of(["03/04/2026", "25/04/2026"].into_iter()), Some(DateOrder::Dmy));
        assert_eq!(order_of(["03/04/2026", "04/25/2026"].into_iter()), Some(DateOrder::Mdy));
        assert_eq!(order_of(["03.04.2026"].into_iter()), Some(DateOrder::Dmy));
        assert_eq!(order_of(["03/04/2026", "2026-01-31"].into_iter()), None);
    }

    #[test]
    fn numbers_outside_of_their_range_are_refused() {
        assert_eq!(percent(&Cell::Text("45 %".into())), Ok(45));
        assert_eq!(percent(&Cell::Number(100.0)), Ok(100));
        for text in ["101", "-1", "4.5", "half", "NaN"] {
            assert!(percent(&Cell::Text(text.into())).is_err(), "{text}");
        }
        assert_eq!(id(&Cell::Number(7.0)), Some(7));
        assert_eq!(id(&Cell::Text("7a".into())), None);
    }
}
