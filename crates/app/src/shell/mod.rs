//! The frame around every page: header, tabs of the role, phone bar, and the pages that say there is nothing.

mod header;
mod pages;
mod tabs;

use leptos::{either::EitherOf3, prelude::*};
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};

pub use pages::{Forbidden, Home, NotBuiltYet, NotFound};
pub use tabs::Tab;

use crate::{
    UiError,
    live::provide_live,
    markup::view,
    ui::{self, ErrorState, Skeleton},
    viewer::{Session, session},
    wire,
};
use header::{Header, PhoneBar};

/// Loads the session; visitors go to the sign-in page and come back to where they were.
#[component]
pub fn Shell() -> impl IntoView {
    let loaded = wire::resource(|| (), |()| session());
    view! {
        <Suspense fallback=|| view! { <main class="page"><Skeleton rows=8 /></main> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(Some(session)) => EitherOf3::A(view! { <Frame session /> }),
                    Ok(None) => EitherOf3::B(view! { <ToSignIn /> }),
                    Err(error) => EitherOf3::C(failed(error, move || loaded.refetch())),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Frame(session: Session) -> impl IntoView {
    let is_demo = session.is_demo;
    provide_context(StoredValue::new(session));
    provide_live();
    // Runs in the browser alone, once the page listens: styles and tests may ask for it.
    Effect::new(|| {
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-alive", "true");
        }
    });
    let skip = |event: leptos::ev::MouseEvent| {
        // The router would take it for another page.
        event.prevent_default();
        ui::focus("#main");
    };
    view! {
        <a class="skip" href="#main" on:click=skip>"Skip to content"</a>
        <Header />
        {is_demo.then(|| view! {
            <aside class="demo-note" aria-label="About this data">"Demo data: made-up people and companies"</aside>
        })}
        <main id="main" class="page" tabindex="-1"><Outlet /></main>
        <PhoneBar />
    }
}

#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let here = format!("{}{}", location.pathname.get_untracked(), query_suffix(&location.search.get_untracked()));
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    let path = if here == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={next}") };
    view! { <Redirect path /> }
}

/// `?status=won`, or nothing.
fn query_suffix(search: &str) -> String {
    if search.is_empty() { String::new() } else { format!("?{}", search.trim_start_matches('?')) }
}

fn failed(error: UiError, retry: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    view! { <main class="page"><ErrorState error retry=Callback::new(move |()| retry()) /></main> }
}
