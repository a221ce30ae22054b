//! `/leads/:id`: one lead, in a sheet over the list.
//!
//! The server sends the sheet as markup that works without a script. In the browser its code is a chunk of its own,
//! which takes the markup's place: the page is alive before it is there, and pages without a sheet never wait for it.

mod composer;
mod conflict;
mod control;
mod deleting;
mod dialogs;
mod draft;
mod edit_said;
mod engineering;
mod fields;
mod files;
mod head;
mod keys;
mod live;
mod merge;
mod preview;
mod product;
mod refused;
mod rename;
mod row;
mod said;
mod score;
mod sheet;
mod strip;
mod timeline;
mod upload;
mod words;
mod work;

pub use control::{Control, Opened};
pub use dialogs::Dialogs;
pub use work::Work;

use domain::{
    LeadId,
    attachments::Attachment,
    events::TimelineEntry,
    leads::{Lead, LeadRights, LeadScore},
    products::Product,
};
use leptos::{prelude::*, wasm_split::wasm_split};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::ui::served::Served;
use crate::{
    location::use_location,
    markup::view,
    page::{Over, Page},
    ui::served::{Missing, Place, fetched, once},
};

/// Entries of a timeline that come at once.
pub const ENTRIES: u16 = 30;
/// Where the server's markup stands.
const PLACE: &str = "lead-place";

/// All that the sheet of a lead shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadSheet {
    pub lead: Lead,
    pub rights: LeadRights,
    pub timeline: domain::Page<TimelineEntry>,
    pub files: Vec<Attachment>,
    pub score: LeadScore,
    /// The main product.
    pub product: Option<Product>,
}

/// The lead that the address names. While the sheet goes away it is still the one that it was.
fn use_lead_id() -> Memo<LeadId> {
    let page = use_location().page;
    Memo::new(move |last: Option<&LeadId>| match page.get().and_then(Page::over) {
        Some(Over::Lead(id)) => id,
        Some(Over::NewLead) | None => last.copied().unwrap_or(LeadId(0)),
    })
}

/// The sheet: markup from the server, alive as soon as its code is there.
#[component]
pub fn LeadDetail() -> impl IntoView {
    let is_here = fetched(fetch_lead_sheet);
    view! {
        <Place id=PLACE />
        {once(is_here, lead_sheet)}
    }
}

/// Loads a lead's sheet for a page that is about to be sent.
#[cfg(feature = "ssr")]
pub async fn serve(served: &mut Served, id: LeadId) {
    let loaded = super::server_fns::load_sheet(id).await;
    served.put(PLACE, move || live::markup(loaded.clone()));
}

/// Fetches the sheet's code once the list is alive: opening one later then needs no connection but for its data.
pub fn preload() {
    let _ = fetched(fetch_lead_sheet);
}

#[wasm_split(lead_sheet, wasm_split_path = leptos::wasm_split, preload(fetch_lead_sheet), fallible)]
fn lead_sheet() -> Result<AnyView, Missing> {
    Ok(view! { <live::Live /> })
}
