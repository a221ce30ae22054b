//! The stream of events over HTTP: what a browser's `EventSource` gets.

use axum::{
    body::Body,
    http::{Method, Response},
};
use domain::{
    events::LiveEvent,
    leads::{LeadStatus, MoveInput},
};
use http_body_util::BodyExt;
use testkit::PASSWORD;

use crate::support::{Client, TestServer};

async fn open(client: &Client, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    client.open(Method::GET, path, headers, Body::empty()).await
}

/// The next piece, or nothing when the stream has ended.
async fn piece(stream: &mut Response<Body>) -> Option<String> {
    let frame = stream.body_mut().frame().await?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

fn line<'p>(piece: &'p str, name: &str) -> &'p str {
    piece.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
}

/// The next piece that tells something, while the log is read. Other ids may come along without data: they are nothing
/// of the listener's.
async fn told(server: &TestServer, stream: &mut Response<Body>) -> String {
    let crm = server.crm.crm.clone();
    let reading = tokio::spawn(async move {
        loop {
            crm.read_events().await.unwrap();
        }
    });
    let told = loop {
        let piece = piece(stream).await.unwrap();
        if !line(&piece, "data:").is_empty() {
            break piece;
        }
    };
    reading.abort();
    told
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_browser_is_told_what_happens_and_goes_on_where_it_was(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    server.crm.crm.read_events().await.unwrap();
    let ali = server.signed_in(&server.crm.ali).await;
    let mut stream = open(&ali, "/api/events/stream", &[]).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(stream.headers().get("content-encoding").is_none());
    let start = piece(&mut stream).await.unwrap();
    assert!(start.contains("retry:"), "{start}");
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    server.crm.lead_of(&server.crm.amy, "Not his").await;
    let first = told(&server, &mut stream).await;
    let event: LiveEvent = serde_json::from_str(line(&first, "data:")).unwrap();
    assert_eq!(
        (event.event.lead_id, &*event.event.kind, event.lead.unwrap().name),
        (Some(lead.id), "lead.created", "Maya".into())
    );
    // It goes away; what happens meanwhile it gets when it is back, once.
    let last = line(&first, "id:").to_owned();
    drop(stream);
    let won = MoveInput { status: LeadStatus::Won, ..MoveInput::default() };
    server.crm.acting(&server.crm.ali).leads().move_to(lead.id, won).await.unwrap();
    let mut stream = open(&ali, "/api/events/stream?after=1", &[("last-event-id", &last)]).await;
    assert_eq!(line(&piece(&mut stream).await.unwrap(), "id:"), last);
    let next = told(&server, &mut stream).await;
    let event: LiveEvent = serde_json::from_str(line(&next, "data:")).unwrap();
    assert_eq!(event.event.kind, "lead.status_changed");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stream_ends_with_its_session(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    server.crm.crm.read_events().await.unwrap();
    let ali = server.signed_in(&server.crm.ali).await;
    let mut stream = open(&ali, "/api/events/stream", &[]).await;
    piece(&mut stream).await.unwrap();
    server.crm.system().users().set_password("ali@example.com", &format!("{PASSWORD}!")).await.unwrap();
    let crm = server.crm.crm.clone();
    let reading = tokio::spawn(async move {
        loop {
            crm.read_events().await.unwrap();
        }
    });
    while let Some(told) = piece(&mut stream).await {
        assert!(line(&told, "data:").is_empty(), "{told}");
    }
    reading.abort();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stream_cannot_begin_at_nonsense(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    assert_eq!(ali.get("/api/events/stream?after=soon").await.status, 400);
    assert_eq!(ali.get("/api/events/stream?from=1").await.status, 400);
    // An event that is not there, as after a restored backup: what is shown must be loaded anew.
    let mut lost = open(&ali, "/api/events/stream?after=987654", &[]).await;
    piece(&mut lost).await.unwrap();
    assert_eq!(line(&piece(&mut lost).await.unwrap(), "event:"), "reload");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stream_from_the_beginning_tells_everything(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    let first = server.crm.lead_of(&server.crm.ali, "Maya").await;
    server.crm.lead_of(&server.crm.ali, "Jonas").await;
    let mut stream = open(&ali, "/api/events/stream?after=0", &[]).await;
    piece(&mut stream).await.unwrap();
    let event: LiveEvent = serde_json::from_str(line(&told(&server, &mut stream).await, "data:")).unwrap();
    assert_eq!(event.event.lead_id, Some(first.id));
}
