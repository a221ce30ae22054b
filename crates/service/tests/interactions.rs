//! Interactions at the service: what moves along with them, and who may touch them.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    InteractionId, LeadId,
    interactions::{InteractionInput, InteractionType},
    leads::{LeadInput, LeadStatus},
};
use serde_json::{Value, json};
use service::Error;
use testkit::{NOON, TestCrm, named};
use time::Duration;

fn call(text: &str) -> InteractionInput {
    InteractionInput { r#type: InteractionType::Call, text: text.into() }
}

fn note(text: &str) -> InteractionInput {
    InteractionInput { r#type: InteractionType::Note, text: text.into() }
}

/// A lead of ali's that eve delivers.
async fn delivered(crm: &TestCrm) -> LeadId {
    let input = LeadInput {
        status: LeadStatus::Won,
        assigned_to: Some(crm.ali.id),
        assigned_engineer: Some(crm.eve.id),
        ..named("Maya")
    };
    crm.system().leads().create(input).await.unwrap().id
}

async fn events(pool: &sqlx::PgPool) -> Vec<(String, i64, Value, Option<Value>)> {
    let statement = "select kind, entity_id, changes, before from events where entity = 'interaction' order by id";
    sqlx::query_as(statement).fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_call_is_a_contact_and_a_note_is_none(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    crm.clock.advance(Duration::hours(1));
    ali.interactions().log(lead.id, note("Likes tea")).await.unwrap();
    let after_note = ali.leads().find(lead.id).await.unwrap();
    assert_eq!((after_note.last_contacted_at, after_note.version), (None, 1));
    let made = ali.interactions().log(lead.id, call("  Wants an offer ")).await.unwrap();
    assert_eq!((made.text.as_str(), made.user_id, made.edited_at), ("Wants an offer", crm.ali.id, None));
    let after_call = ali.leads().find(lead.id).await.unwrap();
    let now = NOON + Duration::hours(1);
    assert_eq!((after_call.last_contacted_at, after_call.updated_at, after_call.version), (Some(now), now, 2));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_contact_is_always_that_of_the_interactions(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let contacted = async || ali.leads().find(lead.id).await.unwrap().last_contacted_at;
    ali.interactions().log(lead.id, call("First")).await.unwrap();
    crm.clock.advance(Duration::days(1));
    let second = ali.interactions().log(lead.id, call("Second")).await.unwrap();
    assert_eq!(contacted().await, Some(NOON + Duration::days(1)));
    ali.interactions().edit(second.id, json!({"type": "note"})).await.unwrap();
    assert_eq!(contacted().await, Some(NOON), "it was no call after all");
    ali.interactions().edit(second.id, json!({"type": "meeting"})).await.unwrap();
    assert_eq!(contacted().await, Some(NOON + Duration::days(1)));
    ali.interactions().delete(second.id).await.unwrap();
    assert_eq!(contacted().await, Some(NOON));
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_write_leaves_one_event_with_what_changed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let made = ali.interactions().log(lead.id, call("One")).await.unwrap();
    ali.interactions().edit(made.id, json!({"text": "Two"})).await.unwrap();
    ali.interactions().edit(made.id, json!({"text": " Two "})).await.unwrap();
    assert!(ali.interactions().edit(made.id, json!({"text": ""})).await.is_err());
    ali.interactions().delete(made.id).await.unwrap();
    let events = events(&pool).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.0.as_str()).collect();
    assert_eq!(kinds, ["interaction.created", "interaction.updated", "interaction.deleted"]);
    assert!(events.iter().all(|event| event.1 == made.id.0));
    assert_eq!(events[0].2, json!({"text": {"from": "", "to": "One"}, "type": {"from": "note", "to": "call"}}));
    assert_eq!(events[1].2, json!({"text": {"from": "One", "to": "Two"}}));
    assert_eq!(events[2].3.as_ref().unwrap()["text"], "Two");
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_edits_at_once_both_count_and_the_events_join_up(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let made = crm.acting(&crm.ali).interactions().log(lead.id, call("Start")).await.unwrap();
    let (ali, ada) = (crm.acting(&crm.ali), crm.acting(&crm.ada));
    let (ali, ada) = (ali.interactions(), ada.interactions());
    let (one, other) =
        tokio::join!(ali.edit(made.id, json!({"text": "One"})), ada.edit(made.id, json!({"text": "Other"})));
    assert_eq!((one.unwrap().edited_at, other.unwrap().edited_at), (Some(NOON), Some(NOON)));
    let edits = events(&pool).await.split_off(1);
    assert_eq!(edits.len(), 2);
    assert_eq!(edits[0].2["text"]["from"], "Start");
    assert_eq!(edits[1].2["text"]["from"], edits[0].2["text"]["to"], "the second edit saw the first");
    assert_eq!(ali.list(lead.id, 1, None).await.unwrap().items[0].text, edits[1].2["text"]["to"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn engineers_log_on_their_leads_and_only_authors_and_admins_change(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = delivered(&crm).await;
    let eves = crm.acting(&crm.eve).interactions().log(lead, call("It runs")).await.unwrap();
    let edit = async |user, text: &str| crm.acting(user).interactions().edit(eves.id, json!({"text": text})).await;
    assert!(matches!(edit(&crm.ali, "No").await, Err(Error::Forbidden { .. })));
    assert!(matches!(crm.acting(&crm.ali).interactions().delete(eves.id).await, Err(Error::Forbidden { .. })));
    assert_eq!(edit(&crm.eve, "It runs well").await.unwrap().text, "It runs well");
    assert_eq!(edit(&crm.ada, "It runs.").await.unwrap().user_id, crm.eve.id, "an admin's edit leaves the author");
    assert!(matches!(crm.system().interactions().log(lead, note("Hi")).await, Err(Error::Forbidden { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_one_does_not_see_has_no_interactions(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = delivered(&crm).await;
    let made = crm.acting(&crm.ali).interactions().log(lead, call("Hello")).await.unwrap();
    for stranger in [&crm.amy, &crm.ed] {
        let acting = crm.acting(stranger);
        let interactions = acting.interactions();
        assert!(matches!(interactions.list(lead, 50, None).await, Err(Error::NotFound)));
        assert!(matches!(interactions.log(lead, call("Hi")).await, Err(Error::NotFound)));
        assert!(matches!(interactions.edit(made.id, json!({"text": "Hi"})).await, Err(Error::NotFound)));
        assert!(matches!(interactions.delete(made.id).await, Err(Error::NotFound)));
    }
    let nothing = crm.acting(&crm.ada).interactions().delete(InteractionId(404)).await;
    assert!(matches!(nothing, Err(Error::NotFound)));
    crm.acting(&crm.ada).leads().delete(lead).await.unwrap();
    let gone = crm.acting(&crm.ali).interactions().edit(made.id, json!({"text": "Hi"})).await;
    assert!(matches!(gone, Err(Error::NotFound)), "a deleted lead takes its interactions along");
}

#[sqlx::test(migrations = "../../migrations")]
async fn pages_of_interactions_follow_each_other(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    for i in 0..7 {
        // Some share their moment, so that the tie-breaker is met.
        crm.clock.advance(Duration::seconds(i % 2));
        ali.interactions().log(lead.id, note(&i.to_string())).await.unwrap();
    }
    let mut texts = Vec::new();
    let mut cursor = None;
    loop {
        let page = ali.interactions().list(lead.id, 3, cursor.as_ref()).await.unwrap();
        texts.extend(page.items.into_iter().map(|one| one.text));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(texts, ["6", "5", "4", "3", "2", "1", "0"]);
}
