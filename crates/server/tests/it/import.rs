//! `/api/leads/import` and `/api/imports` as programs meet them, and the command beside them.

use std::process::Command;

use axum::{
    body::{Body, Bytes},
    http::Method,
};
use futures_util::stream;
use serde_json::{Value, json};
use sqlx::ConnectOptions;

use crate::support::{Client, MULTIPART, TestServer};

const FILE: &[u8] = b"name,email,value,owner\nMaya Okafor,maya@okafor.io,1200,ali\nNoor,noor@,,bob\nZoe,zoe@x.io,,\n";

async fn imported(server: &TestServer, client: &Client, file: &[u8], fields: &[(&str, &str)]) -> Value {
    let sent = client.import(file, fields).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    server.crm.crm.run_imports().await.unwrap();
    client.get(&format!("/api/imports/{}", sent.json()["id"])).await.json()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_goes_through_all_of_its_steps(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let checked = imported(&server, &ada, FILE, &[("dryRun", "true"), ("onDuplicate", "update")]).await;
    insta::assert_json_snapshot!("import_checked", checked);
    let path = format!("/api/imports/{}", checked["id"]);
    let rows = ada.get(&format!("{path}/rows?limit=2")).await.json();
    insta::assert_json_snapshot!("import_rows", rows);
    let errors = ada.get(&format!("{path}/errors")).await.json();
    assert_eq!((errors["items"][0]["row"].as_i64(), errors["next"].as_i64()), (Some(3), None));
    let file = ada.get(&format!("{path}/errors?format=csv")).await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"leads-problems.csv\"");
    assert_eq!(file.headers["content-length"], file.bytes.len().to_string());
    assert!(file.text.starts_with("\u{feff}name,email,value,owner,error\r\nNoor,noor@,,bob,"), "{}", file.text);
    assert!(ada.get(&format!("{path}/errors?format=xlsx")).await.bytes.starts_with(b"PK"));
    let mapping = json!({"mapping": {"name": "name", "value": "value"}});
    assert_eq!(ada.patch(&path, mapping).await.json()["state"], "checking");
    server.crm.crm.run_imports().await.unwrap();
    assert_eq!(ada.get(&path).await.json()["counts"], json!({"created": 3, "updated": 0, "skipped": 0, "failed": 0}));
    let running = ada.post(&format!("{path}/run"), json!({})).await;
    assert_eq!((running.status.as_u16(), running.json()["state"].clone()), (202, "running".into()));
    server.crm.crm.run_imports().await.unwrap();
    assert_eq!(ada.get(&path).await.json()["state"], "done");
    assert_eq!(ada.get("/api/leads?total=true").await.json()["total"], 3);
    testkit::settle(&pool).await;
    let events = ada.get("/api/events?limit=200").await.json();
    let kinds: Vec<&str> = events["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "import.completed").count(), 1);
    assert_eq!(ada.patch(&path, json!({})).await.status, 409);
    assert_eq!(ada.post(&format!("{path}/revert"), json!({})).await.status, 202);
    server.crm.crm.run_imports().await.unwrap();
    assert_eq!(ada.get(&path).await.json()["state"], "reverted");
    assert_eq!(ada.get("/api/leads?total=true").await.json()["total"], 0);
    assert_eq!(ada.delete(&path).await.status, 409, "what was brought in stays");
    let other = imported(&server, &ada, FILE, &[("dryRun", "true")]).await;
    let first = ada.get("/api/imports?limit=1").await.json();
    assert_eq!(first["items"][0]["id"], other["id"]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let rest = ada.get(&format!("/api/imports?limit=1&cursor={cursor}")).await.json();
    assert_eq!((rest["items"][0]["state"].as_str(), rest["nextCursor"].as_str()), (Some("reverted"), None));
    assert_eq!(ada.delete(&format!("/api/imports/{}", other["id"])).await.status, 204);
    assert_eq!(ada.get("/api/imports").await.json()["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_several_who_take_a_step_at_once_one_does_and_the_others_are_told(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let import = imported(&server, &ada, b"name\nMaya\n", &[("dryRun", "true")]).await;
    let run = format!("/api/imports/{}/run", import["id"]);
    let answers = futures_util::future::join_all((0..4).map(|_| ada.post(&run, json!({})))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409, 409, 409]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_comes_in_at_once_when_nobody_asks_for_a_dry_run(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let mapping = r#"{"name": "company", "email": "name", "owner": null}"#;
    let done = imported(&server, &ali, FILE, &[("mapping", mapping)]).await;
    assert_eq!((done["state"].as_str(), done["counts"]["created"].as_i64()), (Some("done"), Some(3)));
    let leads = ali.get("/api/leads?sort=name").await.json();
    assert_eq!(
        (leads["items"][0]["name"].as_str(), leads["items"][0]["company"].as_str()),
        (Some("maya@okafor.io"), Some("Maya Okafor"))
    );
    assert_eq!(leads["items"][0]["createdVia"], "import");
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_imports_are_refused_with_their_fields(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let mut said = Vec::new();
    for (file, fields) in [
        (FILE, &[("dryRun", "maybe")][..]),
        (FILE, &[("onDuplicate", "merge")]),
        (FILE, &[("mapping", "{name")]),
        (FILE, &[("mapping", r#"{"shoe": "name"}"#)]),
        (FILE, &[("settings", r#"{"delimiter": "x"}"#)]),
        (FILE, &[("colour", "red")]),
        (b"", &[]),
        (b"name,email\n", &[]),
    ] {
        let answer = ada.import(file, fields).await;
        said.push(json!({"with": fields, "status": answer.status.as_u16(), "fields": answer.json()["fields"]}));
    }
    insta::assert_json_snapshot!("bad_imports", said);
    let json = ada.post("/api/leads/import", json!({})).await;
    assert_eq!(json.status, 415);
    let nothing = ada.raw(Method::POST, "/api/leads/import", &[MULTIPART], b"--edge--\r\n".to_vec()).await;
    assert_eq!((nothing.status.as_u16(), nothing.json()["fields"]["file"].as_str()), (422, Some("is required")));
    for path in ["rows?outcome=sold", "rows?limit=0", "rows?after=x", "errors?format=pdf", "errors?colour=red"] {
        let import = ada.import(FILE, &[("dryRun", "true")]).await.json()["id"].clone();
        assert_eq!(ada.get(&format!("/api/imports/{import}/{path}")).await.status, 400, "{path}");
    }
    assert_eq!(ada.get("/api/imports/77").await.status, 404);
    for query in ["limit=0", "limit=201", "cursor=x", "page=2"] {
        assert_eq!(ada.get(&format!("/api/imports?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(ada.get("/api/leads/import/template?format=doc").await.status, 400);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_that_is_cut_off_leaves_nothing(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"leads.csv\"\r\n\r\nname\nMaya\n";
    let pieces = [Ok(Bytes::from(head)), Ok(Bytes::from(vec![b'a'; 3 << 20])), Err(std::io::Error::other("gone"))];
    let answer =
        ada.stream(Method::POST, "/api/leads/import", &[MULTIPART], Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    server.crm.crm.files_handle().settle().await;
    assert_eq!(server.crm.crm.files_handle().count().await.unwrap(), 0);
    assert_eq!(ada.get("/api/imports").await.json()["items"], json!([]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn templates_have_a_name_and_a_kind(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let csv = ali.get("/api/leads/import/template").await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"leads-template.csv\"");
    insta::assert_snapshot!("import_template", csv.text);
    let xlsx = ali.get("/api/leads/import/template?format=xlsx").await;
    assert!(xlsx.bytes.starts_with(b"PK"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_command_brings_the_same_file_in(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    let url = pool.connect_options().to_url_lossy();
    let folder = std::env::temp_dir().join(format!("siwaht-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("leads.csv"), FILE).unwrap();
    std::fs::write(folder.join("large.csv"), format!("name\n{}", "Somebody\n".repeat(40_000))).unwrap();
    let command = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siwaht"));
        command.arg("import").args(args);
        command
    };
    let run = |mut command: Command| {
        let files = folder.join("files");
        command.env("DATABASE_URL", url.as_str()).env("SIWAHT_FILES", files).current_dir(&folder).output().unwrap()
    };
    let out = run(command(&["leads.csv", "--dry-run"]));
    assert_eq!(
        String::from_utf8_lossy(&out.stdout),
        "Row 3: owner \"bob\": is no known agent; email \"noor@\": is not a valid e-mail address\n\
         Import 1: 2 would be created, 0 would be updated, 0 would be skipped, 1 failed.\n",
        "{:?}",
        String::from_utf8_lossy(&out.stderr)
    );
    let out = run(command(&["leads.csv", "--mapping", r#"{"name": "name"}"#, "--on-duplicate", "create"]));
    assert_eq!(String::from_utf8_lossy(&out.stdout), "Import 2: 3 created, 0 updated, 0 skipped, 0 failed.\n");
    let refused = run(command(&["leads.csv", "--settings", r#"{"decimal": "x"}"#]));
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("decimal: expected . or ,"));
    // A disk that takes no more than 100 KiB a file. The signal is for programs that do not look.
    let mut full = Command::new("sh");
    full.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" import large.csv", env!("CARGO_BIN_EXE_siwaht")]);
    let full = run(full);
    let said = String::from_utf8_lossy(&full.stderr).into_owned();
    assert!(!full.status.success() && said.contains("file store unavailable"), "{said}");
    let ada = server.signed_in(&server.crm.ada).await;
    assert_eq!(ada.get("/api/imports").await.json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(ada.get("/api/leads?total=true").await.json()["total"], 3);
    std::fs::remove_dir_all(&folder).unwrap();
}
