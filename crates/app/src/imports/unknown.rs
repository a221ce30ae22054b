//! Values of the file that name nothing known here: given a meaning once each.

use domain::imports::{ImportField, UnknownValue};
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

#[component]
pub fn Unknown(state: State) -> impl IntoView {
    let all = Memo::new(move |_| state.get().map(|import| import.unknown).unwrap_or_default());
    view! {
        {dynamic(move || (!all.read().is_empty()).then(|| view! {
            <section class="card import-card" aria-label="Unknown values">
                <div class="row import-card-head"><h2>"Unknown values"</h2><span class="faint">"Say once what each of them means"</span></div>
                <table class="map-table">
                    <thead><tr><th scope="col">"Field"</th><th scope="col">"In the file"</th><th scope="col">"Means"</th></tr></thead>
                    <tbody>
                        {each(move || all.get().into_iter().take(SHOWN).collect(), |unknown| format!("{} {}", unknown.field.label(), unknown.value), move |unknown| view! { <Line state unknown /> })}
                    </tbody>
                </table>
                {dynamic(move || (all.read().len() > SHOWN).then(|| view! { <p class="faint import-more">{format!("and {} more", all.read().len() - SHOWN)}</p> }))}
            </section>
        }))}
    }
}

#[component]
fn Line(state: State, unknown: UnknownValue) -> impl IntoView {
    let UnknownValue { field, value, rows } = unknown;
    let text = StoredValue::new(value.clone());
    let choose = move |event: Event| {
        let meant = event_target_value(&event);
        if meant.is_empty() {
            return;
        }
        let meant = if meant == BLANK { String::new() } else { meant };
        let Some(mut values) = state.import.with_untracked(|import| import.as_ref().map(|i| i.settings.values.clone()))
        else {
            return;
        };
        values.entry(field).or_default().insert(text.get_value(), meant);
        state.configure(json!({ "values": values }));
    };
    view! {
        <tr>
            <td class="faint">{field.label()}</td>
            <th scope="row">{value.clone()}<span class="faint num">{format!(" · {} {}", words::count(rows), if rows == 1 { "row" } else { "rows" })}</span></th>
            <td>
                <select class="input" aria-label=format!("{value} means") on:change=hear(choose)>
                    <option value="" selected>"– an error –"</option>
                    <option value=BLANK>"Nothing: leave it blank"</option>
                    {known(field).into_iter().map(|(value, label)| view! { <option value=value>{label}</option> }).collect_view()}
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
