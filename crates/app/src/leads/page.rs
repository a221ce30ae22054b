//! `/leads`: everything it shows follows from its address.

use domain::{Page, leads::Lead};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};

use super::{
    OverLeads,
    address::{Address, use_address},
    desk::{COLUMNS, Desk, MY_DAY},
    export::ExportMenu,
    filters::Filters,
    format,
    grid::Grid,
    new::{ImportLink, NewLeadLink},
    pager::{Around, Pager},
    preload_detail,
    server_fns::{count_leads, list_leads},
    table::{LeadTable, NoLeads},
    views::Views,
    writing,
};
use crate::{
    asking::{Answers, ask},
    markup::{dynamic, view},
    ui::{self, ErrorState, Icon, Skeleton, Title},
    viewer::{BroughtLeads, take_leads},
    views::server_fns::list_views,
};

#[component]
pub fn LeadsPage() -> impl IntoView {
    let address = use_address();
    let grid = Grid::new();
    provide_context(grid);
    let (list, views) = take_leads().map(|BroughtLeads { list, views }| (list, Ok(views))).unzip();
    let asked = Memo::new(move |_| (address.read().list(), grid.changed.get()));
    let page = ask(asked, list, |(list, _)| list_leads(list));
    let views = ask(Memo::new(move |_| grid.views_changed.get()), views, |_| list_views());
    let total = use_total(address, grid);
    writing::preload();
    preload_detail();
    view! {
        <Title text="Leads" />
        <div class="row page-head">
            <h1>"Leads"</h1>
            <span class="faint num total">{dynamic(move || total.get().map(format::count))}</span>
            <span class="grow"></span>
            <span id=MY_DAY class="my-day-place"></span>
            <ImportLink />
            <ExportMenu address />
            <NewLeadLink address />
        </div>
        {dynamic(move || match views.get() {
            None => view! { <nav class="views" aria-hidden="true"></nav> },
            // Without its tabs the list is still of use: what fails here is said where views are saved.
            Some(answer) => view! { <Views address grid views=answer.result.clone().unwrap_or_default() /> },
        })}
        <div class="toolbar">
            <Filters address />
            <button type="button" class="btn btn-small btn-quiet columns-button" popovertarget=COLUMNS><Icon icon=lu::LuColumns3 />"Columns"</button>
            <div id=COLUMNS popover="auto" class="menu columns-panel" role="group" aria-label="Columns"></div>
        </div>
        <Rows address grid page />
        <Desk />
        <OverLeads />
    }
}

/// The list as it was answered: while the next one is on its way, the one before stands as it is.
#[component]
fn Rows(address: Memo<Address>, grid: Grid, page: Answers<(String, u32), Page<Lead>>) -> impl IntoView {
    let shown = Memo::new(move |last: Option<&Address>| {
        let now = address.get();
        let is_there = page.with(|page| page.as_ref().is_some_and(|answer| answer.to.0 == now.list()));
        match last {
            Some(last) if !is_there => last.clone(),
            _ => now,
        }
    });
    let before = StoredValue::new(None::<String>);
    view! {
        {dynamic(move || {
            let address = shown.get();
            let Some(answer) = page.get() else { return view! { <Skeleton rows=12 /> } };
            let is_same = before.try_update_value(|before| before.replace(answer.to.0.clone())).flatten().as_ref() == Some(&answer.to.0);
            match &answer.result {
                Ok(page) if page.items.is_empty() => {
                    if is_same {
                        grid.show_anew(Vec::new());
                    }
                    view! { <NoLeads address /> }
                }
                Ok(page) => {
                    let around = Around::of(page);
                    grid.around.set(Some(around.clone()));
                    match is_same {
                        true => {
                            keep_focus();
                            grid.show_anew(page.items.clone());
                        }
                        false => grid.show(page.items.clone()),
                    }
                    let (pager, total) = (address.clone(), grid.total);
                    view! { <LeadTable grid address /><Pager around address=pager total /> }
                }
                Err(error) => view! {
                    <ErrorState error=error.clone() retry=Callback::new(move |()| grid.reload()) />
                    <p class="row start-over"><a class="link" href="/leads">"Show all leads"</a></p>
                },
            }
        })}
    }
}

/// The row that has the focus keeps it when the same list is drawn again.
fn keep_focus() {
    let row = document().active_element().and_then(|active| active.closest("tr[data-lead]").ok().flatten());
    if let Some(id) = row.and_then(|row| row.get_attribute("data-lead")) {
        ui::focus_if_lost(format!("tr[data-lead='{id}'] .lead-name"));
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
