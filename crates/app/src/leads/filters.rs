//! Search, filter chips and the panel behind them: one GET form, so that all of it works without a script.

use domain::{
    leads::{LeadFilter, LeadPriority, LeadQuery, LeadStatus, Owner},
    users::Role,
};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{
    format,
    table::{list_href, with_query},
};
use crate::{
    ui::{Field, Icon},
    viewer::{Session, use_session},
};

#[component]
pub fn Filters(query: Memo<LeadQuery>) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let navigate = use_navigate();
    let path = use_location().pathname;
    let go = move |replace: bool| {
        let Some(text) = form.get_untracked().and_then(|form| form_query(&form)) else { return };
        // What cannot be read yet, a half-typed amount say, waits for the next change.
        let Ok(filled) = LeadQuery::parse(&text) else { return };
        let LeadQuery { sort, limit, .. } = query.get_untracked();
        let next = LeadQuery { filter: filled.filter, sort, limit, ..LeadQuery::default() };
        // Typing ends a moment before the list follows; a dialog opened meanwhile stays open.
        navigate(
            &with_query(&path.get_untracked(), &next.to_query()),
            NavigateOptions { replace, scroll: false, ..NavigateOptions::default() },
        );
    };
    let (on_submit, on_change) = (go.clone(), go.clone());
    let typing = leptos::leptos_dom::helpers::debounce(std::time::Duration::from_millis(200), move |_: ()| go(true));
    let mut typing = typing;
    let q = Memo::new(move |_| query.read().filter.q.clone().unwrap_or_default());
    view! {
        <form node_ref=form class="filters" method="get" action="/leads" role="search"
            on:submit=move |event: SubmitEvent| { event.prevent_default(); on_submit(false) }
            on:change=move |_| on_change(false)>
            <label class="search">
                <Icon icon=lu::LuSearch />
                <input name="q" type="search" placeholder="Name, e-mail, phone, company…" aria-label="Search leads"
                    maxlength="200" autocomplete="off" prop:value=q value=q.get_untracked() on:input=move |_| typing(()) />
            </label>
            <Chips query />
            <button type="button" class="chip filter-button" popovertarget="filter-panel"><Icon icon=lu::LuPlus />"Filter"</button>
            {move || (!query.read().filter.is_empty()).then(|| view! { <a class="btn btn-small btn-quiet" href="/leads">"Clear all"</a> })}
            <Panel query />
            {move || {
                let LeadQuery { sort, limit, .. } = query.get();
                let sort = sort.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                view! { <input type="hidden" name="sort" value=sort /><input type="hidden" name="limit" value=limit /> }
            }}
        </form>
    }
}

/// The form's fields as a query string.
fn form_query(form: &web_sys::HtmlFormElement) -> Option<String> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let pairs = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(String::from(pairs.to_string()))
}

/// One chip for each condition, with × to take it away.
#[component]
fn Chips(query: Memo<LeadQuery>) -> impl IntoView {
    let session = use_session();
    move || {
        let query = query.get();
        let chips = session.with_value(|session| describe(&query.filter, session));
        chips
            .into_iter()
            .map(|Chip { label, verb, words, without }| {
                let href = list_href(&LeadQuery { filter: without, ..query.first_page() });
                view! {
                    <span class="chip chip-on">
                        {label}" "<b>{verb}</b>" "<span class="chip-words">{words}</span>
                        <a href=href aria-label=format!("Remove condition on {label}")><Icon icon=lu::LuX /></a>
                    </span>
                }
            })
            .collect_view()
    }
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
    add("Follow-up", "from", day(filter.follow_up.from), |f| f.follow_up.from = None);
    add("Follow-up", "to", day(filter.follow_up.to), |f| f.follow_up.to = None);
    add("Closed", "from", day(filter.closed.from), |f| f.closed.from = None);
    add("Closed", "to", day(filter.closed.to), |f| f.closed.to = None);
    chips
}

