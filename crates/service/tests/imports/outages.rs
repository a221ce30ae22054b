//! Imports that are interrupted: by people, and by whatever ends a server.

use std::time::{Duration, Instant};

use domain::{
    imports::{Import, ImportState, ImportStep},
    leads::LeadQuery,
};
use serde_json::json;
use service::{Acting, Crm};
use testkit::TestCrm;

use super::counts;

/// Rows of these tests: several stretches.
const ROWS: usize = 9_000;

/// Every tenth row has the e-mail of the one five rows before.
fn file() -> String {
    let mut file = String::from("name,email,status\n");
    for n in 0..ROWS {
        let key = if n % 10 == 9 { n - 5 } else { n };
        file.push_str(&format!("Lead {n},lead{key}@x.io,{}\n", if n % 50 == 0 { "frozen" } else { "new" }));
    }
    file
}

/// Asked for, and not begun.
async fn waiting(me: &Acting) -> Import {
    let mut upload = me.imports().upload().await.unwrap();
    upload.file("leads.csv", futures_util::stream::iter([Ok(bytes::Bytes::from(file()))])).await.unwrap();
    upload.finish(json!({}), Default::default(), ImportStep::Run).await.unwrap()
}

fn begin(crm: &Crm) -> tokio::task::JoinHandle<()> {
    let crm = crm.clone();
    tokio::spawn(async move { crm.run_imports().await.unwrap() })
}

