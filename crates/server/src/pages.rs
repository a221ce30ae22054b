//! The door for people: the Leptos app, its server functions, its files, and the forms that start and end a session.

use any_spawner::Executor;
use app::{Destination, Document, Page, Viewer};
use axum::{
    Extension, Form, Router,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use domain::{
    ErrorCode, Fields, LeadId,
    interactions::InteractionInput,
    users::{Credentials, Role, UserInput},
};
use form_urlencoded::Serializer;
use http_body_util::BodyExt;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::{handle_server_fns, render_app_async};
use serde::Deserialize;
use service::{Error, Proof};
use tower_http::services::ServeDir;
use tower_sessions::Session;

use crate::{problem::Problem, rest::Id, session, startup::Server, visitor::Address};

/// What server functions are sent.
const JSON: &[u8] = b"application/json";

/// Pages, server functions and session forms: everything that reads the cookie.
pub fn router() -> Router<Server> {
    // A second server in one process (tests) finds it set.
    let _ = Executor::init_tokio();
    let forms = Router::new()
        .route("/ui/{*name}", get(server_function).post(server_function))
        .route("/sign-in", get(page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/set-up", get(page).post(set_up))
        .route("/leads/{id}/interactions", post(log_interaction));
    Page::PATTERNS.into_iter().fold(forms, |router, pattern| router.route(pattern, get(page)))
}

/// Answers a server function. A refusal is the same problem that machines get, with its status and its request's id.
async fn server_function(request: Request) -> Result<Response, Problem> {
    let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(JSON));
    if request.method() == Method::POST && !is_json {
        return Err(Problem::new(ErrorCode::UnsupportedMediaType, "Send application/json."));
    }
    let (head, body) = handle_server_fns(request).await.into_response().into_parts();
    if !head.headers.contains_key(SERVER_FN_ERROR_HEADER) {
        return Ok(Response::from_parts(head, body));
    }
    let refused = body.collect().await.ok().and_then(|body| serde_json::from_slice(&body.to_bytes()).ok());
    let unread = || domain::Problem::new(ErrorCode::Internal, "Something went wrong on our side.");
    Err(refused.unwrap_or_else(unread).into())
}

/// A page with all that it shows, or the way to where its visitor belongs.
async fn page(State(server): State<Server>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match Document::open(parts.clone()).await {
        Destination::Elsewhere(path) => {
            let location = HeaderValue::from_str(&path).unwrap_or(HeaderValue::from_static("/sign-in"));
            (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
        }
        Destination::Document(document) => render(&server, document, Request::from_parts(parts, body)).await,
    }
}

async fn render(server: &Server, document: Document, request: Request) -> Response {
    let options = server.leptos.clone();
    render_app_async(move || app::document(options.clone(), document.clone()))(request).await
}

/// CSS, WASM, fonts and icons: compressed when they were built, never asked for twice.
pub fn files(server: &Server) -> Router<Server> {
    let dir = |path: &str| ServeDir::new(server.config.site.join(path)).precompressed_br().precompressed_gzip();
    Router::new()
        .nest_service("/pkg", dir("pkg"))
        .nest_service("/fonts", dir("fonts"))
        .route_service("/favicon.svg", dir("").append_index_html_on_directories(false))
        .layer(middleware::from_fn(cache))
}

/// Names of built files hold a hash of their content: what was loaded once is good for ever. The others, for a day.
async fn cache(request: Request, next: Next) -> Response {
    let is_hashed = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let age = if is_hashed { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    }
    response
}

/// Addresses that lead nowhere: a page for people, a problem for machines.
pub async fn not_found(State(server): State<Server>, request: Request) -> Response {
    let path = request.uri().path();
    let is_page = request.method() == Method::GET && !["/api/", "/ui/", "/pkg/"].iter().any(|p| path.starts_with(p));
    if !is_page {
        return Problem::new(ErrorCode::NotFound, "There is nothing at this address.").into_response();
    }
    render(&server, Document::NotFound, request).await
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// A plain form, so that signing in needs no script. A refusal goes back to the page with its reason.
async fn sign_in(
    State(server): State<Server>,
    session: Session,
    Address(address): Address,
    Form(form): Form<SignIn>,
) -> Result<Response, Problem> {
    let SignIn { login, password, next } = form;
    let credentials = Credentials { login: login.clone(), password };
    let problem = match session::sign_in(&server, credentials, address).await {
        Ok(who) => return welcome(&session, &who, &next).await,
        Err(Error::WrongCredentials | Error::Invalid(_)) => "wrong".to_owned(),
        Err(Error::TooMany { retry_after_s }) => format!("wait-{retry_after_s}"),
        Err(Error::Unavailable(_)) => "unavailable".to_owned(),
        Err(Error::Forbidden { .. }) => "demo".to_owned(),
        Err(other) => return Err(other.into()),
    };
    let mut query = query_on("/sign-in?");
    query.append_pair("problem", &problem).append_pair("login", &login);
    if next != "/" && !next.is_empty() {
        query.append_pair("next", &next);
    }
    Ok(Redirect::to(&query.finish()).into_response())
}

async fn sign_out(session: Session) -> Result<Redirect, Problem> {
    session::end(&session).await?;
    Ok(Redirect::to("/sign-in"))
}

#[derive(Deserialize)]
struct SetUp {
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// Makes the first admin through the one-time link, and signs them in.
async fn set_up(State(server): State<Server>, session: Session, Form(form): Form<SetUp>) -> Result<Response, Problem> {
    let SetUp { token, name, email, password } = form;
    let input = UserInput { name: name.clone(), email: email.clone(), username: None, role: Role::Admin };
    let problem = match server.crm.set_up(&token, input, &password).await {
        Ok(who) => return welcome(&session, &who, "/").await,
        Err(Error::Invalid(fields)) => fields.0.into_keys().collect::<Vec<_>>().join(","),
        Err(Error::NotFound) => "used".to_owned(),
        Err(other) => return Err(other.into()),
    };
    let mut query = query_on("/set-up?");
    query.append_pair("token", &token).append_pair("problem", &problem);
    query.append_pair("name", &name).append_pair("email", &email);
    Ok(Redirect::to(&query.finish()).into_response())
}

#[derive(Deserialize)]
struct Logged {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    text: String,
    /// The list behind the lead's sheet.
    #[serde(default)]
    list: String,
}

/// Writes down what happened, for pages without a script. A visitor signs in first and comes back to the lead.
async fn log_interaction(
    Extension(Viewer(me)): Extension<Viewer>,
    Id(lead): Id<LeadId>,
    Form(form): Form<Logged>,
) -> Result<Response, Problem> {
    let Logged { r#type, text, list } = form;
    let Some(me) = me else { return Ok(Redirect::to(&format!("/sign-in?next=/leads/{lead}")).into_response()) };
    let r#type = r#type.parse().map_err(|problem| Error::Invalid(Fields::one("type", problem)))?;
    me.interactions().log(lead, InteractionInput { r#type, text }).await?;
    let place = if list.is_empty() { format!("/leads/{lead}") } else { format!("/leads/{lead}?{list}") };
    let location = HeaderValue::from_str(&place).unwrap_or(HeaderValue::from_static("/leads"));
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// A query string behind an address that ends in `?`.
fn query_on(address: &str) -> Serializer<'static, String> {
    Serializer::for_suffix(address.to_owned(), address.len())
}

/// Only places on this site: `//elsewhere` and `/\elsewhere` would leave it.
async fn welcome(session: &Session, who: &Proof, next: &str) -> Result<Response, Problem> {
    session::start(session, who).await?;
    let inside = next.starts_with('/') && !next[1..].starts_with(['/', '\\']) && !next.contains(char::is_control);
    let next = if inside { next } else { "/" };
    let Ok(location) = HeaderValue::from_str(next) else { return Ok(Redirect::to("/").into_response()) };
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
