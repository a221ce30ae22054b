//! `/leads`: everything it shows follows from its address.

use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::components::Outlet;

use super::{
    address::{Address, use_address},
    desk::{COLUMNS, Desk, MY_DAY},
    filters::Filters,
    format,
    grid::Grid,
    new::{ImportLink, NewLeadLink, preload as preload_new},
    pager::{Around, Pager},
    preload_detail,
    server_fns::{count_leads, list_leads},
    table::{LeadTable, NoLeads},
    views::Views,
};
use crate::{
    markup::view,
    ui::{ErrorState, Icon, Skeleton},
    views::server_fns::list_views,
    wire,
};

#[component]
pub fn LeadsPage() -> impl IntoView {
    let address = use_address();
    let list = Memo::new(move |_| address.read().list());
    let grid = Grid::new();
    provide_context(grid);
    let page = wire::resource(move || (list.get(), grid.changed.get()), |(list, _)| list_leads(list));
    let views = wire::resource(move || grid.views_changed.get(), |_| list_views());
    let total = use_total(address, grid);
    preload_new();
    preload_detail();
    view! {
        <Title text="Leads" />
        <div class="row page-head">
            <h1>"Leads"</h1>
            <span class="faint num total">{move || total.get().map(format::count)}</span>
            <span class="grow"></span>
            <span id=MY_DAY class="my-day-place"></span>
            <ImportLink />
            <NewLeadLink address />
        </div>
        <Transition fallback=|| view! { <nav class="views" aria-hidden="true"></nav> }>
            {move || Suspend::new(async move {
                // Without its tabs the list is still of use: what fails here is said where views are saved.
                let views = views.await.unwrap_or_default();
                view! { <Views address grid views /> }
            })}
        </Transition>
        <div class="toolbar">
            <Filters address />
            <button type="button" class="btn btn-small btn-quiet columns-button" popovertarget=COLUMNS><Icon icon=lu::LuColumns3 />"Columns"</button>
            <div id=COLUMNS popover="auto" class="menu columns-panel" role="group" aria-label="Columns"></div>
        </div>
        <Transition fallback=|| view! { <Skeleton rows=12 /> }>
            {move || {
                let address = address.get();
                Suspend::new(async move {
                    match page.await {
                        Ok(page) if page.items.is_empty() => view! { <NoLeads address /> },
                        Ok(page) => {
                            let around = Around::of(&page);
                            grid.around.set(Some(around.clone()));
                            grid.show(page.items);
                            let pager = address.clone();
                            view! { <LeadTable grid address /><Pager around address=pager total /> }
                        }
                        Err(error) => view! {
                            <ErrorState error retry=Callback::new(move |()| page.refetch()) />
                            <p class="row start-over"><a class="link" href="/leads">"Show all leads"</a></p>
                        },
                    }
                })
            }}
        </Transition>
        <Desk />
        <Outlet />
    }
}

/// The exact number of matching leads, asked for by the browser once the page is alive: no page waits for it. It
/// depends on the filter alone: turning pages or sorting does not count again.
fn use_total(address: Memo<Address>, grid: Grid) -> RwSignal<Option<i64>> {
    let counted = Memo::new(move |_| {
        let address = address.read();
        address.broken.is_none().then(|| address.query.filter_query())
    });
    let total = grid.total;
    Effect::new(move || {
        grid.changed.track();
        let asked = counted.get();
        spawn_local(async move {
            let answer = match asked.clone() {
                Some(query) => count_leads(query).await.ok(),
                None => None,
            };
            // An answer to an older question says nothing about this list.
            if counted.try_get_untracked() == Some(asked) {
                total.set(answer);
            }
        });
    });
    total
}
