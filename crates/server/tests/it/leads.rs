//! `/api/leads` as programs use it: what works, and every way of getting it wrong.

use crate::support::TestServer;
use axum::http::Method;
use serde_json::{Value, json};
use testkit::named;

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_is_created_found_changed_and_deleted(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let body = json!({"name": "Maya Okafor", "email": "maya@brightline.example", "value": 9800.5, "priority": "high"});
    let created = ali.post("/api/leads", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let id = created.json()["id"].as_i64().unwrap();
    assert_eq!(created.headers["location"], format!("/api/leads/{id}"));
    assert!(created.text.contains(r#""value":9800.50"#), "amounts have two decimals: {}", created.text);
    insta::assert_json_snapshot!("lead", created.json(), {".id" => 1, ".assignedTo" => "ali", ".createdBy" => "ali"});

    let path = format!("/api/leads/{id}");
    assert_eq!(ali.get(&path).await.json(), created.json());
    let changed = ali.patch(&path, json!({"status": "qualified", "email": null})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!((&changed.json()["status"], &changed.json()["email"]), (&json!("qualified"), &Value::Null));
    assert_eq!(changed.json()["version"], 2);

    assert_eq!(ali.delete(&path).await.status, 204);
    assert_eq!(ali.get(&path).await.status, 404);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_client_may_put_back_what_it_got(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let won = won_lead(&server).await;
    let eve = server.signed_in(&server.crm.eve).await;
    let path = format!("/api/leads/{}", won);
    let mut lead = eve.get(&path).await.json();
    assert_eq!((&lead["value"], &lead["notes"]), (&Value::Null, &Value::Null), "engineers see no sales figures");
    lead["engineeringProgress"] = json!(40);
    let answer = eve.put(&path, lead).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let ada = server.signed_in(&server.crm.ada).await;
    let lead = ada.get(&path).await.json();
    assert_eq!((&lead["engineeringProgress"], &lead["value"]), (&json!(40), &json!(500.0)), "hidden fields stay");
}

async fn won_lead(server: &TestServer) -> domain::LeadId {
    let ada = server.crm.acting(&server.crm.ada);
    let mut input = named("Maya");
    input.value = Some(domain::Money::from_cents(50_000));
    input.notes = Some("Budget is Tom's".into());
    input.assigned_engineer = Some(server.crm.eve.id);
    ada.leads().create(input).await.unwrap().id
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_engineer_who_touches_sales_fields_writes_nothing(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let path = format!("/api/leads/{}", won_lead(&server).await);
    let eve = server.signed_in(&server.crm.eve).await;
    let answer = eve.patch(&path, json!({"engineeringProgress": 50, "value": 1, "status": "lost"})).await;
    assert_eq!(answer.status, 403);
    let fields: Vec<_> = answer.json()["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["status", "value"]);
    assert_eq!(eve.get(&path).await.json()["engineeringProgress"], 0);
    assert_eq!(eve.get("/api/leads?sort=-value").await.status, 403, "sorting by a hidden field would tell it");
    assert_eq!(eve.get("/api/leads?valueMin=1").await.status, 403);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stale_version_is_refused_with_the_present_row(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    let ali = server.signed_in(&server.crm.ali).await;
    let path = format!("/api/leads/{}", lead.id);
    assert_eq!(ali.patch(&path, json!({"company": "Brightline", "version": 1})).await.status, 200);
    let stale = ali.patch(&path, json!({"company": "Northwind", "version": 1})).await;
    assert_eq!(stale.status, 409);
    assert_eq!(stale.json()["current"]["company"], "Brightline");
}

#[sqlx::test(migrations = "../../migrations")]
async fn pages_follow_each_other_without_gap_or_repeat(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    for i in 0..23i64 {
        let mut input = named(&format!("Lead {:02}", (i * 7) % 23));
        // Values repeat and are missing, so that the tie-breaker and the rows without a value are both met.
        input.value = (i % 3 > 0).then(|| domain::Money::from_cents(i % 4 * 100));
        input.company = (i % 5 == 0).then(|| format!("Company {i}"));
        server.crm.acting(&server.crm.ada).leads().create(input).await.unwrap();
    }
    let ada = server.signed_in(&server.crm.ada).await;
    for sort in
        ["", "value", "-value", "-value,name", "company", "-company,-value", "priority,-value", "status", "-name"]
    {
        let ids = |answer: &Value| -> Vec<i64> {
            answer["items"].as_array().unwrap().iter().map(|lead| lead["id"].as_i64().unwrap()).collect()
        };
        let whole = ada.get(&format!("/api/leads?sort={sort}&limit=200&total=true")).await.json();
        assert_eq!(whole["total"], 23);
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ada.get(&format!("/api/leads?sort={sort}&limit=4&cursor={cursor}")).await.json();
            paged.extend(ids(&page));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(paged, ids(&whole), "sorted by {sort:?}");
        let skipped = ada.get(&format!("/api/leads?sort={sort}&limit=4&offset=8")).await.json();
        assert_eq!(ids(&skipped), paged[8..12], "skipping rows, sorted by {sort:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn filters_find_what_they_say(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let (ali, amy) = (server.crm.ali.id, server.crm.amy.id);
    for body in [
        json!({"name": "Maya 100%", "status": "qualified", "source": "Cold, warm", "value": 1000, "assignedTo": ali}),
        json!({"name": "Jonas", "company": "North_wind", "phone": "+1 (555) 010-7788", "priority": "high", "assignedTo": amy}),
        json!({"name": "Priya", "email": "priya@atlas.example", "followUpAt": "2026-11-23T09:00:00Z"}),
    ] {
        assert_eq!(ada.post("/api/leads", body).await.status, 201);
    }
    for (query, expected) in [
        ("", vec!["Jonas", "Maya 100%", "Priya"]),
        ("status=qualified", vec!["Maya 100%"]),
        ("status=qualified,new&priority=high", vec!["Jonas"]),
        ("source=Cold%5C,%20warm", vec!["Maya 100%"]),
        ("assignee=none", vec!["Priya"]),
        (&format!("assignee={ali},{amy}"), vec!["Jonas", "Maya 100%"]),
        ("valueMin=1000&valueMax=1000", vec!["Maya 100%"]),
        ("q=ATLAS", vec!["Priya"]),
        ("q=5550107788", vec!["Jonas"]),
        ("q=jonas%20north", vec!["Jonas"]),
        ("q=100%25", vec!["Maya 100%"]),
        ("q=w_nd", vec![]),
        ("q=th_w", vec!["Jonas"]),
        ("followUpFrom=2026-11-23&followUpTo=2026-11-23", vec!["Priya"]),
        ("followUp=week", vec!["Priya"]),
        ("followUp=overdue,none", vec!["Jonas", "Maya 100%"]),
        ("createdTo=2026-11-21", vec![]),
        ("createdFrom=2026-11-22", vec!["Jonas", "Maya 100%", "Priya"]),
    ] {
        let answer = ada.get(&format!("/api/leads?sort=name&{query}")).await;
        let names: Vec<String> = answer.json()["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{query}: {}", answer.text))
            .iter()
            .map(|lead| lead["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_input_is_named_and_never_a_500(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let lead = server.crm.lead_of(&server.crm.ada, "Maya").await;
    let one = format!("/api/leads/{}", lead.id);
    let mut seen = Vec::new();
    for query in [
        "colour=red",
        "status=sold",
        "sort=shoeSize",
        "sort=name,name",
        "limit=0",
        "limit=201",
        "limit=many",
        "cursor=abc",
        "cursor=eyJzIjoiIn0",
        "offset=10001",
        "offset=1&cursor=abc",
        "valueMin=1e99",
        "createdFrom=yesterday",
        "createdFrom=2026-02-30",
        "assignee=ali",
        "product=99999999999999999999",
        "q=%00",
        "source=a%00b",
        "total=maybe",
        "followUp=soon",
        "stauts=",
        "status:won",
        "status=,",
        "limit=5&limit=6",
    ] {
        let answer = ada.get(&format!("/api/leads?{query}")).await;
        seen.push(format!("GET ?{query} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    let answer = ada.get("/api/leads/duplicates?except=me&colour=red").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["fields"]["except"]), (400, &json!("expected a lead's id")));
    let long = "x".repeat(201);
    for body in [
        json!({}),
        json!([]),
        json!({"name": "  "}),
        json!({"name": long}),
        json!({"name": "a\u{0}b"}),
        json!({"name": "Maya", "shoeSize": 42}),
        json!({"name": "Maya", "status": "sold"}),
        json!({"name": "Maya", "status": null}),
        json!({"name": "Maya", "priority": true}),
        json!({"name": "Maya", "products": [1, "x"]}),
        json!({"name": "Maya", "value": -1}),
        json!({"name": "Maya", "value": 1e15}),
        json!({"name": "Maya", "value": 1.005}),
        json!({"name": "Maya", "value": "lots"}),
        json!({"name": "Maya", "email": "maya@"}),
        json!({"name": "Maya", "assignedTo": 999_999}),
        json!({"name": "Maya", "assignedTo": server.crm.eve.id}),
        json!({"name": "Maya", "assignedProduct": 999_999}),
        json!({"name": "Maya", "engineeringProgress": 101}),
        json!({"name": "Maya", "engineeringProgress": 99_999_999}),
        json!({"name": "Maya", "followUpAt": "tomorrow"}),
        json!({"name": "Maya", "followUpAt": "9999-01-01T00:00:00Z"}),
        json!({"name": "Maya", "products": vec![1; 51]}),
    ] {
        let answer = ada.post("/api/leads", body.clone()).await;
        seen.push(format!("POST {body:.60} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    for body in [json!([]), json!({"name": null}), json!({"id": 7}), json!({"colour": "red"}), json!({"version": "x"})]
    {
        let answer = ada.patch(&one, body.clone()).await;
        seen.push(format!("PATCH {body} → {} {}", answer.status.as_u16(), answer.json()["fields"]));
    }
    insta::assert_snapshot!("bad_input", seen.join("\n"));
    // A place at the end of the year 9999 in another zone, and one behind more rows than there can be.
    let far = "eyJzIjoiLWNyZWF0ZWRBdCIsInYiOlsiOTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSJdLCJpZCI6MX0";
    assert_eq!(ada.get(&format!("/api/leads?cursor={far}")).await.status, 400);
    let many =
        "eyJzIjoiLWNyZWF0ZWRBdCIsInYiOlsiMjAyNi0wMS0wMVQwMDowMDowMFoiXSwiaWQiOjEsIm4iOjkyMjMzNzIwMzY4NTQ3NzU4MDd9";
    assert_eq!(ada.get(&format!("/api/leads?cursor={many}")).await.json()["start"], Value::Null);
    assert_eq!(ada.get("/api/leads?total=true").await.json()["total"], 1, "nothing was written");
}

#[sqlx::test(migrations = "../../migrations")]
async fn requests_that_cannot_be_read_say_how(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let json = [("content-type", "application/json")];
    for (body, headers, status) in [
        (b"{\"name\": ".to_vec(), json.as_slice(), 400),
        (b"{\"name\": \"a\"} x".to_vec(), &json, 400),
        (vec![0xff, 0xfe, b'{'], &json, 400),
        (b"name=Maya".to_vec(), &[("content-type", "application/x-www-form-urlencoded")], 415),
        (b"{}".to_vec(), &[], 415),
        (vec![b' '; (1 << 20) + 1], &json, 413),
    ] {
        let answer = ada.raw(Method::POST, "/api/leads", headers, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.json()["requestId"].is_string());
    }
    for (path, headers, body, status) in [
        ("/ui/leads/create", json.as_slice(), b"{\"lead\": ".to_vec(), 400),
        ("/ui/leads/create", &[("content-type", "text/plain")], b"{\"lead\": {\"name\": \"a\"}}".to_vec(), 415),
        ("/ui/leads/create", &json, vec![b' '; (1 << 20) + 1], 413),
        ("/ui/leads/create", &json, b"{\"lead\": {\"name\": \"\"}}".to_vec(), 422),
    ] {
        let answer = ada.raw(Method::POST, path, headers, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.json()["requestId"].is_string());
    }
    for (path, status) in [
        ("/ui/leads/find?id=abc", 400),
        ("/ui/leads/find", 400),
        ("/ui/leads/find?id=7", 404),
        ("/ui/leads/duplicates?email=a%00", 400),
    ] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    for path in ["/api/leads/abc", "/api/leads/99999999999999999999", "/api/leads/7", "/api/nothing"] {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    assert_eq!(ada.send(Method::PATCH, "/api/leads", &[], None).await.status, 405);
}

#[sqlx::test(migrations = "../../migrations")]
async fn requests_from_other_sites_do_nothing(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let body = json!({"name": "Maya"});
    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://evil.example")]] {
        assert_eq!(ada.send(Method::POST, "/api/leads", &headers, Some(body.clone())).await.status, 403);
    }
    let own = [("origin", "http://localhost")];
    assert_eq!(ada.send(Method::POST, "/api/leads", &own, Some(body)).await.status, 201);
}
