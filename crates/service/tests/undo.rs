//! Undo: exactly back, all of it or nothing, and never over what others did since.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    LeadId, Money, ProductId,
    leads::{BulkAction, BulkInput, BulkJob, JobState, Lead, LeadInput, LeadQuery, LeadStatus},
    users::User,
};
use serde_json::{Value, json};
use service::{Error, Result};
use testkit::{NOON, TestCrm, named};
use time::Duration;

/// What a lead is, without what grows with every write.
fn apart_from_version(mut lead: Lead) -> Lead {
    (lead.version, lead.updated_at) = (0, NOON);
    lead
}

async fn find(crm: &TestCrm, id: LeadId) -> Lead {
    apart_from_version(crm.system().leads().find(id).await.unwrap())
}

async fn update(crm: &TestCrm, person: &User, request: &str, id: LeadId, patch: Value) {
    crm.in_request(person, request).leads().update(id, patch).await.unwrap();
}

async fn undo(crm: &TestCrm, person: &User, request: &str) -> Result<BulkJob> {
    crm.in_request(person, &format!("undo {request}")).leads().undo(request).await
}

/// Why an undo was refused because something moved on.
async fn refusal(crm: &TestCrm, person: &User, request: &str) -> String {
    match undo(crm, person, request).await {
        Err(Error::Conflict { detail, .. }) => detail,
        other => panic!("{other:?}"),
    }
}

