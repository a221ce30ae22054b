//! Which column is what.

use domain::imports::{ImportColumn, ImportField};
use leptos::{ev::Event, prelude::*};
use serde_json::json;

use super::state::State;
use crate::markup::{attr, dynamic, each, hear, view};

#[component]
pub fn Columns(state: State) -> impl IntoView {
    let columns = Memo::new(move |_| state.get().map(|import| import.columns).unwrap_or_default());
    let mapped = move || {
        state.import.with(|import| {
            import.as_ref().map_or(0, |import| import.settings.mapping.values().filter(|field| field.is_some()).count())
        })
    };
    view! {
        <section class="card import-card" aria-label="Columns">
            <div class="row import-card-head"><h2>"Columns"</h2><span class="faint">{dynamic(move || format!("{} of {} are imported", mapped(), columns.read().len()))}</span></div>
            <table class="map-table">
                <thead><tr><th scope="col">"In the file"</th><th scope="col">"First values"</th><th scope="col">"Becomes"</th></tr></thead>
                <tbody>
                    {each(move || columns.get(), |column| format!("{} {}", column.header, column.samples.join(" ")), move |column| view! { <Line state column /> })}
                </tbody>
            </table>
        </section>
    }
}

#[component]
fn Line(state: State, column: ImportColumn) -> impl IntoView {
    let ImportColumn { header, samples } = column;
    let name = StoredValue::new(header.clone());
    let chosen = Memo::new(move |_| {
        state.import.with(|import| {
            import
                .as_ref()
                .and_then(|import| name.with_value(|name| import.settings.mapping.get(name).copied().flatten()))
        })
    });
    let choose = move |event: Event| {
        let field = event_target_value(&event).parse::<ImportField>().ok();
        let Some(mut mapping) =
            state.import.with_untracked(|import| import.as_ref().map(|import| import.settings.mapping.clone()))
        else {
            return;
        };
        // A field has one column: the one before gives it up.
        mapping.values_mut().filter(|other| field.is_some() && **other == field).for_each(|other| *other = None);
        mapping.insert(name.get_value(), field);
        state.configure(json!({ "mapping": mapping }));
    };
    let word = move || chosen.get().map(ImportField::as_str).unwrap_or_default();
    view! {
        <tr class:map-out=attr(move || chosen.get().is_none())>
            <th scope="row">{header.clone()}</th>
            <td class="map-samples">{samples.join(" · ")}</td>
            <td>
                <select class="input" aria-label=format!("{header} becomes") prop:value=word on:change=hear(choose)>
                    <option value="" selected=chosen.get_untracked().is_none()>"– left out –"</option>
                    {ImportField::ALL.into_iter().map(|field| view! {
                        <option value=field.as_str() selected=chosen.get_untracked() == Some(field)>{field.label()}</option>
                    }).collect_view()}
                </select>
            </td>
        </tr>
    }
}
