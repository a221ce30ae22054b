//! What text may hold, wherever a person or a machine can send some.

/// Refuses what PostgreSQL cannot store and no screen can show: NUL and other control characters.
pub(crate) fn printable<C>(value: &str, _: &C) -> garde::Result {
    match value.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(_) => Err(garde::Error::new("contains a control character")),
        None => Ok(()),
    }
}

/// A rule for text that must be there and be no longer than `max` characters.
pub(crate) fn required<C>(max: usize) -> impl Fn(&str, &C) -> garde::Result {
    move |value, context| {
        if value.is_empty() {
            return Err(garde::Error::new("is required"));
        }
        fits(value, max, context)
    }
}

/// A rule for text that may be missing, and otherwise is no longer than `max` characters.
pub(crate) fn up_to<C>(max: usize) -> impl Fn(&Option<String>, &C) -> garde::Result {
    move |value, context| value.as_deref().map_or(Ok(()), |value| fits(value, max, context))
}

fn fits<C>(value: &str, max: usize, context: &C) -> garde::Result {
    if value.chars().count() > max {
        return Err(garde::Error::new(format!("at most {max} characters")));
    }
    printable(value, context)
}

/// A rule for e-mail addresses: what the HTML standard takes, and a dot in the domain.
///
/// Written out rather than garde's own: that one is a regular expression, which costs half the browser's download
/// again, or goes through the browser's engine, which does not read its syntax.
pub(crate) fn email<C>(value: &str, _: &C) -> garde::Result {
    let label = |label: &str| {
        let inside = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        inside && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let fits = value.split_once('@').is_some_and(|(local, domain)| {
        let is_local = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
        !local.is_empty() && local.bytes().all(is_local) && domain.contains('.') && domain.split('.').all(label)
    });
    if fits { Ok(()) } else { Err(garde::Error::new("is not a valid e-mail address")) }
}

/// Whether a lead or a person can have this address.
pub fn is_email(text: &str) -> bool {
    email(text, &()).is_ok()
}

/// The same for an address that may be missing.
pub(crate) fn email_opt<C>(value: &Option<String>, context: &C) -> garde::Result {
    value.as_deref().map_or(Ok(()), |value| email(value, context))
}

/// Trims; nothing left is no value at all.
pub(crate) fn tidy(value: &mut Option<String>) {
    *value = value.take().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_people_have_are_taken() {
        for address in ["maya@brightline.example", "o'neil+crm@sub.example.co.uk", "a@b.de", "x_1@1-2.example"] {
            assert!(email(address, &()).is_ok(), "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("a@{}.example", "x".repeat(64));
        let bad = [
            "",
            "maya",
            "maya@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@-b.example",
            "a@b..example",
            "a@@b.example",
        ];
        for address in bad.into_iter().chain([long.as_str(), "maya@exämple.com"]) {
            assert!(email(address, &()).is_err(), "{address}");
        }
    }
}
