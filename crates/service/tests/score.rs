//! Scores: computed with every write, explained at any time, and a person's own one sticks.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    LeadId, Money, Timestamp,
    leads::{LeadInput, LeadScore, LeadStatus, score::sum},
    users::User,
};
use serde_json::json;
use service::Error;
use testkit::{NOON, TestCrm, named};
use time::Duration;

async fn explained(crm: &TestCrm, user: &User, lead: LeadId) -> (i16, Vec<String>) {
    let LeadScore { score, is_set, points } = crm.acting(user).leads().score(lead).await.unwrap();
    assert_eq!(crm.acting(user).leads().find(lead).await.unwrap().score, score);
    assert!(is_set || points.is_empty() || sum(&points) == score, "{points:?}");
    (score, points.into_iter().map(|point| format!("{} {:+}", point.reason, point.points)).collect())
}

/// As an interaction would be logged, without its use case.
async fn call(pool: &sqlx::PgPool, crm: &TestCrm, lead: LeadId, at: Timestamp) {
    sqlx::query(
        "insert into interactions (lead_id, user_id, type, text, created_at) values ($1, $2, 'call', 'Hi', $3)",
    )
    .bind(lead.0)
    .bind(crm.ali.id.0)
    .bind(at)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("update leads set last_contacted_at = $2 where id = $1")
        .bind(lead.0)
        .bind(at)
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_write_computes_the_score_and_every_point_is_told(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    for value in [1_000, 5_000, 9_000] {
        let won = LeadInput {
            status: LeadStatus::Won,
            value: Some(Money::from_cents(value * 100)),
            assigned_to: Some(crm.amy.id),
            ..named("Won")
        };
        crm.system().leads().create(won).await.unwrap();
    }
    crm.clock.advance(Duration::seconds(61));
    let ali = crm.acting(&crm.ali);
    let lead = LeadInput { email: Some("maya@kite.example".into()), source: Some("Referral".into()), ..named("Maya") };
    let lead = ali.leads().create(lead).await.unwrap();
    let (score, points) = explained(&crm, &crm.ali, lead.id).await;
    assert_eq!(
        (score, points),
        (21, vec!["Stage: New +4".into(), "E-mail known +5".into(), "Came by referral +12".into()])
    );
    call(&pool, &crm, lead.id, crm.crm.now() - Duration::days(3)).await;
    call(&pool, &crm, lead.id, crm.crm.now() - Duration::days(2)).await;
    let patch = json!({"status": "qualified", "value": 5000, "followUpAt": "2026-12-01T09:00:00Z"});
    ali.leads().update(lead.id, patch).await.unwrap();
    let expected = [
        "Stage: Qualified +14",
        "2 contacts in 14 days +15",
        "Value above the median of won deals +12",
        "E-mail known +5",
        "Came by referral +12",
        "Follow-up set +6",
    ];
    assert_eq!(explained(&crm, &crm.ali, lead.id).await, (64, expected.map(String::from).to_vec()));
    let changes: serde_json::Value =
        sqlx::query_scalar("select changes from events order by id desc limit 1").fetch_one(&pool).await.unwrap();
    assert!(changes.get("score").is_none(), "it follows from the other fields: {changes}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_score_set_by_hand_sticks_until_it_is_cleared(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ali = crm.acting(&crm.ali);
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    assert_eq!((lead.score, lead.score_is_set), (4, false));
    let lead = ali.leads().update(lead.id, json!({"score": 90})).await.unwrap();
    assert_eq!((lead.score, lead.score_is_set), (90, true));
    let lead = ali.leads().update(lead.id, json!({"status": "qualified"})).await.unwrap();
    assert_eq!((lead.score, lead.score_is_set), (90, true));
    let told = ali.leads().score(lead.id).await.unwrap();
    assert_eq!((told.score, told.is_set, sum(&told.points)), (90, true, 6), "the rule's points come along");
    let lead = ali.leads().update(lead.id, json!({"score": null})).await.unwrap();
    assert_eq!((lead.score, lead.score_is_set), (6, false));
    let changes: serde_json::Value =
        sqlx::query_scalar("select changes from events order by id desc limit 1").fetch_one(&pool).await.unwrap();
    assert_eq!(changes, json!({"score": {"from": 90, "to": null}}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_score_and_its_points_agree_while_time_passes_and_after_it_aged(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ali = crm.acting(&crm.ali);
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let set = crm.lead_of(&crm.ali, "Jonas").await;
    ali.leads().update(set.id, json!({"score": 50})).await.unwrap();
    for id in [lead.id, set.id] {
        call(&pool, &crm, id, NOON).await;
        let patch = json!({"status": "contacted", "followUpAt": "2026-11-24T09:00:00Z"});
        ali.leads().update(id, patch).await.unwrap();
    }
    let at_first =
        (24, vec!["Stage: Contacted +8".into(), "1 contact in 14 days +10".into(), "Follow-up set +6".into()]);
    assert_eq!(explained(&crm, &crm.ali, lead.id).await, at_first);
    crm.clock.advance(Duration::hours(20));
    assert_eq!(crm.crm.age_scores().await.unwrap(), 0, "not a day old");
    crm.clock.advance(Duration::days(3));
    assert_eq!(explained(&crm, &crm.ali, lead.id).await, at_first, "nothing is written, nothing changes");
    assert_eq!(crm.crm.age_scores().await.unwrap(), 1);
    assert_eq!(explained(&crm, &crm.ali, lead.id).await.1[2], "Follow-up overdue -6");
    for (days, words) in [(12, "1 contact in 30 days +4"), (16, "No contact in 30 days -8")] {
        crm.clock.advance(Duration::days(days));
        assert_eq!(crm.crm.age_scores().await.unwrap(), 1);
        assert_eq!(explained(&crm, &crm.ali, lead.id).await.1[1], words);
    }
    crm.clock.advance(Duration::days(2));
    assert_eq!(crm.crm.age_scores().await.unwrap(), 0, "there is nothing left to lose");
    let lead = ali.leads().find(lead.id).await.unwrap();
    assert_eq!(lead.version, 2, "time is no change of the lead's");
    assert_eq!(ali.leads().find(set.id).await.unwrap().score, 50);
}

#[sqlx::test(migrations = "../../migrations")]
async fn engineers_learn_nothing_about_the_value_from_a_score(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let input = LeadInput { assigned_engineer: Some(crm.eve.id), ..named("Maya") };
    let lead = crm.acting(&crm.ada).leads().create(input).await.unwrap();
    assert_eq!(explained(&crm, &crm.eve, lead.id).await, (4, vec![]));
    let unseen = crm.acting(&crm.ed).leads().score(lead.id).await;
    assert!(matches!(unseen, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_computed_score_that_is_sent_back_as_it_was_read_stays_computed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let mut read = serde_json::to_value(&lead).unwrap();
    // It ages without a new version.
    sqlx::query("update leads set score = score + 4").execute(&pool).await.unwrap();
    read["company"] = json!("Atlas");
    let changed = crm.acting(&crm.ali).leads().update(lead.id, read).await.unwrap();
    assert_eq!((changed.company.as_deref(), changed.score_is_set), (Some("Atlas"), false));
}
