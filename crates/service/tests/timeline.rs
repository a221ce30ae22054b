//! What happened, read back: the timeline of one lead, its history, and the log that machines follow.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Cursor, EventId, LeadId, Money,
    events::{Event, TimelineEntry, TimelinePart},
    interactions::{InteractionInput, InteractionType},
    leads::{LeadInput, MergeInput},
};
use serde_json::json;
use service::{Acting, Error};
use sqlx::Connection;
use testkit::{TestCrm, named, settle};
use time::Duration;

fn call(text: &str) -> InteractionInput {
    InteractionInput { r#type: InteractionType::Call, text: text.into() }
}

async fn timeline(me: &Acting, lead: LeadId, part: TimelinePart) -> Vec<TimelineEntry> {
    me.leads().timeline(lead, part, None, 200).await.unwrap().items
}

fn kinds(entries: &[TimelineEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.event.kind.as_str()).collect()
}

/// Everything that the actor gets to read, from the beginning.
async fn follow(me: &Acting, limit: u16) -> Vec<Event> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let feed = me.events().after(after, limit).await.unwrap();
        all.extend(feed.items);
        if Some(feed.next) == after.or(Some(EventId(0))) {
            return all;
        }
        after = Some(feed.next);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_acted_stays_known(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let error = sqlx::query("delete from users where id = $1").bind(crm.ed.id.0).execute(&pool).await.unwrap_err();
    assert!(error.to_string().contains("people are deactivated, not deleted"), "{error}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_timeline_tells_everything_newest_first(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await.id;
    let ali = crm.acting(&crm.ali);
    crm.clock.advance(Duration::hours(1));
    let made = ali.interactions().log(lead, call("Hello")).await.unwrap();
    ali.leads().update(lead, json!({"status": "contacted"})).await.unwrap();
    ali.interactions().edit(made.id, json!({"text": "Hello again"})).await.unwrap();
    let all = timeline(&ali, lead, TimelinePart::All).await;
    assert_eq!(kinds(&all), ["interaction.updated", "lead.status_changed", "interaction.created", "lead.created"]);
    assert_eq!(all[2].interaction.as_ref().unwrap().text, "Hello again", "as it is now");
    assert!(all[2].event.changes.is_empty() && all[0].interaction.is_none());
    assert_eq!(all[0].event.changes["text"].from, "Hello");
    let of = async |part| timeline(&ali, lead, part).await.len();
    assert_eq!((of(TimelinePart::Interactions).await, of(TimelinePart::Changes).await), (2, 2));
    assert_eq!((of(TimelinePart::Files).await, of(TimelinePart::Agents).await), (0, 0));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_deleted_is_not_told_again(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await.id;
    let ali = crm.acting(&crm.ali);
    let made = ali.interactions().log(lead, call("A secret")).await.unwrap();
    ali.interactions().edit(made.id, json!({"text": "Another secret"})).await.unwrap();
    ali.interactions().delete(made.id).await.unwrap();
    let all = timeline(&ali, lead, TimelinePart::Interactions).await;
    assert_eq!(kinds(&all), ["interaction.deleted", "interaction.updated", "interaction.created"]);
    let told = serde_json::to_string(&all).unwrap();
    assert!(!told.contains("secret"), "{told}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn paging_through_a_thousand_entries_has_no_gap_and_no_repeat(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await.id;
    // By SQL, for the test's time: a thousand entries of which some share their moment.
    sqlx::query(
        "insert into events (at, door, entity, entity_id, lead_id, kind)
         select timestamptz '2026-11-01' + (n * 7919 % 300) * interval '1 s', 'ui', 'lead', $1, $1, 'lead.updated'
         from generate_series(1, 999) n",
    )
    .bind(lead.0)
    .execute(&pool)
    .await
    .unwrap();
    let ali = crm.acting(&crm.ali);
    for limit in [7, 200] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = ali.leads().timeline(lead, TimelinePart::All, cursor.as_ref(), limit).await.unwrap();
            seen.extend(page.items.iter().map(|entry| (entry.event.at, entry.event.id)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted_by(|a, b| a > b), "newest first");
        assert_eq!(seen.into_iter().collect::<HashSet<_>>().len(), 1_000);
    }
    let history = ali.leads().history(lead, None, 200).await.unwrap();
    assert_eq!(history.items.len(), 200);
    let other = ali.leads().timeline(lead, TimelinePart::All, history.next_cursor.as_ref(), 200).await;
    assert!(matches!(other, Err(Error::BadRequest(fields)) if fields.get("cursor").is_some()), "another list's cursor");
    assert!(matches!(ali.leads().history(lead, None, 0).await, Err(Error::BadRequest(_))));
    assert!(matches!(ali.leads().history(lead, None, 201).await, Err(Error::BadRequest(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn engineers_read_no_sales_figures_in_history(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let input = LeadInput {
        value: Some(Money::from_cents(500_000)),
        notes: Some("Tom's budget".into()),
        assigned_engineer: Some(crm.eve.id),
        ..named("Maya")
    };
    let lead = crm.acting(&crm.ada).leads().create(input).await.unwrap().id;
    let ada = crm.acting(&crm.ada);
    ada.leads().update(lead, json!({"value": 7000})).await.unwrap();
    ada.leads().update(lead, json!({"status": "lost", "lostReason": "Tom left"})).await.unwrap();
    settle(&pool).await;
    let eve = crm.acting(&crm.eve);
    let history = eve.leads().history(lead, None, 50).await.unwrap().items;
    let kinds: Vec<&str> = history.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["lead.status_changed", "lead.created"], "what was about the value alone is not there");
    assert!(history[1].changes.contains_key("name"));
    let entries = timeline(&eve, lead, TimelinePart::All).await;
    let told = serde_json::to_string(&(history, entries, follow(&eve, 50).await)).unwrap();
    for secret in ["value", "5000", "7000", "Tom", "lostReason", "notes"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert_eq!(ada.leads().history(lead, None, 50).await.unwrap().items.len(), 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn history_of_an_unseen_lead_is_not_found(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await.id;
    for stranger in [&crm.amy, &crm.eve] {
        let me = crm.acting(stranger);
        assert!(matches!(me.leads().history(lead, None, 50).await, Err(Error::NotFound)));
        assert!(matches!(me.leads().timeline(lead, TimelinePart::All, None, 50).await, Err(Error::NotFound)));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_feed_holds_what_its_reader_sees_now(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let alis = crm.lead_of(&crm.ali, "Ali's").await.id;
    let amys = crm.lead_of(&crm.amy, "Amy's").await.id;
    crm.acting(&crm.ali).leads().delete(alis).await.unwrap();
    settle(&pool).await;
    let of = async |user, limit| -> Vec<(String, Option<LeadId>)> {
        let events = follow(&crm.acting(user), limit).await;
        events.into_iter().map(|event| (event.kind, event.lead_id)).collect()
    };
    let expected = [("lead.created".to_owned(), Some(alis)), ("lead.deleted".to_owned(), Some(alis))];
    assert_eq!(of(&crm.ali, 50).await, expected, "who follows learns that a lead is gone");
    assert_eq!(of(&crm.ali, 1).await, expected, "in steps of one");
    assert_eq!(of(&crm.amy, 50).await, [("lead.created".to_owned(), Some(amys))]);
    assert_eq!(of(&crm.eve, 50).await, []);
    let all = of(&crm.ada, 2).await;
    let people = all.iter().filter(|(kind, lead)| kind == "user.created" && lead.is_none()).count();
    assert_eq!((people, all.len()), (5, 8), "{all:?}");
    let next = crm.acting(&crm.eve).events().after(None, 50).await.unwrap().next;
    assert!(next.0 > 0, "one moves on past what one does not see");
    assert!(matches!(crm.acting(&crm.ada).events().after(Some(EventId(404)), 50).await, Err(Error::BadRequest(_))));
    assert!(matches!(crm.acting(&crm.ada).events().after(None, 201).await, Err(Error::BadRequest(_))));
}

const INSERT: &str = "insert into events (door, entity, entity_id, kind) values ('ui', 'x', 1, $1)";

#[sqlx::test(migrations = "../../migrations")]
async fn an_event_of_a_transaction_still_open_is_waited_for(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    settle(&pool).await;
    let place = follow(&ada, 200).await.last().unwrap().id;
    let kinds = async |after| -> Vec<String> {
        let feed = ada.events().after(Some(after), 50).await.unwrap();
        feed.items.into_iter().map(|event| event.kind).collect()
    };
    let mut slow = pool.acquire().await.unwrap();
    let mut slow = slow.begin().await.unwrap();
    sqlx::query(INSERT).bind("slow").execute(&mut *slow).await.unwrap();
    sqlx::query(INSERT).bind("fast").execute(&pool).await.unwrap();
    assert_eq!(kinds(place).await, [""; 0], "the later id is there, the earlier one is not yet");
    slow.commit().await.unwrap();
    settle(&pool).await;
    assert_eq!(kinds(place).await, ["slow", "fast"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_earlier_id_of_a_later_transaction_is_not_skipped(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    settle(&pool).await;
    let place = follow(&ada, 200).await.last().unwrap().id;
    // The first transaction to begin takes the later id and is over first: below the other's number, above its id.
    let (mut first, mut second) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let (mut first, mut second) = (first.begin().await.unwrap(), second.begin().await.unwrap());
    sqlx::query("select pg_current_xact_id()::text").execute(&mut *first).await.unwrap();
    sqlx::query(INSERT).bind("second").execute(&mut *second).await.unwrap();
    sqlx::query(INSERT).bind("first").execute(&mut *first).await.unwrap();
    let number: String = sqlx::query_scalar("select pg_current_xact_id()::text").fetch_one(&mut *first).await.unwrap();
    first.commit().await.unwrap();
    let over = "select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) or pg_sleep(0.01) is null";
    while !sqlx::query_scalar::<_, bool>(over).bind(&number).fetch_one(&pool).await.unwrap() {}
    let feed = ada.events().after(Some(place), 50).await.unwrap();
    assert_eq!(feed.items.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["first"]);
    second.commit().await.unwrap();
    settle(&pool).await;
    let rest = ada.events().after(Some(feed.next), 50).await.unwrap().items;
    assert_eq!(rest.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["second"]);
    assert!(rest[0].id < feed.next);
}

#[sqlx::test(migrations = "../../migrations")]
async fn events_of_a_restored_backup_can_be_followed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    // A cluster that had counted further wrote them.
    sqlx::query("insert into events (xid, door, entity, entity_id, kind) values ('99999999999', 'ui', 'x', 1, 'old')")
        .execute(&pool)
        .await
        .unwrap();
    settle(&pool).await;
    assert!(follow(&ada, 200).await.iter().all(|event| event.kind != "old"));
    crm.crm.adopt_restored_events().await.unwrap();
    crm.lead_of(&crm.ali, "Maya").await;
    settle(&pool).await;
    let kinds: Vec<String> = follow(&ada, 2).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds[5..], ["old", "lead.created"]);
    assert!(sqlx::query("delete from events").execute(&pool).await.is_err(), "history is closed again");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_said_to_a_lead_stays_in_the_timeline_of_the_one_it_was_merged_into(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ali = crm.acting(&crm.ali);
    let (into, from) = (crm.lead_of(&crm.ali, "Maya Okafor").await, crm.lead_of(&crm.ali, "M. Okafor").await);
    let said = InteractionInput { text: "Wants a quote".into(), ..InteractionInput::default() };
    ali.interactions().log(from.id, said).await.unwrap();
    let from = ali.leads().find(from.id).await.unwrap();
    let input = MergeInput { from: from.id, take: Vec::new(), version: into.version, from_version: from.version };
    ali.leads().merge(into.id, input).await.unwrap();
    let page = ali.leads().timeline(into.id, TimelinePart::Interactions, None, 50).await.unwrap();
    let texts: Vec<_> = page.items.iter().filter_map(|entry| Some(&*entry.interaction.as_ref()?.text)).collect();
    assert_eq!(texts, ["Wants a quote"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_place_that_no_page_ever_had_is_refused(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await.id;
    let made_up = URL_SAFE_NO_PAD.encode(r#"{"l":"timeline","t":-300000000000000000,"id":1}"#);
    let refused = crm.acting(&crm.ali).leads().timeline(lead, TimelinePart::All, Some(&Cursor(made_up)), 30).await;
    assert!(matches!(refused, Err(Error::BadRequest(_))), "{refused:?}");
}
