//! Two leads become one, with everything that belongs to them, and two again.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    LeadId, ProductId,
    events::{TimelineEntry, TimelinePart},
    interactions::{InteractionInput, InteractionType},
    leads::{Lead, LeadInput, LeadStatus, MergeInput},
    users::User,
};
use serde_json::{Value, json};
use service::{Error, Result};
use testkit::{NOON, TestCrm, named};
use time::Duration;

fn of(into: &Lead, from: &Lead, take: &[&str]) -> MergeInput {
    let take = take.iter().map(|&field| field.to_owned()).collect();
    MergeInput { from: from.id, take, version: into.version, from_version: from.version }
}

async fn merge(crm: &TestCrm, person: &User, into: &Lead, from: &Lead, take: &[&str]) -> Result<Lead> {
    crm.in_request(person, "merge").leads().merge(into.id, of(into, from, take)).await
}

async fn count(pool: &sqlx::PgPool, table: &str, lead: LeadId) -> i64 {
    let sql = format!("select count(*) from {table} where lead_id = $1");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(lead).fetch_one(pool).await.unwrap()
}

/// Two leads of ali's with a note, a file and a product each; the second was talked to.
async fn pair(crm: &TestCrm, pool: &sqlx::PgPool) -> (Lead, Lead) {
    let products = "insert into products (id, name, price) values (1, 'Voice AI', '$499'), (2, 'Video ads', '$99')
        on conflict do nothing";
    sqlx::query(products).execute(pool).await.unwrap();
    let ali = crm.acting(&crm.ali);
    let into = LeadInput {
        email: Some("maya@brightline.example".into()),
        notes: Some("Met at the fair".into()),
        assigned_product: Some(ProductId(1)),
        ..named("Maya Okafor")
    };
    let from = LeadInput {
        email: Some("maya.okafor@example.com".into()),
        phone: Some("+1 555 010 7788".into()),
        notes: Some("Wants a quote".into()),
        products: vec![ProductId(2)],
        ..named("M. Okafor")
    };
    let (into, from) = (ali.leads().create(into).await.unwrap(), ali.leads().create(from).await.unwrap());
    for (lead, at) in [(&into, 0), (&from, 3)] {
        for sql in [
            "insert into interactions (lead_id, user_id, text) values ($1, $2, 'Hello')",
            "insert into lead_attachments (lead_id, uploaded_by_id, file_name, file_path)
                 values ($1, $2, 'Offer.pdf', 'key ' || $1)",
        ] {
            sqlx::query(sql).bind(lead.id).bind(crm.ali.id).execute(pool).await.unwrap();
        }
        let contacted = "update leads set last_contacted_at = $2 where id = $1";
        sqlx::query(contacted).bind(lead.id).bind(NOON + Duration::hours(at)).execute(pool).await.unwrap();
    }
    (ali.leads().find(into.id).await.unwrap(), ali.leads().find(from.id).await.unwrap())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_one_lead_has_what_both_had(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let one = merge(&crm, &crm.ali, &into, &from, &["email"]).await.unwrap();
    assert_eq!((one.id, one.name.as_str(), one.version), (into.id, "Maya Okafor", into.version + 1));
    assert_eq!(one.email, from.email, "taken");
    assert_eq!(one.phone, from.phone, "filled in");
    assert_eq!(one.notes.as_deref(), Some("Met at the fair\n\nWants a quote"));
    assert_eq!((one.assigned_product, one.products), (Some(ProductId(1)), vec![ProductId(1), ProductId(2)]));
    assert_eq!(one.last_contacted_at, Some(NOON + Duration::hours(3)), "the later one");
    for table in ["interactions", "lead_attachments"] {
        assert_eq!((count(&pool, table, into.id).await, count(&pool, table, from.id).await), (2, 0), "{table}");
    }
    assert!(matches!(crm.system().leads().find(from.id).await, Err(Error::NotFound)));
    let history: Vec<(LeadId, Value, String)> = sqlx::query_as(
        "select lead_id, changes, before->>'name' from events where kind = 'lead.merged' order by lead_id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!((&history[0].1["mergedFrom"]["to"], history[0].2.as_str()), (&json!(from.id), "Maya Okafor"));
    assert_eq!(
        (&history[1].1, history[1].2.as_str()),
        (&json!({"mergedInto": {"from": null, "to": into.id}}), "M. Okafor")
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stage_that_is_taken_brings_its_dates_and_its_engineer(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let into = crm.lead_of(&crm.ali, "Maya").await;
    let won = LeadInput { status: LeadStatus::Won, engineering_progress: 40, ..named("Maya too") };
    let won = crm.system().leads().create(LeadInput { assigned_to: Some(crm.ali.id), ..won }).await.unwrap();
    crm.clock.advance(Duration::days(1));
    let one = merge(&crm, &crm.ali, &into, &won, &["status"]).await.unwrap();
    assert_eq!((one.status, one.closed_at, one.stage_entered_at), (LeadStatus::Won, won.closed_at, NOON));
    assert_eq!((one.assigned_engineer, one.engineering_progress), (won.assigned_engineer, 40));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_merge_is_refused_when_either_lead_has_moved_on(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let ali = crm.acting(&crm.ali);
    for stale in [&from, &into] {
        let newer = ali.leads().update(stale.id, json!({"company": "Atlas"})).await.unwrap();
        let refused = merge(&crm, &crm.ali, &into, &from, &[]).await;
        let Err(Error::Conflict { current: Some(current), .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(current, serde_json::to_value(&newer).unwrap());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn both_leads_must_be_the_actors_to_merge(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let mine = crm.lead_of(&crm.ali, "Maya").await;
    let unassigned = crm.lead_of(&crm.ada, "Maya too").await;
    let amys = crm.lead_of(&crm.amy, "Maya three").await;
    let refused = merge(&crm, &crm.ali, &mine, &unassigned, &[]).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "not theirs to delete");
    assert!(matches!(merge(&crm, &crm.ali, &mine, &amys, &[]).await, Err(Error::NotFound)));
    assert!(matches!(merge(&crm, &crm.ali, &amys, &mine, &[]).await, Err(Error::NotFound)));
    assert!(matches!(merge(&crm, &crm.eve, &mine, &unassigned, &[]).await, Err(Error::Forbidden { .. })));
    merge(&crm, &crm.ali, &unassigned, &mine, &["assignedTo"]).await.unwrap();
    let delivered = LeadInput { engineering_progress: 40, ..named("Maya four") };
    let delivered =
        crm.system().leads().create(LeadInput { assigned_to: Some(crm.ali.id), ..delivered }).await.unwrap();
    let started = LeadInput { engineering_progress: 10, ..named("Maya five") };
    let started = crm.system().leads().create(LeadInput { assigned_to: Some(crm.ali.id), ..started }).await.unwrap();
    let refused = merge(&crm, &crm.ali, &started, &delivered, &["engineeringProgress"]).await;
    assert!(matches!(refused, Err(Error::Forbidden { ref fields, .. }) if fields.get("engineeringProgress").is_some()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_merged_is_named(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    for (take, field) in [("colour", "take"), ("products", "take"), ("id", "take"), ("version", "take")] {
        let refused = merge(&crm, &crm.ali, &into, &from, &[take]).await;
        assert!(matches!(refused, Err(Error::Invalid(ref fields)) if fields.get(field).is_some()), "{take}");
    }
    let itself = merge(&crm, &crm.ali, &into, &into, &[]).await;
    assert!(matches!(itself, Err(Error::Invalid(ref fields)) if fields.get("from").is_some()));
    let ali = crm.acting(&crm.ali);
    let long = |sign: &str| json!({"notes": sign.repeat(6_000)});
    let into = ali.leads().update(into.id, long("a")).await.unwrap();
    let from = ali.leads().update(from.id, long("b")).await.unwrap();
    let refused = merge(&crm, &crm.ali, &into, &from, &[]).await;
    assert!(matches!(refused, Err(Error::Invalid(ref fields)) if fields.get("notes").is_some()), "too long together");
    let one = merge(&crm, &crm.ali, &into, &from, &["notes"]).await.unwrap();
    assert_eq!(one.notes, from.notes);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_merge_is_undone_with_everything_back_in_its_place(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    merge(&crm, &crm.ali, &into, &from, &["email", "name"]).await.unwrap();
    let since = "insert into interactions (lead_id, user_id, text) values ($1, $2, 'Since')";
    sqlx::query(since).bind(into.id).bind(crm.ali.id).execute(&pool).await.unwrap();
    let undone = crm.in_request(&crm.ali, "undo").leads().undo("merge").await.unwrap();
    assert_eq!(undone.rows_changed, 2);
    for lead in [&into, &from] {
        let now = crm.system().leads().find(lead.id).await.unwrap();
        assert_eq!(now, Lead { version: lead.version + 2, ..lead.clone() });
    }
    assert_eq!((count(&pool, "interactions", into.id).await, count(&pool, "interactions", from.id).await), (2, 1));
    assert_eq!(
        (count(&pool, "lead_attachments", into.id).await, count(&pool, "lead_attachments", from.id).await),
        (1, 1)
    );
    let again = crm.in_request(&crm.ali, "again").leads().undo("undo").await;
    assert!(
        matches!(again, Err(Error::Conflict { ref detail, .. }) if detail.contains("the end of a merge cannot be undone"))
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_older_edit_is_not_undone_across_a_merge(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let edited = crm.in_request(&crm.ali, "edit").leads().update(into.id, json!({"company": "Atlas"})).await.unwrap();
    merge(&crm, &crm.ali, &edited, &from, &[]).await.unwrap();
    let refused = crm.in_request(&crm.ali, "undo").leads().undo("edit").await;
    assert!(matches!(refused, Err(Error::Conflict { ref detail, .. }) if detail.contains("was merged since")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn merging_two_leads_into_each_other_at_once_loses_neither(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (one, other) = pair(&crm, &pool).await;
    let (first, second) =
        tokio::join!(merge(&crm, &crm.ali, &one, &other, &[]), merge(&crm, &crm.ali, &other, &one, &[]));
    assert!(first.is_ok() != second.is_ok());
    let left: i64 =
        sqlx::query_scalar("select count(*) from leads where deleted_at is null").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_merged_takes_it_back_with_the_engineers_work_that_came_along(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let delivered = LeadInput {
        assigned_to: Some(crm.ali.id),
        assigned_engineer: Some(crm.eve.id),
        engineering_progress: 40,
        engineering_notes: Some("Half of it stands".into()),
        ..named("Maya too")
    };
    let delivered = crm.system().leads().create(delivered).await.unwrap();
    let into = crm.lead_of(&crm.ali, "Maya").await;
    let one = merge(&crm, &crm.ali, &into, &delivered, &[]).await.unwrap();
    assert_eq!((one.engineering_progress, one.assigned_engineer), (40, Some(crm.eve.id)));
    crm.in_request(&crm.ali, "undo").leads().undo("merge").await.unwrap();
    for lead in [&into, &delivered] {
        let now = crm.system().leads().find(lead.id).await.unwrap();
        assert_eq!(now, Lead { version: lead.version + 2, ..lead.clone() });
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_that_went_back_keeps_its_past_to_itself(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let ali = crm.acting(&crm.ali);
    let told = async || ali.leads().timeline(into.id, TimelinePart::All, None, 200).await.unwrap().items;
    let is_of_from = |entry: &TimelineEntry| entry.event.lead_id == Some(from.id);
    merge(&crm, &crm.ali, &into, &from, &[]).await.unwrap();
    assert!(told().await.iter().any(is_of_from));
    crm.in_request(&crm.ali, "undo").leads().undo("merge").await.unwrap();
    ali.leads().delete(from.id).await.unwrap();
    assert!(!told().await.iter().any(is_of_from));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_that_is_brought_back_from_another_has_its_own_again(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let one = merge(&crm, &crm.ali, &into, &from, &[]).await.unwrap();
    let back = crm.acting(&crm.ali).leads().restore(from.id).await.unwrap();
    assert_eq!((back.name.as_str(), back.notes.as_deref()), ("M. Okafor", Some("Wants a quote")));
    for table in ["interactions", "lead_attachments"] {
        assert_eq!((count(&pool, table, into.id).await, count(&pool, table, from.id).await), (1, 1), "{table}");
    }
    let stays = crm.system().leads().find(into.id).await.unwrap();
    assert_eq!(stays.notes, one.notes, "what it took over stays");
    assert_eq!((stays.version, stays.last_contacted_at), (one.version + 1, None), "nobody talked to this one");
    let told = crm.system().leads().timeline(into.id, TimelinePart::All, None, 200).await.unwrap().items;
    assert!(!told.iter().any(|entry| entry.event.lead_id == Some(from.id)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_went_on_with_a_second_merge_comes_back_too(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (into, from) = pair(&crm, &pool).await;
    let last = crm.lead_of(&crm.ali, "Maya O.").await;
    let one = merge(&crm, &crm.ali, &into, &from, &[]).await.unwrap();
    merge(&crm, &crm.ali, &last, &one, &[]).await.unwrap();
    let counts = async |table: &str| {
        (count(&pool, table, last.id).await, count(&pool, table, into.id).await, count(&pool, table, from.id).await)
    };
    let ali = crm.acting(&crm.ali);
    ali.leads().restore(from.id).await.unwrap();
    for table in ["interactions", "lead_attachments"] {
        assert_eq!(counts(table).await, (1, 0, 1), "{table}");
    }
    // What went back once stays where it is.
    ali.leads().restore(into.id).await.unwrap();
    for table in ["interactions", "lead_attachments"] {
        assert_eq!(counts(table).await, (0, 1, 1), "{table}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn contacts_count_for_the_lead_that_has_them(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ali = crm.acting(&crm.ali);
    let into = crm.lead_of(&crm.ali, "Maya").await;
    let from = crm.lead_of(&crm.ali, "Maya too").await;
    let say = async |lead: LeadId, r#type, text: &str| {
        ali.interactions().log(lead, InteractionInput { r#type, text: text.into() }).await.unwrap();
    };
    say(from.id, InteractionType::Call, "Hello").await;
    crm.clock.advance(Duration::hours(1));
    let from = ali.leads().find(from.id).await.unwrap();
    let one = merge(&crm, &crm.ali, &into, &from, &[]).await.unwrap();
    let explained =
        async || ali.leads().score(into.id).await.unwrap().points.iter().map(|point| point.points).sum::<i16>();
    assert_eq!(one.score, explained().await, "with the call that moved along");
    say(into.id, InteractionType::Note, "Not the same person").await;
    crm.in_request(&crm.ali, "undo").leads().undo("merge").await.unwrap();
    let parted = ali.leads().find(into.id).await.unwrap();
    assert_eq!(parted.last_contacted_at, None, "the call went back, and a note is none");
    assert_eq!(parted.score, explained().await);
}
