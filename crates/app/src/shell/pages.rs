//! Pages that say where to go.

use domain::users::Role;
use icondata_lu as lu;
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::components::Redirect;

use super::Tab;
use crate::{markup::view, ui::EmptyState, viewer::use_session};

/// `/` leads to where the role works.
#[component]
pub fn Home() -> impl IntoView {
    let role = use_session().with_value(|session| session.user.role);
    let path = match role {
        Role::Admin | Role::Agent | Role::Engineer => Tab::Leads.path(),
    };
    view! { <Redirect path /> }
}

/// A tab whose screen comes later says so; a tab of another role is refused.
#[component]
pub fn NotBuiltYet(tab: Tab) -> impl IntoView {
    let role = use_session().with_value(|session| session.user.role);
    if !tab.is_for(role) {
        return Either::Left(view! { <Forbidden /> });
    }
    Either::Right(view! {
        <Title text=tab.label() />
        <div class="row page-head"><h1>{tab.label()}</h1></div>
        <EmptyState icon=tab.icon() title="Not here yet" text=format!("{} This screen is still to come.", tab.promise())>
            <a class="btn" href="/leads">"Go to leads"</a>
        </EmptyState>
    })
}

/// 403, with a way back.
#[component]
pub fn Forbidden() -> impl IntoView {
    #[cfg(feature = "ssr")]
    set_status(http::StatusCode::FORBIDDEN);
    view! {
        <Title text="Not allowed" />
        <EmptyState icon=lu::LuLock title="Not for your role" text="This part is for other roles. Ask an admin if you need it.".to_owned()>
            <a class="btn" href="/">"Back to your work"</a>
        </EmptyState>
    }
}

/// 404.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    set_status(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found" />
        <main class="page">
            <EmptyState icon=lu::LuSearchX title="Nothing at this address" text="It may have moved, or never was.".to_owned()>
                <a class="btn" href="/">"Back to your work"</a>
            </EmptyState>
        </main>
    }
}

#[cfg(feature = "ssr")]
fn set_status(status: http::StatusCode) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
    }
}
