//! What leads are written with: the dialog that makes one, and fields and dialogs of its sheet. One chunk of code, with
//! the rules of a lead in it, which comes once a page of leads is alive.

use leptos::{prelude::*, wasm_split::wasm_split};

use super::{
    detail::{Control, Dialogs, Opened, Work},
    new::NewLeadDialog,
};
use crate::{
    markup::view,
    ui::served::{Missing, fetched, once},
};

#[derive(Clone)]
pub enum Part {
    NewLead,
    /// Over a sheet.
    Dialogs(Work),
    /// In a sheet, under this label.
    Control(Work, &'static str, Opened),
}

#[component]
pub fn Writing(part: Part) -> impl IntoView {
    once(preload(), move || writing(part.clone()))
}

/// Fetches the code: what opens later then needs no connection. True once it is there.
pub fn preload() -> ReadSignal<bool> {
    fetched(fetch_writing)
}

#[wasm_split(writing, wasm_split_path = leptos::wasm_split, preload(fetch_writing), fallible)]
fn writing(part: Part) -> Result<AnyView, Missing> {
    Ok(match part {
        Part::NewLead => view! { <NewLeadDialog /> },
        Part::Dialogs(work) => view! { <Dialogs work /> },
        Part::Control(work, label, opened) => view! { <Control work label opened /> },
    })
}
