//! Files on leads at the service: who may, what is recorded, and that nothing is left behind.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use domain::{
    LeadId,
    attachments::{Attachment, MAX_BYTES},
    events::TimelinePart,
    leads::LeadInput,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use service::{Acting, Clock, Crm, Database, Error, Files, Result};
use testkit::{TestCrm, named};
use time::Duration;

const CHUNK: usize = 64 << 10;

/// A stream of this many bytes, none of which is there before it is asked for.
fn bytes(size: u64) -> impl stream::Stream<Item = Result<Bytes>> {
    let chunks = (0..size.div_ceil(CHUNK as u64)).map(move |i| {
        let length = (size - i * CHUNK as u64).min(CHUNK as u64);
        Ok(Bytes::from(vec![u8::try_from(i % 251).unwrap(); usize::try_from(length).unwrap()]))
    });
    stream::iter(chunks)
}

fn broken_after(size: u64) -> impl stream::Stream<Item = Result<Bytes>> {
    bytes(size).chain(stream::iter([Err(Error::BadRequest(domain::Fields::one("file", "broke off")))]))
}

async fn attach(me: &Acting, lead: LeadId, name: &str, text: &'static str) -> Result<Attachment> {
    let mut upload = me.attachments().upload(lead).await?;
    upload.file(name, stream::iter([Ok(Bytes::from_static(text.as_bytes()))])).await?;
    Ok(upload.finish().await?.remove(0))
}

async fn content(me: &Acting, attachment: &Attachment) -> Vec<u8> {
    let file = me.attachments().open(attachment.id).await.unwrap();
    let chunks: Vec<Bytes> = file.read(0..file.size()).await.unwrap().try_collect().await.unwrap();
    chunks.concat()
}

async fn count(pool: &sqlx::PgPool, table: &'static str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(pool).await.unwrap()
}

/// Neither rows nor bytes nor notes.
async fn assert_nothing_left(crm: &Crm, pool: &sqlx::PgPool) {
    crm.files_handle().settle().await;
    assert_eq!(count(pool, "lead_attachments").await, 0);
    assert_eq!(count(pool, "stray_files").await, 0);
    assert_eq!(crm.files_handle().count().await.unwrap(), 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_is_attached_renamed_and_deleted_and_history_has_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let file = attach(&ali, lead.id, "../Offer.pdf", "%PDF-1.7 an offer").await.unwrap();
    assert_eq!((file.file_name.as_str(), file.content_type.as_str()), ("Offer.pdf", "application/pdf"));
    assert_eq!((file.size_bytes, file.uploaded_by), (17, Some(crm.ali.id)));
    assert_eq!(content(&ali, &file).await, b"%PDF-1.7 an offer");
    attach(&ali, lead.id, "Offer.pdf", "%PDF-1.7 another").await.unwrap();
    let names: Vec<i64> = ali.attachments().list(lead.id).await.unwrap().iter().map(|file| file.id.0).collect();
    assert_eq!(names, [file.id.0 + 1, file.id.0], "newest first, and a name may come twice");

    let renamed = ali.attachments().rename(file.id, " Offer 2.pdf ").await.unwrap();
    assert_eq!(renamed.file_name, "Offer 2.pdf");
    assert_eq!(ali.attachments().rename(file.id, "Offer 2.pdf").await.unwrap(), renamed);
    let refused = ali.attachments().rename(file.id, "a/b.pdf").await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(fields) if fields.get("fileName").is_some()));
    ali.attachments().delete(file.id).await.unwrap();
    assert!(matches!(ali.attachments().find(file.id).await, Err(Error::NotFound)));
    assert_eq!(crm.crm.files_handle().count().await.unwrap(), 1);
    assert_eq!(count(&pool, "stray_files").await, 0);

    let told = ali.leads().timeline(lead.id, TimelinePart::Files, None, 200).await.unwrap().items;
    let of_it = told.iter().filter(|entry| entry.event.entity_id == file.id.0);
    assert!(of_it.clone().count() == 3 && of_it.clone().all(|entry| entry.event.changes.is_empty()), "{told:?}");

    let events: Vec<(String, serde_json::Value, Option<serde_json::Value>)> = sqlx::query_as(
        "select kind, changes, before from events where entity = 'attachment' and entity_id = $1 order by id",
    )
    .bind(file.id.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    let kinds: Vec<&str> = events.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["attachment.created", "attachment.renamed", "attachment.deleted"]);
    assert_eq!((&events[0].1["fileName"]["to"], &events[0].1["sizeBytes"]["to"]), (&"Offer.pdf".into(), &17.into()));
    assert_eq!(events[2].2.as_ref().unwrap()["fileName"], "Offer 2.pdf");
}

