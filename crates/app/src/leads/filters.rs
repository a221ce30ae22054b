//! Search and filter chips: one GET form, so that all of it works without a script. The panel behind "Filter" is sent
//! as plain markup and comes alive with the [`super::desk`].

use domain::leads::{FollowUpDue, LeadFilter, LeadQuery, Owner};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{
    address::{Address, with_query},
    format,
};
use crate::{
    location::{Way, use_location},
    markup::{act, dynamic, hear, view},
    ui::Icon,
    viewer::{Session, use_session},
};

/// Where the filter panel stands.
pub const PANEL: &str = "filter-panel";

#[component]
pub fn Filters(address: Memo<Address>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let show = use_show();
    let search = move |replace: bool| {
        let Some(input) = input.get_untracked() else { return };
        let text = input.value().trim().to_owned();
        let mut next = address.get_untracked();
        let q = (!text.is_empty()).then_some(text);
        if next.query.filter.q != q {
            next = next.with(next.query.first_page());
            next.query.filter.q = q;
            show(next, replace);
        }
    };
    let mut typing =
        leptos::leptos_dom::helpers::debounce(std::time::Duration::from_millis(200), move |_: ()| search(true));
    Effect::new(move |first: Option<()>| {
        let q = address.read().query.filter.q.clone().unwrap_or_default();
        match input.get_untracked() {
            // What was typed before the page came alive counts.
            _ if first.is_none() => search(true),
            Some(input) if document().active_element().as_ref() != Some(&input) => input.set_value(&q),
            _ => {}
        }
    });
    let panel = panel_markup(address);
    view! {
        <form class="filters" method="get" action=address.read_untracked().screen.path() role="search"
            on:submit=hear(move |event: SubmitEvent| { event.prevent_default(); search(false) })>
            <label class="search">
                <Icon icon=lu::LuSearch />
                <input node_ref=input name="q" type="search" placeholder="Name, e-mail, phone, company…" aria-label="Search leads"
                    aria-keyshortcuts="/" maxlength="200" autocomplete="off"
                    value=address.read_untracked().query.filter.q.clone().unwrap_or_default() on:input=act(move || typing(())) />
                <kbd aria-hidden="true">"/"</kbd>
            </label>
            <Chips address />
            <button type="button" class="chip filter-button" popovertarget=PANEL><Icon icon=lu::LuPlus />"Filter"</button>
            {dynamic(move || {
                let address = address.get();
                let LeadQuery { sort, limit, .. } = &address.query;
                let all = address.with(LeadQuery { sort: sort.clone(), limit: *limit, ..LeadQuery::default() }).href();
                (!address.query.filter.is_empty()).then(|| view! { <a class="btn btn-small btn-quiet" href=all>"Clear all"</a> })
            })}
            <div id=PANEL popover="auto" class="panel" role="group" aria-label="Filter" inner_html=panel></div>
        </form>
    }
}

/// Shows another list on the page as it is, a dialog that is open included.
pub fn use_show() -> impl Fn(Address, bool) + Copy + Send + Sync + 'static {
    let location = use_location();
    move |address: Address, replace: bool| {
        let way = if replace { Way::Replace } else { Way::Over };
        location.go(&with_query(&location.path_untracked(), &address.to_query()), way);
    }
}

/// The panel for pages without a script; the browser's own build leaves what is there until it is ready itself.
fn panel_markup(address: Memo<Address>) -> String {
    #[cfg(feature = "ssr")]
    {
        super::desk::panel_markup(address)
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = address;
        String::new()
    }
}

/// One chip for each condition, with × to take it away.
#[component]
fn Chips(address: Memo<Address>) -> impl IntoView {
    let session = use_session();
    dynamic(move || {
        let address = address.get();
        let chips = session.with_value(|session| describe(&address.query.filter, session));
        chips
            .into_iter()
            .map(|Chip { label, verb, words, without }| {
                let href = address.with(LeadQuery { filter: without, ..address.query.first_page() }).href();
                view! {
                    <span class="chip chip-on">
                        <button type="button" class="chip-open" popovertarget=PANEL>
                            {label}" "<b>{verb}</b>" "<span class="chip-words">{words}</span>
                        </button>
                        <a href=href aria-label=format!("Remove condition on {label}")><Icon icon=lu::LuX /></a>
                    </span>
                }
            })
            .collect_view()
    })
}

struct Chip {
    label: &'static str,
    verb: &'static str,
    words: String,
    without: LeadFilter,
}

fn describe(filter: &LeadFilter, session: &Session) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |label, verb, words: Vec<String>, clear: fn(&mut LeadFilter)| {
        if !words.is_empty() {
            let mut without = filter.clone();
            clear(&mut without);
            chips.push(Chip { label, verb, words: words.join(", "), without });
        }
    };
    let owner = |owner: &Owner| match owner {
        Owner::Me => "me".to_owned(),
        Owner::Nobody => "nobody".to_owned(),
        Owner::User(id) => session.person(*id).map_or_else(|| format!("#{id}"), |person| person.name.clone()),
    };
    let product = |id: &domain::ProductId| session.product(*id).map_or_else(|| format!("#{id}"), str::to_owned);
    add("Status", "is", filter.status.iter().map(|s| s.label().to_owned()).collect(), |f| f.status.clear());
    add("Priority", "is", filter.priority.iter().map(|p| p.label().to_owned()).collect(), |f| f.priority.clear());
    add("Agent", "is", filter.assignee.iter().map(owner).collect(), |f| f.assignee.clear());
    add("Engineer", "is", filter.engineer.iter().map(owner).collect(), |f| f.engineer.clear());
    add("Product", "is", filter.product.iter().map(product).collect(), |f| f.product.clear());
    add("Source", "is", filter.source.clone(), |f| f.source.clear());
    let amount =
        |value: Option<domain::Money>| value.map(|v| format::money(v, &session.currency)).into_iter().collect();
    add("Value", "≥", amount(filter.value.from), |f| f.value.from = None);
    add("Value", "≤", amount(filter.value.to), |f| f.value.to = None);
    let day = |day: Option<time::Date>| day.map(|d| d.to_string()).into_iter().collect();
    add("Created", "from", day(filter.created.from), |f| f.created.from = None);
    add("Created", "to", day(filter.created.to), |f| f.created.to = None);
    let due = |due: &FollowUpDue| due.label().to_ascii_lowercase();
    add("Follow-up", "is", filter.follow_up_due.iter().map(due).collect(), |f| f.follow_up_due.clear());
    add("Follow-up", "from", day(filter.follow_up.from), |f| f.follow_up.from = None);
    add("Follow-up", "to", day(filter.follow_up.to), |f| f.follow_up.to = None);
    add("Closed", "from", day(filter.closed.from), |f| f.closed.from = None);
    add("Closed", "to", day(filter.closed.to), |f| f.closed.to = None);
    chips
}
