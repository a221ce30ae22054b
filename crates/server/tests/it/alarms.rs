//! Three alarms against drift between the doors: authz (who gets what), coverage (nothing is missing from that table),
//! parity (both doors do the same).

use std::{collections::BTreeSet, fmt::Write};

use crate::support::{Answer, Client, TestServer};
use axum::http::Method;
use domain::{LeadId, interactions::InteractionInput, leads::LeadInput, views::ViewInput};
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
    operations().into_iter().chain(functions()).collect()
}

/// What programs call.
fn operations() -> Vec<Entry> {
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
        entry("listAttachments", Method::GET, "/api/leads/{id}/attachments", |_| None),
        entry("attachFiles", Method::POST, "/api/leads/{id}/attachments", |_| None),
        entry("findAttachment", Method::GET, "/api/attachments/{file}", |_| None),
        entry("renameAttachment", Method::PATCH, "/api/attachments/{file}", |_| Some(json!({"fileName": "b.txt"}))),
        entry("deleteAttachment", Method::DELETE, "/api/attachments/{file}", |_| None),
        entry("downloadAttachment", Method::GET, "/api/attachments/{file}/download", |_| None),
        entry("explainScore", Method::GET, "/api/leads/{id}/score", |_| None),
        entry("findDuplicates", Method::GET, "/api/leads/duplicates?phone=123456&except={id}", |_| None),
        entry("bulkLeads", Method::POST, "/api/leads/bulk", |id| {
            Some(json!({"action": "update", "patch": {"company": "Kite & Co"}, "ids": [id]}))
        }),
        entry("findJob", Method::GET, "/api/jobs/{id}", |_| None),
        entry("cancelJob", Method::POST, "/api/jobs/{id}/cancel", |_| None),
        entry("undo", Method::POST, "/api/undo", |_| Some(json!({"requestId": "nobody's"}))),
        entry("restoreLead", Method::POST, "/api/leads/{id}/restore", |_| None),
        entry("mergeLeads", Method::POST, "/api/leads/{id}/merge", |id| {
            Some(json!({"from": id, "version": 1, "fromVersion": 1}))
        }),
        entry("listInteractions", Method::GET, "/api/leads/{id}/interactions", |_| None),
        entry("logInteraction", Method::POST, "/api/leads/{id}/interactions", |_| Some(json!({"text": "Hi"}))),
        entry("editInteraction", Method::PUT, "/api/interactions/{interaction}", |_| Some(json!({"text": "Hi"}))),
        entry("deleteInteraction", Method::DELETE, "/api/interactions/{interaction}", |_| None),
        entry("listHistory", Method::GET, "/api/leads/{id}/history", |_| None),
        entry("listTimeline", Method::GET, "/api/leads/{id}/timeline", |_| None),
        entry("followEvents", Method::GET, "/api/events", |_| None),
        entry("myDay", Method::GET, "/api/my-day", |_| None),
        entry("search", Method::GET, "/api/search?q=maya", |_| None),
        entry("findProduct", Method::GET, "/api/products/1", |_| None),
        entry("listViews", Method::GET, "/api/views", |_| None),
        entry("createView", Method::POST, "/api/views", |_| Some(json!({"name": "Mine"}))),
        entry("updateView", Method::PUT, "/api/views/{view}", |_| Some(json!({"query": "status=won"}))),
        entry("deleteView", Method::DELETE, "/api/views/{view}", |_| None),
        entry("streamEvents", Method::GET, "/api/events/stream", |_| None),
        entry("listNotifications", Method::GET, "/api/notifications", |_| None),
        entry("readNotifications", Method::POST, "/api/notifications/read", |_| Some(json!({"upTo": 0}))),
        entry("showBoard", Method::GET, "/api/leads/board", |_| None),
        entry("moveLead", Method::POST, "/api/leads/{id}/move", |_| Some(json!({"status": "qualified"}))),
        entry("listAssignees", Method::GET, "/api/assignees", |_| None),
        entry("exportLeads", Method::GET, "/api/leads/export", |_| None),
        entry("importLeads", Method::POST, "/api/leads/import", |_| None),
        entry("importTemplate", Method::GET, "/api/leads/import/template", |_| None),
        entry("listImports", Method::GET, "/api/imports", |_| None),
        entry("findImport", Method::GET, "/api/imports/{import}", |_| None),
        entry("configureImport", Method::PATCH, "/api/imports/{import}", |_| Some(json!({"onDuplicate": "update"}))),
        entry("runImport", Method::POST, "/api/imports/{import}/run", |_| None),
        entry("cancelImport", Method::POST, "/api/imports/{import}/cancel", |_| None),
        entry("revertImport", Method::POST, "/api/imports/{import}/revert", |_| None),
        entry("discardImport", Method::DELETE, "/api/imports/{import}", |_| None),
        entry("listImportRows", Method::GET, "/api/imports/{import}/rows", |_| None),
        entry("listImportErrors", Method::GET, "/api/imports/{import}/errors", |_| None),
    ]
}

