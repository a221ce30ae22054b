//! The demo company: complete, believable, the same every time, and never in the way of real data.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not tell from other functions")]

use domain::{
    UserId,
    events::Door,
    leads::{LeadFilter, LeadQuery, LeadStatus, Owner},
    users::{Credentials, Role, UserInput},
};
use service::{Acting, Actor, Clock, Crm, Database, Error, Origin};
use sqlx::PgPool;
use time::macros::datetime;

const PASSWORD: &str = "siwaht-demo";
const NOON: domain::Timestamp = datetime!(2026-03-04 12:00 UTC);

fn crm(pool: &PgPool) -> Crm {
    Crm::new(Database::over(pool.clone()), Clock::fake(NOON))
}

/// One number that any difference in any row of the demo's tables changes; without what chance decides (hashes).
async fn fingerprint(pool: &PgPool) -> String {
    sqlx::query_scalar(
        "select md5(concat_ws('/',
            (select md5(string_agg((to_jsonb(t) - 'password')::text, '' order by id)) from users t),
            (select md5(string_agg(t::text, '' order by id)) from products t),
            (select md5(string_agg(t::text, '' order by id)) from leads t),
            (select md5(string_agg(t::text, '' order by lead_id, product_id)) from lead_products t),
            (select md5(string_agg(t::text, '' order by id)) from interactions t),
            (select md5(string_agg((to_jsonb(t) - 'xid')::text, '' order by id)) from events t)))",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

/// How many rows a statement counts.
async fn count(pool: &PgPool, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(pool).await.unwrap()
}

async fn empty(pool: &PgPool) {
    sqlx::raw_sql(
        "truncate users, products, leads, lead_products, lead_attachments, interactions, events, webhook_deliveries,
            webhook_attempts cascade;
         insert into installation default values on conflict (only_row) do update set is_demo = false",
    )
    .execute(pool)
    .await
    .unwrap();
}

async fn ada(crm: &Crm) -> Acting {
    let credentials = Credentials { login: "ada".into(), password: PASSWORD.into() };
    let ada = crm.sign_in(credentials, Origin { address: "192.0.2.1".into() }).await.unwrap();
    crm.acting_as(Actor::user(ada.user, Door::Ui, None))
}

#[sqlx::test(migrations = "../../migrations")]
async fn demo_data_is_the_same_every_time(pool: PgPool) {
    let demo = crm(&pool).fill_with_demo(400, PASSWORD).await.unwrap();
    assert_eq!((demo.leads, demo.was_there), (400, false));
    let first = fingerprint(&pool).await;
    empty(&pool).await;
    // Later on the same day, nothing is different.
    let evening = Crm::new(Database::over(pool.clone()), Clock::fake(NOON + time::Duration::hours(11)));
    evening.fill_with_demo(400, PASSWORD).await.unwrap();
    assert_eq!(fingerprint(&pool).await, first);
}

