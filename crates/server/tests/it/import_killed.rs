//! A server that is killed while it imports, again and again.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use service::Files;
use sqlx::ConnectOptions;

use crate::support::TestServer;

/// How often it is killed.
const KILLS: usize = 20;
/// Rows of the file: every tenth has the e-mail of one before.
const ROWS: usize = 30_000;

fn file(round: i64) -> Vec<u8> {
    let mut file = String::from("name,email,status\n");
    for n in 0..ROWS {
        let key = if n % 10 == 9 { n - 5 } else { n };
        file.push_str(&format!("Lead {n},lead{key}@round{round}.io,{}\n", if n % 50 == 0 { "frozen" } else { "new" }));
    }
    file.into_bytes()
}

/// A server of its own over the test's database, as far as running imports goes.
fn start(url: &str, folder: &std::path::Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siwaht"));
    command.arg("serve").env("DATABASE_URL", url).env("SIWAHT_DATA", folder).env("SIWAHT_FILES", folder.join("files"));
    command.env("SIWAHT_ADDR", "127.0.0.1:0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.starts_with("Siwaht CRM is at")), "the server does not start");
    child
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_outlives_twenty_kills(pool: sqlx::PgPool) {
    let folder = std::env::temp_dir().join(format!("siwaht-killed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = TestServer::keeping(pool.clone(), Files::in_folder(&folder.join("files")).unwrap()).await;
    let ada = server.signed_in(&server.crm.ada).await;
    let url = pool.connect_options().to_url_lossy();
    let import = async |id: &Value| ada.get(&format!("/api/imports/{id}")).await.json();
    let done = |import: &Value| import["rowsDone"].as_u64().unwrap();
    let mut id = ada.import(&file(1), &[]).await.json()["id"].clone();
    let mut rounds = 1;
    for killed in 0..KILLS {
        // A fast machine gets through one file between the kills, and has to begin another.
        if import(&id).await["state"] != "running" {
            rounds += 1;
            id = ada.import(&file(rounds), &[]).await.json()["id"].clone();
        }
        let mut child = start(url.as_str(), &folder);
        // Somewhere within the time of a stretch or two, another place each time: just begun, reading, copying, about
        // to commit. Now and then it gets on first.
        let before = done(&import(&id).await);
        let begun = Instant::now();
        let patience = Duration::from_millis(37 * (killed as u64 % 7) + 5);
        while begun.elapsed() < patience || (killed % 4 == 3 && done(&import(&id).await) == before) {
            tokio::task::yield_now().await;
            assert!(begun.elapsed() < Duration::from_secs(60), "the import does not get on");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Nobody waits here until the lease of the killed one has run out.
        sqlx::query("update bulk_jobs set leased_until = now()").execute(&pool).await.unwrap();
        let leads: i64 = sqlx::query_scalar("select count(*) from leads").fetch_one(&pool).await.unwrap();
        let now = import(&id).await;
        assert!(now["counts"]["created"].as_i64().unwrap() + 26_400 * (rounds - 1) <= leads);
    }
    let mut last = start(url.as_str(), &folder);
    let begun = Instant::now();
    while import(&id).await["state"] == "running" {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(begun.elapsed() < Duration::from_secs(120));
    }
    last.kill().unwrap();
    last.wait().unwrap();
    let end = import(&id).await;
    assert_eq!(end["state"], "done", "{end}");
    let expected = serde_json::json!({"created": 26_400, "updated": 0, "skipped": 3_000, "failed": 600});
    assert_eq!(end["counts"], expected);
    let (leads, emails, events, rows): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from leads), (select count(distinct email) from leads),
             (select count(*) from events where kind = 'lead.created'), (select count(*) from import_rows)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let (each, all) = (26_400 * rounds, ROWS as i64 * rounds);
    assert_eq!((leads, emails, events, rows), (each, each, each, all), "no row twice and none by half");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_of_the_command_line_that_is_told_to_stop_is_not_gone_on_with(pool: sqlx::PgPool) {
    let folder = std::env::temp_dir().join(format!("siwaht-told-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let leads = folder.join("leads.csv");
    std::fs::write(&leads, (0..10).flat_map(file).collect::<Vec<_>>()).unwrap();
    let url = pool.connect_options().to_url_lossy();
    let mut command = Command::new(env!("CARGO_BIN_EXE_siwaht"));
    command.arg("import").arg(&leads).env("DATABASE_URL", url.as_str()).env("SIWAHT_DATA", &folder);
    command.env_remove("SIWAHT_FILES").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let written = "select coalesce(max(rows_done), 0)::bigint from bulk_jobs";
    while sqlx::query_scalar::<_, i64>(written).fetch_one(&pool).await.unwrap() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains("siwaht: Cancelled."), "{errors}");
    let state: String = sqlx::query_scalar("select state::text from bulk_jobs").fetch_one(&pool).await.unwrap();
    assert_eq!(state, "cancelled");
    std::fs::remove_dir_all(&folder).unwrap();
}
