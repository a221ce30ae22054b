//! What people see: the Leptos app. Rendered on the server (`ssr`), then live in the browser (`hydrate`).
//!
//! No SQL and no rules: pages call server functions, server functions call one use case each.

mod asking;
pub mod attachments;
pub mod board;
#[cfg(feature = "ssr")]
mod document;
mod error;
pub mod imports;
pub mod interactions;
mod leads;
mod live;
mod location;
mod markup;
pub mod notifications;
mod page;
pub mod products;
pub mod search;
mod shell;
#[cfg(feature = "ssr")]
mod sign_in;
mod ui;
mod viewer;
pub mod views;
mod wire;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub use document::{Destination, Document, document};
pub use error::UiError;
pub use page::Page;
#[cfg(feature = "ssr")]
pub use viewer::Viewer;

use crate::{
    location::{At, provide_location},
    markup::view,
    shell::Shell,
    viewer::{Brought, provide_brought},
};

/// Every page of a signed-in person, with what came along.
#[component]
pub(crate) fn App(at: At, brought: Brought) -> impl IntoView {
    provide_location(at);
    ui::provide_toasts();
    let Brought { session, leads } = brought;
    provide_brought(leads);
    view! {
        <Shell session />
        <ui::Toasts />
    }
}

/// Takes over the page that the server sent. Without the data that came along it stays as it is: readable, with links
/// and forms that work.
#[cfg(feature = "hydrate")]
pub fn come_alive() {
    let Some(brought) = viewer::take_brought() else { return };
    leptos::mount::hydrate_body(|| view! { <App at=location::browser_at() brought /> });
}
