//! `/leads`: everything it shows follows from its address.

use domain::{leads::LeadQuery, users::Role};
use icondata_lu as lu;
use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_location};

use super::{
    edit::preload,
    filters::Filters,
    format,
    server_fns::{count_leads, list_leads},
    table::{LeadTable, with_query},
};
use crate::{
    ui::{ErrorState, Icon, Skeleton},
    viewer::use_session,
};

/// Counts the changes made on this page; lists load again when it grows.
#[derive(Clone, Copy)]
pub struct Changed(pub RwSignal<u32>);

/// The address as a list query; a broken one is sent to the server all the same, which says what is wrong with it.
pub fn use_list_query() -> Memo<String> {
    let search = use_location().search;
    Memo::new(move |_| {
        let text = search.get();
        let text = text.trim_start_matches('?');
        LeadQuery::parse(text).map_or_else(|_| text.to_owned(), |query| query.to_query())
    })
}

#[component]
pub fn LeadsPage() -> impl IntoView {
    let address = use_list_query();
    let query = Memo::new(move |_| LeadQuery::parse(&address.read()).unwrap_or_default());
    let changed = RwSignal::new(0);
    provide_context(Changed(changed));
    let page = Resource::new(move || (address.get(), changed.get()), |(query, _)| list_leads(query));
    // The total depends on the filter alone: turning pages or sorting does not count again.
    let counted = Memo::new(move |_| {
        let LeadQuery { filter, .. } = LeadQuery::parse(&address.read()).ok()?;
        Some(LeadQuery { filter, ..LeadQuery::default() }.to_query())
    });
    preload();
    let total = use_total(counted, changed);
    let may_create = use_session().with_value(|session| session.user.role != Role::Engineer);
    view! {
        <Title text="Leads" />
        <div class="row page-head">
            <h1>"Leads"</h1>
            <span class="faint num total">
                {move || total.get().map(format::count)}
            </span>
            <span class="grow"></span>
            {may_create.then(|| view! {
                <a class="btn btn-primary" href=move || with_query("/leads/new", &address.read())>
                    <Icon icon=lu::LuPlus /><span>"New lead"</span>
                </a>
            })}
        </div>
        <Filters query />
        <Transition fallback=|| view! { <Skeleton rows=12 /> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => Either::Left(view! { <LeadTable page query=query.get_untracked() /> }),
                    Err(error) => Either::Right(view! {
                        <ErrorState error retry=Callback::new(move |()| page.refetch()) />
                        <p class="row start-over"><a class="link" href="/leads">"Show all leads"</a></p>
                    }),
                }
            })}
        </Transition>
        <Outlet />
    }
}

/// The exact number of matching leads, asked for by the browser once the page is alive: no page waits for it.
fn use_total(query: Memo<Option<String>>, changed: RwSignal<u32>) -> RwSignal<Option<i64>> {
    let total = RwSignal::new(None);
    Effect::new(move || {
        changed.track();
        let asked = query.get();
        spawn_local(async move {
            let counted = match asked.clone() {
                Some(query) => count_leads(query).await.ok(),
                None => None,
            };
            // An answer to an older question says nothing about this list.
            if query.try_get_untracked() == Some(asked) {
                total.set(counted);
            }
        });
    });
    total
}