/// Every condition. A native popover; changes apply at once, and the button is for pages without a script.
#[component]
fn Panel(query: Memo<LeadQuery>) -> impl IntoView {
    let session = use_session();
    let sees_value = session.with_value(|session| session.user.role != Role::Engineer);
    // One type for every group: each closure of its own would be compiled, and downloaded, once more.
    let chosen = move |of: fn(&LeadFilter) -> Vec<String>| Memo::new(move |_| of(&query.read().filter));
    let ends = move |of: fn(&LeadFilter) -> Ends| Memo::new(move |_| of(&query.read().filter));
    let people = move |roles: &'static [Role]| {
        let mut list = vec![("me".to_owned(), "Me".to_owned()), ("none".to_owned(), "Nobody".to_owned())];
        session.with_value(|s| list.extend(s.people_of(roles).map(|p| (p.id.to_string(), p.name.clone()))));
        list
    };
    let products = session
        .with_value(|session| session.products.iter().map(|p| (p.id.to_string(), p.name.clone())).collect::<Vec<_>>());
    let statuses = LeadStatus::ALL.iter().map(|s| (s.as_str().to_owned(), s.label().to_owned())).collect();
    let priorities = LeadPriority::ALL.iter().map(|p| (p.as_str().to_owned(), p.label().to_owned())).collect();
    let source = Memo::new(move |_| query.read().filter.source_text());
    view! {
        <div id="filter-panel" popover="auto" class="panel" role="group" aria-label="Filter">
            <Choices title="Status" name="status" options=statuses chosen=chosen(|f| texts(f.status.iter().map(|s| s.as_str()))) />
            <Choices title="Priority" name="priority" options=priorities chosen=chosen(|f| texts(f.priority.iter().map(|p| p.as_str()))) />
            <Choices title="Agent" name="assignee" options=people(&[Role::Agent, Role::Admin]) chosen=chosen(|f| texts(&f.assignee)) />
            <Choices title="Engineer" name="engineer" options=people(&[Role::Engineer]) chosen=chosen(|f| texts(&f.engineer)) />
            <Choices title="Product" name="product" options=products chosen=chosen(|f| texts(&f.product)) />
            <fieldset class="panel-ranges">
                <legend>"Ranges"</legend>
                {sees_value.then(|| view! {
                    <Range label="Value" names=("valueMin", "valueMax") kind="number"
                        ends=ends(|f| (text(f.value.from), text(f.value.to))) />
                })}
                <Range label="Created" names=("createdFrom", "createdTo") kind="date"
                    ends=ends(|f| (text(f.created.from), text(f.created.to))) />
                <Range label="Follow-up" names=("followUpFrom", "followUpTo") kind="date"
                    ends=ends(|f| (text(f.follow_up.from), text(f.follow_up.to))) />
                <Range label="Closed" names=("closedFrom", "closedTo") kind="date"
                    ends=ends(|f| (text(f.closed.from), text(f.closed.to))) />
                <Field label="Source" id="filter-source">
                    <input id="filter-source" name="source" class="input" placeholder="Website, Referral"
                        prop:value=source value=source.get_untracked() />
                </Field>
            </fieldset>
            <div class="panel-foot"><button class="btn btn-primary">"Apply"</button></div>
        </div>
    }
}

/// Both ends of a range as the fields show them.
type Ends = (String, String);

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[component]
fn Choices(
    title: &'static str,
    name: &'static str,
    options: Vec<(String, String)>,
    chosen: Memo<Vec<String>>,
) -> impl IntoView {
    let boxes = options.into_iter().map(|(value, label)| {
        let wanted = value.clone();
        let checked = Memo::new(move |_| chosen.read().contains(&wanted));
        view! {
            <label class="choice">
                <input type="checkbox" name=name value=value checked=checked.get_untracked() prop:checked=checked />{label}
            </label>
        }
    });
    view! { <fieldset><legend>{title}</legend>{boxes.collect_view()}</fieldset> }
}

#[component]
fn Range(
    label: &'static str,
    names: (&'static str, &'static str),
    kind: &'static str,
    ends: Memo<Ends>,
) -> impl IntoView {
    let (from, to) = ends.get_untracked();
    view! {
        <div class="field">
            <span class="field-label">{label}</span>
            <div class="row">
                <input class="input" type=kind name=names.0 aria-label=format!("{label} from") value=from prop:value=move || ends.get().0 />
                <span class="faint">"to"</span>
                <input class="input" type=kind name=names.1 aria-label=format!("{label} to") value=to prop:value=move || ends.get().1 />
            </div>
        </div>
    }
}
