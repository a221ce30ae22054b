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

use domain::{ImportId, imports::Import, users::Role};
use leptos::{prelude::*, wasm_split::wasm_split};

#[cfg(feature = "ssr")]
use crate::ui::served::Served;
use crate::{
    markup::view,
    shell::Forbidden,
    ui::{
        Title,
        served::{Missing, Place, fetched, once},
    },
    viewer::{use_role, use_session},
};

/// Where the server's markup stands.
const PLACE: &str = "imports-place";

/// All imports, and the next one.
#[component]
pub fn ImportsPage() -> impl IntoView {
    if !may_import(use_role()) {
        return view! { <Forbidden /> };
    }
    let is_here = fetched(fetch_imports);
    view! {
        <Title text="Imports" />
        <div class="row page-head"><h1>"Import leads"</h1></div>
        <Place id=PLACE />
        {once(is_here, || imports(Part::All))}
    }
}

/// One import, from its columns to its result.
#[component]
pub fn ImportPage(id: ImportId) -> impl IntoView {
    if !may_import(use_role()) {
        return view! { <Forbidden /> };
    }
    let is_here = fetched(fetch_imports);
    view! {
        <Title text="Import" />
        <Place id=PLACE />
        {once(is_here, move || imports(Part::One(id)))}
    }
}

/// Only whether it is offered; the policy decides.
pub fn may_import(role: Role) -> bool {
    role != Role::Engineer
}

/// Whether the viewer is offered to go on with it.
fn is_own(import: &Import) -> bool {
    use_session().with_value(|session| import.is_of(Some(session.user.id), session.user.role))
}

/// Who sent the file.
fn sender(import: &Import) -> String {
    use_session().with_value(|session| {
        let person = import.created_by.and_then(|id| session.person(id));
        person.map_or("Command line".to_owned(), |person| person.name.clone())
    })
}

/// Loads all imports for a page that is about to be sent.
#[cfg(feature = "ssr")]
pub(crate) async fn serve_all(served: &mut Served) {
    let loaded = server_fns::list_imports(None).await;
    served.put(PLACE, move || list::markup(loaded.clone()));
}

/// Loads one import for a page that is about to be sent.
#[cfg(feature = "ssr")]
pub(crate) async fn serve_one(served: &mut Served, id: ImportId) {
    let loaded = server_fns::find_import(id).await;
    served.put(PLACE, move || one::markup(loaded.clone()));
}

/// What the chunk is asked for.
#[derive(Clone, Copy)]
enum Part {
    All,
    One(ImportId),
}

#[wasm_split(imports, wasm_split_path = leptos::wasm_split, preload(fetch_imports), fallible)]
fn imports(part: Part) -> Result<AnyView, Missing> {
    Ok(match part {
        Part::All => view! { <list::Live /> },
        Part::One(id) => view! { <one::Live id /> },
    })
}
