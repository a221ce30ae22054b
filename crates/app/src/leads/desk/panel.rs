//! Every condition of the list. Changes apply at once; "Apply" is for pages without a script.

use domain::{
    leads::{LeadFilter, LeadQuery, SortKey, written},
    users::Role,
};
use icondata_lu as lu;
use leptos::{html, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlSelectElement};

use super::super::{
    address::Address,
    choices::{self, Choices},
    filters::{PANEL, use_show},
};
use crate::{
    markup::{act, dynamic, view},
    ui::{Field, Icon},
    viewer::{Session, use_session},
};

/// The panel in place of the server's, with what a person has changed in that one meanwhile.
pub fn in_place(address: Memo<Address>) -> AnyView {
    let show = use_show();
    let apply = Callback::new(move |LeadQuery { filter, sort, .. }: LeadQuery| {
        let now = address.get_untracked();
        show(now.with(LeadQuery { filter, sort, ..now.query.first_page() }), false);
    });
    if let Some(changed) = document().get_element_by_id(PANEL).and_then(|panel| changed_before(&panel)) {
        apply.run(changed);
    }
    super::at(PANEL, move || view! { <Panel address apply /> })
}

/// Inside the filters' form. `apply` gets the conditions and the order that are filled in.
#[component]
pub fn Panel(address: Memo<Address>, apply: Callback<LeadQuery>) -> impl IntoView {
    let session = use_session();
    let node = NodeRef::<html::Div>::new();
    // Counts how often the fields had to be drawn anew: for something that none of them offers.
    let drawn = RwSignal::new(0);
    // A change made elsewhere, a chip taken away say, is shown here too.
    Effect::new(move |first: Option<()>| {
        let LeadQuery { filter, sort, .. } = address.read().query.clone();
        if first.is_some()
            && let Some(node) = node.get_untracked()
            && !session.with_value(|session| show(&node, &filter, &sort, session))
        {
            drawn.update(|drawn| *drawn += 1);
        }
    });
    let change = move || {
        // What cannot be read yet, a half-typed amount say, waits for the next change.
        if let Some(filled) = node.get_untracked().and_then(|node| filled_in(&node)) {
            apply.run(filled);
        }
    };
    view! {
        <div node_ref=node class="panel-body" on:change=act(change)>
            {dynamic(move || {
                drawn.track();
                session.with_value(|session| fields(&address.get_untracked().query, session))
            })}
        </div>
    }
}

