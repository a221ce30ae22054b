//! What happens, as it happens: who hears what, and that nobody misses anything or hears it twice.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use std::collections::HashSet;

use domain::{
    EventId, LeadId,
    events::LiveEvent,
    interactions::InteractionInput,
    leads::{LeadInput, LeadStatus, MoveInput},
    notifications::NotificationKind,
    users::User,
};
use serde_json::json;
use service::{Heard, Listener};
use testkit::{NOON, TestCrm, named};
use time::Duration;

/// Reads all that was written so far. Transactions of other tests in the same cluster may hold it back for a moment.
async fn settle(crm: &TestCrm, pool: &sqlx::PgPool) {
    let newest = "select coalesce((select id from events order by xid desc, id desc limit 1), 0)";
    let newest: i64 = sqlx::query_scalar(newest).fetch_one(pool).await.unwrap();
    crm.crm.read_events().await.unwrap();
    while crm.acting(&crm.ada).events().last().await.unwrap() != EventId(newest) {
        crm.crm.read_events().await.unwrap();
    }
}

async fn listen(crm: &TestCrm, pool: &sqlx::PgPool, who: &User) -> Listener {
    settle(crm, pool).await;
    crm.acting(who).events().listen(None).await.unwrap()
}

/// Everything that is there for the listener by now.
async fn heard(crm: &TestCrm, pool: &sqlx::PgPool, listener: &mut Listener) -> Vec<Heard> {
    settle(crm, pool).await;
    ready(listener).await
}

/// What the listener can have without waiting.
async fn ready(listener: &mut Listener) -> Vec<Heard> {
    let mut all = Vec::new();
    // What is not ready at once is not there.
    while let Ok(heard) = tokio::time::timeout(std::time::Duration::ZERO, listener.next()).await {
        all.extend(heard.unwrap());
    }
    all
}

fn events(heard: &[Heard]) -> Vec<LiveEvent> {
    let json = heard.iter().filter_map(|one| match one {
        Heard::Event(_, json) => Some(json),
        _ => None,
    });
    json.map(|json| serde_json::from_str(json).unwrap()).collect()
}

