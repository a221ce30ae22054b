//! The OpenAPI document, generated from the code, and a page to browse it without any script.

use std::fmt::Write;

use axum::{
    Json, Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse},
    routing::get,
};
use domain::leads::ExportFormat;
use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        Content, OpenApi as Document, PathItem, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use crate::startup::{COOKIE, Server};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Siwaht CRM",
        description = "Keys are camelCase, instants RFC 3339 in UTC, amounts numbers with two decimals. Errors are \
                   problems (RFC 9457) with a code, the fields concerned and the request's id. Sign in with \
                   POST /api/login and keep the cookie."
    ),
    components(schemas(domain::Problem))
)]
struct Head;

/// The document's head; the paths are added by the router.
pub fn head() -> Document {
    let mut document = Head::openapi();
    // Taken from the crate's manifest, which names none: an empty one would be no valid document.
    document.info.license = None;
    document
}

/// `/api/openapi.json` and `/api/docs`.
pub fn routes(mut document: Document) -> Router<Server> {
    document.paths.paths.values_mut().for_each(complete);
    share_filters(&mut document);
    ask_for_session(&mut document);
    let page = page(&document);
    let document = with_partial_writes(serde_json::to_value(document).unwrap_or_default());
    Router::new()
        .route("/api/openapi.json", get(move || std::future::ready(Json(document.clone()))))
        .route("/api/docs", get(move || std::future::ready(styled(page.clone()))))
}

/// What an operation declares whose file may be a sheet as well.
const CSV: &str = "text/csv";

/// The parameters of a list that are about its pages; all others are its filter.
const OF_PAGES: [&str; 4] = ["limit", "cursor", "offset", "total"];

/// The board and the export take the filters of the list, and the export its sort as well.
fn share_filters(document: &mut Document) {
    let paths = &mut document.paths.paths;
    let of_list = paths.get("/api/leads").and_then(|item| item.get.as_ref()?.parameters.clone()).unwrap_or_default();
    for (path, is_sorted) in [("/api/leads/board", false), ("/api/leads/export", true)] {
        let Some(operation) = paths.get_mut(path).and_then(|item| item.get.as_mut()) else { continue };
        let shared = of_list.iter().filter(|parameter| match parameter {
            RefOr::T(parameter) => !OF_PAGES.contains(&&*parameter.name) && (is_sorted || parameter.name != "sort"),
            RefOr::Ref(_) => true,
        });
        operation.parameters.get_or_insert_default().extend(shared.cloned());
    }
}

/// The cookie that every operation wants but those that begin and end a session.
fn ask_for_session(document: &mut Document) {
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    document.components.get_or_insert_default().add_security_scheme("session", cookie);
    document.security = Some(vec![SecurityRequirement::new("session", [""; 0])]);
    for path in ["/api/login", "/api/logout"] {
        if let Some(operation) = document.paths.paths.get_mut(path).and_then(|item| item.post.as_mut()) {
            operation.security = Some(Vec::new());
        }
    }
}

/// What every refusal answers with, what every JSON body may be refused for, and that files of leads come as either
/// kind.
fn complete(item: &mut PathItem) {
    for operation in [&mut item.post, &mut item.put, &mut item.patch].into_iter().flatten() {
        let Some(RefOr::T(body)) = &operation.request_body else { continue };
        if !body.content.contains_key("application/json") {
            continue;
        }
        for (status, description) in [
            ("400", "The body cannot be read"),
            ("413", "The body is over 1 MiB"),
            ("415", "The body is no application/json"),
        ] {
            let refused = || ResponseBuilder::new().description(description).build().into();
            operation.responses.responses.entry(status.to_owned()).or_insert_with(refused);
        }
    }
    let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    for (status, response) in all.into_iter().flatten().flat_map(|operation| &mut operation.responses.responses) {
        let RefOr::T(response) = response else { continue };
        if response.content.contains_key(CSV) {
            response
                .content
                .entry(ExportFormat::Xlsx.content_type().to_owned())
                .or_insert_with(|| Content::default().into());
        }
        // 416 answers with a header alone.
        if status.as_str() >= "400" && status != "416" {
            let problem = || Content::new(Some(Ref::from_schema_name("Problem"))).into();
            response.content.entry("application/problem+json".to_owned()).or_insert_with(problem);
        }
    }
}