async fn until(me: &Acting, import: &Import, is_so: impl Fn(&Import) -> bool) -> Import {
    let begun = Instant::now();
    loop {
        let import = me.imports().find(import.id).await.unwrap();
        if is_so(&import) {
            return import;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{import:?}");
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cancelled_import_stops_soon_and_says_what_it_kept(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = waiting(&ada).await;
    let working = begin(&crm.crm);
    until(&ada, &import, |import| import.rows_done > 0).await;
    let asked = Instant::now();
    ada.imports().cancel(import.id).await.unwrap();
    let import = until(&ada, &import, |import| !import.state.is_busy()).await;
    assert!(asked.elapsed() < Duration::from_secs(2));
    working.await.unwrap();
    assert_eq!(import.state, ImportState::Cancelled);
    let written = import.counts.created;
    assert!(written > 0 && import.counts.total() < ROWS as i64, "{:?}", import.counts);
    assert_eq!(import.failure, Some(format!("Cancelled. The {written} leads that were written before stay so.")));
    assert_eq!(ada.leads().count(&LeadQuery::default()).await.unwrap(), written);
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    assert_eq!(ada.leads().count(&LeadQuery::default()).await.unwrap(), 0);
    let waiting = waiting(&ada).await;
    let cancelled = ada.imports().cancel(waiting.id).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.failure.as_deref()),
        (ImportState::Cancelled, Some("Cancelled. Nothing was changed."))
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_that_loses_its_server_goes_on_where_it_was(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = waiting(&ada).await;
    for stretch in 0..4 {
        let working = begin(&crm.crm);
        until(&ada, &import, |import| import.rows_done > stretch * 2_000).await;
        working.abort();
        let _ = working.await;
        // Nobody knows of a server that is gone before its lease has run out.
        crm.clock.advance(time::Duration::seconds(61));
    }
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!(import.state, ImportState::Done, "{:?}", import.failure);
    assert_eq!(counts(&import), [7_920, 0, 900, 180]);
    assert_eq!(ada.leads().count(&LeadQuery::default()).await.unwrap(), 7_920);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_look_at_a_small_file_does_not_wait_for_a_large_one(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let (ada, ali) = (crm.acting(&crm.ada), crm.acting(&crm.ali));
    let large = waiting(&ada).await;
    let working = begin(&crm.crm);
    until(&ada, &large, |import| import.rows_done > 0).await;
    let mut upload = ali.imports().upload().await.unwrap();
    upload.file("small.csv", futures_util::stream::iter([Ok(bytes::Bytes::from("name\nMaya\n"))])).await.unwrap();
    let small = upload.finish(json!({}), Default::default(), ImportStep::Check).await.unwrap();
    crm.crm.run_checks().await.unwrap();
    let small = ali.imports().find(small.id).await.unwrap();
    assert_eq!((small.state, counts(&small)), (ImportState::Checked, [1, 0, 0, 0]));
    ali.imports().run(small.id).await.unwrap();
    crm.crm.run_checks().await.unwrap();
    assert!(ali.imports().find(small.id).await.unwrap().state.is_busy(), "leads are written one import at a time");
    working.await.unwrap();
    until(&ada, &large, |import| import.state == ImportState::Done).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_look_at_the_file_ends_the_one_before(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let mut upload = ada.imports().upload().await.unwrap();
    upload.file("leads.csv", futures_util::stream::iter([Ok(bytes::Bytes::from(file()))])).await.unwrap();
    let import = upload.finish(json!({}), Default::default(), ImportStep::Check).await.unwrap();
    let working = begin(&crm.crm);
    until(&ada, &import, |import| import.rows_done > 0).await;
    let meant = json!({"values": {"status": {"frozen": "lost"}}, "onDuplicate": "create"});
    ada.imports().configure(import.id, meant).await.unwrap();
    working.await.unwrap();
    let import = until(&ada, &import, |import| !import.state.is_busy()).await;
    assert_eq!((import.state, counts(&import)), (ImportState::Checked, [9_000, 0, 0, 0]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revert_that_was_cancelled_can_be_taken_up_again(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let rows = |value: u32| (0..2_500).map(|n| format!("Lead {n},lead{n}@x.io,{value}\n")).collect::<String>();
    super::bring(&ada, &format!("name,email,value\n{}", rows(1)), json!({})).await;
    let update = json!({"onDuplicate": "update"});
    let import = super::bring(&ada, &format!("name,email,value\n{}", rows(2)), update).await;
    ada.imports().revert(import.id).await.unwrap();
    let working = begin(&crm.crm);
    until(&ada, &import, |import| import.rows_done > 0).await;
    ada.imports().cancel(import.id).await.unwrap();
    working.await.unwrap();
    let cancelled = until(&ada, &import, |import| !import.state.is_busy()).await;
    assert_eq!(cancelled.state, ImportState::Cancelled);
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!((import.state, import.kept_total), (ImportState::Reverted, 0), "{:?}", import.kept);
    let valued = LeadQuery::parse("valueMin=2").unwrap();
    assert_eq!(ada.leads().count(&valued).await.unwrap(), 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_that_is_cancelled_before_it_begins_has_written_nothing_and_says_so(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = super::check(&ada, "name\nMaya\nNoor\n", json!({})).await;
    assert_eq!(counts(&import), [2, 0, 0, 0]);
    ada.imports().run(import.id).await.unwrap();
    let cancelled = ada.imports().cancel(import.id).await.unwrap();
    assert_eq!((cancelled.state, counts(&cancelled)), (ImportState::Cancelled, [0, 0, 0, 0]));
    assert!(super::rows(&ada, &cancelled).await.is_empty(), "what the dry run has shown did not come to pass");
    assert!(matches!(ada.imports().revert(import.id).await, Err(service::Error::Conflict { .. })));
    ada.imports().configure(import.id, json!({})).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let again = ada.imports().find(import.id).await.unwrap();
    assert_eq!((again.state, counts(&again)), (ImportState::Checked, [2, 0, 0, 0]), "the file is good for another try");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_whose_file_is_away_waits_and_can_be_begun_again(pool: sqlx::PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let test = TestCrm::over(pool.clone()).await;
    let files = service::Files::in_folder(folder.path()).unwrap();
    let crm = Crm::with_files(test.database.clone(), test.clock.clone(), files);
    let ada = crm.acting_as(service::Actor::user(test.ada.clone(), domain::events::Door::Rest, None));
    let import = super::check(&ada, "name\nMaya\nNoor\n", json!({})).await;
    let (file, aside) = (folder.path().join("imports"), folder.path().join("aside"));
    let away = || {
        std::fs::rename(&file, &aside).unwrap();
        // A file where a folder has to be: whoever looks there cannot tell what is missing.
        std::fs::write(&file, "in the way").unwrap();
    };
    let back = || {
        std::fs::remove_file(&file).unwrap();
        std::fs::rename(&aside, &file).unwrap();
    };
    away();
    ada.imports().run(import.id).await.unwrap();
    crm.run_imports().await.unwrap();
    let waiting = ada.imports().find(import.id).await.unwrap();
    assert_eq!(waiting.state, ImportState::Running, "{:?}", waiting.failure);
    let cancelled = ada.imports().cancel(import.id).await.unwrap();
    assert_eq!(cancelled.state, ImportState::Cancelled, "at once: nobody is at work on it");
    back();
    ada.imports().configure(import.id, json!({})).await.unwrap();
    crm.run_imports().await.unwrap();
    away();
    ada.imports().run(import.id).await.unwrap();
    crm.run_imports().await.unwrap();
    for _ in 0..5 {
        test.clock.advance(time::Duration::seconds(30));
        crm.run_imports().await.unwrap();
    }
    let failed = ada.imports().find(import.id).await.unwrap();
    assert_eq!(failed.state, ImportState::Failed, "not for ever");
    back();
    ada.imports().configure(import.id, json!({})).await.unwrap();
    crm.run_imports().await.unwrap();
    let checked = ada.imports().find(import.id).await.unwrap();
    assert_eq!((checked.state, counts(&checked)), (ImportState::Checked, [2, 0, 0, 0]));
    away();
    ada.imports().run(import.id).await.unwrap();
    crm.run_imports().await.unwrap();
    back();
    test.clock.advance(time::Duration::seconds(6));
    crm.run_imports().await.unwrap();
    assert_eq!(ada.imports().find(import.id).await.unwrap().state, ImportState::Done, "a moment is no failure");
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_copies_that_are_sent_the_same_file_make_its_leads_once(pool: sqlx::PgPool) {
    let test = TestCrm::over(pool).await;
    let folder = tempfile::tempdir().unwrap();
    let files = service::Files::in_folder(folder.path()).unwrap();
    let copy = || Crm::with_files(test.database.clone(), test.clock.clone(), files.clone());
    let (one, other) = (copy(), copy());
    let ada = one.acting_as(service::Actor::user(test.ada.clone(), domain::events::Door::Rest, None));
    let sent = [waiting(&ada).await, waiting(&ada).await];
    let (worked, worked_too) = tokio::join!(begin(&one), begin(&other));
    worked.unwrap();
    worked_too.unwrap();
    let mut made = Vec::new();
    for import in &sent {
        let import = until(&ada, import, |import| !import.state.is_busy()).await;
        assert_eq!(import.state, ImportState::Done, "{:?}", import.failure);
        made.push(import.counts.created);
    }
    assert_eq!(ada.leads().count(&LeadQuery::default()).await.unwrap(), made[0]);
    assert_eq!(made[1], 0);
}
