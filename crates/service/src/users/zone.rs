//! The clocks of a person's time zone, as PostgreSQL knows them: server and browser tell days by the same ones.

use std::sync::PoisonError;

use domain::{Timestamp, Zone};
use sqlx::PgExecutor;
use time::{Date, Duration, Time};

use crate::{Crm, Result};

/// Around now: so long the changes of [`domain::ZONE_CHANGES`] last.
const BEFORE: Duration = Duration::days(7 * 365);
const AFTER: Duration = Duration::days(365);

impl Crm {
    /// How the clocks of a time zone stand, from seven years ago to a year from now. The database is asked once a day.
    pub async fn zone(&self, name: &str) -> Result<Zone> {
        let today = self.now().date();
        let known = |of: &(Zone, Date)| (of.1 == today).then_some(of.0);
        let kept = self.inner.zones.lock().unwrap_or_else(PoisonError::into_inner).get(name).and_then(known);
        if let Some(zone) = kept {
            return Ok(zone);
        }
        let zone = find(self.pool(), name, self.now().replace_time(Time::MIDNIGHT)).await?;
        self.inner.zones.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), (zone, today));
        Ok(zone)
    }
}

/// Day by day, and of a day on which the clocks change by the quarter of an hour.
async fn find(db: impl PgExecutor<'_>, name: &str, today: Timestamp) -> Result<Zone> {
    let rows = sqlx::query!(
        r#"with days as (
               select day, minutes, lead(minutes) over (order by day) as next from (
                   select day, (extract(epoch from (day at time zone $1) - (day at time zone 'UTC')) / 60)::int2 as minutes
                   from generate_series($2::timestamptz, $3::timestamptz, interval '24 hours') as day) each)
           select extract(epoch from $2::timestamptz)::int8 as "since!",
                  (select minutes from days order by day limit 1) as "minutes!"
           union all
           select extract(epoch from min(moment))::int8, next from days
           cross join lateral generate_series(day, day + interval '24 hours', interval '15 minutes') as moment
           where next <> minutes
               and (extract(epoch from (moment at time zone $1) - (moment at time zone 'UTC')) / 60)::int2 = next
           group by day, next
           order by 1"#,
        name,
        today - BEFORE,
        today + AFTER,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.since, row.minutes)).collect::<Vec<_>>().into())
}
