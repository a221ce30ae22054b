//! Time zones: the clocks that a page tells days by are those that the lists are filtered by.

use testkit::TestCrm;
use time::{OffsetDateTime, macros::datetime};

#[sqlx::test(migrations = "../../migrations")]
async fn clocks_stand_as_they_did_and_will(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await.crm;
    for name in ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"] {
        let zone = crm.zone(name).await.unwrap();
        // Every seven hours and some minutes from six years ago until the next summer.
        let moments: Vec<OffsetDateTime> = (0..)
            .map(|step| datetime!(2021-01-01 0:00 UTC) + time::Duration::minutes(431) * step)
            .take_while(|at| *at < datetime!(2027-08-01 0:00 UTC))
            .collect();
        let asked = "select (extract(epoch from (at at time zone $1) - (at at time zone 'UTC')) / 60)::int4
                     from unnest($2::timestamptz[]) as at";
        let true_ones: Vec<i32> = sqlx::query_scalar(asked).bind(name).bind(&moments).fetch_all(&pool).await.unwrap();
        for (at, minutes) in moments.iter().zip(true_ones) {
            assert_eq!(i32::from(zone.offset(*at).whole_minutes()), minutes, "{name} at {at}");
        }
    }
    let berlin = crm.zone("Europe/Berlin").await.unwrap();
    assert_eq!(berlin.offset(datetime!(2026-03-29 0:59:59 UTC)).whole_hours(), 1);
    assert_eq!(berlin.offset(datetime!(2026-03-29 1:00 UTC)).whole_hours(), 2);
}
