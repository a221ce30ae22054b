//! What happens when the database goes away and comes back.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    commands::{folder, serve},
    support::Client,
};
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

#[test]
fn a_private_postgres_that_is_killed_is_started_again_and_the_server_still_stops_well() {
    let (mut server, said) = serve("outage", &[]);
    let addr = said.iter().find_map(|line| line.strip_prefix("Siwaht CRM is at http://")).unwrap();
    let is_ready = || {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.starts_with("HTTP/1.1 200")
    };
    let signal =
        |name: &str, process: &str| assert!(Command::new("kill").args([name, process]).status().unwrap().success());
    let postgres = || {
        let file = std::fs::read_to_string(folder("outage").join("postgres/postmaster.pid")).unwrap_or_default();
        file.lines().next().unwrap_or_default().to_owned()
    };
    assert!(is_ready());
    let killed = postgres();
    signal("-KILL", &killed);
    let begun = Instant::now();
    while postgres() == killed || !is_ready() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing brings it back");
        std::thread::sleep(Duration::from_millis(20));
    }
    signal("-KILL", &postgres());
    signal("-TERM", &server.0.id().to_string());
    assert!(server.0.wait().unwrap().success(), "there is nothing left to stop");
    std::fs::remove_dir_all(folder("outage")).unwrap();
}
