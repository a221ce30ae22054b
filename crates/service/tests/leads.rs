//! Leads at the service: what moves along with a change, and what races settle.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use std::task::Poll;

use domain::{
    leads::{LeadInput, LeadQuery, LeadStatus},
    users::{Credentials, Role, UserInput},
};
use serde_json::json;
use service::{Error, Origin, Saved};
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{NOON, PASSWORD, TestCrm, named};
use time::Duration;

#[sqlx::test(migrations = "../../migrations")]
async fn moving_a_lead_to_won_assigns_the_least_busy_engineer(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let busy = LeadInput { status: LeadStatus::Won, assigned_engineer: Some(crm.eve.id), ..named("Earlier") };
    crm.system().leads().create(busy).await.unwrap();
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let won = crm.acting(&crm.ali).leads().update(lead.id, json!({"status": "won"})).await.unwrap();
    assert_eq!(won.assigned_engineer, Some(crm.ed.id));
    assert_eq!((won.closed_at, won.stage_entered_at), (Some(NOON), NOON));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hundred_wins_at_once_spread_evenly(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for i in 0..3 {
        let input = UserInput {
            name: format!("E{i}"),
            email: format!("e{i}@example.com"),
            username: None,
            role: Role::Engineer,
        };
        crm.system().users().add(input, PASSWORD).await.unwrap();
    }
    let mut wins = tokio::task::JoinSet::new();
    for i in 0..100 {
        let lead = crm.lead_of(&crm.ali, &format!("Lead {i}")).await;
        let ali = crm.acting(&crm.ali);
        wins.spawn(
            async move { ali.leads().update(lead.id, json!({"status": "won"})).await.unwrap().assigned_engineer },
        );
    }
    let mut load = std::collections::HashMap::new();
    for engineer in wins.join_all().await {
        *load.entry(engineer.unwrap()).or_insert(0) += 1;
    }
    assert_eq!(load.into_values().collect::<Vec<_>>(), [20; 5]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn reopening_a_closed_lead_takes_its_closing_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let lost = ali.leads().update(lead.id, json!({"status": "lost", "lostReason": "Price"})).await.unwrap();
    assert_eq!((lost.closed_at, lost.lost_reason.as_deref()), (Some(NOON), Some("Price")));
    crm.clock.advance(Duration::hours(1));
    let open = ali.leads().update(lead.id, json!({"status": "proposal"})).await.unwrap();
    assert_eq!((open.closed_at, open.lost_reason), (None, None));
    assert_eq!(open.stage_entered_at, NOON + Duration::hours(1));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_patch_that_changes_nothing_writes_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let same = crm.acting(&crm.ali).leads().update(lead.id, json!({"name": " Maya "})).await.unwrap();
    assert_eq!(same.version, 1);
    assert_eq!(event_kinds(&pool, lead.id).await, ["lead.created"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_write_leaves_one_event_and_a_refused_one_none(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    ali.leads().update(lead.id, json!({"company": "Brightline"})).await.unwrap();
    ali.leads().update(lead.id, json!({"status": "won"})).await.unwrap();
    assert!(ali.leads().update(lead.id, json!({"assignedProduct": 404})).await.is_err());
    assert!(crm.acting(&crm.amy).leads().delete(lead.id).await.is_err());
    ali.leads().delete(lead.id).await.unwrap();
    assert_eq!(
        event_kinds(&pool, lead.id).await,
        ["lead.created", "lead.updated", "lead.status_changed", "lead.deleted"]
    );
}

async fn event_kinds(pool: &sqlx::PgPool, lead: domain::LeadId) -> Vec<String> {
    sqlx::query_scalar("select kind from events where lead_id = $1 order by id")
        .bind(lead.0)
        .fetch_all(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn history_cannot_be_rewritten(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    crm.lead_of(&crm.ali, "Maya").await;
    assert!(sqlx::query("update events set kind = 'x'").execute(&pool).await.is_err());
    assert!(sqlx::query("delete from events").execute(&pool).await.is_err());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_names_nobody_who_is_not_there(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    for person in ["assigned_to", "assigned_engineer", "created_by"] {
        for statement in [
            format!("insert into leads (name, {person}) values ('Noor', $1), ('Omar', null)"),
            format!("update leads set {person} = $1 where id = {}", lead.id),
        ] {
            let write = |id: i64| sqlx::query(sqlx::AssertSqlSafe(statement.clone())).bind(id).execute(&pool);
            let error = write(999).await.unwrap_err();
            assert!(error.as_database_error().unwrap().is_foreign_key_violation(), "{statement}: {error}");
            write(crm.eve.id.0).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn agents_see_their_own_and_the_unassigned(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    crm.lead_of(&crm.ali, "Ali's").await;
    let amys = crm.lead_of(&crm.amy, "Amy's").await;
    let pool_lead = crm.lead_of(&crm.ada, "Nobody's").await;
    let names = async |user| -> Vec<String> {
        let page = crm.acting(user).leads().list(&LeadQuery::parse("sort=name").unwrap()).await.unwrap();
        page.items.into_iter().map(|lead| lead.name).collect()
    };
    assert_eq!(names(&crm.ali).await, ["Ali's", "Nobody's"]);
    assert_eq!(names(&crm.ada).await, ["Ali's", "Amy's", "Nobody's"]);
    assert_eq!(names(&crm.eve).await, Vec::<String>::new());

    let ali = crm.acting(&crm.ali);
    assert!(matches!(ali.leads().find(amys.id).await, Err(Error::NotFound)));
    assert!(matches!(ali.leads().delete(pool_lead.id).await, Err(Error::Forbidden { .. })), "not theirs to delete");
    let claimed = ali.leads().update(pool_lead.id, json!({"assignedTo": crm.ali.id})).await.unwrap();
    assert_eq!(claimed.assigned_to, Some(crm.ali.id));
    assert!(matches!(crm.acting(&crm.amy).leads().find(pool_lead.id).await, Err(Error::NotFound)), "it is taken");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_agent_hands_over_their_own_but_not_another_agents(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    ali.leads().update(lead.id, json!({"assignedTo": crm.amy.id})).await.unwrap();
    let back = ali.leads().update(lead.id, json!({"assignedTo": crm.ali.id})).await;
    assert!(matches!(back, Err(Error::Forbidden { .. })), "they made it and see it, but it is Amy's now");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_edits_from_one_version_the_second_is_refused(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let edit = async |company: &str| {
        crm.acting(&crm.ali).leads().update(lead.id, json!({"company": company, "version": 1})).await
    };
    let (one, other) = tokio::join!(edit("One"), edit("Other"));
    assert!(one.is_ok() != other.is_ok());
    assert!([one, other].into_iter().any(|result| matches!(result, Err(Error::Conflict { current: Some(_), .. }))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_main_product_joins_the_products(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("insert into products (id, name, price) values (1, 'Voice AI', '$499'), (2, 'Video ads', '$99')")
        .execute(&pool)
        .await
        .unwrap();
    let ali = crm.acting(&crm.ali);
    let lead =
        ali.leads().create(LeadInput { assigned_product: Some(domain::ProductId(2)), ..named("Maya") }).await.unwrap();
    assert_eq!(lead.products, [domain::ProductId(2)]);
    let lead = ali.leads().update(lead.id, json!({"products": [1]})).await.unwrap();
    assert_eq!(lead.products, [domain::ProductId(1), domain::ProductId(2)]);
    let found = ali.leads().list(&LeadQuery::parse("product=1").unwrap()).await.unwrap();
    assert_eq!(found.items.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn whenever_someone_hangs_up_what_others_write_afterwards_is_kept(
    pool: PgPoolOptions,
    connect: PgConnectOptions,
) {
    // A single connection, so that the next one to write gets the one that was left behind.
    let one = pool.max_connections(1).connect_with(connect.clone()).await.unwrap();
    let crm = TestCrm::over(one).await;
    let mut other = connect.connect().await.unwrap();
    let credentials = Credentials { login: crm.ali.email.clone(), password: PASSWORD.into() };
    let proof = crm.crm.sign_in(credentials, Origin { address: "192.0.2.1".into() }).await.unwrap();
    // Hanging up at the first moment at which the work waits for something, then at the second, until there is none.
    for moments in 1i64.. {
        let ali = crm.acting(&crm.ali);
        let leads = ali.leads();
        let mut creating = Box::pin(leads.create(named("Maya")));
        let mut waited = 0;
        let done = std::future::poll_fn(|context| {
            if creating.as_mut().poll(context).is_ready() {
                return Poll::Ready(true);
            }
            waited += 1;
            if waited == moments { Poll::Ready(false) } else { Poll::Pending }
        });
        if done.await {
            break;
        }
        drop(creating);
        let tomorrow = NOON + Duration::days(1);
        let saved =
            crm.crm.sessions().save(&moments.to_be_bytes(), crm.ali.id, &proof.stamp, &json!({}), tomorrow).await;
        assert_eq!(saved.unwrap(), Saved::Written);
        let kept: i64 = sqlx::query_scalar("select count(*) from sessions").fetch_one(&mut other).await.unwrap();
        assert_eq!(kept, moments);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_policy_table_is_the_one_that_was_decided(_pool: sqlx::PgPool) {
    let rows = service::policy::Action::ALL.map(|action| {
        let may = Role::ALL.map(|role| if service::policy::allows(role, action) { "yes" } else { "no" });
        format!("{:<19}{:<7}{:<7}{}", format!("{action:?}"), may[0], may[1], may[2])
    });
    let expected = "\
ViewLeads          yes    yes    yes
CreateLead         yes    yes    no
UpdateLead         yes    yes    yes
MoveLead           yes    yes    no
DeleteLead         yes    yes    no
LogInteraction     yes    yes    yes
ChangeInteraction  yes    yes    yes
AttachFile         yes    yes    yes
ChangeFile         yes    yes    yes
MergeLeads         yes    yes    no
Undo               yes    yes    yes
ViewEvents         yes    yes    yes
ViewNotifications  yes    yes    yes
ManageViews        yes    yes    yes
ViewPeople         yes    yes    yes
ViewProducts       yes    yes    yes
ManageUsers        yes    no     no
ExportLeads        yes    yes    yes
ImportLeads        yes    yes    no";
    assert_eq!(rows.join("\n"), expected);
}

#[sqlx::test(migrations = "../../migrations")]
async fn totals_are_exact_after_every_kind_of_write_and_at_any_moment(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let mut writers = tokio::task::JoinSet::new();
    for (i, person) in [&crm.ada, &crm.ali, &crm.amy, &crm.ali].into_iter().enumerate() {
        let acting = crm.acting(person);
        writers.spawn(async move {
            for n in 0..30 {
                let lead = acting.leads().create(named(&format!("Lead {i} {n}"))).await.unwrap();
                if n % 2 == 0 {
                    acting
                        .leads()
                        .update(lead.id, json!({"status": if n % 4 == 0 { "won" } else { "lost" }}))
                        .await
                        .unwrap();
                }
                if n % 3 == 0 && lead.assigned_to.is_some() {
                    acting.leads().delete(lead.id).await.unwrap();
                }
            }
        });
    }
    while !writers.is_empty() {
        crm.crm.fold_tallies().await.unwrap();
        writers.join_next().await.unwrap().unwrap();
    }
    assert_totals(&crm, "as they came").await;
    // More rows than are left alone, so that folding has something to do.
    sqlx::query("update leads set status = 'qualified' where id % 2 = 0").execute(&pool).await.unwrap();
    sqlx::query("delete from lead_products").execute(&pool).await.unwrap();
    sqlx::query("delete from leads where id % 5 = 0").execute(&pool).await.unwrap();
    crm.crm.fold_tallies().await.unwrap();
    assert_totals(&crm, "after folding").await;
}

/// For every role and filter, the total is the number of rows that the list has.
async fn assert_totals(crm: &TestCrm, when: &str) {
    for person in [&crm.ada, &crm.ali, &crm.amy, &crm.eve] {
        for query in ["", "status=won", "status=won,lost", "assignee=me", "assignee=none,me", "engineer=none"] {
            let query = LeadQuery::parse(&format!("{query}&limit=200&total=true")).unwrap();
            let page = crm.acting(person).leads().list(&query).await.unwrap();
            assert_eq!(page.total, Some(page.items.len() as i64), "{} {query:?} {when}", person.name);
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reason_for_losing_goes_with_what_is_lost(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let leads = crm.acting(&crm.ali);
    let refused = leads.leads().update(lead.id, json!({"lostReason": "Price"})).await;
    assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields.get("lostReason").is_some()), "{refused:?}");
    leads.leads().update(lead.id, json!({"status": "lost", "lostReason": "Price"})).await.unwrap();
    let read = serde_json::to_value(leads.leads().find(lead.id).await.unwrap()).unwrap();
    let again = leads.leads().update(lead.id, read).await.unwrap();
    assert_eq!(again.lost_reason.as_deref(), Some("Price"));
    let open = leads.leads().update(lead.id, json!({"status": "new"})).await.unwrap();
    assert_eq!(open.lost_reason, None);
}
