//! Files over HTTP: byte for byte, within limits, and never run by a browser.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::support::{Answer, Client, MULTIPART, TestServer, multipart};
use axum::{
    body::{Body, Bytes},
    http::Method,
};
use domain::attachments::MAX_BYTES;
use futures_util::{StreamExt, stream};
use serde_json::json;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

async fn ali_with_lead(server: &TestServer) -> (Client, i64) {
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    (server.signed_in(&server.crm.ali).await, lead.id.0)
}

async fn assert_nothing_left(server: &TestServer, lead: i64) {
    server.crm.crm.files_handle().settle().await;
    assert_eq!(server.crm.crm.files_handle().count().await.unwrap(), 0);
    let listed = server.crm.system().attachments().list(domain::LeadId(lead)).await.unwrap();
    assert_eq!(listed, []);
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_of_25_mib_comes_back_byte_for_byte_and_one_more_is_refused(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let mut bytes: Vec<u8> = (0..MAX_BYTES).map(|i| u8::try_from(i * i % 251).unwrap()).collect();
    let created = ali.attach(lead, "large.bin", &bytes).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let file = &created.json()[0];
    assert_eq!((&file["fileName"], &file["sizeBytes"]), (&json!("large.bin"), &json!(MAX_BYTES)));
    let path = format!("/api/attachments/{}", file["id"]);
    assert_eq!(ali.get(&path).await.json(), *file);
    let download = ali.send(Method::GET, &format!("{path}/download"), &[("accept-encoding", "gzip")], None).await;
    assert_eq!(header(&download, "content-length"), MAX_BYTES.to_string(), "not compressed on the way");
    assert!(download.bytes == bytes);
    assert_eq!(ali.delete(&path).await.status, 204);

    bytes.push(0);
    let refused = ali.attach(lead, "larger.bin", &bytes).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (413, &json!("too_large")), "{}", refused.text);
    assert!(refused.text.contains("25 MiB"));
    assert_nothing_left(&server, lead).await;
}

