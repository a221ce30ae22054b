//! `/leads/:id`: one lead, in a sheet over the list.
//!
//! The server sends the sheet as markup that works without a script. In the browser its code is a chunk of its own,
//! which takes the markup's place: the page is alive before it is there, and pages without a sheet never wait for it.

mod composer;
mod conflict;
mod control;
mod engineering;
mod fields;
mod files;
mod head;
mod keys;
mod live;
mod merge;
mod product;
mod row;
mod said;
mod score;
mod sheet;
mod strip;
mod timeline;
mod upload;
mod words;
mod work;

use std::sync::Arc;

use domain::{
    LeadId, Page,
    attachments::Attachment,
    events::TimelineEntry,
    leads::{Lead, LeadRights, LeadScore},
    products::Product,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::ui::served::{Markup, Place, Served};

use crate::markup::view;

/// Entries of a timeline that come at once.
pub const ENTRIES: u16 = 30;
/// Where the server's markup stands.
const PLACE: &str = "lead-place";

/// All that the sheet of a lead shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadSheet {
    pub lead: Lead,
    pub rights: LeadRights,
    pub timeline: Page<TimelineEntry>,
    pub files: Vec<Attachment>,
    pub score: LeadScore,
    /// The main product.
    pub product: Option<Product>,
}

/// The lead that the address names. An id that is no number names nothing; the server says so in its own words.
fn use_lead_id() -> Memo<LeadId> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("id").and_then(|id| id.parse().ok()).unwrap_or(LeadId(0)))
}

/// The sheet: markup from the server, alive as soon as its code is there.
#[component]
pub fn LeadDetail() -> impl IntoView {
    let is_here = lazy_preload!(lead_sheet);
    let id = use_lead_id().get_untracked();
    let served = Served::new(move || markup(id));
    view! {
        <Place id=PLACE served />
        <Suspense>{move || is_here.get().then(|| Suspend::new(lead_sheet()))}</Suspense>
    }
}

async fn markup(id: LeadId) -> Markup {
    #[cfg(feature = "ssr")]
    {
        let loaded = super::server_fns::load_sheet(id).await;
        Arc::new(move || live::markup(loaded.clone()))
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = id;
        Arc::new(String::new)
    }
}

/// Fetches the sheet's code once the list is alive: opening one later then needs no connection but for its data.
pub fn preload() {
    let _ = lazy_preload!(lead_sheet);
}

#[lazy]
fn lead_sheet() -> AnyView {
    view! { <live::Live /> }
}