/// What our pages call.
fn functions() -> Vec<Entry> {
    vec![
        entry("/ui/leads/list", Method::GET, "/ui/leads/list?query=", |_| None),
        entry("/ui/leads/count", Method::GET, "/ui/leads/count?query=", |_| None),
        entry("/ui/leads/find", Method::GET, "/ui/leads/find?id={id}", |_| None),
        entry("/ui/leads/create", Method::POST, "/ui/leads/create", |_| Some(json!({"lead": {"name": "Another"}}))),
        entry("/ui/leads/update", Method::POST, "/ui/leads/update", |id| {
            Some(json!({"id": id, "patch": {"engineeringProgress": 10}}))
        }),
        entry("/ui/leads/delete", Method::POST, "/ui/leads/delete", |id| Some(json!({"id": id}))),
        entry("/ui/interactions/log", Method::POST, "/ui/interactions/log", |id| {
            Some(json!({"lead": id, "interaction": {"text": "Hi"}}))
        }),
        entry("/ui/interactions/edit", Method::POST, "/ui/interactions/edit", |_| {
            Some(json!({"id": "{interaction}", "patch": {"text": "Hi"}}))
        }),
        entry("/ui/interactions/delete", Method::POST, "/ui/interactions/delete", |_| {
            Some(json!({"id": "{interaction}"}))
        }),
        entry("/ui/leads/timeline", Method::GET, "/ui/leads/timeline?id={id}&part=all&limit=50", |_| None),
        entry("/ui/leads/my_day", Method::GET, "/ui/leads/my_day", |_| None),
        entry("/ui/search", Method::GET, "/ui/search?q=maya", |_| None),
        entry("/ui/products/find", Method::GET, "/ui/products/find?id=1", |_| None),
        entry("/ui/leads/sheet", Method::GET, "/ui/leads/sheet?id={id}", |_| None),
        entry("/ui/views/list", Method::GET, "/ui/views/list", |_| None),
        entry("/ui/views/create", Method::POST, "/ui/views/create", |_| Some(json!({"view": {"name": "Another"}}))),
        entry("/ui/views/update", Method::POST, "/ui/views/update", |_| {
            Some(json!({"id": "{view}", "patch": {"query": "status=won"}}))
        }),
        entry("/ui/views/delete", Method::POST, "/ui/views/delete", |_| Some(json!({"id": "{view}"}))),
        entry("/ui/attachments/list", Method::GET, "/ui/attachments/list?lead={id}", |_| None),
        entry("/ui/attachments/rename", Method::POST, "/ui/attachments/rename", |_| {
            Some(json!({"id": "{file}", "file_name": "b.txt"}))
        }),
        entry("/ui/attachments/delete", Method::POST, "/ui/attachments/delete", |_| Some(json!({"id": "{file}"}))),
        entry("/ui/leads/duplicates", Method::GET, "/ui/leads/duplicates?email=a%40b.example&except={id}", |_| None),
        entry("/ui/leads/merge", Method::POST, "/ui/leads/merge", |id| {
            Some(json!({"id": id, "input": {"from": id, "version": 1, "fromVersion": 1}}))
        }),
        entry("/ui/leads/bulk", Method::POST, "/ui/leads/bulk", |id| {
            Some(json!({"input": {"action": "update", "patch": {"company": "Kite & Co"}, "ids": [id]}}))
        }),
        entry("/ui/jobs/find", Method::GET, "/ui/jobs/find?id={id}", |_| None),
        entry("/ui/jobs/cancel", Method::POST, "/ui/jobs/cancel", |id| Some(json!({"id": id}))),
        entry("/ui/notifications", Method::GET, "/ui/notifications", |_| None),
        entry("/ui/notifications/read", Method::POST, "/ui/notifications/read", |_| Some(json!({"up_to": 0}))),
        entry("/ui/board/load", Method::GET, "/ui/board/load?query=", |_| None),
        entry("/ui/board/move", Method::POST, "/ui/board/move", |id| {
            Some(json!({"id": id, "input": {"status": "qualified"}}))
        }),
        entry("/ui/assignees", Method::GET, "/ui/assignees", |_| None),
        entry("/ui/imports/list", Method::GET, "/ui/imports/list", |_| None),
        entry("/ui/imports/find", Method::GET, "/ui/imports/find?id={import}", |_| None),
        entry("/ui/imports/configure", Method::POST, "/ui/imports/configure", |_| {
            Some(json!({"id": "{import}", "choices": {"onDuplicate": "update"}}))
        }),
        entry("/ui/imports/run", Method::POST, "/ui/imports/run", |_| Some(json!({"id": "{import}"}))),
        entry("/ui/imports/cancel", Method::POST, "/ui/imports/cancel", |_| Some(json!({"id": "{import}"}))),
        entry("/ui/imports/revert", Method::POST, "/ui/imports/revert", |_| Some(json!({"id": "{import}"}))),
        entry("/ui/imports/discard", Method::POST, "/ui/imports/discard", |_| Some(json!({"id": "{import}"}))),
        entry("/ui/imports/rows", Method::GET, "/ui/imports/rows?id={import}&after=0", |_| None),
        entry("/ui/undo", Method::POST, "/ui/undo", |_| Some(json!({"request_id": "nobody's"}))),
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

/// Sends the entry's request. Rows that it names beside the lead are ali's, and made for it.
async fn call(server: &TestServer, client: &Client, entry: &Entry, id: i64) -> Answer {
    let mut path = entry.path.replace("{id}", &id.to_string());
    let mut body = (entry.body)(id).map(|body| body.to_string());
    for name in ["{interaction}", "{view}", "{file}", "{import}"] {
        if path.contains(name) || body.as_ref().is_some_and(|body| body.contains(name)) {
            let row = row_of_ali(server, name, id).await.to_string();
            path = path.replace(name, &row);
            body = body.map(|body| body.replace(&format!("{name:?}"), &row));
        }
    }
    if entry.name == "attachFiles" {
        return client.attach(id, "a.txt", b"text").await;
    }
    if entry.name == "importLeads" {
        return client.import(b"name\nMaya\n", &[("dryRun", "true")]).await;
    }
    let body = body.map(|body| serde_json::from_str(&body).unwrap());
    client.send(entry.method.clone(), &path, &[], body).await
}

async fn row_of_ali(server: &TestServer, name: &str, lead: i64) -> i64 {
    let ali = server.crm.acting(&server.crm.ali);
    if name == "{interaction}" {
        let said = InteractionInput { text: "Hello".into(), ..InteractionInput::default() };
        return ali.interactions().log(LeadId(lead), said).await.unwrap().id.0;
    }
    if name == "{file}" {
        let client = server.signed_in(&server.crm.ali).await;
        return client.attach(lead, "a.txt", b"text").await.json()[0]["id"].as_i64().unwrap();
    }
    if name == "{import}" {
        let client = server.signed_in(&server.crm.ali).await;
        let import = client.import(b"name\nMaya\n", &[("dryRun", "true")]).await.json()["id"].as_i64().unwrap();
        server.crm.crm.run_imports().await.unwrap();
        return import;
    }
    let view = ViewInput { name: format!("Shared {lead}"), is_shared: true, ..ViewInput::default() };
    ali.views().create(view).await.unwrap().id.0
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_role_gets_what_the_table_says(pool: sqlx::PgPool) {
    // There is no use case yet that makes one.
    sqlx::query("insert into products (id, name, price) values (1, 'Voice AI', '$499')").execute(&pool).await.unwrap();
    let server = TestServer::over(pool).await;
    let people = [&server.crm.ada, &server.crm.ali, &server.crm.amy, &server.crm.eve, &server.crm.ed];
    let mut table = format!("{:<24}anonymous  ada  ali  amy  eve  ed\n", "a lead of ali's");
    for entry in entries() {
        let id = lead_of_ali(&server).await;
        let anonymous = call(&server, &server.anonymous(), &entry, id).await.status.as_u16();
        let _ = write!(table, "{:<24}{anonymous:<11}", entry.name);
        for person in people {
            let client = server.signed_in(person).await;
            let status = call(&server, &client, &entry, lead_of_ali(&server).await).await.status.as_u16();
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
    let mut json = match answer.json() {
        // Pages also get what takes the write back; programs have the header.
        Value::Object(mut done) if done.contains_key("undo") => done.remove("value").unwrap_or_default(),
        other => other,
    };
    for field in ["id", "position", "requestId"] {
        if let Some(object) = json.as_object_mut() {
            object.remove(field);
        }
    }
    if let Some(current) = json.get_mut("current").and_then(Value::as_object_mut) {
        current.remove("id");
        current.remove("position");
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
