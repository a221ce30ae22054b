//! How the file is read: guessed, and changed where the guess was wrong.

use domain::{
    imports::{DateOrder, Encoding, ImportSettings},
    leads::ExportFormat,
};
use leptos::{ev::Event, prelude::*};
use serde_json::{Value, json};
use web_sys::HtmlInputElement;

use super::state::State;
use crate::markup::{attr, hear, view};

#[component]
pub fn Reading(state: State) -> impl IntoView {
    let format = Memo::new(move |_| state.get().map(|import| import.format));
    let sheets = Memo::new(move |_| state.get().map(|import| import.sheets).unwrap_or_default());
    let own = move || match format.get() {
        Some(ExportFormat::Xlsx) => {
            let sheets = sheets.get().into_iter().map(|sheet| (sheet.clone(), sheet)).collect();
            view! { <Pick state key="sheet" label="Sheet" options=sheets now=|settings| settings.sheet.clone() /> }
        }
        Some(ExportFormat::Csv) | None => view! {
            <Pick state key="delimiter" label="Cells end with" options=pairs(&[(",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |")]) now=|settings| settings.delimiter.clone() />
            <Pick state key="quote" label="Quotes" options=pairs(&[("\"", "Double \""), ("'", "Single '"), ("", "None")]) now=|settings| settings.quote.clone() />
            <Pick state key="encoding" label="Encoding" options=encodings() now=|settings| settings.encoding.as_str().to_owned() />
        },
    };
    let orders = [(DateOrder::Dmy, "Day, month"), (DateOrder::Mdy, "Month, day")];
    let orders = orders.map(|(order, words)| (order.as_str().to_owned(), words.to_owned())).into();
    view! {
        <section class="card import-card" aria-label="How the file is read">
            <div class="row import-card-head"><h2>"How the file is read"</h2></div>
            <div class="import-reading">
                {own}
                <Header state />
                <Pick state key="dateOrder" label="Dates like 3/4/2026" options=orders now=|settings| settings.date_order.as_str().to_owned() />
                <Pick state key="decimal" label="Before cents" options=pairs(&[(".", "Point 1,234.50"), (",", "Comma 1.234,50")]) now=|settings| settings.decimal.clone() />
            </div>
        </section>
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

fn encodings() -> Vec<(String, String)> {
    Encoding::ALL
        .into_iter()
        .map(|encoding| (encoding.as_str().to_owned(), encoding.as_str().to_ascii_uppercase()))
        .collect()
}

#[component]
fn Pick(
    state: State,
    key: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    now: fn(&ImportSettings) -> String,
) -> impl IntoView {
    let chosen =
        Memo::new(move |_| state.import.with(|import| import.as_ref().map(|i| now(&i.settings)).unwrap_or_default()));
    let choose = move |event: Event| send(state, key, event_target_value(&event).into());
    view! {
        <label class="field"><span class="field-label">{label}</span>
            <select class="input" prop:value=chosen on:change=hear(choose)>
                {options.into_iter().map(|(value, label)| {
                    let is_chosen = chosen.with_untracked(|chosen| *chosen == value);
                    view! { <option value=value selected=is_chosen>{label}</option> }
                }).collect_view()}
            </select>
        </label>
    }
}

#[component]
fn Header(state: State) -> impl IntoView {
    let row = Memo::new(move |_| state.import.with(|import| import.as_ref().map_or(0, |i| i.settings.header_row)));
    let choose = move |event: Event| match event_target_value(&event).parse::<u32>() {
        Ok(number) => send(state, "headerRow", number.into()),
        // What stands there is no number, and what is shown here does not change: nothing else would put it back.
        Err(_) => event_target::<HtmlInputElement>(&event).set_value(&row.get_untracked().to_string()),
    };
    view! {
        <label class="field"><span class="field-label">"Headers in row (0: none)"</span>
            <input class="input num" type="number" min="0" max="1000" prop:value=attr(move || row.get().to_string()) value=row.get_untracked() on:change=hear(choose) />
        </label>
    }
}

fn send(state: State, key: &str, value: Value) {
    state.configure(json!({ (key): value }));
}
