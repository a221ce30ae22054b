//! Changes of many leads: in the request, in the background, in part, cancelled, and at the same time.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use std::collections::HashMap;

use domain::{
    EventId, LeadId, Money, ProductId,
    events::Event,
    leads::{BulkAction, BulkInput, BulkJob, JobState, Lead, LeadInput, LeadQuery, LeadStatus},
    users::User,
};
use serde_json::{Value, json};
use service::{Error, Result};
use sqlx::Connection;
use testkit::{TestCrm, named};
use time::Duration;

fn update(patch: Value) -> BulkAction {
    BulkAction::Update { patch }
}

fn by_ids(action: BulkAction, ids: &[LeadId]) -> BulkInput {
    BulkInput { action, ids: Some(ids.to_vec()), filter: None, partial: false }
}

fn by_filter(action: BulkAction, filter: &str) -> BulkInput {
    BulkInput { action, ids: None, filter: Some(filter.into()), partial: false }
}

fn in_part(input: BulkInput) -> BulkInput {
    BulkInput { partial: true, ..input }
}

fn numbered(count: usize) -> BulkInput {
    let leads = (0..count).map(|n| named(&format!("Lead {n}"))).collect();
    BulkInput { action: BulkAction::Create { leads }, ids: None, filter: None, partial: false }
}

/// Leads of the person's own.
async fn leads_of(crm: &TestCrm, person: &User, count: usize) -> Vec<LeadId> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(crm.lead_of(person, &format!("{} {n}", person.name)).await.id);
    }
    ids
}

/// So many unassigned leads.
async fn many(crm: &TestCrm, count: usize) {
    let asked = crm.acting(&crm.ada).leads().bulk(numbered(count)).await.unwrap();
    crm.crm.run_bulk_jobs().await.unwrap();
    if let Some(id) = asked.id {
        assert_eq!(crm.acting(&crm.ada).jobs().find(id).await.unwrap().state, JobState::Done);
    }
}

async fn count(crm: &TestCrm, filter: &str) -> i64 {
    crm.acting(&crm.ada).leads().count(&LeadQuery::parse(filter).unwrap()).await.unwrap()
}

