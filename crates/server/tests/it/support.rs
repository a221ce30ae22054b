//! The whole server over a test database, and browsers and programs that talk to it.

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use domain::users::User;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{config::Config, startup::Server};
use service::{Crm, Files};
use testkit::{PASSWORD, TestCrm};
use tower::ServiceExt;

pub struct TestServer {
    pub crm: TestCrm,
    pub router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Bytes,
}

/// The content type of what [`multipart`] makes.
pub const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=edge");

/// Files as the parts `file` of a form. Names go in as they are, as programs of all sorts send them.
pub fn multipart(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend(
            format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n").bytes(),
        );
        body.extend(b"Content-Type: image/png\r\n\r\n");
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get(header::SET_COOKIE)?.to_str().unwrap();
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}

/// Someone with a cookie, or with none.
pub struct Client {
    router: Router,
    cookie: Option<String>,
}

impl TestServer {
    pub async fn over(pool: sqlx::PgPool) -> Self {
        Self::keeping(pool, Files::in_memory()).await
    }

    /// The same with a place for files.
    pub async fn keeping(pool: sqlx::PgPool, files: Files) -> Self {
        let mut crm = TestCrm::over(pool).await;
        crm.crm = Crm::with_files(crm.database.clone(), crm.clock.clone(), files);
        let config = Config::read(|name| (name == "SIWAHT_SITE").then(|| "site".to_owned())).unwrap();
        let server = Server::new(config, crm.crm.clone());
        TestServer { router: server.router("a secret of tests, long enough to sign cookies"), crm }
    }

    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    pub async fn signed_in(&self, user: &User) -> Client {
        let mut client = self.anonymous();
        let answer = client.post("/api/login", json!({"login": user.email, "password": PASSWORD})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        client.cookie = answer.cookie();
        client
    }
}

impl Client {
    pub fn new(router: Router, cookie: Option<String>) -> Self {
        Client { router, cookie }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut all: HashMap<&str, &str> = headers.iter().copied().collect();
        if body.is_some() {
            all.entry("content-type").or_insert("application/json");
        }
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.raw(method, path, &all.into_iter().collect::<Vec<_>>(), bytes).await
    }

    /// Sends one file as a program would.
    pub async fn attach(&self, lead: i64, name: &str, bytes: &[u8]) -> Answer {
        self.raw(Method::POST, &format!("/api/leads/{lead}/attachments"), &[MULTIPART], multipart(&[(name, bytes)]))
            .await
    }

    /// Sends a file of leads with these fields beside it.
    pub async fn import(&self, file: &[u8], fields: &[(&str, &str)]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        body.extend(multipart(&[("leads.csv", file)]));
        self.raw(Method::POST, "/api/leads/import", &[MULTIPART], body).await
    }

    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.stream(method, path, headers, Body::from(body)).await
    }

    /// Sends a body that is still on its way.
    pub async fn stream(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let (parts, mut body) = self.open(method, path, headers, body).await.into_parts();
        // A stream goes on for ever: its first piece will do.
        let is_stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let bytes = match is_stream {
            true => body.frame().await.unwrap().unwrap().into_data().unwrap(),
            false => body.collect().await.unwrap().to_bytes(),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }

    /// The answer before its body is read.
    pub async fn open(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub fn with_cookie(&self, cookie: Option<String>) -> Client {
        Client::new(self.router.clone(), cookie)
    }
}
