//! A word of warning while a lead is being made: it may be there already. Never in the way of making it.

use std::time::Duration;

use domain::leads::Duplicate;
use icondata_lu as lu;
use leptos::{ev::Event, prelude::*, task::spawn_local, wasm_bindgen::JsCast};

use super::{address::use_address, columns::badge, server_fns::duplicates_of, table::lead_href};
use crate::{
    markup::{dynamic, hear, view},
    ui::Icon,
};

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// Listens to the fields inside it, and says above them which leads have the same e-mail or phone.
#[component]
pub fn WarnOfDuplicates(children: Children) -> impl IntoView {
    let (email, phone) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let found = RwSignal::new(Vec::<Duplicate>::new());
    let mut ask = leptos::leptos_dom::helpers::debounce(PAUSE, move |asked: (String, String)| {
        spawn_local(async move {
            let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
            // What cannot be found out now is no reason to stop anybody.
            let duplicates = duplicates_of(some(&asked.0), some(&asked.1), None).await.unwrap_or_default();
            let now = (email.try_get_untracked(), phone.try_get_untracked());
            if now == (Some(asked.0), Some(asked.1)) {
                found.set(duplicates);
            }
        });
    });
    let note = move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        match &*input.name() {
            "email" => email.set(input.value()),
            "phone" => phone.set(input.value()),
            _ => return,
        }
        ask((email.get_untracked(), phone.get_untracked()));
    };
    let list = use_address().get_untracked().to_query();
    view! {
        <div on:input=hear(note)>
            <div aria-live="polite">
                {dynamic(move || {
                    let found = found.get();
                    (!found.is_empty()).then(|| view! {
                        <div class="note-warn">
                            <Icon icon=lu::LuCopy />
                            <ul>{found.iter().map(|duplicate| row(duplicate, &list)).collect_view()}</ul>
                        </div>
                    })
                })}
            </div>
            {children()}
        </div>
    }
}

fn row(Duplicate { lead, same }: &Duplicate, list: &str) -> impl IntoView + use<> {
    let same =
        same.iter().map(|field| if field == "email" { "e-mail" } else { "phone" }).collect::<Vec<_>>().join(" and ");
    view! {
        <li>
            // Beside what is being typed, not in its place.
            <a class="link" href=lead_href(lead.id, list) target="_blank">{lead.name.clone()}</a>
            {lead.company.clone().map(|company| format!(", {company},"))}
            {format!(" has the same {same} ")}{badge(lead.status)}
        </li>
    }
}
