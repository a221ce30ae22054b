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

/// Trims; nothing left is no value at all.
pub(crate) fn tidy(value: &mut Option<String>) {
    *value = value.take().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
}
