//! From an address to a sheet: what the server sent along, what the table knows already, and what has to be loaded.

use domain::{LeadId, leads::Lead};
use leptos::{prelude::*, task::spawn_local};

use super::{
    LeadSheet, PLACE,
    sheet::{Failed, Frame, Sheet, Waiting},
    use_lead_id,
};
use crate::{
    UiError,
    leads::{grid::Grid, server_fns::load_sheet},
    markup::{dynamic, view},
    ui::served,
    wire,
};

/// What the frame holds.
#[derive(Clone)]
enum Shown {
    /// Nothing is known yet.
    Waiting,
    Failed(UiError),
    /// Whole, or as much of it as the table knew.
    Lead(Known),
}

/// A lead, and the rest of its sheet as soon as it is there.
#[derive(Clone)]
pub enum Known {
    Whole(Box<LeadSheet>),
    Row(Box<Lead>),
}

/// The sheet in the browser.
#[component]
pub fn Live() -> impl IntoView {
    let id = use_lead_id();
    let grid: Grid = expect_context();
    let seed = StoredValue::new(take_over().filter(|seed| seed.lead.id == id.get_untracked()));
    let first = seed.with_value(Clone::clone).map(|sheet| Shown::Lead(Known::Whole(Box::new(sheet))));
    let shown = RwSignal::new(first.unwrap_or(Shown::Waiting));
    let load = Callback::new(move |wanted: LeadId| {
        shown.set(Shown::Waiting);
        spawn_local(async move {
            let result = load_sheet(wanted).await;
            if id.try_get_untracked() == Some(wanted) {
                shown.set(match result {
                    Ok(sheet) => Shown::Lead(Known::Whole(Box::new(sheet))),
                    Err(error) => Shown::Failed(error),
                });
            }
        });
    });
    Effect::new(move || {
        let wanted = id.get();
        let seeded = seed.try_update_value(Option::take).flatten().is_some();
        match grid.lead(wanted) {
            _ if seeded => {}
            Some(lead) => shown.set(Shown::Lead(Known::Row(Box::new(lead)))),
            None => load.run(wanted),
        }
    });
    view! {
        <Frame>
            {dynamic(move || match shown.get() {
                Shown::Waiting => view! { <Waiting /> },
                Shown::Failed(error) => view! {
                    <Failed error retry=Callback::new(move |()| load.run(id.get_untracked())) />
                },
                Shown::Lead(known) => view! { <Sheet known /> },
            })}
        </Frame>
    }
}

/// The data of the server's markup, which makes room. A note typed into it meanwhile is kept as that lead's draft.
fn take_over() -> Option<LeadSheet> {
    let mut sheet: Option<LeadSheet> = None;
    served::take_over(PLACE, |seed, place| {
        sheet = wire::read(seed.as_bytes()).ok();
        if let Some(sheet) = &sheet {
            super::draft::keep_typed(place, sheet.lead.id);
        }
    });
    sheet
}

/// The sheet as it is sent: works without a script, and carries what it was made from.
#[cfg(feature = "ssr")]
pub fn markup(loaded: Result<LeadSheet, UiError>) -> String {
    let seed = loaded.as_ref().ok().and_then(|sheet| serde_json::to_string(sheet).ok());
    // Inside the frame, since its parts ask the frame for things.
    let inside = move || match loaded {
        Ok(sheet) => view! { <Sheet known=Known::Whole(Box::new(sheet)) /> },
        Err(error) => view! { <Failed error retry=Callback::new(|()| ()) /> },
    };
    let html = view! { <Frame children=Box::new(inside) /> }.to_html();
    html + &seed.map(|json| served::seed(PLACE, &json)).unwrap_or_default()
}
