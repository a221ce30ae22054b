//! `/api/leads/bulk`, `/api/jobs`, `/api/undo`, restoring and merging, as programs use them.

use crate::support::{Answer, Client, TestServer};
use axum::http::Method;
use domain::leads::LeadInput;
use serde_json::{Value, json};
use testkit::named;

async fn lead(server: &TestServer, name: &str) -> i64 {
    server.crm.lead_of(&server.crm.ali, name).await.id.0
}

/// The id that takes back what this answer is about.
fn request_id(answer: &Answer) -> Value {
    json!({"requestId": answer.headers["x-request-id"].to_str().unwrap()})
}

async fn total(client: &Client, query: &str) -> i64 {
    client.get(&format!("/api/leads?total=true&limit=1&{query}")).await.json()["total"].as_i64().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_few_leads_change_at_once_and_go_back_by_their_request_id(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ids = [lead(&server, "Maya").await, lead(&server, "Jonas").await];
    let ali = server.signed_in(&server.crm.ali).await;
    let edit = json!({"action": "update", "patch": {"company": "Brightline"}, "ids": ids});
    let done = ali.post("/api/leads/bulk", edit).await;
    assert_eq!(done.status, 200, "{}", done.text);
    insta::assert_json_snapshot!("bulk", done.json(), {".undo" => "the request's id"});
    assert_eq!(done.json()["undo"], request_id(&done)["requestId"]);
    assert_eq!(total(&ali, "q=brightline").await, 2);
    let undone = ali.post("/api/undo", request_id(&done)).await;
    assert_eq!((undone.status.as_u16(), undone.json()["rowsChanged"].as_i64()), (200, Some(2)), "{}", undone.text);
    assert_eq!(total(&ali, "q=brightline").await, 0);
    let again = ali.post("/api/undo", request_id(&done)).await;
    assert_eq!(again.status, 409, "{}", again.text);
    insta::assert_snapshot!("undo_refused", again.json()["detail"].as_str().unwrap());
    for person in [&server.crm.ada, &server.crm.amy, &server.crm.eve] {
        let theirs = server.signed_in(person).await.post("/api/undo", request_id(&undone)).await;
        assert_eq!(theirs.status, 404, "{} undoes only what is their own", person.name);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn single_writes_are_undone_by_their_request_id(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let created = ali.post("/api/leads", json!({"name": "Maya"})).await;
    let path = format!("/api/leads/{}", created.json()["id"]);
    let moved = ali.patch(&path, json!({"status": "won"})).await;
    assert_eq!(ali.post("/api/undo", request_id(&moved)).await.status, 200);
    let deleted = ali.delete(&path).await;
    assert_eq!(ali.post("/api/undo", request_id(&deleted)).await.status, 200);
    let now = ali.get(&path).await.json();
    assert_eq!((&now["status"], &now["assignedEngineer"]), (&json!("new"), &Value::Null));
    assert_eq!(ali.delete(&path).await.status, 204);
    let restored = ali.send(Method::POST, &format!("{path}/restore"), &[], None).await;
    assert_eq!((restored.status.as_u16(), &restored.json()["name"]), (200, &json!("Maya")));
    // Pages get the id beside the lead.
    let id = created.json()["id"].clone();
    let done = ali.post("/ui/leads/update", json!({"id": id, "patch": {"company": "Atlas"}})).await.json();
    assert_eq!(done["value"]["company"], "Atlas");
    let undone = ali.post("/ui/undo", json!({"request_id": done["undo"]})).await;
    assert_eq!((undone.status.as_u16(), undone.json()["rowsChanged"].as_i64()), (200, Some(1)), "{}", undone.text);
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_leads_become_a_job_that_its_person_and_admins_follow(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let leads: Vec<Value> = (0..1_001).map(|n| json!({"name": format!("Lead {n}")})).collect();
    let asked = ali.post("/api/leads/bulk", json!({"action": "create", "leads": leads})).await;
    assert_eq!((asked.status.as_u16(), &asked.json()["state"]), (202, &json!("queued")), "{}", asked.text);
    server.crm.crm.run_bulk_jobs().await.unwrap();
    let path = format!("/api/jobs/{}", asked.json()["id"]);
    let done = ali.get(&path).await.json();
    assert_eq!((&done["state"], &done["rowsChanged"]), (&json!("done"), &json!(1_001)));
    assert_eq!(total(&ali, "assignee=me").await, 1_001);

    let edit = json!({"action": "move", "patch": {"status": "won"}, "filter": "status=new"});
    let asked = ali.post("/api/leads/bulk", edit).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let path = format!("/api/jobs/{}", asked.json()["id"]);
    for (person, status) in [(&server.crm.ada, 200), (&server.crm.amy, 404), (&server.crm.eve, 404)] {
        let client = server.signed_in(person).await;
        assert_eq!(client.get(&path).await.status, status, "{} looks", person.name);
        if status == 404 {
            assert_eq!(client.post(&format!("{path}/cancel"), json!({})).await.status, 404, "{} stops it", person.name);
        }
    }
    assert_eq!(server.anonymous().get(&path).await.status, 401);
    let stopped = ali.send(Method::POST, &format!("{path}/cancel"), &[], None).await;
    assert_eq!((stopped.status.as_u16(), &stopped.json()["state"]), (200, &json!("cancelled")));
    server.crm.crm.run_bulk_jobs().await.unwrap();
    assert_eq!(total(&ali, "status=won").await, 0);
    assert_eq!(ali.get("/api/jobs/9999").await.status, 404);
    assert_eq!(ali.get("/api/jobs/x").await.status, 404);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_leads_are_merged_unless_one_has_moved_on(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (into, from) = (lead(&server, "Maya").await, lead(&server, "Maya too").await);
    let ali = server.signed_in(&server.crm.ali).await;
    ali.patch(&format!("/api/leads/{from}"), json!({"phone": "555 010 7788"})).await;
    let path = format!("/api/leads/{into}/merge");
    let stale = ali.post(&path, json!({"from": from, "version": 1, "fromVersion": 1})).await;
    assert_eq!((stale.status.as_u16(), &stale.json()["current"]["id"]), (409, &json!(from)));
    let body = json!({"from": from, "version": 1, "fromVersion": 2, "take": ["name"]});
    for (person, status) in [(&server.crm.amy, 404), (&server.crm.eve, 403)] {
        assert_eq!(server.signed_in(person).await.post(&path, body.clone()).await.status, status, "{}", person.name);
    }
    let merged = ali.post(&path, body).await;
    assert_eq!(merged.status, 200, "{}", merged.text);
    assert_eq!((&merged.json()["name"], &merged.json()["phone"]), (&json!("Maya too"), &json!("555 010 7788")));
    assert_eq!(ali.get(&format!("/api/leads/{from}")).await.status, 404);
    assert_eq!(ali.post("/api/undo", request_id(&merged)).await.status, 200);
    assert_eq!(ali.get(&format!("/api/leads/{from}")).await.json()["phone"], "555 010 7788");
    assert_eq!(ali.get(&format!("/api/leads/{into}")).await.json()["name"], "Maya");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refused_bulk_change_says_how_many_and_why(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let mine = lead(&server, "Maya").await;
    let input = LeadInput { assigned_to: Some(server.crm.amy.id), ..named("Amy's") };
    let amys = server.crm.system().leads().create(input).await.unwrap().id.0;
    let ali = server.signed_in(&server.crm.ali).await;
    let refused = ali.post("/api/leads/bulk", json!({"action": "delete", "ids": [mine, amys]})).await;
    assert_eq!(refused.status, 422);
    insta::assert_json_snapshot!("bulk_refused", refused.json(), {".requestId" => "…"});
    let partial = ali.post("/api/leads/bulk", json!({"action": "delete", "ids": [mine, amys], "partial": true})).await;
    assert_eq!((partial.status.as_u16(), partial.json()["rowsFailed"].as_i64()), (200, Some(1)));
    assert_eq!(partial.json()["failures"][0]["id"], amys);
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_requests_are_told_apart_and_never_500(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let id = lead(&server, "Maya").await;
    let ada = server.signed_in(&server.crm.ada).await;
    let merge = format!("/api/leads/{id}/merge");
    let nul = json!({"action": "update", "patch": {"name": "a\u{0}b"}, "ids": [id]});
    for (path, body, status) in [
        ("/api/leads/bulk", json!({}), 422),
        ("/api/leads/bulk", json!({"action": "burn", "ids": [id]}), 422),
        ("/api/leads/bulk", json!({"action": "delete"}), 422),
        ("/api/leads/bulk", json!({"action": "delete", "ids": ["x"]}), 422),
        ("/api/leads/bulk", json!({"action": "delete", "ids": [i64::MAX, -1]}), 404),
        ("/api/leads/bulk", json!({"action": "delete", "ids": [id], "filter": ""}), 422),
        ("/api/leads/bulk", json!({"action": "delete", "filter": "q=%00"}), 422),
        ("/api/leads/bulk", json!({"action": "delete", "filter": "cursor=x&limit=0"}), 422),
        ("/api/leads/bulk", json!({"action": "update", "ids": [id]}), 422),
        ("/api/leads/bulk", json!({"action": "update", "patch": 7, "ids": [id]}), 422),
        ("/api/leads/bulk", json!({"action": "update", "patch": {"value": 1e300}, "ids": [id]}), 422),
        ("/api/leads/bulk", json!({"action": "update", "patch": {"score": 70_000}, "ids": [id]}), 422),
        (
            "/api/leads/bulk",
            json!({"action": "update", "patch": {"followUpAt": "9999-12-31T23:59:59-23:00"}, "ids": [id]}),
            422,
        ),
        ("/api/leads/bulk", json!({"action": "create", "leads": [{"name": "Maya", "colour": "red"}]}), 422),
        ("/api/leads/bulk", json!({"action": "create", "leads": [{"name": "Maya", "products": [1]}]}), 422),
        ("/api/leads/bulk", nul, 422),
        ("/api/undo", json!({}), 422),
        ("/api/undo", json!({"requestId": 7}), 422),
        ("/api/undo", json!({"requestId": "a\u{0}b"}), 404),
        ("/api/undo", json!({"requestId": "x".repeat(100_000)}), 404),
        (merge.as_str(), json!({}), 422),
        (merge.as_str(), json!({"from": id, "version": 1, "fromVersion": 1}), 422),
        (merge.as_str(), json!({"from": -1, "version": 1, "fromVersion": 1}), 404),
        (merge.as_str(), json!({"from": id, "version": "x", "fromVersion": 1}), 422),
        ("/api/leads/0/restore", json!({}), 404),
        ("/api/leads/x/restore", json!({}), 404),
        ("/api/jobs/-1/cancel", json!({}), 404),
    ] {
        let answer = ada.post(path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {:.200}: {}", body.to_string(), answer.text);
    }
    assert_eq!(ada.get("/api/leads/bulk").await.status, 405);
    assert_eq!(total(&ada, "").await, 1, "nothing was written");
}
