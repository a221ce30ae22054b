//! What happened, as programs and pages read it.

use crate::support::TestServer;
use domain::interactions::InteractionInput;
use serde_json::{Value, json};

#[sqlx::test(migrations = "../../migrations")]
async fn a_timeline_and_a_history_are_read_page_by_page(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    let said = InteractionInput { text: "Hello".into(), ..InteractionInput::default() };
    server.crm.acting(&server.crm.ali).interactions().log(lead, said).await.unwrap();
    let ali = server.signed_in(&server.crm.ali).await;
    let whole = ali.get(&format!("/api/leads/{lead}/timeline")).await;
    insta::assert_json_snapshot!("timeline", whole.json(), {
        ".items[].id" => "an event", ".items[].entityId" => "a row", ".items[].leadId" => "the lead",
        ".items[].actorId" => "ali", ".items[].interaction.id" => "a row",
        ".items[].interaction.leadId" => "the lead", ".items[].interaction.userId" => "ali",
        ".items[].changes.assignedTo.to" => "ali",
    });
    for list in ["timeline", "history"] {
        let first = ali.get(&format!("/api/leads/{lead}/{list}?limit=1")).await.json();
        let cursor = first["nextCursor"].as_str().unwrap();
        let second = ali.get(&format!("/api/leads/{lead}/{list}?limit=1&cursor={cursor}")).await.json();
        assert_eq!(
            (&first["items"][0]["kind"], &second["items"][0]["kind"]),
            (&json!("interaction.created"), &json!("lead.created"))
        );
        assert_eq!(second["nextCursor"], Value::Null);
    }
    let notes = ali.get(&format!("/api/leads/{lead}/timeline?part=interactions")).await.json();
    assert_eq!(notes["items"].as_array().map(Vec::len), Some(1));
    let page = ali.get(&format!("/ui/leads/timeline?id={lead}&part=all&limit=50")).await;
    assert_eq!(page.json(), whole.json(), "{}", page.text);
    let history = ali.get(&format!("/api/leads/{lead}/history")).await.json();
    assert_eq!(history["items"][0]["changes"], json!({"text": {"from": "", "to": "Hello"}}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_read_is_named(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    let ali = server.signed_in(&server.crm.ali).await;
    let mut seen = Vec::new();
    for path in [
        "/api/leads/{id}/timeline?part=gossip&limit=0x&colour=red",
        "/api/leads/{id}/timeline?limit=201",
        "/api/leads/{id}/timeline?cursor=eyJzIjoiIn0",
        "/api/leads/{id}/history?part=all",
        "/api/leads/{id}/history?cursor=%00",
        "/api/leads/404/history",
        "/api/leads/abc/timeline",
        "/api/events?after=x",
        "/api/events?after=-1",
        "/api/events?after=99999999999",
        "/api/events?after=99999999999999999999",
        "/api/events?limit=0",
        "/api/search?q=%00%00",
        "/api/search?query=maya",
    ] {
        let answer = ali.get(&path.replace("{id}", &lead.to_string())).await;
        seen.push(format!("GET {path} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    insta::assert_snapshot!("bad_reading", seen.join("\n"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_program_follows_what_happens(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    // Transactions of other tests on the same PostgreSQL may hold the feed up for a moment; it gets there.
    let (mut after, mut last) = (json!(0), Value::Null);
    while last["leadId"] != json!(lead) {
        let feed = ada.get(&format!("/api/events?after={after}&limit=2")).await.json();
        last = feed["items"].as_array().unwrap().last().cloned().unwrap_or(last);
        after = feed["next"].clone();
    }
    assert_eq!((&last["kind"], &last["door"], &last["id"]), (&json!("lead.created"), &json!("rest"), &after));
    let rest = ada.get(&format!("/api/events?after={after}")).await.json();
    assert_eq!(rest, json!({"items": [], "next": after}));
}