async fn full_lead(crm: &TestCrm, pool: &sqlx::PgPool) -> Lead {
    sqlx::query("insert into products (id, name, price) values (1, 'Voice AI', '$499'), (2, 'Video ads', '$99')")
        .execute(pool)
        .await
        .unwrap();
    let input = LeadInput {
        company: Some("Brightline".into()),
        value: Some(Money::from_cents(980_050)),
        assigned_to: Some(crm.ali.id),
        assigned_product: Some(ProductId(1)),
        follow_up_at: Some(NOON + Duration::days(2)),
        ..named("Maya Okafor")
    };
    crm.system().leads().create(input).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_field_goes_back_to_what_it_was(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = full_lead(&crm, &pool).await;
    let before = find(&crm, lead.id).await;
    let patch = json!({"name": "M. Okafor", "company": null, "value": 1, "assignedProduct": null, "products": [2],
        "followUpAt": "2027-01-01T08:00:00+02:00", "priority": "high", "score": 77, "notes": "Call back",
        "assignedTo": null});
    update(&crm, &crm.ali, "r1", lead.id, patch).await;
    let after = find(&crm, lead.id).await;
    assert_ne!(after, before);
    let done = undo(&crm, &crm.ali, "r1").await.unwrap();
    assert_eq!((done.rows_changed, done.undo.as_deref()), (1, Some("undo r1")));
    assert_eq!(find(&crm, lead.id).await, before);
    undo(&crm, &crm.ali, "undo r1").await.unwrap();
    assert_eq!(find(&crm, lead.id).await, after, "an undo can be undone");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_move_takes_its_dates_and_its_engineer_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    crm.clock.advance(Duration::days(3));
    update(&crm, &crm.ali, "lost", lead.id, json!({"status": "lost", "lostReason": "Price"})).await;
    let lost = find(&crm, lead.id).await;
    crm.clock.advance(Duration::minutes(10));
    update(&crm, &crm.ali, "won", lead.id, json!({"status": "won"})).await;
    let won = find(&crm, lead.id).await;
    assert!(won.assigned_engineer.is_some() && won.lost_reason.is_none());
    crm.clock.advance(Duration::minutes(10));
    undo(&crm, &crm.ali, "won").await.unwrap();
    assert_eq!(find(&crm, lead.id).await, lost);
    undo(&crm, &crm.ali, "undo won").await.unwrap();
    assert_eq!(find(&crm, lead.id).await, won, "since when it is won as well");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_slip_that_is_taken_back_tells_nobody_of_a_win(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    update(&crm, &crm.ada, "won", lead.id, json!({"status": "won"})).await;
    update(&crm, &crm.ada, "slip", lead.id, json!({"status": "lost"})).await;
    undo(&crm, &crm.ada, "slip").await.unwrap();
    assert_eq!(find(&crm, lead.id).await.status, LeadStatus::Won);
    assert_eq!(crm.acting(&crm.ali).notifications().bell().await.unwrap().unread, 1, "it was won once");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_others_changed_since_is_left_alone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    update(&crm, &crm.ali, "r1", lead.id, json!({"company": "Brightline", "priority": "high"})).await;
    update(&crm, &crm.ada, "r2", lead.id, json!({"source": "Fair"})).await;
    let before = find(&crm, lead.id).await;
    update(&crm, &crm.ada, "r3", lead.id, json!({"company": "Northwind"})).await;
    let why = "Nothing was changed. Maya: company changed since.";
    assert_eq!(refusal(&crm, &crm.ali, "r1").await, why);
    update(&crm, &crm.ada, "r4", lead.id, json!({"company": "Brightline"})).await;
    assert_eq!(refusal(&crm, &crm.ali, "r1").await, why, "there and back is a change too");
    assert_eq!(find(&crm, lead.id).await, before, "nothing was written");
    let other = crm.lead_of(&crm.ali, "Jonas").await;
    update(&crm, &crm.ali, "r5", other.id, json!({"company": "Atlas"})).await;
    update(&crm, &crm.ada, "r6", other.id, json!({"source": "Fair"})).await;
    undo(&crm, &crm.ali, "r5").await.unwrap();
    let other = find(&crm, other.id).await;
    assert_eq!((other.company, other.source.as_deref()), (None, Some("Fair")), "another field is no obstacle");
}

#[sqlx::test(migrations = "../../migrations")]
async fn deletions_and_creations_are_taken_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.in_request(&crm.ali, "made").leads().create(named("Maya")).await.unwrap();
    let before = find(&crm, lead.id).await;
    crm.in_request(&crm.ali, "gone").leads().delete(lead.id).await.unwrap();
    assert!(refusal(&crm, &crm.ali, "made").await.ends_with("Maya: was deleted since."));
    undo(&crm, &crm.ali, "gone").await.unwrap();
    assert_eq!(find(&crm, lead.id).await, before);
    assert!(refusal(&crm, &crm.ali, "gone").await.ends_with("Maya: was restored since."));
    undo(&crm, &crm.ali, "undo gone").await.unwrap();
    assert!(matches!(crm.system().leads().find(lead.id).await, Err(Error::NotFound)));

    let lead = crm.in_request(&crm.ali, "made 2").leads().create(named("Jonas")).await.unwrap();
    undo(&crm, &crm.ali, "made 2").await.unwrap();
    assert!(matches!(crm.system().leads().find(lead.id).await, Err(Error::NotFound)));
    undo(&crm, &crm.ali, "undo made 2").await.unwrap();
    update(&crm, &crm.ada, "edit", lead.id, json!({"company": "Atlas"})).await;
    assert!(refusal(&crm, &crm.ali, "made 2").await.contains("Jonas: was changed since"), "others built upon it");
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_ones_own_requests_of_the_last_hour_are_taken_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    update(&crm, &crm.ali, "r1", lead.id, json!({"company": "Brightline"})).await;
    for (person, request) in [(&crm.ada, "r1"), (&crm.amy, "r1"), (&crm.ali, "r2"), (&crm.ali, "")] {
        assert!(matches!(undo(&crm, person, request).await, Err(Error::NotFound)), "{} {request}", person.name);
    }
    crm.clock.advance(Duration::minutes(61));
    assert_eq!(refusal(&crm, &crm.ali, "r1").await, "A change can be undone for one hour. Nothing was undone.");
    update(&crm, &crm.ali, "same", lead.id, json!({"company": "Brightline"})).await;
    assert!(matches!(undo(&crm, &crm.ali, "same").await, Err(Error::NotFound)), "it changed nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hand_over_is_taken_back_by_the_one_who_can_no_longer_see_the_lead(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ada, "Nobody's").await;
    update(&crm, &crm.ali, "r1", lead.id, json!({"assignedTo": crm.amy.id})).await;
    assert!(matches!(crm.acting(&crm.ali).leads().find(lead.id).await, Err(Error::NotFound)));
    undo(&crm, &crm.ali, "r1").await.unwrap();
    assert_eq!(find(&crm, lead.id).await.assigned_to, None);
    undo(&crm, &crm.ali, "undo r1").await.unwrap();
    assert_eq!(find(&crm, lead.id).await.assigned_to, Some(crm.amy.id));

    let lead = crm.lead_of(&crm.ada, "Another").await;
    update(&crm, &crm.ali, "r2", lead.id, json!({"company": "Atlas"})).await;
    update(&crm, &crm.ada, "r3", lead.id, json!({"assignedTo": crm.amy.id, "name": "Secret"})).await;
    let why = refusal(&crm, &crm.ali, "r2").await;
    assert!(why.ends_with("is no longer yours."), "{why}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_role_that_changed_meanwhile_counts(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let input = LeadInput { assigned_engineer: Some(crm.eve.id), ..named("Maya") };
    let lead = crm.system().leads().create(input).await.unwrap();
    update(&crm, &crm.eve, "r1", lead.id, json!({"engineeringProgress": 40})).await;
    update(&crm, &crm.ada, "r2", lead.id, json!({"assignedEngineer": crm.ed.id})).await;
    let agent = User { role: domain::users::Role::Agent, ..crm.eve.clone() };
    assert!(matches!(undo(&crm, &agent, "r1").await, Err(Error::Forbidden { .. })));
    let demoted = User { role: domain::users::Role::Agent, ..crm.ada.clone() };
    assert!(matches!(undo(&crm, &demoted, "r2").await, Err(Error::Forbidden { .. })));
    undo(&crm, &crm.ada, "r2").await.unwrap();
    undo(&crm, &crm.eve, "r1").await.unwrap();
    assert_eq!(find(&crm, lead.id).await.engineering_progress, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_bulk_change_is_taken_back_as_a_whole_or_not_at_all(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let leads = (0..1_200)
        .map(|n| LeadInput { company: Some(format!("Company {n}")), ..named(&format!("Lead {n}")) })
        .collect();
    let create = BulkInput { action: BulkAction::Create { leads }, ids: None, filter: None, partial: false };
    crm.acting(&crm.ada).leads().bulk(create).await.unwrap();
    crm.crm.run_bulk_jobs().await.unwrap();
    // All but what says when it was last written and scored.
    let rows = "select md5(string_agg((to_jsonb(l) - 'version' - 'updated_at' - 'scored_at')::text, ',' order by id)) from leads l";
    let all = async || sqlx::query_scalar::<_, String>(rows).fetch_one(&pool).await.unwrap();
    let before = all().await;
    crm.clock.advance(Duration::minutes(1));

    for (request, action) in [
        ("edit", BulkAction::Update { patch: json!({"company": "One", "status": "won"}) }),
        ("gone", BulkAction::Delete),
    ] {
        let input = BulkInput { action, ids: None, filter: Some(String::new()), partial: false };
        let ada = crm.in_request(&crm.ada, request);
        let job = ada.leads().bulk(input).await.unwrap();
        crm.crm.run_bulk_jobs().await.unwrap();
        assert_eq!(ada.jobs().find(job.id.unwrap()).await.unwrap().state, JobState::Done);
        assert_ne!(all().await, before);
        let undone = undo(&crm, &crm.ada, request).await.unwrap();
        assert_eq!((undone.state, undone.rows_total), (JobState::Queued, 1_200));
        crm.crm.run_bulk_jobs().await.unwrap();
        let undone = ada.jobs().find(undone.id.unwrap()).await.unwrap();
        assert_eq!((undone.state, undone.rows_changed, undone.failure), (JobState::Done, 1_200, None));
        assert_eq!(all().await, before, "{request}");
    }

    let edit = BulkAction::Update { patch: json!({"company": "Two"}) };
    let input = BulkInput { action: edit, ids: None, filter: Some("q=lead+11".into()), partial: false };
    let changed = crm.in_request(&crm.ada, "r1").leads().bulk(input).await.unwrap();
    let page = crm.system().leads().list(&LeadQuery::parse("q=lead+1100").unwrap()).await.unwrap();
    update(&crm, &crm.ali, "r2", page.items[0].id, json!({"company": "Theirs"})).await;
    let before = all().await;
    let why = refusal(&crm, &crm.ada, "r1").await;
    assert!(why.starts_with(&format!("1 of {} leads refused", changed.rows_changed)), "{why}");
    assert!(why.ends_with("Lead 1100: company changed since."), "{why}");
    assert_eq!(all().await, before, "nothing was written");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_undos_at_once_one_wins(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    update(&crm, &crm.ali, "r1", lead.id, json!({"status": "won"})).await;
    let (one, other) = tokio::join!(async { crm.in_request(&crm.ali, "u1").leads().undo("r1").await }, async {
        crm.in_request(&crm.ali, "u2").leads().undo("r1").await
    },);
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(find(&crm, lead.id).await.status, LeadStatus::New);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deleted_lead_comes_back_for_thirty_days(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let before = find(&crm, lead.id).await;
    let ali = crm.acting(&crm.ali);
    ali.leads().delete(lead.id).await.unwrap();
    assert!(matches!(crm.acting(&crm.amy).leads().restore(lead.id).await, Err(Error::NotFound)), "it was not hers");
    assert!(matches!(crm.acting(&crm.eve).leads().restore(lead.id).await, Err(Error::Forbidden { .. })));
    crm.clock.advance(Duration::days(29));
    let restored = ali.leads().restore(lead.id).await.unwrap();
    assert_eq!((apart_from_version(restored.clone()), restored.version), (before, 3));
    assert_eq!(ali.leads().restore(lead.id).await.unwrap().version, 3, "it is there already");
    let unassigned = crm.lead_of(&crm.ada, "Nobody's").await;
    crm.acting(&crm.ada).leads().delete(unassigned.id).await.unwrap();
    assert!(matches!(ali.leads().restore(unassigned.id).await, Err(Error::Forbidden { .. })), "not theirs to delete");

    ali.leads().delete(lead.id).await.unwrap();
    assert_eq!(crm.crm.purge_deleted_leads().await.unwrap(), 0);
    crm.clock.advance(Duration::days(30) + Duration::seconds(1));
    assert!(matches!(ali.leads().restore(lead.id).await, Err(Error::NotFound)));
    assert_eq!(crm.crm.purge_deleted_leads().await.unwrap(), 2);
    assert!(matches!(ali.leads().restore(lead.id).await, Err(Error::NotFound)));
    let last: String = sqlx::query_scalar("select kind from events where lead_id = $1 order by id desc limit 1")
        .bind(lead.id)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(last, "lead.purged", "history stays");
}
