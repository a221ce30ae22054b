//! What people see: the Leptos app. Rendered on the server (`ssr`), then live in the browser (`hydrate`).
//!
//! No SQL and no rules: pages call server functions, server functions call one use case each.

pub mod attachments;
pub mod board;
mod error;
pub mod imports;
pub mod interactions;
mod leads;
mod live;
mod markup;
pub mod notifications;
pub mod products;
pub mod search;
mod shell;
mod sign_in;
mod ui;
mod viewer;
pub mod views;
mod wire;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

pub use error::UiError;
#[cfg(feature = "ssr")]
pub use viewer::Viewer;

use crate::{
    board::BoardPage,
    imports::{ImportPage, ImportsPage},
    leads::{LeadDetail, LeadsPage, NewLead},
    markup::view,
    shell::{Home, NotBuiltYet, NotFound, Shell, Tab},
    sign_in::{SetUpPage, SignInPage},
};

/// The document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    set_content_security_policy();
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
                <leptos_meta::HashedStylesheet options=options.clone() id="siwaht" />
                <AutoReload options=options.clone() />
                {needs_script().then(|| view! { <HydrationScripts options /> })}
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Signing in and setting up are plain forms: nothing there has to come alive.
#[cfg(feature = "ssr")]
fn needs_script() -> bool {
    let parts = use_context::<http::request::Parts>();
    parts.is_none_or(|parts| !matches!(parts.uri.path(), "/sign-in" | "/set-up"))
}

/// Scripts run only with this page's nonce (and what they load); nothing is framed, nothing comes from elsewhere.
#[cfg(feature = "ssr")]
fn set_content_security_policy() {
    let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<leptos_axum::ResponseOptions>())
    else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; \
         style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; frame-src 'self'; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, value);
    }
}

/// Pages are sent when all of what they show is there: whole without a script, and nothing jumps. What a page must not
/// wait for (totals) is loaded by the browser.
const WHOLE: SsrMode = SsrMode::Async;

/// Every screen and its address.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    ui::provide_toasts();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Siwaht".into() } else { format!("{title} · Siwaht") } />
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=SignInPage ssr=WHOLE />
                <Route path=path!("/set-up") view=SetUpPage ssr=WHOLE />
                <ParentRoute path=path!("") view=Shell ssr=WHOLE>
                    <Route path=path!("") view=Home ssr=WHOLE />
                    <ParentRoute path=path!("/leads") view=LeadsPage ssr=WHOLE>
                        <Route path=path!("") view=|| () ssr=WHOLE />
                        <Route path=path!("new") view=NewLead ssr=WHOLE />
                        <Route path=path!(":id") view=LeadDetail ssr=WHOLE />
                    </ParentRoute>
                    <Route path=path!("/dashboard") view=|| view! { <NotBuiltYet tab=Tab::Dashboard /> } ssr=WHOLE />
                    <ParentRoute path=path!("/kanban") view=BoardPage ssr=WHOLE>
                        <Route path=path!("") view=|| () ssr=WHOLE />
                        <Route path=path!("new") view=NewLead ssr=WHOLE />
                        <Route path=path!(":id") view=LeadDetail ssr=WHOLE />
                    </ParentRoute>
                    <Route path=path!("/imports") view=ImportsPage ssr=WHOLE />
                    <Route path=path!("/imports/:id") view=ImportPage ssr=WHOLE />
                    <Route path=path!("/reference") view=|| view! { <NotBuiltYet tab=Tab::Reference /> } ssr=WHOLE />
                    <Route path=path!("/engineering") view=|| view! { <NotBuiltYet tab=Tab::Engineering /> } ssr=WHOLE />
                    <Route path=path!("/admin/agents") view=|| view! { <NotBuiltYet tab=Tab::Agents /> } ssr=WHOLE />
                    <Route path=path!("/admin/products") view=|| view! { <NotBuiltYet tab=Tab::Products /> } ssr=WHOLE />
                    <Route path=path!("/admin/webhooks") view=|| view! { <NotBuiltYet tab=Tab::Webhooks /> } ssr=WHOLE />
                    <Route path=path!("/admin/mcp") view=|| view! { <NotBuiltYet tab=Tab::Mcp /> } ssr=WHOLE />
                </ParentRoute>
            </Routes>
        </Router>
        <ui::Toasts />
    }
}
