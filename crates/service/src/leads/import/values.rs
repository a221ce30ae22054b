//! From a cell to an amount, a number or an address, the way people and other programs write them down.

use domain::{Money, is_email};

use super::source::Cell;

/// How people shorten currencies where they write no code.
const CURRENCIES: [&str; 18] =
    ["zł", "zl", "kr", "kč", "kc", "ft", "lei", "fr", "sfr", "rs", "rm", "r", "tl", "лв", "руб", "р", "грн", "дин"];

/// An amount with currency signs, codes and separators of thousands, as long as they leave no doubt.
pub(super) fn amount(cell: &Cell, decimal: char) -> Result<Money, String> {
    match cell {
        Cell::Number(number) => format!("{number:.2}").parse().map_err(|e: domain::money::NoAmount| e.to_string()),
        Cell::Text(text) => amount_of(text, decimal),
        Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => Err("is no amount".into()),
    }
}

fn amount_of(text: &str, decimal: char) -> Result<Money, String> {
    let text = text.trim();
    let (text, in_brackets) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let text = without_currency(text).ok_or("is no amount")?;
    let is_sign = |c: char| "$€£¥₹₽₺₩₫฿₪₴₦₱₸".contains(c) || c.is_whitespace() || c == '\'' || c == '’';
    let plain: String = text.chars().filter(|c| !is_sign(*c)).collect();
    let plain = plain.replace('−', "-");
    let (whole, cents) =
        plain.rsplit_once(decimal).map_or((plain.as_str(), None), |(whole, cents)| (whole, Some(cents)));
    let grouping = if decimal == ',' { '.' } else { ',' };
    let mut groups = whole.split(grouping);
    let first = groups.next().unwrap_or_default();
    let mut number = first.to_owned();
    for group in groups {
        // `1234.500` and `0.500` are no thousands, whatever is said of the sign.
        if group.len() != 3 || !is_first_of_thousands(first) {
            return Err(format!("is no amount with {decimal:?} before the cents"));
        }
        number.push_str(group);
    }
    if let Some(cents) = cents.filter(|cents| !cents.is_empty()) {
        // A thousand and a half, or one and a half: whoever knows says it.
        if cents.len() == 3 && is_first_of_thousands(whole) {
            return Err(format!(
                "may mean thousands or cents: choose {grouping:?} before cents, or write two digits behind {decimal:?}"
            ));
        }
        number.push('.');
        number.push_str(cents);
    }
    if in_brackets {
        number.insert(0, '-');
    }
    number.parse().map_err(|e: domain::money::NoAmount| e.to_string())
}

/// An amount without the word of its currency, in front or behind: a code, one of [`CURRENCIES`], or letters before `$`.
/// `None` when its letters mean something else.
fn without_currency(text: &str) -> Option<String> {
    let Some(start) = text.find(char::is_alphabetic) else { return Some(text.to_owned()) };
    let (before, rest) = text.split_at(start);
    let (word, behind) = rest.split_at(rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()));
    let is_code = word.len() <= 3 && word.bytes().all(|b| b.is_ascii_uppercase());
    let is_short = CURRENCIES.contains(&word.to_lowercase().as_str());
    let has_digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    if !(is_short || is_code && (word.len() == 3 || behind.starts_with('$')))
        || behind.contains(char::is_alphabetic)
        || has_digits(before) && has_digits(behind)
    {
        return None;
    }
    // `Rs. 500`, `500 kr.`
    let behind = behind.strip_prefix('.').filter(|_| is_short).unwrap_or(behind);
    Some([before, behind].concat())
}

/// Whether groups of three digits may follow.
fn is_first_of_thousands(digits: &str) -> bool {
    let digits = digits.trim_start_matches('-');
    (1..=3).contains(&digits.len()) && !digits.starts_with('0')
}

/// What stands before the cents in these amounts, if one of them tells.
pub(super) fn decimal_of<'t>(amounts: impl Iterator<Item = &'t str>) -> Option<char> {
    for text in amounts {
        let text = without_currency(text).unwrap_or_else(|| text.to_owned());
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
        let before = text[..at].trim_start_matches(|c: char| !c.is_ascii_digit());
        if behind != 3 || !is_first_of_thousands(before) {
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
        Cell::Number(_) | Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => Err(()),
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
        Cell::Number(_) | Cell::Blank | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => None,
    }
}

/// The first of several addresses, or that of `Lena Ruiz <lena@x.example>` and `mailto:lena@x.example`. What is none of
/// these stays as it is, for whoever reads what is wrong with it.
pub(super) fn address(text: &str) -> &str {
    let bare = |text| bare_address(text).filter(|address| is_email(address));
    let parts = || text.split([',', ';']).filter(|part| !part.trim().is_empty());
    let first = parts().next().and_then(bare).filter(|_| parts().all(|part| bare(part).is_some()));
    // A name may hold a comma.
    first.or_else(|| bare(text)).unwrap_or(text)
}

fn bare_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = match text.strip_suffix('>') {
        Some(named) => named.rsplit_once('<')?.1.trim(),
        None => text,
    };
    match text.split_at_checked("mailto:".len()) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address.split('?').next(),
        _ => Some(text),
    }
}

#[cfg(test)]
mod tests {
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
            ("1,234.500", '.', 123_450),
            ("1234.5000", '.', 123_450),
            ("1234.500", '.', 123_450),
            ("0,500", ',', 50),
            ("1200 zł", '.', 120_000),
            ("R$ 500", '.', 50_000),
            ("-US$1,200.50", '.', -120_050),
            ("500 kr", '.', 50_000),
            ("1.200,50 kr.", ',', 120_050),
            ("1\u{a0}200,50 Kč", ',', 120_050),
            ("Rs. 1,200.50", '.', 120_050),
            ("(CHF 12.50)", '.', -1_250),
        ] {
            assert_eq!(amount_of(text, decimal).map(Money::cents), Ok(cents), "{text}");
        }
        for (text, decimal) in [
            ("1,5", '.'),
            ("1.5", ','),
            ("12k", '.'),
            ("about 500", '.'),
            ("500 each", '.'),
            ("US 500", '.'),
            ("USD 5 EUR 3", '.'),
            ("5 kr 3", '.'),
            ("5 R 3", '.'),
            ("1,23,456", '.'),
            ("", '.'),
            (",500", '.'),
            ("1.500", '.'),
            ("€ 12,000", ','),
            ("1234.500", ','),
            ("0.500", ','),
        ] {
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
            (vec!["1234.500"], Some('.')),
            (vec!["€0,500"], Some(',')),
            (vec!["1.200,50 kr."], Some(',')),
            (vec!["Rs. 1,200"], None),
        ] {
            assert_eq!(decimal_of(amounts.iter().copied()), sign, "{amounts:?}");
        }
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

    #[test]
    fn the_first_of_several_addresses_is_taken() {
        for text in [
            "lena@x.example",
            " lena@x.example , lena.private@x.example",
            "lena@x.example; lena.private@x.example;",
            "Lena Ruiz <lena@x.example>",
            "\"Ruiz, Lena\" <lena@x.example>",
            "Lena <lena@x.example>, Tom <tom@x.example>",
            "<lena@x.example>",
            "mailto:lena@x.example",
            "MAILTO:lena@x.example?subject=Hello",
        ] {
            assert_eq!(address(text).trim(), "lena@x.example", "{text}");
        }
        for text in ["lena@x.example, ask first", "lena@", "lena@x.example tom@x.example", "<>", ",", "mailto:", "é@é"]
        {
            assert_eq!(address(text), text);
        }
    }
}
