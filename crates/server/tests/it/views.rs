//! Saved views as programs and pages use them.

use crate::support::TestServer;
use serde_json::json;

#[sqlx::test(migrations = "../../migrations")]
async fn a_view_is_saved_listed_changed_and_deleted(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let body = json!({"name": "Hot", "query": "status=proposal&sort=-value", "isShared": true,
                      "columns": [{"name": "status"}, {"name": "value", "width": 120}]});
    let made = ali.post("/api/views", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    insta::assert_json_snapshot!("view", made.json(), {".id" => 1, ".ownerId" => "ali"});
    let one = made.headers["location"].to_str().unwrap().to_owned();
    let amy = server.signed_in(&server.crm.amy).await;
    assert_eq!(amy.get("/api/views").await.json(), json!([made.json()]));
    assert_eq!(amy.get("/ui/views/list").await.json(), json!([made.json()]));
    assert_eq!(amy.put(&one, json!({"name": "Mine now"})).await.status, 403);
    assert_eq!(amy.delete(&one).await.status, 403);

    let changed = ali.put(&one, json!({"columns": null, "isShared": false})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!((&changed.json()["name"], &changed.json()["columns"]), (&json!("Hot"), &json!([])));
    assert_eq!(amy.get("/api/views").await.json(), json!([]));
    assert_eq!(amy.put(&one, json!({"name": "Mine now"})).await.status, 404);
    let again = ali.post("/ui/views/create", json!({"view": body})).await;
    assert_eq!((again.status.as_u16(), again.json()["fields"]["name"].is_string()), (422, true), "{}", again.text);
    assert_eq!(ali.delete(&one).await.status, 204);
    assert_eq!(ali.delete(&one).await.status, 404);
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_views_are_named_and_never_a_500(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let column = json!({"name": "status"});
    let mut seen = Vec::new();
    for body in [
        json!({}),
        json!({"name": " "}),
        json!({"name": "x".repeat(81)}),
        json!({"name": "a\u{0}b"}),
        json!({"name": "x", "query": "colour=red"}),
        json!({"name": "x", "query": format!("q={}", "x".repeat(201))}),
        json!({"name": "x", "columns": [{"name": "a b"}]}),
        json!({"name": "x", "columns": [{"name": "status", "width": -1}]}),
        json!({"name": "x", "columns": [{"name": "status", "colour": "red"}]}),
        json!({"name": "x", "columns": vec![column; 31]}),
        json!({"name": "x", "ownerId": 1}),
    ] {
        let answer = ali.post("/api/views", body.clone()).await;
        let sent: String = body.to_string().chars().take(70).collect();
        seen.push(format!("POST {sent} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    insta::assert_snapshot!("bad_views", seen.join("\n"));
    assert_eq!(ali.get("/api/views").await.json(), json!([]), "nothing was saved");
    assert_eq!(ali.put("/api/views/abc", json!({})).await.status, 404);
}
