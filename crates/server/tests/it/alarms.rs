//! Three alarms against drift between the doors: authz (who gets what), coverage (nothing is missing from that table),
//! parity (both doors do the same).

use std::{collections::BTreeSet, fmt::Write};

use crate::support::{Answer, Client, TestServer};
use axum::http::Method;
use domain::leads::LeadInput;
use serde_json::{Value, json};
use testkit::{PASSWORD, named};

/// One way into the system: its name, and a request to it about a lead of ali's that eve delivers.
struct Entry {
    name: &'static str,
    method: Method,
    path: &'static str,
    body: fn(id: i64) -> Option<Value>,
}

const fn entry(name: &'static str, method: Method, path: &'static str, body: fn(i64) -> Option<Value>) -> Entry {
    Entry { name, method, path, body }
}

/// Operation ids of the OpenAPI document and paths of server functions.
fn entries() -> Vec<Entry> {
    vec![
        entry("login", Method::POST, "/api/login", |_| Some(json!({"login": "ada@example.com", "password": PASSWORD}))),
        entry("logout", Method::POST, "/api/logout", |_| Some(json!({}))),
        entry("me", Method::GET, "/api/me", |_| None),
        entry("listLeads", Method::GET, "/api/leads", |_| None),
        entry("createLead", Method::POST, "/api/leads", |_| Some(json!({"name": "Another"}))),
        entry("findLead", Method::GET, "/api/leads/{id}", |_| None),
        entry("replaceLead", Method::PUT, "/api/leads/{id}", |_| Some(json!({"company": "Kite & Co"}))),
        entry("updateLead", Method::PATCH, "/api/leads/{id}", |_| Some(json!({"engineeringProgress": 10}))),
        entry("deleteLead", Method::DELETE, "/api/leads/{id}", |_| None),
        entry("/ui/session", Method::GET, "/ui/session", |_| None),
        entry("/ui/leads/list", Method::GET, "/ui/leads/list?query=", |_| None),
        entry("/ui/leads/count", Method::GET, "/ui/leads/count?query=", |_| None),
        entry("/ui/leads/find", Method::GET, "/ui/leads/find?id={id}", |_| None),
        entry("/ui/leads/create", Method::POST, "/ui/leads/create", |_| Some(json!({"lead": {"name": "Another"}}))),
        entry("/ui/leads/update", Method::POST, "/ui/leads/update", |id| {
            Some(json!({"id": id, "patch": {"engineeringProgress": 10}}))
        }),
        entry("/ui/leads/delete", Method::POST, "/ui/leads/delete", |id| Some(json!({"id": id}))),
    ]
}

async fn lead_of_ali(server: &TestServer) -> i64 {
    let input = LeadInput {
        assigned_to: Some(server.crm.ali.id),
        assigned_engineer: Some(server.crm.eve.id),
        ..named("Maya Okafor")
    };
    server.crm.system().leads().create(input).await.unwrap().id.0
}

async fn call(client: &Client, entry: &Entry, id: i64) -> Answer {
    let path = entry.path.replace("{id}", &id.to_string());
    client.send(entry.method.clone(), &path, &[], (entry.body)(id)).await
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_role_gets_what_the_table_says(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let people = [&server.crm.ada, &server.crm.ali, &server.crm.amy, &server.crm.eve, &server.crm.ed];
    let mut table = format!("{:<18}anonymous  ada  ali  amy  eve  ed\n", "a lead of ali's");
    for entry in entries() {
        let id = lead_of_ali(&server).await;
        let anonymous = call(&server.anonymous(), &entry, id).await.status.as_u16();
        let _ = write!(table, "{:<18}{anonymous:<11}", entry.name);
        for person in people {
            let client = server.signed_in(person).await;
            let status = call(&client, &entry, lead_of_ali(&server).await).await.status.as_u16();
            let _ = write!(table, "{status:<5}");
        }
        table.push('\n');
    }
    insta::assert_snapshot!("authz", table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_way_in_stands_in_the_table(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let document = server.anonymous().get("/api/openapi.json").await.json();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut ways: BTreeSet<String> =
        operations.filter_map(|operation| Some(operation["operationId"].as_str()?.to_owned())).collect();
    ways.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    assert!(ways.len() > 12, "the functions are linked into this test");
    let table: BTreeSet<String> = entries().iter().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(ways, table);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_interface_is_the_one_that_was_reviewed(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    insta::assert_json_snapshot!("openapi", server.anonymous().get("/api/openapi.json").await.json());
    let docs = server.anonymous().get("/api/docs").await;
    assert!(docs.text.contains("/api/leads/{id}"), "{}", docs.text);
}

/// What happened, without what differs from one row to the next.
fn outcome(answer: &Answer) -> String {
    let mut json = answer.json();
    for field in ["id", "requestId"] {
        if let Some(object) = json.as_object_mut() {
            object.remove(field);
        }
    }
    if let Some(current) = json.get_mut("current").and_then(Value::as_object_mut) {
        current.remove("id");
    }
    let status = if answer.status.as_u16() == 201 { 200 } else { answer.status.as_u16() };
    format!("{status} {json}")
}

#[sqlx::test(migrations = "../../migrations")]
async fn both_doors_do_the_same(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let creations = [
        json!({"name": "Maya", "value": 9800, "priority": "high"}),
        json!({"name": "Won at once", "status": "won"}),
        json!({"name": ""}),
        json!({"name": "Maya", "engineeringProgress": 10}),
    ];
    let patches = [
        json!({"status": "won"}),
        json!({"status": "lost", "lostReason": "Price"}),
        json!({"version": 7}),
        json!({"name": null}),
        json!({"engineeringProgress": 30}),
        json!({"assignedTo": null}),
        json!({}),
    ];
    for person in [&server.crm.ada, &server.crm.ali, &server.crm.amy, &server.crm.eve] {
        let client = server.signed_in(person).await;
        for lead in &creations {
            let rest = client.post("/api/leads", lead.clone()).await;
            let page = client.post("/ui/leads/create", json!({"lead": lead})).await;
            // The door is recorded, and the engineers take turns: both are meant to differ.
            let plain = |answer: &Answer| {
                let mut text = outcome(answer).replace("\"createdVia\":\"rest\"", "\"createdVia\":\"ui\"");
                for id in [server.crm.eve.id, server.crm.ed.id] {
                    text = text.replace(&format!("\"assignedEngineer\":{id}"), "\"assignedEngineer\":\"chosen\"");
                }
                text
            };
            assert_eq!(plain(&rest), plain(&page), "{} creates {lead}", person.name);
        }
        for patch in &patches {
            let (one, other) = (lead_of_ali(&server).await, lead_of_ali(&server).await);
            let rest = client.patch(&format!("/api/leads/{one}"), patch.clone()).await;
            let page = client.post("/ui/leads/update", json!({"id": other, "patch": patch})).await;
            assert_eq!(outcome(&rest), outcome(&page), "{} patches {patch}", person.name);
        }
    }
}
