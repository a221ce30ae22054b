//! From a request to a whole document: what a page shows is loaded first, then everything is made at once. Nothing is
//! loaded while markup is made, so that it is whole without a script and nothing jumps.

use std::sync::Arc;

use domain::users::Role;
use futures_util::future::join;
use http::{HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY, request::Parts};
use icondata_lu as lu;
use leptos::{hydration::HydrationScripts, nonce::use_nonce, prelude::*, reactive::computed::ScopedFuture};
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};

use crate::{
    App, UiError, board, imports,
    leads::{
        self,
        address::{Address, with_query},
    },
    location::At,
    markup::view,
    page::{Over, Page},
    shell::Tab,
    sign_in::{SetUpPage, SignInPage},
    ui::{
        EmptyState, Title,
        served::{Served, seed_id, seed_text},
    },
    viewer::{BROUGHT, Brought, BroughtLeads, load_session},
    views::server_fns::list_views,
};

/// What an address leads to.
pub enum Destination {
    /// Another address, at once.
    Elsewhere(String),
    Document(Document),
}

/// A document, with everything that is in it.
#[derive(Clone)]
pub enum Document {
    SignIn(At),
    SetUp(At),
    NotFound,
    /// Not even who is asking could be found out.
    Failed {
        error: UiError,
        at: At,
    },
    Page {
        at: At,
        brought: Arc<Brought>,
        served: Served,
    },
}

impl Document {
    /// Loads all that the address shows to the viewer of this request.
    pub async fn open(parts: Parts) -> Destination {
        let at = At { path: parts.uri.path().to_owned(), query: parts.uri.query().unwrap_or_default().to_owned() };
        match at.path.as_str() {
            "/sign-in" => return Destination::Document(Document::SignIn(at)),
            "/set-up" => return Destination::Document(Document::SetUp(at)),
            _ => {}
        }
        let Some(page) = Page::of(&at.path) else { return Destination::Document(Document::NotFound) };
        // Server functions ask their surroundings for the request.
        let surroundings = Owner::new();
        let loading = surroundings.with(|| {
            provide_context(parts);
            ScopedFuture::new(load(page, at))
        });
        let opened = loading.await;
        surroundings.cleanup();
        opened
    }
}

async fn load(page: Page, at: At) -> Destination {
    let session = match load_session().await {
        Ok(Some(session)) => session,
        Ok(None) => return Destination::Elsewhere(sign_in_to(&at)),
        Err(error) => return Destination::Document(Document::Failed { error, at }),
    };
    let role = session.user.role;
    if page == Page::Home {
        return Destination::Elsewhere(Tab::home(role).path().to_owned());
    }
    // Neither waits for the other.
    let ((leads, mut served), over) = join(load_under(page, &at, role), load_over(page)).await;
    served.add(over);
    Destination::Document(Document::Page { at, brought: Arc::new(Brought { session, leads }), served })
}

/// The page itself.
async fn load_under(page: Page, at: &At, role: Role) -> (Option<BroughtLeads>, Served) {
    let (mut leads, mut served) = (None, Served::default());
    match page {
        Page::Leads(_) => {
            let list = Address::parse(&at.query).list();
            let (list, views) = join(leads::server_fns::list_leads(list), list_views()).await;
            // Without its tabs the list is still of use: what fails here is said where views are saved.
            leads = Some(BroughtLeads { list, views: views.unwrap_or_default() });
        }
        Page::Board(_) => board::serve(&mut served, &Address::parse(&at.query)).await,
        Page::Imports if imports::may_import(role) => imports::serve_all(&mut served).await,
        Page::Import(id) if imports::may_import(role) => imports::serve_one(&mut served, id).await,
        Page::Home | Page::Imports | Page::Import(_) | Page::NotBuilt(_) => {}
    }
    (leads, served)
}

/// What lies over the page.
async fn load_over(page: Page) -> Served {
    let mut served = Served::default();
    if let Some(Over::Lead(id)) = page.over() {
        leads::serve_sheet(&mut served, id).await;
    }
    served
}

/// Where visitors sign in, and come back from to where they were.
fn sign_in_to(at: &At) -> String {
    let here = with_query(&at.path, &at.query);
    if here == "/" {
        return "/sign-in".to_owned();
    }
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// The document around everything.
pub fn document(options: LeptosOptions, document: Document) -> impl IntoView {
    provide_meta_context();
    set_content_security_policy();
    let json = match &document {
        Document::Page { brought, .. } => serde_json::to_string(&**brought).ok(),
        Document::SignIn(_) | Document::SetUp(_) | Document::NotFound | Document::Failed { .. } => None,
    };
    let is_alive = json.is_some();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="dark" />
                <meta name="theme-color" content="#0f172a" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="preload" href="/fonts/inter-latin-wght-normal.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <HashedStylesheet options=options.clone() id="siwaht" />
                <AutoReload options=options.clone() />
                {is_alive.then(|| view! { <HydrationScripts options /> })}
                {json.map(|json| view! { <script type="application/json" id=seed_id(BROUGHT) inner_html=seed_text(&json)></script> })}
                <MetaTags />
            </head>
            <body>{body(document)}</body>
        </html>
    }
}

fn body(document: Document) -> AnyView {
    match document {
        Document::SignIn(at) => view! { <SignInPage at /> },
        Document::SetUp(at) => view! { <SetUpPage at /> },
        Document::NotFound => view! { <NotFound /> },
        Document::Failed { error, at } => view! { <Failed error at /> },
        Document::Page { at, brought, served } => {
            provide_context(served);
            view! { <App at brought=(*brought).clone() /> }
        }
    }
}

/// 404.
#[component]
fn NotFound() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Not found" />
        <main class="page">
            <EmptyState is_page=true icon=lu::LuSearchX title="Nothing at this address" text="It may have moved, or never was.".to_owned()>
                <a class="btn" href="/">"Back to your work"</a>
            </EmptyState>
        </main>
    }
}

/// Why there is no page at all, and the way to try again.
#[component]
fn Failed(error: UiError, at: At) -> impl IntoView {
    let problem = *error.0;
    set_status(problem.status);
    let here = with_query(&at.path, &at.query);
    view! {
        <Title text="Not available" />
        <main class="page">
            <EmptyState is_page=true icon=lu::LuTriangleAlert title=problem.title text=problem.detail>
                <a class="btn" href=here>"Try again"</a>
            </EmptyState>
        </main>
    }
}

/// Scripts run only with this page's nonce (and what they load); nothing is framed, nothing comes from elsewhere.
fn set_content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; \
         style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; frame-src 'self'; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}

/// The status of the response that is being made.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}
