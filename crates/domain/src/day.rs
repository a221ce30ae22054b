//! Days as they are written: `2026-11-22`.

use time::{Date, Month};

/// Reads a day from year 1 to 9999; nothing else.
///
/// By hand: the parser of `time` takes any format there is, which the browser would have to download.
pub fn parse(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_digit()).then_some(part));
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || year == "0000" {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_back_as_they_are_written() {
        for text in ["2026-11-22", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in
            ["2026-02-30", "2026-13-01", "2026-1-1", "26-01-01", "0000-01-01", "2026-11-22T00:00", "-2026-01-01", ""]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