/// Says of writes what types do not: a new lead needs a name; a change is a merge patch, in which a field may be null,
/// a version may stand, and what is read-only may come back; who signs in may be named in three ways.
fn with_partial_writes(mut document: Value) -> Value {
    let schemas = &mut document["components"]["schemas"];
    let mut patch = schemas["LeadInput"].clone();
    if let Some(patch) = patch.as_object_mut() {
        patch.remove("additionalProperties");
    }
    for field in patch["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if !field.to_string().contains("\"null\"") {
            *field = json!({"anyOf": [field.take(), {"type": "null"}]});
        }
    }
    patch["properties"]["version"] = json!({"type": "integer", "format": "int64",
        "description": "Of the lead that the change is made from: refused with 409 when somebody was faster"});
    patch["description"] =
        "A JSON merge patch (RFC 7396) of a lead: what is absent stays, null clears. Read-only fields \
        may come back as they were."
            .into();
    schemas["LeadPatch"] = patch;
    schemas["LeadInput"]["required"] = json!(["name"]);
    let login = schemas["Credentials"]["properties"]["login"].clone();
    for name in ["email", "username"] {
        schemas["Credentials"]["properties"][name] = login.clone();
    }
    schemas["Credentials"]["required"] = json!(["password"]);
    schemas["Credentials"]["anyOf"] =
        ["login", "email", "username"].iter().map(|name| json!({ "required": [name] })).collect();
    for method in ["put", "patch"] {
        let body = &mut document["paths"]["/api/leads/{id}"][method]["requestBody"];
        body["content"]["application/json"]["schema"] = json!({"$ref": "#/components/schemas/LeadPatch"});
    }
    document
}

fn styled(page: String) -> impl IntoResponse {
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page))
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;background:#0f172a;color:#e8edf6;max-width:60rem;\
    margin:2rem auto;padding:0 1rem}a{color:#a5b4fc}details{border:1px solid rgba(148,163,184,.2);border-radius:10px;\
    margin:.5rem 0;padding:.6rem .9rem}summary{cursor:pointer}code{background:rgba(148,163,184,.12);padding:.1em .35em;\
    border-radius:5px}td,th{text-align:left;padding:.25rem .8rem .25rem 0;vertical-align:top}.m{display:inline-block;\
    width:4.5rem;font-weight:650;color:#a5b4fc}";

fn page(document: &Document) -> String {
    let mut html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Siwaht CRM API</title><style>{STYLE}</style><h1>Siwaht CRM API</h1><p>{}</p>\
         <p><a href=/api/openapi.json>openapi.json</a></p>",
        escape(document.info.description.as_deref().unwrap_or_default())
    );
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            push_operation(&mut html, path, method, operation);
        }
    }
    html
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

fn push_operation(html: &mut String, path: &str, method: &str, operation: &Operation) {
    let summary = escape(operation.summary.as_deref().unwrap_or_default());
    // Writing to a string cannot fail.
    let _ = write!(html, "<details><summary><span class=m>{method}</span> <code>{path}</code> {summary}</summary>");
    if let Some(description) = &operation.description {
        let _ = write!(html, "<p>{}</p>", escape(description));
    }
    html.push_str("<table>");
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let description = escape(parameter.description.as_deref().unwrap_or_default());
        let _ = write!(html, "<tr><th><code>{}</code></th><td>{description}</td></tr>", parameter.name);
    }
    for (status, response) in &operation.responses.responses {
        if let RefOr::T(response) = response {
            let _ = write!(html, "<tr><th>{status}</th><td>{}</td></tr>", escape(&response.description));
        }
    }
    html.push_str("</table></details>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
