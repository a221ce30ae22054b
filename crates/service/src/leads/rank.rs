//! Ranks of cards inside a column: text that sorts as bytes, with room for another one between any two.
//!
//! A rank begins with 14 hexadecimal digits, which count down from a far future: what enters a column comes out on top
//! (`board_rank` in SQL). Then comes what tells leads of the same moment apart. A rank never ends in `0`: nothing
//! would fit before it.

use domain::Timestamp;

/// Digits of the leading number.
const DIGITS: usize = 14;
/// One more than the largest leading number.
const END: u64 = 1 << (4 * DIGITS);
/// What the countdown begins at: 2^53 microseconds are 285 years.
const FUTURE: i128 = 1 << 53;
/// Room that ranks get when a whole column is spread anew.
const APART: u64 = 1 << 20;

/// The rank of what enters a column at this moment; `n` tells it from others of the same moment.
pub(crate) fn entering(at: Timestamp, n: i64) -> String {
    let micros = at.unix_timestamp_nanos() / 1_000;
    format!("{:014x}{n:x}8", u64::try_from(FUTURE - micros).unwrap_or(0))
}

/// A rank between two neighbours; `None` when the two leave no room because they are equal. `fresh` is the rank of
/// what enters now: it goes on top as it is, and elsewhere its end tells the new rank from others.
pub(super) fn between(low: Option<&str>, high: Option<&str>, fresh: &str) -> Option<String> {
    let at = |number: u64| Some(format!("{number:014x}{}", fresh.get(DIGITS..).unwrap_or("8")));
    match (low, high) {
        (None, None) => Some(fresh.to_owned()),
        (None, Some(high)) if fresh < high => Some(fresh.to_owned()),
        (None, Some(high)) => at(number(high)?.checked_sub(1)?),
        (Some(low), None) => at(Some(number(low)? + 1).filter(|next| *next < END)?),
        (Some(low), Some(high)) if low >= high => None,
        (Some(low), Some(high)) => match (number(low)?, number(high)?) {
            (low, high) if high - low >= 2 => at(low + (high - low) / 2),
            _ => Some(midpoint(low.as_bytes(), Some(high.as_bytes()))),
        },
    }
}

/// `count` ranks, evenly spread between two that stay; `None` when these are too close for that.
pub(super) fn spread(low: &str, high: &str, count: usize) -> Option<Vec<String>> {
    let (low, high, count) = (number(low)?, number(high)?, u64::try_from(count).ok()?);
    let step = high.checked_sub(low)? / (count + 1);
    (step > 0).then(|| (1..=count).map(|i| format!("{:014x}8", low + step * i)).collect())
}

/// `count` ranks for a column that is written from scratch, its top at `fresh`.
pub(super) fn spread_from(fresh: &str, count: usize) -> Vec<String> {
    let top = number(fresh).unwrap_or(0);
    (0..).map(|i| format!("{:014x}8", top + APART * i)).take(count).collect()
}

/// The leading number. A short rank stands for one with zeros behind it.
fn number(rank: &str) -> Option<u64> {
    let digits = rank.get(..DIGITS.min(rank.len()))?;
    let short = u32::try_from(DIGITS - digits.len()).ok()?;
    Some(u64::from_str_radix(digits, 16).ok()? << (4 * short))
}

/// The shortest digits between `low` and `high` (`None`: no end), of which neither ends in `0`.
fn midpoint(low: &[u8], high: Option<&[u8]>) -> String {
    let digit = |text: &[u8], at: usize| text.get(at).map_or(0, |byte| char::from(*byte).to_digit(16).unwrap_or(0));
    let hex = |digit: u32| char::from_digit(digit, 16).unwrap_or('8');
    let mut out = String::new();
    let mut high = high;
    for at in 0.. {
        let (from, to) = (digit(low, at), high.map_or(16, |high| digit(high, at)));
        if to > from + 1 {
            out.push(hex((from + to) / 2));
            break;
        }
        if to == from + 1 {
            // Cut off here, `high` itself lies between, unless it ends here.
            if high.is_some_and(|high| high.len() > at + 1) {
                out.push(hex(to));
                break;
            }
            high = None;
        }
        out.push(hex(from));
    }
    out
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    const NOON: Timestamp = datetime!(2026-11-22 12:00 UTC);

    #[test]
    fn what_enters_later_comes_out_on_top() {
        let (earlier, later) = (entering(NOON, 1), entering(NOON + Duration::microseconds(1), 2));
        assert!(later < earlier);
        assert_eq!(between(None, Some(&earlier), &later), Some(later));
    }

    #[test]
    fn there_is_always_room_between_two() {
        let fresh = entering(NOON, 77);
        let (mut low, high) = (entering(NOON, 1), entering(NOON - Duration::days(30), 2));
        for _ in 0..200 {
            let next = between(Some(&low), Some(&high), &fresh).unwrap();
            assert!(low < next && next < high && !next.ends_with('0'), "{low} {next} {high}");
            low = next;
        }
        let (low, mut high) = (entering(NOON, 1), entering(NOON, 2));
        for _ in 0..200 {
            let next = between(Some(&low), Some(&high), &fresh).unwrap();
            assert!(low < next && next < high && !next.ends_with('0'), "{low} {next} {high}");
            high = next;
        }
    }

    #[test]
    fn the_ends_of_a_column_never_make_ranks_longer() {
        let fresh = entering(NOON - Duration::days(400), 5);
        let (mut top, mut bottom) = (entering(NOON, 1), entering(NOON, 1));
        for _ in 0..1_000 {
            let above = between(None, Some(&top), &fresh).unwrap();
            let below = between(Some(&bottom), None, &fresh).unwrap();
            assert!(above < top && bottom < below && above.len() == fresh.len());
            (top, bottom) = (above, below);
        }
    }

    #[test]
    fn equal_neighbours_leave_no_room() {
        let rank = entering(NOON, 1);
        assert_eq!(between(Some(&rank), Some(&rank), &entering(NOON, 2)), None);
    }

    #[test]
    fn spread_ranks_lie_between_the_two_that_stay() {
        let (low, high) = (entering(NOON, 1), entering(NOON - Duration::seconds(1), 2));
        let ranks = spread(&low, &high, 500).unwrap();
        assert!(ranks.is_sorted() && ranks.len() == 500 && low < ranks[0] && ranks[499] < high);
        assert!(spread(&low, &high, 2_000_000).is_none());
        assert!(spread_from(&low, 500).is_sorted());
    }
}
