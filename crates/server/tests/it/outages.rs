//! What happens when the database goes away and comes back.

use crate::support::Client;
use axum::http::Method;
use cluster::{Cluster, Programs};
use serde_json::json;
use server::{config::Config, startup::Server};
use service::{Clock, Crm, Database};
use testkit::{PASSWORD, TestCrm};

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_the_server_says_so_and_recovers_by_itself() {
    let folder = std::env::temp_dir().join(format!("siwaht-outage-{}", std::process::id()));
    let cluster = Cluster::open(Programs::find().unwrap(), &folder).unwrap();
    cluster.create_database_if_missing("siwaht").unwrap();
    let database = Database::prepare(Some(&cluster.url("siwaht"))).unwrap();
    service::migrate(&database).await.unwrap();
    let config = Config::read(|_| None).unwrap();
    let server = Server::new(config, Crm::new(database.clone(), Clock::System));
    let router = server.router("a secret of tests, long enough to sign cookies");
    let crm = TestCrm::on(database, Clock::System).await;
    let client = Client::new(router, None);
    let body = json!({"login": crm.ada.email, "password": PASSWORD});
    let ada = client.with_cookie(client.post("/api/login", body.clone()).await.cookie());
    assert_eq!(ada.get("/api/leads").await.status, 200);
    assert_eq!(client.get("/readyz").await.status, 200);

    cluster.stop().unwrap();
    for (method, path, body) in [
        (Method::GET, "/api/leads", None),
        (Method::POST, "/api/leads", Some(json!({"name": "Maya"}))),
        (Method::POST, "/api/login", Some(body)),
    ] {
        let answer = ada.send(method, path, &[], body).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"), "{path}");
    }
    assert_eq!(client.get("/readyz").await.status, 503);
    assert_eq!(client.get("/healthz").await.status, 200);

    let cluster = Cluster::open(Programs::find().unwrap(), &folder).unwrap();
    let page = ada.get("/api/leads?total=true").await;
    assert_eq!((page.status.as_u16(), page.json()["total"].as_i64()), (200, Some(0)), "{}", page.text);
    cluster.stop().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}