#[sqlx::test(migrations = "../../migrations")]
async fn running_demo_twice_changes_nothing(pool: PgPool) {
    let crm = crm(&pool);
    let first = crm.fill_with_demo(100, PASSWORD).await.unwrap();
    let before = fingerprint(&pool).await;
    let second = crm.fill_with_demo(7, "another-password").await.unwrap();
    assert!(second.was_there);
    assert_eq!((second.leads, &second.accounts), (100, &first.accounts));
    assert_eq!(fingerprint(&pool).await, before);
    ada(&crm).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_starts_at_once_make_one_demo(pool: PgPool) {
    let (one, other) = (crm(&pool), crm(&pool));
    let (one, other) = tokio::join!(one.fill_with_demo(50, PASSWORD), other.fill_with_demo(50, PASSWORD));
    assert_ne!(one.unwrap().was_there, other.unwrap().was_there);
    assert_eq!(count(&pool, "select count(*) from leads").await, 50);
}

#[sqlx::test(migrations = "../../migrations")]
async fn demo_refuses_a_database_with_other_data(pool: PgPool) {
    let crm = crm(&pool);
    let input =
        UserInput { name: "Real Person".into(), email: "real@example.org".into(), username: None, role: Role::Admin };
    crm.acting_as(Actor::system()).users().add(input, "a-real-password").await.unwrap();
    let before = fingerprint(&pool).await;
    let refused = crm.fill_with_demo(50, PASSWORD).await;
    assert!(matches!(&refused, Err(Error::Conflict { detail, .. }) if detail.contains("other data")), "{refused:?}");
    assert_eq!(fingerprint(&pool).await, before);
    assert!(!crm.installation().await.unwrap().is_demo);
}

#[sqlx::test(migrations = "../../migrations")]
async fn demo_refuses_a_short_password(pool: PgPool) {
    assert!(matches!(crm(&pool).fill_with_demo(1, "short").await, Err(Error::Invalid(_))));
    assert!(!crm(&pool).installation().await.unwrap().is_demo);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_demo_without_leads_still_has_people_and_products(pool: PgPool) {
    let demo = crm(&pool).fill_with_demo(0, PASSWORD).await.unwrap();
    let of = |role| demo.accounts.iter().filter(|a| a.role == role).count();
    assert_eq!((demo.leads, of(Role::Admin), of(Role::Agent), of(Role::Engineer)), (0, 1, 6, 4));
    assert_eq!(ada(&crm(&pool)).await.products().names().await.unwrap().len(), 12);
}

#[sqlx::test(migrations = "../../migrations")]
async fn work_goes_on_after_the_demo_was_made(pool: PgPool) {
    let crm = crm(&pool);
    crm.fill_with_demo(100, PASSWORD).await.unwrap();
    let ada = ada(&crm).await;
    // New rows take ids behind those of the demo.
    let input = domain::leads::LeadInput {
        name: "Maya Okafor".into(),
        status: LeadStatus::Won,
        assigned_to: Some(UserId(2)),
        ..Default::default()
    };
    let lead = ada.leads().create(input).await.unwrap();
    assert_eq!(lead.id.0, 101);
    assert!(lead.assigned_engineer.is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_won_lead_has_an_engineer_and_every_list_has_leads(pool: PgPool) {
    let crm = crm(&pool);
    crm.fill_with_demo(1_500, PASSWORD).await.unwrap();
    let ada = ada(&crm).await;
    let with =
        async |filter: LeadFilter| ada.leads().count(&LeadQuery { filter, ..LeadQuery::default() }).await.unwrap();
    let won = || vec![LeadStatus::Won];
    let orphans = LeadFilter { status: won(), engineer: vec![Owner::Nobody], ..LeadFilter::default() };
    assert_eq!(with(orphans).await, 0);
    for status in LeadStatus::ALL {
        let part = with(LeadFilter { status: vec![status], ..LeadFilter::default() }).await;
        assert!((15..750).contains(&part), "{part} {status:?}");
    }
    for agent in 2..=7 {
        let assignee = vec![Owner::User(UserId(agent))];
        assert!(with(LeadFilter { assignee, status: won(), ..LeadFilter::default() }).await > 5, "agent {agent}");
    }
    for engineer in 8..=11 {
        let engineer = vec![Owner::User(UserId(engineer))];
        assert!(with(LeadFilter { engineer, ..LeadFilter::default() }).await > 15);
    }
    let unassigned = with(LeadFilter { assignee: vec![Owner::Nobody], ..LeadFilter::default() }).await;
    assert!((45..150).contains(&unassigned), "{unassigned} unassigned");
}

/// Each statement counts rows that contradict one another.
const CONTRADICTIONS: [&str; 15] = [
    "select count(*) from leads l where score_is_set and not exists (select 1 from events e
        where e.lead_id = l.id and e.kind = 'lead.created' and e.changes ? 'score')",
    "select count(*) from leads where (closed_at is null) <> (status not in ('won', 'lost'))",
    "select count(*) from leads where closed_at <> stage_entered_at",
    "select count(*) from leads where (lost_reason is null) <> (status <> 'lost')",
    "select count(*) from leads where (assigned_engineer is null) <> (status <> 'won')",
    "select count(*) from leads where assigned_to is null and status <> 'new'",
    "select count(*) from leads where greatest(created_at, stage_entered_at, updated_at) >= '2026-03-04'",
    "select count(*) from leads where updated_at < greatest(created_at, stage_entered_at, last_contacted_at)",
    "select count(*) from leads l where last_contacted_at is distinct from
        (select max(created_at) from interactions i where i.lead_id = l.id and type <> 'note')",
    "select count(*) from leads l where version <> (select count(*) from events e left join interactions i
        on e.entity = 'interaction' and i.id = e.entity_id where e.lead_id = l.id and i.type is distinct from 'note')",
    "select count(*) from interactions i full join (select * from events where kind = 'interaction.created') e
        on e.entity_id = i.id where (e.lead_id, e.actor_id, e.at) is distinct from (i.lead_id, i.user_id, i.created_at)",
    "select count(*) from leads l where not exists
        (select from lead_products p where p.lead_id = l.id and p.product_id = l.assigned_product)",
    "select count(*) from leads l where product_ids <>
        array(select product_id from lead_products p where p.lead_id = l.id order by 1)",
    // The history leads from the beginning to where the lead stands, without a gap.
    "select count(*) from (
         select e.changes #>> '{status,from}' as came_from, coalesce(lag(e.changes #>> '{status,to}') over w, 'new') as was,
                e.changes #>> '{status,to}' as went_to, l.status::text as is, lead(e.id) over w as next
         from events e join leads l on l.id = e.lead_id where e.kind = 'lead.status_changed'
         window w as (partition by e.lead_id order by e.id)) steps
     where came_from <> was or (next is null and went_to <> \"is\")",
    "select count(*) from (select at < lag(at) over (order by id) as late from events) e where late",
];

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_in_the_demo_contradicts_itself(pool: PgPool) {
    crm(&pool).fill_with_demo(5_000, PASSWORD).await.unwrap();
    for contradiction in CONTRADICTIONS {
        assert_eq!(count(&pool, contradiction).await, 0, "{contradiction}");
    }
    for some in [
        "select count(*) from leads where follow_up_at < '2026-03-04'",
        "select count(*) from leads where follow_up_at::date = '2026-03-04'",
        "select count(*) from leads where follow_up_at >= '2026-03-05' and follow_up_at < '2026-03-11'",
        "select count(*) from leads where follow_up_at >= '2026-03-11'",
        "select count(*) from leads where blocked_reason is not null",
        "select count(*) from leads where email is null",
        "select count(*) from leads where value is null",
    ] {
        assert!(count(&pool, some).await > 10, "{some}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_large_demo_keeps_every_index_and_foreign_key(pool: PgPool) {
    let schema = "select string_agg(line, E'\\n' order by line) from (
        select indexdef as line from pg_indexes where schemaname = 'public'
        union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace) lines";
    let before: String = sqlx::query_scalar(schema).fetch_one(&pool).await.unwrap();
    // From 50,000 on they are set aside while the rows come in.
    crm(&pool).fill_with_demo(50_001, PASSWORD).await.unwrap();
    let after: String = sqlx::query_scalar(schema).fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
    for contradiction in CONTRADICTIONS {
        assert_eq!(count(&pool, contradiction).await, 0, "{contradiction}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_score_is_the_one_its_points_come_to(pool: PgPool) {
    let crm = crm(&pool);
    crm.fill_with_demo(600, PASSWORD).await.unwrap();
    let ada = ada(&crm).await;
    for id in 1..=600 {
        let score = ada.leads().score(domain::LeadId(id)).await.unwrap();
        assert!(score.points.iter().all(|point| !point.reason.contains("anew")), "{id}: {score:?}");
    }
}
