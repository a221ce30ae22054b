//! From the page's markup to a list that is alive.

use domain::{Page, imports::Import};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast};

use super::{PLACE, history::History, server_fns::list_imports, state::AFTER_WORD, upload::DropPlace};
use crate::{
    UiError,
    live::{Live as Stream, Told},
    markup::{dynamic, view},
    ui::{ErrorState, served, use_toasts},
    wire,
};

/// As the server sends it.
#[cfg(feature = "ssr")]
pub fn markup(loaded: Result<Page<Import>, UiError>) -> String {
    let json = loaded.as_ref().ok().and_then(|imports| serde_json::to_string(imports).ok()).unwrap_or_default();
    let html = match loaded {
        Ok(imports) => view! { <All imports /> }.to_html(),
        Err(error) => view! { <ErrorState error retry=Callback::new(|()| ()) /> }.to_html(),
    };
    format!("{html}{}", served::seed(PLACE, &json))
}

#[component]
pub fn Live() -> impl IntoView {
    let (imports, is_here) = (RwSignal::new(Page::empty()), RwSignal::new(false));
    let (problem, is_loading, toasts) = (RwSignal::new(None::<UiError>), RwSignal::new(false), use_toasts());
    let mut before = None;
    served::take_over(PLACE, |seed, element| {
        if let Ok(loaded) = wire::read(seed.as_bytes()) {
            imports.set(loaded);
            is_here.set(true);
        }
        let input = element.query_selector("input[type=file]").ok().flatten();
        before = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
    });
    let load = move || {
        spawn_local(async move {
            match list_imports(None).await {
                Ok(newest) => {
                    let _ = problem.try_set(None);
                    let _ = imports
                        .try_update(|imports| *imports = renewed(std::mem::replace(imports, Page::empty()), newest));
                    let _ = is_here.try_set(true);
                }
                Err(_) if is_here.try_get_untracked() == Some(true) => {}
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    let older = move || {
        let cursor = imports.with_untracked(|imports| imports.next_cursor.clone());
        if is_loading.get_untracked() {
            return;
        }
        is_loading.set(true);
        spawn_local(async move {
            let loaded = list_imports(cursor.clone()).await;
            let _ = is_loading.try_set(false);
            match loaded {
                Ok(page) => drop(imports.try_update(|imports| {
                    // Behind a list that has become another one meanwhile these may be the wrong ones.
                    if imports.next_cursor == cursor {
                        imports.items.extend(page.items);
                        imports.next_cursor = page.next_cursor;
                    }
                })),
                Err(error) => toasts.say(error.message()),
            }
        });
    };
    if !is_here.get_untracked() {
        load();
    }
    // An import that goes on says so several times a second: the list is made once.
    let (is_shown, failure) = (Memo::new(move |_| is_here.get()), Memo::new(move |_| problem.get()));
    let stream: Stream = expect_context();
    stream.act_on(AFTER_WORD, |told| matches!(told, Told::Import(_)), load);
    view! {
        <DropPlace before />
        {dynamic(move || match (is_shown.get(), failure.get()) {
            (true, _) => view! { <History imports older=Callback::new(move |()| older()) /> },
            (false, Some(error)) => view! { <ErrorState error retry=Callback::new(move |()| load()) /> },
            (false, None) => ().into_any(),
        })}
    }
}

/// The newest in front. Older ones that were loaded before stay, if there are any still.
fn renewed(shown: Page<Import>, mut newest: Page<Import>) -> Page<Import> {
    let oldest = newest.items.last().map(|import| import.id).filter(|_| newest.next_cursor.is_some());
    let is_older = |import: &Import| oldest.is_some_and(|oldest| import.id < oldest);
    let kept: Vec<Import> = shown.items.into_iter().filter(is_older).collect();
    if !kept.is_empty() {
        newest.items.extend(kept);
        newest.next_cursor = shown.next_cursor;
    }
    newest
}

#[cfg(feature = "ssr")]
#[component]
fn All(imports: Page<Import>) -> impl IntoView {
    view! { <DropPlace before=None /><History imports=RwSignal::new(imports) older=Callback::new(|()| ()) /> }
}

#[cfg(test)]
mod tests {
    use domain::{
        Cursor, ImportId,
        imports::{ImportState, ImportStep},
    };

    use super::*;
    use crate::imports::words::tests::import;

    fn page(ids: &[i64], next: Option<&str>) -> Page<Import> {
        let import = |id: &i64| Import { id: ImportId(*id), ..import(ImportState::Done, ImportStep::Run, 1, None) };
        let next_cursor = next.map(|next| Cursor(next.into()));
        Page { items: ids.iter().map(import).collect(), next_cursor, ..Page::empty() }
    }

    #[test]
    fn older_imports_stay_below_newer_ones() {
        let told = |page: Page<Import>| {
            let ids: Vec<i64> = page.items.iter().map(|import| import.id.0).collect();
            (ids, page.next_cursor.map(|next| next.0))
        };
        let shown = || page(&[9, 8, 7, 5, 4], Some("behind 4"));
        let grown = renewed(shown(), page(&[10, 9, 8], Some("behind 8")));
        assert_eq!(told(grown), (vec![10, 9, 8, 7, 5, 4], Some("behind 4".into())));
        assert_eq!(told(renewed(shown(), page(&[9, 7], None))), (vec![9, 7], None), "all there are");
        let first = renewed(Page::empty(), page(&[3, 2], Some("behind 2")));
        assert_eq!(told(first), (vec![3, 2], Some("behind 2".into())));
    }
}
