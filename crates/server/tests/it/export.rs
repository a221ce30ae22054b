//! `/api/leads/export` as browsers and programs meet it, and the command beside it.

use std::{io::Cursor, net::SocketAddr, process::Command};

use axum::http::Method;
use calamine::{Reader, Xlsx};
use domain::leads::LeadInput;
use serde_json::json;
use sqlx::ConnectOptions;
use testkit::named;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::TestServer;

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_has_a_name_a_kind_and_no_place_in_any_cache(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    server.crm.lead_of(&server.crm.ali, "Maya Okafor").await;
    server.crm.lead_of(&server.crm.amy, "Not ali's").await;
    let csv = ali.get("/api/leads/export?columns=name,status&status=new&sort=name").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.text, "\u{feff}name,status\r\nMaya Okafor,new\r\n");
    let header = |name: &str| csv.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(header("content-disposition"), Some("attachment; filename=\"leads-2026-11-22.csv\""));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-content-type-options"), Some("nosniff"));
    let xlsx = ali.get("/api/leads/export?columns=name&format=xlsx").await;
    assert_eq!(xlsx.headers["content-disposition"], "attachment; filename=\"leads-2026-11-22.xlsx\"");
    assert_eq!(xlsx.headers["content-length"], xlsx.bytes.len().to_string());
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx.bytes.to_vec())).unwrap();
    let sheet = book.worksheet_range("Leads").unwrap();
    let cells: Vec<String> = sheet.rows().map(|row| row[0].to_string()).collect();
    assert_eq!(cells, ["name", "Maya Okafor"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_file_of_a_list_holds_every_page_of_it_in_its_order(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    for n in 0..7 {
        let value = (n % 3 != 0).then(|| domain::Money::from_cents(n * 100));
        server.crm.system().leads().create(LeadInput { value, ..named(&format!("Lead {n}")) }).await.unwrap();
    }
    for query in ["sort=-value,name&limit=2", "sort=value", "q=lead&valueMin=2", "followUp=none&sort=-name"] {
        let mut listed = Vec::new();
        let mut cursor = Some(String::new());
        while let Some(place) = cursor {
            let page = ada.get(&format!("/api/leads?{query}&cursor={place}")).await.json();
            listed.extend(page["items"].as_array().unwrap().iter().map(|lead| lead["id"].to_string()));
            cursor = page["nextCursor"].as_str().map(str::to_owned);
        }
        let file = ada.get(&format!("/api/leads/export?columns=id&{query}")).await.text;
        let exported: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(exported, listed, "{query}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_questions_are_refused_with_their_fields(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let mut said = Vec::new();
    for query in [
        "format=pdf",
        "columns=name,shoeSize",
        "columns=id,id",
        "ids=1,x",
        "status=sold&colour=red&format=doc",
        "offset=5&cursor=abc",
    ] {
        let answer = ada.get(&format!("/api/leads/export?{query}")).await;
        assert!(answer.headers.get("content-disposition").is_none());
        said.push(json!({"query": query, "status": answer.status.as_u16(), "fields": answer.json()["fields"]}));
    }
    insta::assert_json_snapshot!("bad_exports", said);
    let many = vec!["1"; 10_001].join(",");
    assert_eq!(ada.get(&format!("/api/leads/export?ids={many}")).await.status, 400);
    assert_eq!(server.anonymous().get("/api/leads/export").await.status, 401);
    let eve = server.signed_in(&server.crm.eve).await;
    assert_eq!(eve.get("/api/leads/export?sort=value").await.status, 403);
    assert_eq!(ada.send(Method::POST, "/api/leads/export", &[], Some(json!({}))).await.status, 405);
    testkit::settle(&pool).await;
    let events = ada.get("/api/events?limit=200").await.text;
    assert!(!events.contains("leads.exported"), "what was refused took nothing out");
}

/// Over a real connection: what the router alone answers says nothing about how a body ends.
#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_breaks_off_breaks_the_connection(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    let many = "insert into leads (name, notes) select 'Lead ' || n, repeat('x', 5000) from generate_series(1, 4000) n";
    sqlx::query(many).execute(&pool).await.unwrap();
    // One row in the middle cannot be read.
    sqlx::query("alter table leads drop constraint leads_score_check").execute(&pool).await.unwrap();
    sqlx::query("alter table leads alter column score drop not null").execute(&pool).await.unwrap();
    sqlx::query("update leads set score = null where name = 'Lead 3000'").execute(&pool).await.unwrap();
    let login = json!({"login": "ada@example.com", "password": testkit::PASSWORD});
    let cookie = server.anonymous().post("/api/login", login).await.cookie().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let app = server.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request =
        format!("GET /api/leads/export?sort=createdAt HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Closed by the server, in whatever way.
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 200"), "{}", &text[..text.len().min(300)]);
    assert!(text.contains("Lead 2000"));
    assert!(!text.ends_with("0\r\n\r\n"), "the last chunk would say that this was all");
    serving.abort();
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_command_writes_the_same_file(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    for name in ["b", "a"] {
        server.crm.lead_of(&server.crm.ali, name).await;
    }
    // With its socket, where the database listens on nothing else.
    let url = pool.connect_options().to_url_lossy();
    let folder = std::env::temp_dir().join(format!("siwaht-export-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siwaht"));
        command.arg("export").args(args).env("DATABASE_URL", url.as_str()).current_dir(&folder).output().unwrap()
    };
    let out = run(&["-", "--query", "sort=name&columns=name"]);
    assert_eq!(String::from_utf8_lossy(&out.stdout), "\u{feff}name\r\na\r\nb\r\n", "{:?}", out.stderr);
    assert!(run(&["leads.xlsx"]).status.success());
    assert!(std::fs::read(folder.join("leads.xlsx")).unwrap().starts_with(b"PK"));
    for (args, expected) in [
        (&["leads.xlsx"][..], "exists already"),
        (&["-", "--query", "columns=shoeSize&status=sold"], "columns: no column \"shoeSize\""),
        (&["-", "--format", "pdf"], "expected csv or xlsx"),
        (&["nowhere/leads.csv"], "cannot write nowhere/leads.csv"),
    ] {
        let refused = run(args);
        assert!(!refused.status.success());
        let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(errors.contains(expected), "{args:?}: {errors}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing half is left");
    std::fs::remove_dir_all(&folder).unwrap();
}