async fn events(pool: &sqlx::PgPool, request_id: &str) -> HashMap<String, i64> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select kind, count(distinct lead_id) from events where request_id = $1 group by kind")
            .bind(request_id)
            .fetch_all(pool)
            .await
            .unwrap();
    rows.into_iter().collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_among_many_comes_out_like_one_made_alone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("insert into products (id, name, price) values (1, 'Voice AI', '$499'), (2, 'Video ads', '$99')")
        .execute(&pool)
        .await
        .unwrap();
    let full = LeadInput {
        email: Some("maya@kite.example".into()),
        phone: Some("+49 30 901820".into()),
        company: Some("Kite & \"Co\" \\ Sons".into()),
        status: LeadStatus::Lost,
        source: Some("Referral".into()),
        value: Some(Money::from_cents(123_450)),
        assigned_to: Some(crm.amy.id),
        assigned_product: Some(ProductId(2)),
        products: vec![ProductId(1), ProductId(2)],
        notes: Some("Tab\there,\nnext line\r\n\\N is not nothing".into()),
        follow_up_at: Some(crm.clock.now() + Duration::days(3)),
        follow_up_note: Some("Ask again".into()),
        lost_reason: Some("Price".into()),
        ..named("Maya")
    };
    let ada = crm.in_request(&crm.ada, "made");
    let engineer = Some(crm.eve.id);
    let won = LeadInput { status: LeadStatus::Won, score: Some(77), assigned_engineer: engineer, ..named("Jonas") };
    for input in [full, won, named("Noor")] {
        let alone = ada.leads().create(input.clone()).await.unwrap();
        let many = BulkAction::Create { leads: vec![input] };
        ada.leads().bulk(BulkInput { action: many, ids: None, filter: None, partial: false }).await.unwrap();
        let newest = ada.leads().list(&LeadQuery::parse("sort=-createdAt&limit=1").unwrap()).await.unwrap();
        let among = newest.items[0].clone();
        assert_eq!(among.position[..14], alone.position[..14], "they entered the column at the same moment");
        assert!(among.id > alone.id && among.position > alone.position, "and stand there in the order of their making");
        let event = async |lead: &Lead| {
            let mut events = ada.leads().history(lead.id, None, 10).await.unwrap().items;
            assert_eq!(events.len(), 1);
            Event { id: EventId(0), entity_id: 0, lead_id: None, ..events.remove(0) }
        };
        assert_eq!(event(&among).await, event(&alone).await);
        assert_eq!(Lead { id: alone.id, position: alone.position.clone(), ..among }, alone);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_action_changes_all_of_its_leads_with_one_event_each(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ali = crm.in_request(&crm.ali, "made");
    let leads = vec![named("Maya"), LeadInput { status: LeadStatus::Won, ..named("Jonas") }];
    let create = BulkInput { action: BulkAction::Create { leads }, ids: None, filter: None, partial: false };
    let made = ali.leads().bulk(create).await.unwrap();
    assert_eq!((made.state, made.rows_changed, made.undo.as_deref()), (JobState::Done, 2, Some("made")));
    let page = ali.leads().list(&LeadQuery::parse("sort=name").unwrap()).await.unwrap();
    assert_eq!(page.items.iter().map(|lead| lead.assigned_to).collect::<Vec<_>>(), [Some(crm.ali.id); 2]);
    assert!(page.items[0].assigned_engineer.is_some(), "a lead that is made won has an engineer");
    let ids: Vec<LeadId> = page.items.iter().map(|lead| lead.id).collect();

    for (request, action, kind) in [
        ("edit", update(json!({"company": "Brightline", "priority": "high"})), "lead.updated"),
        ("move", BulkAction::Move { patch: json!({"status": "lost", "lostReason": "Price"}) }, "lead.status_changed"),
        ("assign", BulkAction::Assign { patch: json!({"assignedTo": crm.amy.id}) }, "lead.updated"),
    ] {
        let done = crm.in_request(&crm.ali, request).leads().bulk(by_ids(action, &ids)).await.unwrap();
        assert_eq!((done.rows_total, done.rows_changed, done.rows_failed), (2, 2, 0), "{request}");
        assert_eq!(events(&pool, request).await, HashMap::from([(kind.to_owned(), 2)]));
    }
    let lead = crm.acting(&crm.amy).leads().find(ids[0]).await.unwrap();
    assert_eq!((lead.status, lead.lost_reason.as_deref()), (LeadStatus::Lost, Some("Price")));
    assert_eq!((lead.company.as_deref(), lead.assigned_to, lead.version), (Some("Brightline"), Some(crm.amy.id), 4));
    crm.in_request(&crm.ada, "gone").leads().bulk(by_filter(BulkAction::Delete, "status=lost")).await.unwrap();
    assert_eq!(count(&crm, "").await, 0);
    assert_eq!(events(&pool, "gone").await, HashMap::from([("lead.deleted".to_owned(), 2)]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn wins_in_bulk_spread_over_the_engineers_like_single_ones(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let busy = LeadInput { status: LeadStatus::Won, assigned_engineer: Some(crm.eve.id), ..named("Earlier") };
    crm.system().leads().create(busy).await.unwrap();
    let ids = leads_of(&crm, &crm.ali, 5).await;
    let won = BulkAction::Move { patch: json!({"status": "won"}) };
    crm.acting(&crm.ali).leads().bulk(by_ids(won, &ids)).await.unwrap();
    let mut engineers = Vec::new();
    for id in ids {
        engineers.push(crm.system().leads().find(id).await.unwrap().assigned_engineer.unwrap());
    }
    let (eve, ed) = (crm.eve.id, crm.ed.id);
    assert_eq!(engineers, [ed, eve, ed, eve, ed]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_refusal_keeps_all_of_it_from_happening(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let mut ids = leads_of(&crm, &crm.ali, 3).await;
    let unassigned = crm.lead_of(&crm.ada, "Nobody's").await.id;
    ids.push(unassigned);
    let ali = crm.in_request(&crm.ali, "r1");
    let refused = ali.leads().bulk(by_ids(BulkAction::Delete, &ids)).await;
    assert!(matches!(refused, Err(Error::Forbidden { ref detail, .. }) if detail.starts_with("1 of 4 leads refused")));
    assert_eq!(count(&crm, "").await, 4);
    let amys = crm.lead_of(&crm.amy, "Amy's").await.id;
    let refused = ali.leads().bulk(by_ids(update(json!({"company": "X"})), &[ids[0], amys])).await;
    let Err(Error::Invalid(fields)) = refused else { panic!("{refused:?}") };
    let why =
        format!("1 of 2 leads refused, so nothing was changed: lead {amys}: does not exist, or you may not see it.");
    assert_eq!(fields.get("leads"), Some(why.as_str()));
    assert!(matches!(ali.leads().bulk(by_ids(BulkAction::Delete, &[amys])).await, Err(Error::NotFound)));
    assert!(events(&pool, "r1").await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn in_part_what_can_be_changed_is_and_the_rest_is_reported(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ids = leads_of(&crm, &crm.ali, 2).await;
    let amys = crm.lead_of(&crm.amy, "Amy's").await.id;
    let unassigned = crm.lead_of(&crm.ada, "Nobody's").await.id;
    let all = [ids[1], amys, unassigned, ids[0], ids[1]];
    let report = crm.acting(&crm.ali).leads().bulk(in_part(by_ids(BulkAction::Delete, &all))).await.unwrap();
    assert_eq!((report.rows_total, report.rows_changed, report.rows_failed), (4, 2, 2), "each lead counts once");
    let failures: Vec<_> = report.failures.iter().map(|f| (f.id.unwrap(), f.index, f.reason.as_str())).collect();
    assert_eq!(
        failures,
        [
            (amys, 1, "does not exist, or you may not see it"),
            (unassigned, 2, "Only its owner or an admin deletes a lead. Claim it first."),
        ]
    );
    let leads = vec![named("Fine"), named(" "), LeadInput { phone: Some("call me".into()), ..named("Priya") }];
    let create = BulkInput { action: BulkAction::Create { leads }, ids: None, filter: None, partial: true };
    let report = crm.acting(&crm.ali).leads().bulk(create).await.unwrap();
    let failures: Vec<_> = report.failures.iter().map(|f| (f.id, f.index, f.reason.as_str())).collect();
    assert_eq!(failures, [(None, 1, "name is required"), (None, 2, "phone use digits, spaces and + - ( ) . / only")]);
    assert_eq!(count(&crm, "q=fine").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_field_keeps_its_rules(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ids = leads_of(&crm, &crm.ali, 2).await;
    let ali = crm.acting(&crm.ali);
    for (action, field) in [
        (update(json!({"engineeringProgress": 5})), "engineeringProgress"),
        (BulkAction::Assign { patch: json!({"assignedEngineer": crm.eve.id}) }, "assignedEngineer"),
    ] {
        let refused = ali.leads().bulk(by_ids(action, &ids)).await;
        assert!(matches!(refused, Err(Error::Forbidden { ref fields, .. }) if fields.get(field).is_some()), "{field}");
    }
    for (action, field) in [
        (update(json!({})), "patch"),
        (update(json!([1])), "patch"),
        (update(json!({"version": 3})), "version"),
        (update(json!({"name": null})), "name"),
        (update(json!({"email": "x"})), "email"),
        (update(json!({"colour": "red"})), "colour"),
        (update(json!({"assignedProduct": 404})), "assignedProduct"),
        (BulkAction::Assign { patch: json!({"assignedTo": crm.eve.id}) }, "assignedTo"),
        (BulkAction::Assign { patch: json!({"status": "won"}) }, "status"),
        (BulkAction::Move { patch: json!({"lostReason": "Price"}) }, "status"),
        (BulkAction::Move { patch: json!({"status": "gone"}) }, "status"),
    ] {
        let refused = ali.leads().bulk(by_ids(action, &ids)).await;
        assert!(
            matches!(refused, Err(Error::Invalid(ref fields)) if fields.get(field).is_some()),
            "{field}: {refused:?}"
        );
    }
    let eve = crm.acting(&crm.eve);
    assert!(matches!(eve.leads().bulk(numbered(1)).await, Err(Error::Forbidden { .. })));
    assert!(matches!(eve.leads().bulk(by_filter(BulkAction::Delete, "")).await, Err(Error::Forbidden { .. })));
    let by_value = eve.leads().bulk(by_filter(update(json!({"engineeringProgress": 5})), "valueMin=1")).await;
    assert!(matches!(by_value, Err(Error::Forbidden { .. })), "a condition on a hidden field would tell it");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_leads_are_named_in_one_way_and_not_without_end(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let delete = |ids, filter| BulkInput { action: BulkAction::Delete, ids, filter, partial: false };
    for (input, field) in [
        (delete(None, None), "ids"),
        (delete(Some(vec![]), None), "ids"),
        (delete(Some(vec![LeadId(1)]), Some(String::new())), "ids"),
        (delete(Some((0..10_001).map(LeadId).collect()), None), "ids"),
        (delete(None, Some("status=gone".into())), "filter"),
        (delete(None, Some("colour=red".into())), "filter"),
        (BulkInput { ids: Some(vec![LeadId(1)]), ..numbered(1) }, "ids"),
        (numbered(0), "leads"),
        (numbered(10_001), "leads"),
    ] {
        let refused = ada.leads().bulk(input).await;
        assert!(matches!(refused, Err(Error::Invalid(ref fields)) if fields.get(field).is_some()), "{refused:?}");
    }
    let none = ada.leads().bulk(by_filter(BulkAction::Delete, "status=won")).await.unwrap();
    assert_eq!((none.rows_total, none.undo), (0, None), "a filter may find nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn five_thousand_leads_change_in_the_background_and_the_progress_only_grows(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 5_000).await;
    let ada = crm.in_request(&crm.ada, "big");
    let won = by_filter(BulkAction::Move { patch: json!({"status": "won"}) }, "status=new");
    let asked = ada.leads().bulk(won).await.unwrap();
    let id = asked.id.unwrap();
    assert_eq!((asked.state, asked.rows_total, asked.undo), (JobState::Queued, 5_000, None));
    let running = tokio::spawn({
        let crm = crm.crm.clone();
        async move { crm.run_bulk_jobs().await }
    });
    let mut steps = vec![asked.rows_done];
    while !running.is_finished() {
        let job = ada.jobs().find(id).await.unwrap();
        assert!(job.rows_done >= *steps.last().unwrap() && job.rows_done <= 5_000);
        assert!(job.state == JobState::Done || job.rows_changed == 0, "nothing counts before all of it does");
        steps.push(job.rows_done);
    }
    running.await.unwrap().unwrap();
    let job = ada.jobs().find(id).await.unwrap();
    assert_eq!((job.state, job.rows_done, job.rows_changed, job.rows_failed), (JobState::Done, 5_000, 5_000, 0));
    assert_eq!(job.undo.as_deref(), Some("big"));
    assert_eq!(events(&pool, "big").await, HashMap::from([("lead.status_changed".to_owned(), 5_000)]));
    let of_eve = count(&crm, &format!("engineer={}", crm.eve.id)).await;
    assert_eq!((count(&crm, "status=won").await, of_eve), (5_000, 2_500));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_that_is_refused_or_cancelled_has_changed_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 1_500).await;
    let ali = crm.in_request(&crm.ali, "r1");
    ali.leads()
        .bulk(by_filter(update(json!({"company": "Mine", "assignedTo": crm.ali.id})), "q=lead+10"))
        .await
        .unwrap();
    // Unassigned ones are not an agent's to delete.
    let asked = ali.leads().bulk(by_filter(BulkAction::Delete, "")).await.unwrap();
    crm.crm.run_bulk_jobs().await.unwrap();
    let job = ali.jobs().find(asked.id.unwrap()).await.unwrap();
    assert_eq!((job.state, job.rows_changed, job.undo), (JobState::Failed, 0, None));
    assert!(job.rows_failed > 1_000 && job.failures.len() == 1_000);
    assert!(job.failure.unwrap().ends_with("Only its owner or an admin deletes a lead. Claim it first."), "says why");
    let asked = ali.leads().bulk(by_filter(update(json!({"company": "New"})), "")).await.unwrap();
    let stopped = ali.jobs().cancel(asked.id.unwrap()).await.unwrap();
    assert_eq!(
        (stopped.state, stopped.failure.as_deref()),
        (JobState::Cancelled, Some("Cancelled. Nothing was changed."))
    );
    crm.crm.run_bulk_jobs().await.unwrap();
    assert_eq!((count(&crm, "").await, count(&crm, "q=new").await), (1_500, 0));
}

/// Runs the jobs while someone holds a lead, so that they cannot come to an end; then does `meanwhile`.
async fn while_held<F: Future<Output = ()>>(
    crm: &TestCrm,
    pool: &sqlx::PgPool,
    job: BulkJob,
    meanwhile: impl FnOnce() -> F,
) {
    let mut connection = pool.acquire().await.unwrap();
    let mut held = connection.begin().await.unwrap();
    sqlx::query("select from leads order by id desc limit 1 for update").execute(&mut *held).await.unwrap();
    let running = tokio::spawn({
        let crm = crm.crm.clone();
        async move { crm.run_bulk_jobs().await }
    });
    let is_running = "select state = 'running' and rows_done >= case when (input->'change'->>'partial')::boolean then 1000 \
        else 0 end from bulk_jobs where id = $1";
    while !sqlx::query_scalar::<_, bool>(is_running).bind(job.id).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
    meanwhile().await;
    running.await.unwrap().unwrap();
    held.rollback().await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_running_job_stops_when_it_is_cancelled_even_while_it_waits(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 1_200).await;
    let ada = crm.in_request(&crm.ada, "r1");
    let edit = by_filter(update(json!({"company": "New"})), "");
    for (input, failure, changed) in [
        (edit.clone(), "Cancelled. Nothing was changed.", 0),
        (in_part(edit), "Cancelled. The 1000 leads that were written before stay so.", 1_000),
    ] {
        let job = ada.leads().bulk(input).await.unwrap();
        let id = job.id.unwrap();
        let started = std::time::Instant::now();
        while_held(&crm, &pool, job, async || {
            ada.jobs().cancel(id).await.unwrap();
        })
        .await;
        assert!(started.elapsed().as_secs() < 5, "it does not wait for the lead");
        let job = ada.jobs().find(id).await.unwrap();
        assert_eq!(
            (job.state, job.failure.as_deref(), job.rows_changed),
            (JobState::Cancelled, Some(failure), changed)
        );
        assert_eq!(count(&crm, "q=new").await, changed);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_that_its_copy_abandoned_is_taken_over(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 1_200).await;
    let ada = crm.in_request(&crm.ada, "r1");
    let edit = by_filter(update(json!({"company": "New"})), "q=lead");
    for (input, before) in [(in_part(edit.clone()), 1_000), (edit, 0)] {
        let job = ada.leads().bulk(input).await.unwrap();
        let id = job.id.unwrap();
        let (crm, pool) = (&crm, &pool);
        let mut connection = pool.acquire().await.unwrap();
        let mut held = connection.begin().await.unwrap();
        sqlx::query("select from leads order by id desc limit 1 for update").execute(&mut *held).await.unwrap();
        let dying = tokio::spawn({
            let crm = crm.crm.clone();
            async move { crm.run_bulk_jobs().await }
        });
        let far = "select state = 'running' and rows_changed >= $2 from bulk_jobs where id = $1";
        while !sqlx::query_scalar::<_, bool>(far).bind(id).bind(before).fetch_one(pool).await.unwrap() {
            tokio::task::yield_now().await;
        }
        dying.abort();
        let _ = dying.await;
        held.rollback().await.unwrap();
        crm.crm.run_bulk_jobs().await.unwrap();
        assert_eq!(ada.jobs().find(id).await.unwrap().state, JobState::Running, "its lease has not run out");
        crm.clock.advance(Duration::seconds(61));
        crm.crm.run_bulk_jobs().await.unwrap();
        let job = ada.jobs().find(id).await.unwrap();
        assert_eq!((job.state, job.rows_done, job.rows_changed), (JobState::Done, 1_200, 1_200));
        assert_eq!(count(crm, "q=new").await, 1_200);
        let versions = "select max(version) - min(version) from leads";
        assert_eq!(sqlx::query_scalar::<_, i64>(versions).fetch_one(pool).await.unwrap(), 0, "each was changed once");
        sqlx::query("update leads set company = null").execute(pool).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_does_only_what_its_person_may_still_do(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 1_200).await;
    let (amy, ali) = (crm.in_request(&crm.amy, "r1"), crm.in_request(&crm.ali, "r2"));
    let edit = by_filter(update(json!({"company": "New"})), "");
    let (hers, his) = (amy.leads().bulk(edit.clone()).await.unwrap(), ali.leads().bulk(edit).await.unwrap());
    sqlx::query("update users set is_active = false where id = $1").bind(crm.amy.id).execute(&pool).await.unwrap();
    sqlx::query("update users set role = 'engineer' where id = $1").bind(crm.ali.id).execute(&pool).await.unwrap();
    crm.crm.run_bulk_jobs().await.unwrap();
    let hers = crm.acting(&crm.ada).jobs().find(hers.id.unwrap()).await.unwrap();
    assert_eq!(hers.failure.unwrap(), "The person who asked for this is no longer active. Nothing was changed.");
    let his = ali.jobs().find(his.id.unwrap()).await.unwrap();
    assert_eq!((his.state, his.rows_total), (JobState::Done, 0), "an engineer's leads are others");
    assert_eq!(count(&crm, "q=new").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_its_person_and_admins_follow_a_job(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    many(&crm, 1_001).await;
    let job = crm.acting(&crm.ali).leads().bulk(by_filter(update(json!({"company": "New"})), "")).await.unwrap();
    let id = job.id.unwrap();
    for (person, sees) in [(&crm.ada, true), (&crm.ali, true), (&crm.amy, false), (&crm.eve, false)] {
        let acting = crm.acting(person);
        assert_eq!(acting.jobs().find(id).await.is_ok(), sees, "{}", person.name);
        if !sees {
            assert!(matches!(acting.jobs().cancel(id).await, Err(Error::NotFound)), "{}", person.name);
        }
    }
    assert_eq!(crm.acting(&crm.ada).jobs().cancel(id).await.unwrap().state, JobState::Cancelled);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_person_has_twenty_jobs_waiting_at_the_most(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    many(&crm, 1_001).await;
    let ada = crm.acting(&crm.ada);
    let edit = by_filter(update(json!({"company": "New"})), "");
    for _ in 0..20 {
        ada.leads().bulk(edit.clone()).await.unwrap();
    }
    assert!(matches!(ada.leads().bulk(edit.clone()).await, Err(Error::TooMany { .. })));
    assert!(crm.acting(&crm.ali).leads().bulk(edit).await.is_ok());
}

#[sqlx::test(migrations = "../../migrations")]
async fn overlapping_changes_at_once_wait_for_each_other_and_all_happen(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let mut ids = leads_of(&crm, &crm.ali, 60).await;
    let mut changes = tokio::task::JoinSet::new();
    for round in 0..12 {
        // Each names them in another order, and some win leads while others hold them.
        ids.rotate_left(7);
        let patch = match round % 3 {
            0 => json!({"status": "won"}),
            1 => json!({"company": format!("Company {round}")}),
            _ => json!({"status": "proposal"}),
        };
        let (ali, input) = (crm.in_request(&crm.ali, &format!("r{round}")), by_ids(update(patch.clone()), &ids));
        changes.spawn(async move { ali.leads().bulk(input).await });
        let (ali, one) = (crm.acting(&crm.ali), ids[30]);
        changes.spawn(async move {
            ali.leads().update(one, patch).await?;
            Err(Error::NotFound)
        });
    }
    let outcomes: Vec<Result<BulkJob>> = changes.join_all().await;
    let failed = outcomes.iter().filter(|o| !matches!(o, Ok(_) | Err(Error::NotFound)));
    assert_eq!(failed.count(), 0, "{outcomes:?}");
    assert_eq!(outcomes.iter().flatten().filter(|job| (job.rows_done, job.rows_failed) == (60, 0)).count(), 12);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_that_no_text_of_a_lead_could_hold_is_refused_at_once(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = vec![LeadInput { notes: Some("a\0b".into()), ..named("Maya") }; 1_001];
    let create = BulkInput { action: BulkAction::Create { leads }, ids: None, filter: None, partial: false };
    let refused = crm.acting(&crm.ali).leads().bulk(create).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_so_before_is_neither_changed_nor_undone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ids = leads_of(&crm, &crm.ali, 3).await;
    let ali = crm.in_request(&crm.ali, "r1");
    let change = |status| BulkAction::Move { patch: json!({ "status": status }) };
    ali.leads().bulk(by_ids(change("contacted"), &ids[..1])).await.unwrap();
    let again = crm.in_request(&crm.ali, "r2").leads().bulk(by_ids(change("contacted"), &ids[..1])).await.unwrap();
    assert_eq!((again.rows_total, again.rows_done, again.rows_changed, again.undo), (1, 1, 0, None));
    let all = crm.in_request(&crm.ali, "r3").leads().bulk(by_ids(change("contacted"), &ids)).await.unwrap();
    assert_eq!((all.rows_total, all.rows_changed, all.undo.as_deref()), (3, 2, Some("r3")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_that_finds_nothing_any_more_is_done(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    many(&crm, 1_200).await;
    let ada = crm.acting(&crm.ada);
    let job = ada.leads().bulk(in_part(by_filter(update(json!({"status": "qualified"})), "status=new"))).await.unwrap();
    sqlx::query("update leads set status = 'contacted'").execute(&pool).await.unwrap();
    crm.crm.run_bulk_jobs().await.unwrap();
    let job = ada.jobs().find(job.id.unwrap()).await.unwrap();
    assert_eq!((job.state, job.rows_total, job.rows_changed), (JobState::Done, 0, 0));
}

#[test]
fn a_request_with_something_unknown_in_it_is_refused() {
    for (sent, said) in [
        (json!({"action": "delete", "ids": [1], "partail": true}), "partail"),
        (json!({"action": "update", "patch": {"name": "x"}, "ids": [1], "version": 7}), "version"),
        (json!({"action": "delete", "ids": [1], "patch": {}}), "neither leads nor a patch"),
        (json!({"action": "update", "ids": [1]}), "takes a patch"),
        (json!({"action": "burn", "ids": [1]}), "burn"),
    ] {
        let refused = serde_json::from_value::<BulkInput>(sent).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
    let stored = by_filter(update(json!({"name": "x"})), "status=new");
    assert_eq!(serde_json::from_value::<BulkInput>(serde_json::to_value(&stored).unwrap()).unwrap(), stored);
}
