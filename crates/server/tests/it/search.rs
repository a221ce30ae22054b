//! The search box and one's own day, through both doors.

use crate::support::TestServer;
use serde_json::json;

#[sqlx::test(migrations = "../../migrations")]
async fn both_doors_find_the_same(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya Okafor").await.id;
    let ali = server.signed_in(&server.crm.ali).await;
    let found = ali.get("/api/search?q=okafor").await.json();
    let maya = json!({"id": lead, "name": "Maya Okafor", "company": null, "status": "new"});
    assert_eq!(found, json!({"leads": [maya], "products": []}));
    assert_eq!(ali.get("/ui/search?q=okafor").await.json(), found);
    let nothing = json!({"leads": [], "products": []});
    for path in ["/api/search", "/api/search?q=", "/api/search?q=m", "/api/search?q=nobody", "/ui/search?q="] {
        assert_eq!(ali.get(path).await.json(), nothing, "{path}");
    }
    let amy = server.signed_in(&server.crm.amy).await;
    assert_eq!(amy.get("/api/search?q=okafor").await.json(), nothing);
    let long = format!("/api/search?q={}", "x".repeat(201));
    assert_eq!(ali.get(&long).await.status, 400);
}

#[sqlx::test(migrations = "../../migrations")]
async fn my_day_is_the_same_through_both_doors(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let lead = ali.post("/api/leads", json!({"name": "Maya", "followUpAt": "2026-11-22T09:00:00Z"})).await.json();
    let day = ali.get("/api/my-day").await.json();
    assert_eq!(day["today"]["leads"], json!([lead]));
    assert_eq!(
        (&day["overdue"]["total"], &day["today"]["total"], &day["week"]["total"]),
        (&json!(0), &json!(1), &json!(0))
    );
    assert_eq!(ali.get("/ui/leads/my_day").await.json(), day);
    let query = day["today"]["query"].as_str().unwrap();
    assert_eq!(ali.get(&format!("/api/leads?{query}&total=true")).await.json()["total"], 1);
}
