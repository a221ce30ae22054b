//! Values of the file that name nothing known here: given a meaning once each.

use std::collections::BTreeMap;

use domain::imports::{Import, ImportField};
use leptos::{ev::Event, prelude::*};
use serde_json::json;

use super::{state::State, words};
use crate::{
    leads::choices,
    markup::{dynamic, each, hear, view},
    viewer::use_session,
};

/// Values that are shown; whoever has more of them is better off correcting the file.
const SHOWN: usize = 100;
/// Stands for a field that is left empty; no stage, person or product is called so.
const BLANK: &str = "-";

/// A value of the file that is not known here.
#[derive(Clone, Default, PartialEq)]
struct Value {
    text: String,
    /// In how many rows it means nothing.
    rows: i64,
    /// The meaning that it was given; empty for none.
    meant: Option<String>,
}

/// All of them, those that have a meaning by now as well, by field and text without case.
fn values(import: &Import) -> BTreeMap<(ImportField, String), Value> {
    let mut all: BTreeMap<(ImportField, String), Value> = BTreeMap::new();
    for (field, values) in &import.settings.values {
        for (text, meant) in values {
            let value = Value { text: text.clone(), rows: 0, meant: Some(meant.clone()) };
            all.insert((*field, text.to_lowercase()), value);
        }
    }
    for unknown in &import.unknown {
        let value = all.entry((unknown.field, unknown.value.to_lowercase())).or_default();
        value.rows = unknown.rows;
        if value.meant.is_none() {
            value.text.clone_from(&unknown.value);
        }
    }
    all
}

#[component]
pub fn Unknown(state: State) -> impl IntoView {
    let all = Memo::new(move |_| state.get().map(|import| values(&import)).unwrap_or_default());
    view! {
        {dynamic(move || (!all.read().is_empty()).then(|| view! {
            <section class="card import-card" aria-label="Unknown values">
                <div class="row import-card-head"><h2>"Unknown values"</h2><span class="faint">"Say once what each of them means"</span></div>
                <table class="map-table">
                    <thead><tr><th scope="col">"Field"</th><th scope="col">"In the file"</th><th scope="col">"Means"</th></tr></thead>
                    <tbody>
                        {each(move || all.get().into_keys().take(SHOWN).collect(), |(field, text)| format!("{} {text}", field.as_str()), move |key| view! { <Line state all key /> })}
                    </tbody>
                </table>
                {dynamic(move || (all.read().len() > SHOWN).then(|| view! { <p class="faint import-more">{format!("and {} more", all.read().len() - SHOWN)}</p> }))}
            </section>
        }))}
    }
}

#[component]
fn Line(state: State, all: Memo<BTreeMap<(ImportField, String), Value>>, key: (ImportField, String)) -> impl IntoView {
    let field = key.0;
    let value = Memo::new(move |_| all.with(|all| all.get(&key).cloned().unwrap_or_default()));
    let text = value.with_untracked(|value| value.text.clone());
    let choose = move |event: Event| {
        let chosen = event_target_value(&event);
        let Some(mut values) = state.import.with_untracked(|import| import.as_ref().map(|i| i.settings.values.clone()))
        else {
            return;
        };
        let (of_field, text) = (values.entry(field).or_default(), value.get_untracked().text);
        match chosen.as_str() {
            "" => of_field.remove(&text),
            BLANK => of_field.insert(text, String::new()),
            _ => of_field.insert(text, chosen),
        };
        state.configure(json!({ "values": values }));
    };
    let chosen = Memo::new(move |_| match value.get().meant {
        None => String::new(),
        Some(meant) if meant.is_empty() => BLANK.to_owned(),
        Some(meant) => meant,
    });
    let now = chosen.get_untracked();
    let mut offered =
        vec![(String::new(), "– an error –".to_owned()), (BLANK.to_owned(), "Nothing: leave it blank".to_owned())];
    offered.extend(known(field));
    // Given by another word for it, or somebody who is offered no more.
    if !offered.iter().any(|(value, _)| *value == now) {
        offered.push((now.clone(), now.clone()));
    }
    let rows = move || {
        let rows = value.get().rows;
        (rows > 0).then(|| format!(" · {} {}", words::count(rows), if rows == 1 { "row" } else { "rows" }))
    };
    view! {
        <tr>
            <td class="faint">{field.label()}</td>
            <th scope="row">{text.clone()}<span class="faint num">{dynamic(rows)}</span></th>
            <td>
                <select class="input" aria-label=format!("{text} means") prop:value=chosen on:change=hear(choose)>
                    {offered.into_iter().map(|(value, label)| {
                        let is_chosen = value == now;
                        view! { <option value=value selected=is_chosen>{label}</option> }
                    }).collect_view()}
                </select>
            </td>
        </tr>
    }
}

/// What the field can name: what stands for it, and what it is called. People and products by `#` and their number:
/// two may have the same name.
fn known(field: ImportField) -> choices::Choices {
    let numbered = |offered: choices::Choices| offered.into_iter().map(|(id, name)| (format!("#{id}"), name)).collect();
    use_session().with_value(|session| match field {
        ImportField::Status => choices::statuses(),
        ImportField::Priority => choices::priorities(),
        ImportField::AssignedTo => numbered(choices::agents(session, None)),
        ImportField::AssignedEngineer => numbered(choices::engineers(session, None)),
        ImportField::Product | ImportField::Products => numbered(choices::products(session, None)),
        ImportField::Name
        | ImportField::FirstName
        | ImportField::LastName
        | ImportField::Company
        | ImportField::Email
        | ImportField::Phone
        | ImportField::Source
        | ImportField::Value
        | ImportField::FollowUpAt
        | ImportField::FollowUpNote
        | ImportField::LostReason
        | ImportField::Notes
        | ImportField::Score
        | ImportField::EngineeringProgress
        | ImportField::EngineeringNotes
        | ImportField::BlockedReason
        | ImportField::Id => Vec::new(),
    })
}
