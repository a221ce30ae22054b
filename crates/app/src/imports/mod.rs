//! `/imports`: files of leads on their way in. The list with a place to drop a file, and one page for each import.
//!
//! The server sends both as markup; their code is a chunk of its own, which takes the markup's place.

mod columns;
mod history;
mod list;
mod one;
mod reading;
mod report;
mod review;
pub mod server_fns;
mod state;
mod unknown;
mod upload;
mod words;

use std::sync::Arc;

use domain::{ImportId, users::Role};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    markup::view,
    shell::{Forbidden, NotFound},
    ui::served::{Markup, Place, Served},
    viewer::use_session,
};

/// Where the server's markup stands.
const PLACE: &str = "imports-place";

/// All imports, and the next one.
#[component]
pub fn ImportsPage() -> impl IntoView {
    if !may_import() {
        return view! { <Forbidden /> };
    }
    let is_here = lazy_preload!(all);
    let served = Served::new(list_markup);
    view! {
        <Title text="Imports" />
        <div class="row page-head"><h1>"Import leads"</h1></div>
        <Place id=PLACE served />
        <Suspense>{move || is_here.get().then(|| Suspend::new(all()))}</Suspense>
    }
}

/// One import, from its columns to its result.
#[component]
pub fn ImportPage() -> impl IntoView {
    if !may_import() {
        return view! { <Forbidden /> };
    }
    let params = use_params_map();
    let id = params.read_untracked().get("id").and_then(|id| id.parse::<ImportId>().ok());
    let Some(id) = id else { return view! { <NotFound /> } };
    let is_here = lazy_preload!(one);
    let served = Served::new(move || one_markup(id));
    view! {
        <Title text="Import" />
        <Place id=PLACE served />
        <Suspense>{move || is_here.get().then(|| Suspend::new(one(id)))}</Suspense>
    }
}

/// Only whether it is offered; the policy decides.
pub fn may_import() -> bool {
    use_session().with_value(|session| session.user.role != Role::Engineer)
}

async fn list_markup() -> Markup {
    #[cfg(feature = "ssr")]
    {
        let loaded = server_fns::list_imports().await;
        Arc::new(move || list::markup(loaded.clone()))
    }
    #[cfg(not(feature = "ssr"))]
    {
        Arc::new(String::new)
    }
}

async fn one_markup(id: ImportId) -> Markup {
    #[cfg(feature = "ssr")]
    {
        let loaded = server_fns::find_import(id).await;
        Arc::new(move || one::markup(loaded.clone()))
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = id;
        Arc::new(String::new)
    }
}

#[lazy]
fn all() -> AnyView {
    view! { <list::Live /> }
}

#[lazy]
fn one(id: ImportId) -> AnyView {
    view! { <one::Live id /> }
}