fn fields(query: &LeadQuery, session: &Session) -> impl IntoView + use<> {
    let chosen = filter_pairs(&query.filter);
    let value = |name: &str| chosen.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let sort = written(&query.sort);
    let orders = orders(session.user.role, &query.sort);
    let groups = groups(session, &chosen);
    let groups = groups.iter().map(|group| boxes(group, &value(group.name))).collect_view();
    let ranges = ranges(session.user.role).into_iter();
    let ranges = ranges.map(|(label, from, to, kind)| range(label, kind, (from, value(from)), (to, value(to))));
    let ranges = ranges.collect_view();
    let orders = orders.into_iter().map(|(value, label)| {
        let selected = value == sort;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let (orders, source) = (orders.collect_view(), value("source"));
    view! {
        <div class="panel-head">
            <h2>"Filter"</h2>
            <button type="button" class="icon-button" aria-label="Close" popovertarget=PANEL popovertargetaction="hide"><Icon icon=lu::LuX /></button>
        </div>
        {groups}
        <fieldset class="panel-ranges">
            <legend>"Ranges"</legend>
            {ranges}
            <Field label="Source" id="filter-source">
                <input id="filter-source" name="source" class="input" placeholder="Website, Referral" value=source />
            </Field>
            <Field label="Order" id="filter-sort">
                <select id="filter-sort" name="sort" class="input">{orders}</select>
            </Field>
        </fieldset>
        <input type="hidden" name="limit" value=query.limit />
        <div class="panel-foot">
            <button class="btn btn-primary panel-apply">"Apply"</button>
            <button type="button" class="btn btn-primary panel-done" popovertarget=PANEL popovertargetaction="hide">"Show leads"</button>
        </div>
    }
}

/// Boxes of which several may be ticked.
struct Group {
    title: &'static str,
    name: &'static str,
    options: Choices,
}

/// What can be ticked, and what is chosen all the same: leads of people who left.
fn groups(session: &Session, chosen: &[(String, String)]) -> Vec<Group> {
    let owners = |people: Choices| {
        let special = [("me", "Me"), ("none", "Nobody")].map(|(value, label)| (value.to_owned(), label.to_owned()));
        special.into_iter().chain(people).collect()
    };
    // Products that are no longer sold stand on leads all the same.
    let products = session.products.iter().map(|p| (p.id.to_string(), p.name.clone())).collect();
    let mut groups = vec![
        Group { title: "Status", name: "status", options: choices::statuses() },
        Group { title: "Priority", name: "priority", options: choices::priorities() },
        Group { title: "Agent", name: "assignee", options: owners(choices::agents(session, None)) },
        Group { title: "Engineer", name: "engineer", options: owners(choices::engineers(session, None)) },
        Group { title: "Product", name: "product", options: products },
        Group { title: "Follow-up", name: "followUp", options: choices::follow_ups() },
    ];
    for group in &mut groups {
        let of_group = chosen.iter().filter(|(name, _)| name == group.name).flat_map(|(_, values)| values.split(','));
        for value in of_group {
            if !group.options.iter().any(|(offered, _)| offered == value) {
                let person = session.people.iter().find(|person| person.id.to_string() == value);
                let label = person.map_or_else(|| format!("No. {value}"), |person| person.name.clone());
                group.options.push((value.to_owned(), label));
            }
        }
    }
    groups
}

/// Label, names of both ends, and kind of field.
fn ranges(role: Role) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let all = [
        ("Value", "valueMin", "valueMax", "number"),
        ("Created", "createdFrom", "createdTo", "date"),
        ("Follow-up", "followUpFrom", "followUpTo", "date"),
        ("Closed", "closedFrom", "closedTo", "date"),
    ];
    all.into_iter().filter(|(label, ..)| role != Role::Engineer || *label != "Value").collect()
}

/// Orders that people ask for, the present one among them whatever it is. Phones have no headings to sort by.
fn orders(role: Role, now: &[SortKey]) -> Choices {
    let all = [
        ("", "Newest first"),
        ("createdAt", "Oldest first"),
        ("name", "Name"),
        ("-value", "Value, highest first"),
        ("-score", "Score, highest first"),
        ("-priority", "Priority, highest first"),
        ("followUpAt", "Follow-up, next first"),
        ("-lastContactedAt", "Last contact, latest first"),
        ("lastContactedAt", "Last contact, longest ago first"),
    ];
    let all = all.into_iter().filter(|(value, _)| role != Role::Engineer || *value != "-value");
    let mut orders: Choices = all.map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
    let now = written(now);
    if !orders.iter().any(|(value, _)| *value == now) {
        orders.push((now, "As the headings say".to_owned()));
    }
    orders
}

fn boxes(group: &Group, chosen: &str) -> impl IntoView + use<> {
    let boxes = group.options.iter().map(|(value, label)| {
        let checked = chosen.split(',').any(|one| one == value);
        view! { <label class="choice"><input type="checkbox" name=group.name value=value.clone() checked=checked />{label.clone()}</label> }
    });
    view! { <fieldset><legend>{group.title}</legend>{boxes.collect_view()}</fieldset> }
}

fn range(
    label: &'static str,
    kind: &'static str,
    (from, from_value): (&'static str, String),
    (to, to_value): (&'static str, String),
) -> impl IntoView {
    view! {
        <div class="field">
            <span class="field-label">{label}</span>
            <div class="row">
                <input class="input" type=kind name=from aria-label=format!("{label} from") value=from_value />
                <span class="faint">"to"</span>
                <input class="input" type=kind name=to aria-label=format!("{label} to") value=to_value />
            </div>
        </div>
    }
}

/// The filter's conditions by the names they have in a query string.
fn filter_pairs(filter: &LeadFilter) -> Vec<(String, String)> {
    let query = LeadQuery { filter: filter.clone(), ..LeadQuery::default() }.to_query();
    form_urlencoded::parse(query.as_bytes()).map(|(n, v)| (n.into_owned(), v.into_owned())).collect()
}

/// Fills the fields with the filter's conditions, but for the one that is being written in. False where one of them
/// offers no such thing.
fn show(node: &Element, filter: &LeadFilter, sort: &[SortKey], session: &Session) -> bool {
    let mut is_whole = true;
    let chosen = filter_pairs(filter);
    let value = |name: &str| chosen.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    let active = document().active_element();
    let find = |selector: &str| {
        let found = node.query_selector(selector).ok().flatten();
        found.and_then(|element| element.dyn_into::<HtmlInputElement>().ok())
    };
    // Those too that are offered only while they are chosen.
    elements(node, "input[type=checkbox]").into_iter().for_each(|input: HtmlInputElement| input.set_checked(false));
    for group in groups(session, &chosen) {
        for (option, _) in &group.options {
            let is_chosen = value(group.name).split(',').any(|one| one == option);
            match find(&format!("input[name={}][value='{option}']", group.name)) {
                Some(input) => input.set_checked(is_chosen),
                None => is_whole &= !is_chosen,
            }
        }
    }
    if let Ok(Some(select)) = node.query_selector("select[name=sort]")
        && let Some(select) = select.dyn_ref::<HtmlSelectElement>()
    {
        // One that headings made leaves it blank where it is not offered.
        let sort = written(sort);
        select.set_value(&sort);
        is_whole &= select.value() == sort && select.selected_index() >= 0;
    }
    let names = ranges(session.user.role).into_iter().flat_map(|(_, from, to, _)| [from, to]);
    for name in names.chain(["source"]) {
        if let Some(input) = find(&format!("input[name={name}]"))
            && active.as_ref() != Some(input.as_ref())
        {
            input.set_value(value(name));
        }
    }
    is_whole
}

/// The form around the panel.
fn filled_in(panel: &Element) -> Option<LeadQuery> {
    let form = panel.closest("form").ok()??.dyn_into::<HtmlFormElement>().ok()?;
    let data = web_sys::FormData::new_with_form(&form).ok()?;
    let pairs = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let read = LeadQuery::parse(&String::from(pairs.to_string()));
    let wrong = read.as_ref().err();
    for input in elements::<HtmlInputElement>(panel, "input") {
        let message = wrong.and_then(|wrong| wrong.get(&input.name()));
        input.set_custom_validity(message.unwrap_or_default());
        if message.is_some() {
            // In the browser's own words and place, as where there is no script.
            input.report_validity();
        }
    }
    read.ok()
}

/// The panel's conditions when a person has changed some; none when they are as the server sent them.
fn changed_before(panel: &Element) -> Option<LeadQuery> {
    let is_typed =
        |input: HtmlInputElement| input.value() != input.default_value() || input.checked() != input.default_checked();
    let is_chosen = |select: HtmlSelectElement| {
        let first = select.query_selector("option[selected]").ok().flatten();
        first.is_some_and(|first| first.get_attribute("value") != Some(select.value()))
    };
    let is_changed =
        elements(panel, "input").into_iter().any(is_typed) || elements(panel, "select").into_iter().any(is_chosen);
    is_changed.then(|| filled_in(panel)).flatten()
}

fn elements<T: JsCast>(within: &Element, selector: &str) -> Vec<T> {
    let Ok(found) = within.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}
