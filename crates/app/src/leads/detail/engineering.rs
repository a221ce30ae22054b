//! How the delivery gets on: read by sales, written by engineers.

use leptos::prelude::*;
use serde_json::json;

use super::{
    refused::Sending,
    row::{AnyShown, FieldRow},
    work::{Changed, Work},
};
use crate::{
    leads::cells::LeadField,
    markup::{attr, dynamic, typed, view},
};

/// Only for a lead that is being delivered.
#[component]
pub fn Engineering(work: Work) -> impl IntoView {
    let is_shown = Memo::new(move |_| {
        let lead = work.lead.read();
        lead.assigned_engineer.is_some()
            || lead.engineering_progress > 0
            || work.may("engineeringProgress") && lead.status.is_closed()
    });
    dynamic(move || is_shown.get().then(|| view! { <Delivery work /> }))
}

#[component]
fn Delivery(work: Work) -> impl IntoView {
    let percent = move || work.lead.read().engineering_progress;
    // What the slider shows while it is dragged.
    let dragged = RwSignal::new(None::<i16>);
    let sending = Sending::new(work);
    let now = move || dragged.get().unwrap_or(percent());
    let save = move |text: String| {
        if let Ok(to) = text.parse::<i16>() {
            let mut change = Changed::new();
            change.insert("engineeringProgress".into(), json!(to));
            sending.send(change, format!("Progress {to} %"));
        }
        // Last, so that the slider never shows again what it showed before.
        dragged.set(None);
    };
    let blocked =
        Signal::derive(move || work.lead.read().blocked_reason.clone().map(|reason| AnyShown::Classed(reason, "late")));
    let notes = Signal::derive(move || work.lead.read().engineering_notes.clone().map(AnyShown::Lines));
    view! {
        <section class="card side-card" aria-label="Delivery">
            <div class="row"><h3>"Delivery"</h3><span class="grow"></span><b class="num">{dynamic(now)}" %"</b></div>
            {dynamic(move || if work.may("engineeringProgress") {
                view! {
                    <input type="range" class="slider" min="0" max="100" step="5" aria-label="Progress in percent"
                        prop:value=attr(move || now().to_string())
                        on:input:target=typed(move |text| dragged.set(text.parse().ok()))
                        on:change:target=typed(save) />
                }
            } else {
                view! { <progress class="delivery" max="100" value=attr(percent) aria-label="Delivered, in percent"></progress> }
            })}
            {sending.refusal()}
            <dl class="fields">
                <FieldRow work of=LeadField::Text("blockedReason", false) value=blocked nothing="not blocked" />
                <FieldRow work of=LeadField::Text("engineeringNotes", true) value=notes />
            </dl>
        </section>
    }
}
