//! One import: what was read, what will happen, what goes on, what happened.

use domain::{
    ImportId,
    imports::{Import, ImportStep},
};
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    PLACE, columns::Columns, is_own, reading::Reading, report::Report, review::Review, state::State, unknown::Unknown,
    words,
};
use crate::{
    UiError,
    markup::{attr, dynamic, view},
    ui::{ErrorState, Icon, Skeleton, served},
    wire,
};

/// As the server sends it.
#[cfg(feature = "ssr")]
pub fn markup(loaded: Result<Import, UiError>) -> String {
    let json = serde_json::to_string(&loaded).unwrap_or_default();
    let html = match loaded {
        Ok(import) => {
            let state = State::new(import.id);
            state.import.set(Some(import));
            view! { <Whole state /> }.to_html()
        }
        Err(error) => view! { <Failed error retry=Callback::new(|()| ()) /> }.to_html(),
    };
    format!("{html}{}", served::seed(PLACE, &json))
}

#[component]
pub fn Live(id: ImportId) -> impl IntoView {
    let state = State::new(id);
    served::take_over(PLACE, |seed, _| match wire::read::<Result<Import, UiError>>(seed.as_bytes()) {
        Ok(Ok(import)) => state.import.set(Some(import).filter(|import| import.id == id)),
        Ok(Err(error)) => state.problem.set(Some(error)),
        Err(_) => {}
    });
    // What came along may be older than the page.
    state.load();
    state.follow();
    // Made once: an import says several times a second how far it is, and what has the focus must not go with that.
    let is_here = Memo::new(move |_| state.import.with(Option::is_some));
    let problem = Memo::new(move |_| state.problem.get());
    view! {
        {dynamic(move || match (is_here.get(), problem.get()) {
            (true, _) => view! { <Whole state /> },
            (false, Some(error)) => view! { <Failed error retry=Callback::new(move |()| state.load()) /> },
            (false, None) => view! { <Untitled /><Skeleton rows=8 /> },
        })}
    }
}

/// The head of an import of which nothing is known.
#[component]
fn Untitled() -> impl IntoView {
    view! { <div class="row page-head"><h1>"Import"</h1></div> }
}

#[component]
fn Failed(error: UiError, retry: Callback<()>) -> impl IntoView {
    view! {
        <Untitled />
        <ErrorState error retry />
        <p class="row start-over"><a class="link" href="/imports">"All imports"</a></p>
    }
}

/// The steps of an import, as its head names them.
const STEPS: [&str; 4] = ["File", "Columns", "Check", "Import"];

#[component]
fn Whole(state: State) -> impl IntoView {
    let can_change = Memo::new(move |_| {
        state.import.with(|import| import.as_ref().is_some_and(|import| import.can_be_read_again() && is_own(import)))
    });
    view! {
        <Head state />
        <div class="import-grid">
            <div class="import-side"><Review state /></div>
            <div class="import-main">
                {dynamic(move || can_change.get().then(|| view! { <Unknown state /><Columns state /><Reading state /> }))}
                <Report state />
            </div>
        </div>
    }
}

#[component]
fn Head(state: State) -> impl IntoView {
    let name = Memo::new(move |_| state.get().map(|import| import.file_name).unwrap_or_default());
    let badge = Memo::new(move |_| state.get().map(|import| words::state(&import)));
    // Which step one is at; those before it are behind.
    let at = Memo::new(move |_| match state.get() {
        Some(import) if import.step != ImportStep::Check => 4,
        Some(import) if import.unknown.is_empty() && !words::is_nameless(&import) => 2,
        _ => 1,
    });
    view! {
        <div class="row page-head import-head">
            <a class="icon-button" href="/imports" aria-label="All imports"><Icon icon=lu::LuArrowLeft /></a>
            <h1 class="import-name">{dynamic(move || name.get())}</h1>
            {dynamic(move || badge.get().map(|(words, class)| view! { <span class=format!("badge {class}") role="status"><i></i>{words}</span> }))}
            <span class="grow"></span>
            <ol class="import-steps" aria-label="Steps">
                {STEPS.into_iter().enumerate().map(|(n, name)| view! {
                    <li class="import-step" class:import-step-done=attr(move || n < at.get()) aria-current=attr(move || (n == at.get()).then_some("step"))>
                        <span class="import-step-number" aria-hidden="true">{n + 1}</span>{name}
                    </li>
                }).collect_view()}
            </ol>
        </div>
    }
}
