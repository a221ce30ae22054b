//! The whole server over a test database, and browsers and programs that talk to it.

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::users::User;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{config::Config, startup::Server};
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
        let crm = TestCrm::over(pool).await;
        let config = Config::read(|name| (name == "SIWAHT_SITE").then(|| "site".to_owned())).unwrap();
        let server = Server::new(config, crm.database.clone(), crm.clock.clone());
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

    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub fn with_cookie(&self, cookie: Option<String>) -> Client {
        Client::new(self.router.clone(), cookie)
    }
}
