//! From the page's markup to a list that is alive.

use domain::imports::Import;
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast};

use super::{PLACE, history::History, server_fns::list_imports, state::AFTER_WORD, upload::DropPlace};
use crate::{
    UiError,
    live::{Live as Stream, Told},
    markup::{dynamic, view},
    ui::{ErrorState, served},
    wire,
};

/// As the server sends it.
#[cfg(feature = "ssr")]
pub fn markup(loaded: Result<Vec<Import>, UiError>) -> String {
    let json = loaded.as_ref().ok().and_then(|imports| serde_json::to_string(imports).ok()).unwrap_or_default();
    let html = match loaded {
        Ok(imports) => view! { <All imports /> }.to_html(),
        Err(error) => view! { <ErrorState error retry=Callback::new(|()| ()) /> }.to_html(),
    };
    format!("{html}{}", served::seed(PLACE, &json))
}

#[component]
pub fn Live() -> impl IntoView {
    let (imports, problem) = (RwSignal::new(None::<Vec<Import>>), RwSignal::new(None::<UiError>));
    let mut before = None;
    served::take_over(PLACE, |seed, element| {
        imports.set(wire::read(seed.as_bytes()).ok());
        let input = element.query_selector("input[type=file]").ok().flatten();
        before = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
    });
    let load = move || {
        spawn_local(async move {
            match list_imports().await {
                Ok(loaded) => {
                    let _ = problem.try_set(None);
                    let _ = imports.try_set(Some(loaded));
                }
                Err(_) if imports.try_with_untracked(Option::is_some) == Some(true) => {}
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    if imports.with_untracked(Option::is_none) {
        load();
    }
    let stream: Stream = expect_context();
    stream.act_on(AFTER_WORD, |told| matches!(told, Told::Import(_)), load);
    view! {
        <DropPlace before />
        {dynamic(move || match problem.get() {
            Some(error) => view! { <ErrorState error retry=Callback::new(move |()| load()) /> },
            None => imports.get().map(|imports| view! { <History imports /> }).into_any(),
        })}
    }
}

#[cfg(feature = "ssr")]
#[component]
fn All(imports: Vec<Import>) -> impl IntoView {
    view! { <DropPlace before=None /><History imports /> }
}