fn gone(heard: &[Heard]) -> Vec<LeadId> {
    let gone = heard.iter().filter_map(|one| match one {
        Heard::Gone(_, lead) => Some(*lead),
        _ => None,
    });
    gone.collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn everyone_hears_what_is_theirs_and_nothing_else(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (mut ada, mut ali) = (listen(&crm, &pool, &crm.ada).await, listen(&crm, &pool, &crm.ali).await);
    let (mut amy, mut eve) = (listen(&crm, &pool, &crm.amy).await, listen(&crm, &pool, &crm.eve).await);
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let won = MoveInput { assigned_engineer: Some(crm.eve.id), status: LeadStatus::Won, ..MoveInput::default() };
    crm.acting(&crm.ali).leads().move_to(lead.id, won).await.unwrap();
    crm.acting(&crm.ali).leads().update(lead.id, json!({"notes": "Secret"})).await.unwrap();
    for listener in [&mut ada, &mut ali] {
        let kinds: Vec<String> =
            events(&heard(&crm, &pool, listener).await).into_iter().map(|event| event.event.kind).collect();
        assert_eq!(kinds, ["lead.created", "lead.status_changed", "lead.updated"]);
    }
    assert!(events(&heard(&crm, &pool, &mut amy).await).is_empty());
    // The engineer sees the lead now, but neither its notes nor that they changed.
    let of_eve = events(&heard(&crm, &pool, &mut eve).await);
    assert_eq!(
        of_eve.iter().map(|event| &*event.event.kind).collect::<Vec<_>>(),
        ["lead.created", "lead.status_changed"]
    );
    assert!(of_eve.iter().all(|event| event.lead.as_ref().unwrap().notes.is_none()));
    assert_eq!(of_eve[1].lead.as_ref().unwrap().version, 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_that_is_handed_over_is_gone_for_who_had_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let given = LeadInput { assigned_to: Some(crm.ali.id), ..named("Maya") };
    let lead = crm.acting(&crm.ada).leads().create(given).await.unwrap();
    let free = crm.acting(&crm.ada).leads().create(named("Free")).await.unwrap();
    let (mut ali, mut amy) = (listen(&crm, &pool, &crm.ali).await, listen(&crm, &pool, &crm.amy).await);
    crm.acting(&crm.ada).leads().update(lead.id, json!({"assignedTo": crm.amy.id})).await.unwrap();
    crm.acting(&crm.ali).leads().update(free.id, json!({"assignedTo": crm.ali.id})).await.unwrap();
    let (of_ali, of_amy) = (heard(&crm, &pool, &mut ali).await, heard(&crm, &pool, &mut amy).await);
    assert_eq!((gone(&of_ali), events(&of_ali)[0].event.lead_id), (vec![lead.id], Some(free.id)));
    // Everyone could have claimed it until then.
    assert_eq!((gone(&of_amy), events(&of_amy)[0].event.lead_id), (vec![free.id], Some(lead.id)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_comes_back_while_a_thousand_events_pass_misses_none_and_hears_none_twice(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let foreign = crm.lead_of(&crm.amy, "Not his").await;
    let mut listener = listen(&crm, &pool, &crm.ali).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..10 {
        let (ali, amy) = (crm.acting(&crm.ali), crm.acting(&crm.amy));
        writers.spawn(async move {
            for i in 0..100 {
                let said = InteractionInput { text: format!("{writer} {i}"), ..InteractionInput::default() };
                ali.interactions().log(lead.id, said.clone()).await.unwrap();
                if i % 10 == 0 {
                    amy.interactions().log(foreign.id, said).await.unwrap();
                }
            }
        });
    }
    let mut ids: Vec<EventId> = Vec::new();
    let mut leads = HashSet::new();
    let mut last = listener.last();
    let mut rounds = 0;
    while !writers.is_empty() || rounds % 7 != 0 {
        while writers.try_join_next().is_some() {}
        crm.crm.read_events().await.unwrap();
        for event in events(&ready(&mut listener).await) {
            ids.push(event.event.id);
            leads.insert(event.event.lead_id);
        }
        last = listener.last();
        rounds += 1;
        if rounds % 3 == 0 {
            // The connection breaks; the browser comes back with the last id that it got.
            listener = crm.acting(&crm.ali).events().listen(Some(last)).await.unwrap();
        }
        tokio::task::yield_now().await;
    }
    for event in events(&heard(&crm, &pool, &mut listener).await) {
        ids.push(event.event.id);
    }
    assert_eq!(ids.len(), 1_000, "last {last}");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1_000);
    assert_eq!(leads, HashSet::from([Some(lead.id)]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_copy_goes_on_where_the_first_one_broke_off(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let listener = listen(&crm, &pool, &crm.ali).await;
    let last = listener.last();
    for i in 0..300 {
        let said = InteractionInput { text: format!("{i}"), ..InteractionInput::default() };
        crm.acting(&crm.ali).interactions().log(lead.id, said).await.unwrap();
    }
    // A copy that was started afterwards has none of these in its ring.
    let other = service::Crm::new(crm.database.clone(), crm.clock.clone());
    other.read_events().await.unwrap();
    let acting = other.acting_as(service::Actor::user(crm.ali.clone(), domain::events::Door::Rest, None));
    let mut listener = acting.events().listen(Some(last)).await.unwrap();
    let reading = tokio::spawn(async move {
        loop {
            other.read_events().await.unwrap();
        }
    });
    let mut ids = Vec::new();
    while ids.len() < 300 {
        ids.extend(events(&listener.next().await.unwrap()).into_iter().map(|event| event.event.id));
    }
    reading.abort();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 300);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_happens_in_one_copy_is_heard_in_another(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let other = service::Crm::new(crm.database.clone(), crm.clock.clone());
    let workers = [tokio::spawn(follow(crm.crm.clone())), tokio::spawn(follow(other.clone()))];
    let acting = other.acting_as(service::Actor::user(crm.ali.clone(), domain::events::Door::Rest, None));
    let mut listener = acting.events().listen(None).await.unwrap();
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let told = loop {
        let told = events(&listener.next().await.unwrap());
        if !told.is_empty() {
            break told;
        }
    };
    assert_eq!(told[0].event.lead_id, Some(lead.id));
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

/// What a copy of the server does beside answering requests.
async fn follow(crm: service::Crm) {
    tokio::join!(crm.follow_events(), crm.announce_events());
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_bell_rings_for_what_others_did_and_never_for_ones_own(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let mut ali = listen(&crm, &pool, &crm.ali).await;
    let given = LeadInput { assigned_to: Some(crm.ali.id), ..named("Maya") };
    let lead = crm.acting(&crm.ada).leads().create(given).await.unwrap();
    let won = MoveInput { status: LeadStatus::Won, assigned_engineer: Some(crm.eve.id), ..MoveInput::default() };
    crm.acting(&crm.ada).leads().move_to(lead.id, won).await.unwrap();
    crm.acting(&crm.eve).leads().update(lead.id, json!({"blockedReason": "No access"})).await.unwrap();
    crm.lead_of(&crm.ali, "His own").await;
    let bell = crm.acting(&crm.ali).notifications().bell().await.unwrap();
    let kinds: Vec<_> = bell.items.iter().map(|one| (one.kind, one.lead_name.as_deref())).collect();
    let maya = Some("Maya");
    let expected =
        [NotificationKind::Blocked, NotificationKind::Won, NotificationKind::Assigned].map(|kind| (kind, maya));
    assert_eq!((kinds, bell.unread), (expected.to_vec(), 3));
    assert_eq!(heard(&crm, &pool, &mut ali).await.iter().filter(|one| matches!(one, Heard::Bell)).count(), 3);
    let of_eve = crm.acting(&crm.eve).notifications().bell().await.unwrap();
    assert_eq!(of_eve.items.iter().map(|one| one.kind).collect::<Vec<_>>(), [NotificationKind::Assigned]);
    crm.acting(&crm.ali).notifications().read(bell.items[1].id).await.unwrap();
    let bell = crm.acting(&crm.ali).notifications().bell().await.unwrap();
    assert_eq!((bell.unread, bell.items[0].is_read, bell.items[2].is_read), (1, false, true));
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_leads_given_at_once_are_one_notification(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let mut ids = Vec::new();
    for i in 0..20 {
        ids.push(crm.lead_of(&crm.ada, &format!("Lead {i}")).await.id);
    }
    let input = serde_json::from_value(json!({"action": "assign", "patch": {"assignedTo": crm.amy.id}, "ids": ids}));
    crm.acting(&crm.ada).leads().bulk(input.unwrap()).await.unwrap();
    let bell = crm.acting(&crm.amy).notifications().bell().await.unwrap();
    assert_eq!((bell.items.len(), bell.items[0].leads, bell.items[0].lead_id), (1, 20, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_follow_up_that_is_due_is_told_once(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let at = NOON + Duration::hours(1);
    let due = LeadInput { follow_up_at: Some(at), ..named("Maya") };
    let lead = crm.acting(&crm.ali).leads().create(due).await.unwrap();
    assert_eq!(crm.crm.ring_follow_ups().await.unwrap(), 0);
    crm.clock.advance(Duration::hours(1));
    let (one, other) = tokio::join!(crm.crm.ring_follow_ups(), crm.crm.ring_follow_ups());
    assert_eq!(one.unwrap() + other.unwrap() + crm.crm.ring_follow_ups().await.unwrap(), 1);
    let bell = crm.acting(&crm.ali).notifications().bell().await.unwrap();
    assert_eq!((bell.items.len(), bell.items[0].kind), (1, NotificationKind::FollowUpDue));
    // It stands in no timeline, and keeps nobody from taking back what they did.
    let page = crm.acting(&crm.ali).leads().timeline(lead.id, Default::default(), None, 50).await.unwrap();
    assert_eq!(page.items.len(), 1);
}
