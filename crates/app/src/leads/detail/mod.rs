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
    let served = served::Served::new(use_lead_id().get_untracked());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                served.ready().await;
                view! { <div id=PLACE inner_html=served.markup()></div> }
            })}
        </Suspense>
        <Suspense>{move || is_here.get().then(|| Suspend::new(lead_sheet()))}</Suspense>
    }
}

/// Fetches the sheet's code once the list is alive: opening one later then needs no connection but for its data.
pub fn preload() {
    let _ = lazy_preload!(lead_sheet);
}

#[lazy]
fn lead_sheet() -> AnyView {
    view! { <live::Live /> }.into_any()
}

/// The server's half.
#[cfg(feature = "ssr")]
mod served {
    use domain::LeadId;
    use leptos::prelude::*;

    use super::{LeadSheet, live};
    use crate::{UiError, leads::server_fns::load_sheet};

    /// What was loaded, for the markup alone: a resource that held it would send it to the browser a second time.
    #[derive(Clone, Copy)]
    pub struct Served {
        loading: Resource<()>,
        loaded: StoredValue<Option<Result<LeadSheet, UiError>>>,
    }

    impl Served {
        pub fn new(id: LeadId) -> Self {
            let loaded = StoredValue::new(None);
            let load = move |()| async move { loaded.set_value(Some(load_sheet(id).await)) };
            Served { loading: Resource::new(|| (), load), loaded }
        }

        pub async fn ready(self) {
            self.loading.await;
        }

        pub fn markup(self) -> String {
            self.loaded.get_value().map(live::markup).unwrap_or_default()
        }
    }
}

/// In the browser there is nothing to wait for: what the server sent is left as it is until the code is there.
#[cfg(not(feature = "ssr"))]
mod served {
    use domain::LeadId;
    use leptos::prelude::*;

    #[derive(Clone, Copy)]
    pub struct Served(Resource<()>);

    impl Served {
        pub fn new(_: LeadId) -> Self {
            Served(Resource::new(|| (), |()| async {}))
        }

        pub async fn ready(self) {
            self.0.await;
        }

        pub fn markup(self) -> String {
            String::new()
        }
    }
}