/// Bytes of the one file that is being written in a folder.
fn on_disk(folder: &std::path::Path) -> u64 {
    let leads = std::fs::read_dir(folder.join("leads")).into_iter().flatten().flatten();
    let files = leads.flat_map(|lead| std::fs::read_dir(lead.path()).into_iter().flatten().flatten());
    files.map(|file| file.metadata().unwrap().len()).sum()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_is_taken_in_no_faster_than_it_is_stored(pool: sqlx::PgPool) {
    let folder = std::env::temp_dir().join(format!("siwaht-upload-{}", std::process::id()));
    let server = TestServer::keeping(pool, service::Files::in_folder(&folder).unwrap()).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let whole = Bytes::from(multipart(&[("large.bin", &vec![7; 25 << 20])]));
    let most = Arc::new(AtomicU64::new(0));
    let counted = {
        let (most, folder, whole) = (most.clone(), folder.clone(), whole.clone());
        // Always ready: only the server decides how much it takes.
        (0..whole.len()).step_by(16 << 10).map(move |start| {
            most.fetch_max(start as u64 - on_disk(&folder).min(start as u64), Ordering::Relaxed);
            Ok::<_, std::io::Error>(whole.slice(start..whole.len().min(start + (16 << 10))))
        })
    };
    let body = Body::from_stream(stream::iter(counted));
    let created = ali.stream(Method::POST, &format!("/api/leads/{lead}/attachments"), &[MULTIPART], body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(most.load(Ordering::Relaxed) < 2 << 20, "{} bytes were held", most.load(Ordering::Relaxed));
    assert_eq!(on_disk(&folder), 25 << 20);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn whatever_a_file_is_called_it_gets_a_harmless_name(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let long = format!("{}.pdf", "x".repeat(300));
    let mut table = String::new();
    for name in [
        "offer.pdf",
        "../../etc/passwd",
        r"C:\Users\maya\offer.pdf",
        "..",
        ".",
        "a\0b\u{1}c.txt",
        "gpj.\u{202E}exe",
        "CON",
        "com1.txt",
        "what? <b>|*.txt",
        "trailing. . ",
        "Übersicht 報告 👩\u{200D}💻.pdf",
        ".htaccess",
        "%2e%2e%2fx",
        long.as_str(),
    ] {
        let created = ali.attach(lead, name, PNG).await;
        let short: String = name.chars().take(40).collect();
        let Some(kept) = created.json()[0]["fileName"].as_str().map(str::to_owned) else {
            let _ = writeln!(table, "{short:?} -> {} {}", created.status.as_u16(), created.json()["fields"]);
            continue;
        };
        let shown: String = if kept.len() > 60 { format!("{} characters", kept.chars().count()) } else { kept };
        let download = ali.get(&format!("/api/attachments/{}/download", created.json()[0]["id"])).await;
        let disposition: String = header(&download, "content-disposition").chars().take(150).collect();
        let _ = writeln!(table, "{short:?} -> {shown}\n    {disposition}");
        assert_eq!(download.bytes, PNG);
    }
    for name in ["", "  ", "a/b", "..", "nul.txt", "a\u{202E}b", "a\0b", "a?", "dot.", &"x".repeat(256)] {
        let file = ali.get(&format!("/api/leads/{lead}/attachments")).await.json()[0]["id"].clone();
        let refused = ali.patch(&format!("/api/attachments/{file}"), json!({"fileName": name})).await;
        let short: String = name.chars().take(40).collect();
        let _ = writeln!(table, "rename {short:?} -> {} {}", refused.status.as_u16(), refused.json()["fields"]);
    }
    insta::assert_snapshot!("names_of_files", table);
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_images_and_pdfs_are_shown_whatever_they_claim_to_be(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let mut table = String::new();
    for (name, bytes) in [
        ("photo.png", PNG),
        ("photo.html", PNG),
        ("offer.pdf", b"%PDF-1.7\n".as_slice()),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("notes.txt", b"call back"),
        ("run.exe", b"MZ\x90\0\x03\0\0\0"),
    ] {
        let created = ali.attach(lead, name, bytes).await;
        assert_eq!(created.status, 201, "{}", created.text);
        for query in ["", "?inline=1"] {
            let answer = ali.get(&format!("/api/attachments/{}/download{query}", created.json()[0]["id"])).await;
            assert_eq!((answer.status.as_u16(), &answer.bytes[..]), (200, bytes));
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
            assert!(header(&answer, "cache-control").starts_with("private"));
            let kind = header(&answer, "content-disposition").split(';').next().unwrap();
            let policy = header(&answer, "content-security-policy").split(';').next().unwrap();
            let frame = header(&answer, "x-frame-options");
            let content_type = header(&answer, "content-type");
            let _ = writeln!(table, "{name:<12}{query:<10} {kind:<11}{content_type:<47} {policy:<20}{frame}");
        }
    }
    insta::assert_snapshot!("kinds_of_files", table);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_download_is_resumed_and_not_repeated(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let created = ali.attach(lead, "ten.txt", b"0123456789").await;
    let path = format!("/api/attachments/{}/download", created.json()[0]["id"]);
    let whole = ali.get(&path).await;
    let tag = header(&whole, "etag");
    let part = ali.send(Method::GET, &path, &[("range", "bytes=4-"), ("if-range", tag)], None).await;
    assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "456789"));
    assert_eq!(header(&part, "content-range"), "bytes 4-9/10");
    let other = ali.send(Method::GET, &path, &[("range", "bytes=4-"), ("if-range", "\"other\"")], None).await;
    assert_eq!((other.status.as_u16(), other.text.as_str()), (200, "0123456789"));
    let behind = ali.send(Method::GET, &path, &[("range", "bytes=10-")], None).await;
    assert_eq!((behind.status.as_u16(), header(&behind, "content-range")), (416, "bytes */10"));
    let known = ali.send(Method::GET, &path, &[("if-none-match", tag)], None).await;
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
    let empty = ali.attach(lead, "empty.txt", b"").await;
    let answer = ali.get(&format!("/api/attachments/{}/download", empty.json()[0]["id"])).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_body_that_breaks_off_leaves_nothing_behind(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let path = format!("/api/leads/{lead}/attachments");
    let whole = multipart(&[("one.bin", &vec![1; 3 << 20]), ("two.bin", &vec![2; 3 << 20])]);
    for end in [10, 100, 2 << 20, (3 << 20) + 150, 5 << 20, whole.len() - 4] {
        let cut = ali.raw(Method::POST, &path, &[MULTIPART], whole[..end].to_vec()).await;
        assert_eq!(cut.status, 400, "{end}: {}", cut.text);
        assert!(cut.json()["fields"]["file"].as_str().unwrap().contains("nothing was kept"), "{}", cut.text);
        assert_nothing_left(&server, lead).await;

        let start = Bytes::copy_from_slice(&whole[..end]);
        let broken = stream::iter([Ok(start)]).chain(stream::once(async { Err(std::io::Error::other("reset")) }));
        let cut = ali.stream(Method::POST, &path, &[MULTIPART], Body::from_stream(broken)).await;
        assert_eq!(cut.status, 400, "{end}: {}", cut.text);
        assert_nothing_left(&server, lead).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_no_upload_is_refused_with_its_reason(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let path = format!("/api/leads/{lead}/attachments");
    let json = ali.post(&path, json!({"file": "x"})).await;
    assert_eq!(json.status, 415, "{}", json.text);
    for body in [multipart(&[]), multipart(&[("", b"")])] {
        let none = ali.raw(Method::POST, &path, &[MULTIPART], body).await;
        assert_eq!(
            (none.status.as_u16(), &none.json()["fields"]["file"]),
            (422, &json!("is required")),
            "{}",
            none.text
        );
    }
    let eleven = [("x", b"x".as_slice()); 11];
    let many = ali.raw(Method::POST, &path, &[MULTIPART], multipart(&eleven)).await;
    assert_eq!(many.status, 422, "{}", many.text);
    let mut endless = b"--edge\r\nX-Header: ".to_vec();
    endless.extend(vec![b'x'; 2 << 20]);
    let endless = ali.raw(Method::POST, &path, &[MULTIPART], endless).await;
    assert_eq!(endless.status, 400, "{}", endless.text);
    assert_nothing_left(&server, lead).await;

    let ten = ali.raw(Method::POST, &path, &[MULTIPART], multipart(&eleven[..10])).await;
    assert_eq!((ten.status.as_u16(), ten.json().as_array().unwrap().len()), (201, 10));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_form_without_a_script_is_led_back_to_its_lead(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let (ali, lead) = ali_with_lead(&server).await;
    let path = format!("/api/leads/{lead}/attachments");
    let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let extended = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"; \
                    filename*=utf-8''%C3%9Cbersicht.txt\r\n\r\ntext\r\n--edge--\r\n";
    let referer = ("referer", "http://localhost/leads/1?status=won");
    for (headers, expected) in [
        (vec![MULTIPART, browser], format!("/leads/{lead}")),
        (vec![MULTIPART, browser, referer], "/leads/1?status=won".into()),
    ] {
        let answer = ali.raw(Method::POST, &path, &headers, extended.as_bytes().to_vec()).await;
        assert_eq!((answer.status.as_u16(), header(&answer, "location")), (303, expected.as_str()));
    }
    assert_eq!(ali.get(&path).await.json()[0]["fileName"], "Übersicht.txt");
}