#[sqlx::test(migrations = "../../migrations")]
async fn files_go_on_a_lead_together_or_not_at_all(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let mut upload = ali.attachments().upload(lead.id).await.unwrap();
    upload.file("one", bytes(3 << 20)).await.unwrap();
    assert!(matches!(upload.file("two", bytes(MAX_BYTES + 1)).await, Err(Error::TooLarge(_))));
    upload.abandon().await;
    assert_nothing_left(&crm.crm, &pool).await;

    let mut upload = ali.attachments().upload(lead.id).await.unwrap();
    for _ in 0..10 {
        upload.file("one of many", bytes(10)).await.unwrap();
    }
    assert!(matches!(upload.file("eleventh", bytes(10)).await, Err(Error::Invalid(_))));
    drop(upload);
    assert_nothing_left(&crm.crm, &pool).await;

    let upload = ali.attachments().upload(lead.id).await.unwrap();
    assert!(matches!(upload.finish().await, Err(Error::Invalid(_))), "no file at all");
    let mut upload = ali.attachments().upload(lead.id).await.unwrap();
    upload.file("late", bytes(10)).await.unwrap();
    ali.leads().delete(lead.id).await.unwrap();
    assert!(matches!(upload.finish().await, Err(Error::NotFound)), "the lead has gone meanwhile");
    assert_nothing_left(&crm.crm, &pool).await;
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Folder(std::env::temp_dir().join(format!("siwaht-files-{}-{name}", std::process::id())))
    }

    /// Bytes of all files below it, those being written included.
    fn size(&self) -> u64 {
        fn below(folder: &Path) -> u64 {
            let entries = std::fs::read_dir(folder).map(|entries| entries.collect()).unwrap_or_else(|_| Vec::new());
            let sizes = entries.into_iter().flatten().map(|entry| {
                let Ok(kind) = entry.metadata() else { return 0 };
                if kind.is_dir() { below(&entry.path()) } else { kind.len() }
            });
            sizes.sum()
        }
        below(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn in_folder(pool: &sqlx::PgPool, folder: &Folder) -> Crm {
    Crm::with_files(
        Database::over(pool.clone()),
        Clock::fake(Clock::System.now()),
        Files::in_folder(&folder.0).unwrap(),
    )
}

#[test]
fn a_folder_of_files_is_closed_to_others_whoever_made_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("open");
    std::fs::create_dir(&folder.0).unwrap();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o755)).unwrap();
    Files::in_folder(&folder.0).unwrap();
    assert_eq!(std::fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777, 0o700);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_breaks_off_leaves_nothing_in_the_folder(pool: sqlx::PgPool) {
    let test = TestCrm::over(pool.clone()).await;
    let folder = Folder::new("broken");
    let crm = in_folder(&pool, &folder);
    let lead = test.lead_of(&test.ali, "Maya").await;
    let system = crm.acting_as(service::Actor::system());
    for size in [0, 10, 5 << 20] {
        let mut upload = system.attachments().upload(lead.id).await.unwrap();
        assert!(matches!(upload.file("x", broken_after(size)).await, Err(Error::BadRequest(_))));
        upload.abandon().await;
        assert_nothing_left(&crm, &pool).await;
        assert_eq!(folder.size(), 0);
    }
    // A request that is given up: its future is dropped in the middle of a file.
    let mut upload = system.attachments().upload(lead.id).await.unwrap();
    let under_way = Arc::new(tokio::sync::Notify::new());
    let stalled = {
        let under_way = under_way.clone();
        stream::once(async move {
            under_way.notify_one();
            std::future::pending().await
        })
    };
    tokio::select! {
        _ = upload.file("x", bytes(5 << 20).chain(stalled)) => panic!("the file has no end"),
        () = under_way.notified() => assert!(folder.size() >= 4 << 20, "parts are written by now"),
    }
    drop(upload);
    assert_nothing_left(&crm, &pool).await;
    assert_eq!(folder.size(), 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_holds_a_small_part_of_a_file_at_a_time(pool: sqlx::PgPool) {
    let test = TestCrm::over(pool.clone()).await;
    let folder = Arc::new(Folder::new("flat"));
    let crm = in_folder(&pool, &folder);
    let lead = test.lead_of(&test.ali, "Maya").await;
    let system = crm.acting_as(service::Actor::system());
    let (sent, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counted = {
        let (sent, most, folder) = (sent.clone(), most.clone(), folder.clone());
        bytes(MAX_BYTES).inspect(move |_| {
            let ahead = sent.fetch_add(CHUNK as u64, Ordering::Relaxed) + CHUNK as u64 - folder.size();
            most.fetch_max(ahead, Ordering::Relaxed);
        })
    };
    let mut upload = system.attachments().upload(lead.id).await.unwrap();
    upload.file("large.bin", counted).await.unwrap();
    let file = upload.finish().await.unwrap().remove(0);
    assert!(most.load(Ordering::Relaxed) <= 2 << 20, "{} bytes were held", most.load(Ordering::Relaxed));
    let expected: Vec<Bytes> = bytes(MAX_BYTES).try_collect().await.unwrap();
    assert_eq!(content(&system, &file).await, expected.concat());
    let stored = system.attachments().open(file.id).await.unwrap();
    let chunks: Vec<Bytes> =
        stored.read(CHUNK as u64 - 1..CHUNK as u64 + 1).await.unwrap().try_collect().await.unwrap();
    assert_eq!(chunks.concat(), [0, 1]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_uploads_at_once_both_arrive(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let (one, other) =
        tokio::join!(attach(&ali, lead.id, "same.txt", "one"), attach(&ali, lead.id, "same.txt", "other"));
    assert_eq!(content(&ali, &one.unwrap()).await, b"one");
    assert_eq!(content(&ali, &other.unwrap()).await, b"other");
    assert_eq!(ali.attachments().list(lead.id).await.unwrap().len(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn uploader_agent_and_admin_change_a_file_and_nobody_else(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = LeadInput { assigned_to: Some(crm.ali.id), assigned_engineer: Some(crm.eve.id), ..named("Maya Okafor") };
    let lead = crm.system().leads().create(lead).await.unwrap();
    let (ada, ali, amy) = (crm.acting(&crm.ada), crm.acting(&crm.ali), crm.acting(&crm.amy));
    let (eve, ed) = (crm.acting(&crm.eve), crm.acting(&crm.ed));
    let alis = attach(&ali, lead.id, "ali.txt", "text").await.unwrap();
    let eves = attach(&eve, lead.id, "eve.txt", "text").await.unwrap();
    for stranger in [&amy, &ed] {
        assert!(matches!(stranger.attachments().list(lead.id).await, Err(Error::NotFound)));
        assert!(matches!(attach(stranger, lead.id, "x", "x").await, Err(Error::NotFound)));
        assert!(matches!(stranger.attachments().open(alis.id).await, Err(Error::NotFound)));
        assert!(matches!(stranger.attachments().rename(alis.id, "x").await, Err(Error::NotFound)));
        assert!(matches!(stranger.attachments().delete(alis.id).await, Err(Error::NotFound)));
    }
    assert!(matches!(eve.attachments().rename(alis.id, "x").await, Err(Error::Forbidden { .. })));
    assert!(matches!(eve.attachments().delete(alis.id).await, Err(Error::Forbidden { .. })));
    eve.attachments().rename(eves.id, "mine.txt").await.unwrap();
    ali.attachments().delete(eves.id).await.unwrap();
    ada.attachments().delete(alis.id).await.unwrap();

    let claimable = crm.system().leads().create(named("Nobody's")).await.unwrap();
    let file = attach(&ali, claimable.id, "x", "x").await.unwrap();
    assert!(matches!(amy.attachments().delete(file.id).await, Err(Error::Forbidden { .. })), "seen, but not hers");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_crash_left_is_swept_after_a_day(pool: sqlx::PgPool) {
    let test = TestCrm::over(pool.clone()).await;
    let folder = Folder::new("sweep");
    let clock = Clock::fake(Clock::System.now());
    let crm = Crm::with_files(test.database.clone(), clock.clone(), Files::in_folder(&folder.0).unwrap());
    let lead = test.lead_of(&test.ali, "Maya").await;
    let system = crm.acting_as(service::Actor::system());
    let kept = attach(&system, lead.id, "kept.txt", "kept").await.unwrap();
    // Killed before the rows were written, and in the middle of a part.
    let mut upload = system.attachments().upload(lead.id).await.unwrap();
    upload.file("lost.txt", bytes(10)).await.unwrap();
    std::mem::forget(upload);
    let key: String = sqlx::query_scalar("select key from stray_files").fetch_one(&pool).await.unwrap();
    std::fs::write(folder.0.join(format!("{key}#1")), "half a file").unwrap();
    // A lead that is purged takes the rows of its files along.
    let purged = test.lead_of(&test.ali, "Purged").await;
    attach(&system, purged.id, "purged.txt", "purged").await.unwrap();
    sqlx::query("delete from leads where id = $1").bind(purged.id.0).execute(&pool).await.unwrap();

    assert_eq!(crm.sweep_files().await.unwrap(), 0, "it may be an upload under way");
    clock.advance(Duration::hours(25));
    assert_eq!(crm.sweep_files().await.unwrap(), 2);
    assert_eq!(crm.sweep_files().await.unwrap(), 0);
    assert_eq!(content(&system, &kept).await, b"kept");
    assert_eq!(folder.size(), 4);
    assert_eq!(crm.files_total().await.unwrap(), 4);
}

#[sqlx::test(migrations = "../../migrations")]
async fn lost_bytes_and_a_lost_store_are_told_apart(pool: sqlx::PgPool) {
    let test = TestCrm::over(pool.clone()).await;
    let folder = Folder::new("lost");
    let crm = in_folder(&pool, &folder);
    let lead = test.lead_of(&test.ali, "Maya").await;
    let system = crm.acting_as(service::Actor::system());
    let file = attach(&system, lead.id, "x.txt", "text").await.unwrap();
    std::fs::remove_dir_all(folder.0.join("leads")).unwrap();
    let opened = system.attachments().open(file.id).await.unwrap();
    assert!(matches!(opened.read(0..4).await, Err(Error::FileMissing)));
    system.attachments().delete(file.id).await.unwrap();

    // A file where a folder has to be: nothing can be written there.
    std::fs::write(folder.0.join("leads"), "in the way").unwrap();
    assert!(matches!(attach(&system, lead.id, "x.txt", "text").await, Err(Error::FilesUnavailable(_))));
    assert_eq!(count(&pool, "lead_attachments").await, 0);
}
