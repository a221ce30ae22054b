//! What becomes of a lead that was won: who delivers it, and how far that is.

use domain::users::Role;

use super::{
    calendar::{Calendar, DAY, HOUR, working},
    people,
    random::Random,
    words,
};

/// The work after the sale.
pub(super) struct Delivery {
    pub engineer: i64,
    pub percent: i16,
    /// When the percentage was last written.
    pub updated_at: Option<i64>,
    pub notes: Option<&'static str>,
    pub blocked: Option<&'static str>,
}

impl Delivery {
    /// How far the engineers have come with something won at `won_at` that takes `days`.
    pub(super) fn since(won_at: i64, days: f64, calendar: &Calendar, random: &mut Random) -> Self {
        let engineers: Vec<_> = people::with_role(Role::Engineer, calendar.progress(won_at)).collect();
        let shares: Vec<f64> = engineers.iter().map(|(_, e)| e.luck).collect();
        let (engineer, _) = engineers[random.weighted(&shares)];
        let elapsed = calendar.today() - won_at;
        // Work starts a few days after the signature, and a few deliveries never quite end.
        let takes = random.around(days * 1.3, 0.4) * if random.chance(0.04) { 6.0 } else { 1.0 } * DAY as f64;
        let share = ((elapsed - 3 * DAY) as f64 / takes).clamp(0.0, 1.0);
        let percent = (share * 20.0) as i16 * 5;
        let updated_at = (percent > 0).then(|| {
            let finished = working(won_at + 3 * DAY + takes as i64, random);
            lately(calendar, random).min(finished).max(won_at + DAY)
        });
        let open = percent < 100;
        Delivery {
            engineer,
            percent,
            updated_at,
            notes: (percent > 0 && random.chance(0.5)).then(|| random.pick(&words::ENGINEERING)),
            blocked: (open && percent > 0 && random.chance(0.2)).then(|| random.pick(&words::BLOCKED)),
        }
    }
}

/// A working hour of the last days.
fn lately(calendar: &Calendar, random: &mut Random) -> i64 {
    let at = working(calendar.today() - random.between(8 * HOUR, 5 * DAY), random);
    // Work of the weekend moves to Monday; where that is today, to Friday.
    if at < calendar.today() { at } else { at - 3 * DAY }
}
