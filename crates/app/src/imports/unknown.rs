//! Values of the file that name nothing known here: given a meaning once each.

use domain::imports::{Import, ImportField, ImportState};
use leptos::{ev::Event, prelude::*};
use serde_json::json;

use super::{state::State, words};
use crate::{
    leads::choices,
    markup::{attr, dynamic, each, hear, view},
    viewer::use_session,
};

/// Values that are shown; whoever has more of them is better off correcting the file.
const SHOWN: usize = 100;
/// Stands for a field that is left empty; no stage, person or product is called so.
const BLANK: &str = "-";

/// A value of the file that is not known here.
#[derive(Clone, PartialEq)]
struct Value {
    field: ImportField,
    text: String,
    /// In how many rows it means nothing.
    rows: i64,
    /// The meaning that it was given; empty for none.
    meant: Option<String>,
}

impl Value {
    fn is(&self, field: ImportField, text: &str) -> bool {
        self.field == field && self.text == text
    }
}

/// All of them, those that have a meaning by now as well, in an order that choosing does not change. While the file is
/// gone through nobody knows them yet: those of before stay.
fn values(import: &Import, before: &[Value]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for (field, values) in &import.settings.values {
        for (text, meant) in values {
            all.push(Value { field: *field, text: text.clone(), rows: 0, meant: Some(meant.clone()) });
        }
    }
    let unknown = import.unknown.iter().map(|unknown| (unknown.field, &unknown.value, unknown.rows));
    let before = if import.state == ImportState::Checking { before } else { &[] };
    let before = before.iter().map(|value| (value.field, &value.text, value.rows));
    for (field, text, rows) in before.chain(unknown) {
        match all.iter().position(|value| (value.field, &value.text) >= (field, text)) {
            Some(at) if all[at].is(field, text) => all[at].rows = rows,
            at => all.insert(at.unwrap_or(all.len()), Value { field, text: text.clone(), rows, meant: None }),
        }
    }
    all
}

#[component]
pub fn Unknown(state: State) -> impl IntoView {
    let all = Memo::new(move |before: Option<&Vec<Value>>| {
        let before = before.map_or(&[][..], Vec::as_slice);
        state.import.with(|import| import.as_ref().map(|import| values(import, before)).unwrap_or_default())
    });
    let has_some = Memo::new(move |_| !all.read().is_empty());
    // Those that have a meaning stay; of the others the next ones move up.
    let shown = move || {
        let mut open = 0;
        let mut shown = all.get();
        shown.retain(|value| {
            open += usize::from(value.meant.is_none());
            value.meant.is_some() || open <= SHOWN
        });
        shown
    };
    let more = move || all.read().iter().filter(|value| value.meant.is_none()).count().saturating_sub(SHOWN);
    view! {
        {dynamic(move || has_some.get().then(|| view! {
            <section class="card import-card" aria-label="Unknown values">
                <div class="row import-card-head"><h2>"Unknown values"</h2><span class="faint">"Say once what each of them means"</span></div>
                <table class="map-table">
                    <thead><tr><th scope="col">"Field"</th><th scope="col">"In the file"</th><th scope="col">"Means"</th></tr></thead>
                    <tbody>
                        {each(shown, |value| format!("{} {}", value.field.label(), value.text), move |value| view! { <Line state all value /> })}
                    </tbody>
                </table>
                {dynamic(move || Some(more()).filter(|more| *more > 0).map(|more| view! { <p class="faint import-more">{format!("and {more} more")}</p> }))}
            </section>
        }))}
    }
}

#[component]
fn Line(state: State, all: Memo<Vec<Value>>, value: Value) -> impl IntoView {
    let Value { field, text, meant, .. } = value;
    let name = StoredValue::new(text.clone());
    let now = move |of: fn(&Value) -> String| {
        all.with(|all| {
            name.with_value(|text| all.iter().find(|value| value.is(field, text)).map(of).unwrap_or_default())
        })
    };
    let choose = move |event: Event| {
        let chosen = event_target_value(&event);
        let chosen = match chosen.as_str() {
            "" => None,
            BLANK => Some(String::new()),
            _ => Some(chosen),
        };
        let mut values = json!({});
        for value in all.get_untracked() {
            let is_this = name.with_value(|text| value.is(field, text));
            if let Some(meant) = if is_this { chosen.clone() } else { value.meant } {
                values[value.field.as_str()][value.text.as_str()] = meant.into();
            }
        }
        state.configure(json!({ "values": values }));
    };
    let first = option(meant.as_deref());
    let mut offered =
        vec![(String::new(), "– an error –".to_owned()), (BLANK.to_owned(), "Nothing: leave it blank".to_owned())];
    offered.extend(known(field));
    // Given by another word for it, or somebody who is offered no more.
    if !offered.iter().any(|(value, _)| *value == first) {
        offered.push((first.clone(), first.clone()));
    }
    view! {
        <tr>
            <td class="faint">{field.label()}</td>
            <th scope="row">{text.clone()}<span class="faint num">{dynamic(move || now(|value| in_rows(value.rows)))}</span></th>
            <td>
                <select class="input" aria-label=format!("{text} means") prop:value=attr(move || now(|value| option(value.meant.as_deref()))) on:change=hear(choose)>
                    {offered.into_iter().map(|(value, label)| {
                        let is_chosen = value == first;
                        view! { <option value=value selected=is_chosen>{label}</option> }
                    }).collect_view()}
                </select>
            </td>
        </tr>
    }
}

/// The option that stands for a meaning.
fn option(meant: Option<&str>) -> String {
    match meant {
        None => String::new(),
        Some("") => BLANK.to_owned(),
        Some(meant) => meant.to_owned(),
    }
}

fn in_rows(rows: i64) -> String {
    match rows {
        0 => String::new(),
        1 => " · 1 row".to_owned(),
        rows => format!(" · {} rows", words::count(rows)),
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
        | ImportField::Title
        | ImportField::Outcome
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

#[cfg(test)]
mod tests {
    use domain::imports::{ImportStep, UnknownValue};

    use super::*;
    use crate::imports::words::tests::import;

    #[test]
    fn values_stay_while_the_file_is_gone_through_again() {
        let field = ImportField::AssignedTo;
        let unknown = |value: &str, rows| UnknownValue { field, value: value.into(), rows };
        let told = |all: &[Value]| all.iter().map(|v| (v.text.clone(), v.rows, v.meant.clone())).collect::<Vec<_>>();
        let mut file = import(ImportState::Checked, ImportStep::Check, 0, None);
        file.unknown = vec![unknown("Zoe", 1), unknown("Bob", 2)];
        let before = values(&file, &[]);
        assert_eq!(told(&before), [("Bob".into(), 2, None), ("Zoe".into(), 1, None)]);
        // Nothing is known of them until it is gone through.
        (file.state, file.unknown) = (ImportState::Checking, Vec::new());
        file.settings.values.entry(field).or_default().insert("Bob".into(), "ali".into());
        let during = values(&file, &before);
        assert_eq!(told(&during), [("Bob".into(), 2, Some("ali".into())), ("Zoe".into(), 1, None)]);
        file.state = ImportState::Checked;
        assert_eq!(told(&values(&file, &during)), [("Bob".into(), 0, Some("ali".into()))]);
    }
}
