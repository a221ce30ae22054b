//! What stands where there is nothing (yet) to show.

use domain::ErrorCode;
use icondata_lu as lu;
use leptos::prelude::*;

use super::Icon;
use crate::{
    UiError,
    markup::{act, view},
};

/// Nothing here, why, and what to do about it.
#[component]
pub fn EmptyState(
    icon: icondata_core::Icon,
    #[prop(into)] title: String,
    text: String,
    /// Whether it is all that the page has to say: then it is the page's title.
    #[prop(optional)]
    is_page: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="empty">
            <span class="empty-icon"><Icon icon /></span>
            {if is_page { view! { <h1>{title}</h1> } } else { view! { <h2>{title}</h2> } }}
            <p class="muted">{text}</p>
            <div class="row">{children()}</div>
        </section>
    }
}

/// What failed, where it failed, with a way to try again where that can help.
#[component]
pub fn ErrorState(error: UiError, retry: Callback<()>) -> impl IntoView {
    let problem = *error.0;
    #[cfg(feature = "ssr")]
    crate::document::set_status(problem.status);
    view! {
        <section class="empty" role="alert">
            <span class="empty-icon empty-icon-bad"><Icon icon=lu::LuTriangleAlert /></span>
            <h2>{problem.title}</h2>
            <p class="muted">{problem.detail}</p>
            {problem.fields.0.into_iter().map(|(field, message)| view! {
                <p class="muted"><code>{field}</code>" "{message}</p>
            }).collect_view()}
            {problem.request_id.map(|id| view! { <p class="faint">"Request "<code>{id}</code></p> })}
            {match problem.code {
                ErrorCode::Unauthenticated => view! { <a class="btn" href="/sign-in" rel="external">"Sign in"</a> },
                ErrorCode::BadRequest | ErrorCode::Forbidden | ErrorCode::NotFound => ().into_any(),
                _ => view! {
                    <button class="btn" on:click=act(move || retry.run(()))><Icon icon=lu::LuRotateCw />"Try again"</button>
                },
            }}
        </section>
    }
}

/// Grey bars in the shape of what is coming.
#[component]
pub fn Skeleton(rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_view()}
        </div>
    }
}
