//! Interactions as programs use them.

use crate::support::TestServer;
use serde_json::{Value, json};

#[sqlx::test(migrations = "../../migrations")]
async fn an_interaction_is_logged_listed_edited_and_deleted(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    let ali = server.signed_in(&server.crm.ali).await;
    let list = format!("/api/leads/{lead}/interactions");
    let made = ali.post(&list, json!({"type": "call", "text": " Wants an **offer** "})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let one = made.headers["location"].to_str().unwrap().to_owned();
    insta::assert_json_snapshot!("interaction", made.json(), {".id" => 1, ".leadId" => 1, ".userId" => "ali"});
    assert_eq!(ali.get(&list).await.json()["items"], json!([made.json()]));

    let edited = ali.put(&one, json!({"text": "Wants two"})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!((&edited.json()["type"], &edited.json()["text"]), (&json!("call"), &json!("Wants two")));
    assert_eq!(edited.json()["editedAt"], "2026-11-22T12:00:00Z");
    let mut whole = edited.json();
    whole["text"] = json!("Wants three");
    assert_eq!(ali.put(&one, whole).await.json()["text"], "Wants three", "what one got may be put back");
    assert_eq!(ali.delete(&one).await.status, 204);
    assert_eq!(ali.delete(&one).await.status, 404);
    assert_eq!(ali.get(&list).await.json()["items"], json!([]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_interactions_are_named_and_never_a_500(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    let ali = server.signed_in(&server.crm.ali).await;
    let list = format!("/api/leads/{lead}/interactions");
    let one = ali.post(&list, json!({"text": "Hi"})).await.headers["location"].to_str().unwrap().to_owned();
    let mut seen = Vec::new();
    for body in [
        json!({}),
        json!([]),
        json!({"text": " "}),
        json!({"text": "x".repeat(10_001)}),
        json!({"text": "a\u{0}b"}),
        json!({"text": 7}),
        json!({"text": "Hi", "type": "fax"}),
        json!({"text": "Hi", "userId": 1}),
    ] {
        let answer = ali.post(&list, body.clone()).await;
        let sent: String = body.to_string().chars().take(70).collect();
        seen.push(format!("POST {sent} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    for body in [json!({"text": null}), json!({"type": "fax"}), json!({"userId": 404}), json!({"colour": "red"})] {
        let answer = ali.put(&one, body.clone()).await;
        seen.push(format!("PUT {body} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    for query in ["limit=0", "limit=201", "limit=x", "cursor=abc", "colour=red", "limit=1&limit=2"] {
        let answer = ali.get(&format!("{list}?{query}")).await;
        seen.push(format!("GET ?{query} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    insta::assert_snapshot!("bad_interactions", seen.join("\n"));
    for path in ["/api/interactions/abc", "/api/interactions/404"] {
        assert_eq!(ali.put(path, json!({"text": "Hi"})).await.status, 404, "{path}");
    }
    let items = ali.get(&list).await.json()["items"].as_array().map(Vec::len);
    assert_eq!(items, Some(1), "nothing was written");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_pages_log_as_programs_do(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await.id;
    let ali = server.signed_in(&server.crm.ali).await;
    let input = json!({"type": "meeting", "text": "Over tea"});
    let plain = |mut one: Value| {
        one.as_object_mut().unwrap().remove("id");
        one
    };
    let rest = ali.post(&format!("/api/leads/{lead}/interactions"), input.clone()).await;
    let page = ali.post("/ui/interactions/log", json!({"lead": lead, "interaction": input})).await;
    assert_eq!(plain(rest.json()), plain(page.json()));
    let id = page.json()["id"].clone();
    let edited = ali.post("/ui/interactions/edit", json!({"id": id, "patch": {"type": "note"}})).await;
    assert_eq!(edited.json()["type"], "note");
    let refused = ali.post("/ui/interactions/edit", json!({"id": id, "patch": {"text": ""}})).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["fields"]), (422, &json!({"text": "is required"})));
}
