//! Signing in and out, by program and by form.

use crate::support::{Client, TestServer};
use axum::http::Method;
use domain::users::Credentials;
use serde_json::json;
use server::{config::Config, startup::Server};
use service::{Origin, Saved};
use testkit::PASSWORD;
use time::Duration;

#[sqlx::test(migrations = "../../migrations")]
async fn signing_in_gives_a_cookie_that_scripts_cannot_read(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let body = json!({"login": " ALI@example.com ", "password": PASSWORD});
    let answer = server.anonymous().post("/api/login", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["role"], "agent");
    assert!(!answer.text.contains("password"), "{}", answer.text);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for part in ["siwaht_session=", "HttpOnly", "SameSite=Lax", "Max-Age=86400", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let client = server.anonymous().with_cookie(answer.cookie());
    assert_eq!(client.get("/api/me").await.json()["email"], "ali@example.com");
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_sign_in_gets_a_new_session_id(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let body = json!({"login": "ali@example.com", "password": PASSWORD});
    let first = server.anonymous().post("/api/login", body.clone()).await.cookie();
    let second = server.anonymous().with_cookie(first.clone()).post("/api/login", body).await.cookie();
    assert_ne!(first, second);
    let before = server.anonymous().with_cookie(first);
    assert_eq!(before.get("/api/me").await.status, 401, "the old id is worth nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_changed_cookie_is_no_session(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let body = json!({"login": "ali@example.com", "password": PASSWORD});
    let cookie = server.anonymous().post("/api/login", body).await.cookie().unwrap();
    for forged in [cookie.replace('=', "=x"), "siwaht_session=abc".into(), cookie[..cookie.len() - 3].to_owned()] {
        let client = server.anonymous().with_cookie(Some(forged));
        assert_eq!(client.get("/api/me").await.status, 401);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn signing_out_ends_the_session_everywhere_it_is_used(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    assert_eq!(ali.post("/api/logout", json!({})).await.status, 204);
    assert_eq!(ali.get("/api/me").await.status, 401);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_password_signs_every_browser_out(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.signed_in(&server.crm.ali).await;
    server.crm.system().users().set_password("ali@example.com", "a new password").await.unwrap();
    assert_eq!(ali.get("/api/me").await.status, 401);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sign_in_under_way_does_not_survive_a_new_password(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let crm = &server.crm.crm;
    let credentials = Credentials { login: "ali@example.com".into(), password: PASSWORD.into() };
    let proof = crm.sign_in(credentials, Origin { address: "192.0.2.1".into() }).await.unwrap();
    server.crm.system().users().set_password("ali@example.com", "a new password").await.unwrap();
    let end = crm.now() + Duration::hours(24);
    let saved = crm.sessions().save(b"an id", proof.user.id, &proof.stamp, &json!({}), end).await.unwrap();
    assert_eq!(saved, Saved::Outdated);
    assert!(crm.sessions().find(b"an id").await.unwrap().is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn guesses_under_both_names_of_a_person_count_together(pool: sqlx::PgPool) {
    let server = TestServer::over(pool.clone()).await;
    sqlx::query("update users set username = 'ali' where email = 'ali@example.com'").execute(&pool).await.unwrap();
    let guess = async |login: &str, password: &str| {
        server.anonymous().post("/api/login", json!({"login": login, "password": password})).await.status
    };
    for _ in 0..5 {
        assert_eq!(guess("ali", "a wrong password").await, 401);
        assert_eq!(guess("ali@example.com", "a wrong password").await, 401);
    }
    assert_eq!(guess("ali", PASSWORD).await, 429);
    assert_eq!(guess("ali@example.com", PASSWORD).await, 429);
    assert_eq!(guess("amy@example.com", PASSWORD).await, 200);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_session_ends_after_a_day(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.crm.acting(&server.crm.ali);
    let sessions = ali.crm().sessions();
    let end = server.crm.crm.now() + Duration::hours(24);
    let credentials = Credentials { login: "ali@example.com".into(), password: PASSWORD.into() };
    let proof = server.crm.crm.sign_in(credentials, Origin { address: "192.0.2.1".into() }).await.unwrap();
    let saved = sessions.save(b"an id of a test", server.crm.ali.id, &proof.stamp, &json!({}), end).await.unwrap();
    assert_eq!(saved, Saved::Written);
    server.crm.clock.advance(Duration::hours(24) - Duration::seconds(1));
    assert!(sessions.find(b"an id of a test").await.unwrap().is_some());
    server.crm.clock.advance(Duration::seconds(1));
    assert!(sessions.find(b"an id of a test").await.unwrap().is_none());
    assert_eq!(sessions.sweep().await.unwrap(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_names_and_wrong_passwords_look_the_same(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let client = server.anonymous();
    let wrong = client.post("/api/login", json!({"login": "ali@example.com", "password": "not it"})).await;
    let nobody = client.post("/api/login", json!({"login": "nobody@example.com", "password": "not it"})).await;
    assert_eq!((wrong.status, nobody.status), (wrong.status, wrong.status));
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["detail"], nobody.json()["detail"]);
    assert_eq!(client.post("/api/login", json!({"login": "ali@example.com"})).await.status, 422);
    let long = "x".repeat(100_000);
    assert_eq!(client.post("/api/login", json!({"login": "ali@example.com", "password": long})).await.status, 422);
}

#[sqlx::test(migrations = "../../migrations")]
async fn after_ten_failures_an_account_waits(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let client = server.anonymous();
    let wrong = json!({"login": "ali@example.com", "password": "not it"});
    for _ in 0..10 {
        assert_eq!(client.post("/api/login", wrong.clone()).await.status, 401);
    }
    let refused = client.post("/api/login", json!({"login": "ali@example.com", "password": PASSWORD})).await;
    assert_eq!(refused.status, 429, "even the right password waits");
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=901).contains(&wait), "{wait}");
    let amy = client.post("/api/login", json!({"login": "amy@example.com", "password": PASSWORD})).await;
    assert_eq!(amy.status, 200, "others are not held up");
    server.crm.clock.advance(Duration::seconds(wait));
    let again = client.post("/api/login", json!({"login": "ali@example.com", "password": PASSWORD})).await;
    assert_eq!(again.status, 200, "{}", again.text);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_form_needs_no_script_and_leads_back(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", "http://localhost")];
    for (next, location) in [
        ("%2Fleads%3Fstatus%3Dwon", "/leads?status=won"),
        ("%2F%2Fevil.example", "/"),
        ("https%3A%2F%2Fevil.example", "/"),
    ] {
        let body = format!("login=ali%40example.com&password={PASSWORD}&next={next}");
        let answer = server.anonymous().raw(Method::POST, "/sign-in", &form, body.into_bytes()).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, location));
        assert!(answer.cookie().is_some());
    }
    let wrong = b"login=ali%40example.com&password=no".to_vec();
    let answer = server.anonymous().raw(Method::POST, "/sign-in", &form, wrong).await;
    assert_eq!(answer.headers["location"], "/sign-in?problem=wrong&login=ali%40example.com");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_set_up_link_makes_one_admin(pool: sqlx::PgPool) {
    let crm = service::Crm::new(service::Database::over(pool.clone()), service::Clock::System);
    let service::Setup::Link(token) = crm.prepare_setup().await.unwrap() else { panic!("there is no admin yet") };
    let input = || domain::users::UserInput {
        name: "Ada".into(),
        email: "ada@company.example".into(),
        username: None,
        role: domain::users::Role::Agent,
    };
    assert!(crm.set_up("guessed", input(), PASSWORD).await.is_err());
    assert!(crm.set_up(&token, input(), "short").await.is_err());
    let (first, second) = tokio::join!(crm.set_up(&token, input(), PASSWORD), crm.set_up(&token, input(), PASSWORD));
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1, "the link works once");
    assert!(matches!(crm.prepare_setup().await.unwrap(), service::Setup::Done));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_set_up_link_is_worth_nothing_once_there_is_an_admin(pool: sqlx::PgPool) {
    let crm = service::Crm::new(service::Database::over(pool.clone()), service::Clock::System);
    let service::Setup::Link(token) = crm.prepare_setup().await.unwrap() else { panic!("there is no admin yet") };
    assert!(crm.setup_is_open(&token).await.unwrap());
    let input = |email: &str| domain::users::UserInput {
        name: "Ada".into(),
        email: email.into(),
        username: None,
        role: domain::users::Role::Admin,
    };
    let system = crm.acting_as(service::Actor::system());
    system.users().add(input("ada@company.example"), PASSWORD).await.unwrap();
    assert!(!crm.setup_is_open(&token).await.unwrap());
    assert!(matches!(crm.set_up(&token, input("eve@company.example"), PASSWORD).await, Err(service::Error::NotFound)));
    assert_eq!(system.users().count(domain::users::Role::Admin).await.unwrap(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_backup_is_restored_where_nothing_is_anyones(pool: sqlx::PgPool) {
    let crm = service::Crm::new(service::Database::over(pool.clone()), service::Clock::System);
    crm.has_room_for_restore().await.expect("all that a new database holds is ours");
    sqlx::query("create table invoices (id int)").execute(&pool).await.unwrap();
    match crm.make_room_for_restore().await {
        Err(service::Error::Conflict { detail, .. }) => assert!(detail.contains("invoices"), "{detail}"),
        other => panic!("{other:?}"),
    }
    sqlx::query("select from invoices").execute(&pool).await.expect("it is still there");
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_signs_in_from_elsewhere_once_the_database_holds_demo_data(pool: sqlx::PgPool) {
    let test = TestServer::over(pool.clone()).await;
    let sign_in = async |address: &'static str| {
        let config = Config::read(|name| (name == "SIWAHT_ADDR").then(|| address.to_owned())).unwrap();
        let router = Server::new(config, test.crm.crm.clone()).router("a secret of tests, long enough to sign cookies");
        let credentials = json!({"login": test.crm.ada.email, "password": PASSWORD});
        Client::new(router, None).post("/api/login", credentials).await.status
    };
    assert_eq!(sign_in("0.0.0.0:80").await, 200);
    sqlx::query("update installation set is_demo = true").execute(&pool).await.unwrap();
    assert_eq!(sign_in("0.0.0.0:80").await, 403);
    assert_eq!(sign_in("127.0.0.1:80").await, 200);
}

#[sqlx::test(migrations = "../../migrations")]
async fn this_machine_reads_the_metrics_however_the_system_writes_its_address(pool: sqlx::PgPool) {
    use tower::ServiceExt;
    let router = TestServer::over(pool).await.router;
    for (peer, status) in [("[::ffff:127.0.0.1]:4000", 200), ("[::1]:4000", 200), ("[::ffff:10.0.0.1]:4000", 403)] {
        let mut request = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
        let peer: std::net::SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), status, "{peer}");
    }
}
