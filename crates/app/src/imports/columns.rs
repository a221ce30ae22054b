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
            let Some(import) = import else { return 0 };
            let is_mapped =
                |column: &&ImportColumn| matches!(import.settings.mapping.get(&column.header), Some(Some(_)));
            import.columns.iter().filter(is_mapped).count()
        })
    };
    view! {
        <section class="card import-card" aria-label="Columns">
            <div class="row import-card-head"><h2>"Columns"</h2><span class="faint">{dynamic(move || format!("{} of {} are imported", mapped(), columns.read().len()))}</span></div>
            <table class="map-table">
                <thead><tr><th scope="col">"In the file"</th><th scope="col">"First values"</th><th scope="col">"Becomes"</th></tr></thead>
                <tbody>
                    {each(move || columns.get(), |column| column.header.clone(), move |column| view! { <Line state columns header=column.header /> })}
                </tbody>
            </table>
        </section>
    }
}

#[component]
fn Line(state: State, columns: Memo<Vec<ImportColumn>>, header: String) -> impl IntoView {
    let name = StoredValue::new(header.clone());
    let samples = Memo::new(move |_| {
        columns.with(|columns| {
            let column = name.with_value(|name| columns.iter().find(|column| column.header == *name));
            column.map(|column| column.samples.join(" · ")).unwrap_or_default()
        })
    });
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
            <td class="map-samples">{dynamic(move || samples.get())}</td>
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
