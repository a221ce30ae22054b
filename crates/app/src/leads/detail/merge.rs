//! Two leads that are one: find the other, choose field by field, merge.

use domain::{
    LeadId,
    leads::{Duplicate, Lead, MergeInput},
    search::LeadHit,
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use super::{
    dialogs::Asked,
    words::{label, value_words},
    work::{Work, fields},
};
use crate::{
    UiError,
    leads::{
        server_fns::{duplicates_of, find_lead, merge_leads},
        undo::offer_undo,
    },
    markup::{act, dynamic, typed, view},
    search::server_fns::search,
    ui::Dialog,
};

/// Fields that are united by themselves and not chosen.
const UNITED: [&str; 3] = ["products", "notes", "engineeringNotes"];

/// The other lead, once it is chosen.
#[component]
pub fn Merge(work: Work, on_close: Callback<()>) -> impl IntoView {
    let other = RwSignal::new(None::<Lead>);
    let problem = RwSignal::new(None::<UiError>);
    let title = format!("Merge with {}", work.lead.read_untracked().name);
    let choose = Callback::new(move |id: LeadId| {
        problem.set(None);
        spawn_local(async move {
            match find_lead(id).await {
                Ok(lead) => drop(other.try_set(Some(lead))),
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    });
    view! {
        <Dialog title on_close>
            {dynamic(move || problem.get().map(|error| view! { <p class="alert" role="alert">{error.message()}</p> }))}
            {dynamic(move || match other.get() {
                None => view! { <Find work choose /> },
                Some(lead) => view! { <Compare work other lead problem /> },
            })}
        </Dialog>
    }
}

/// Leads with the same e-mail or phone come by themselves.
#[component]
fn Find(work: Work, choose: Callback<LeadId>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let found = RwSignal::new(Vec::<(LeadHit, &'static str)>::new());
    let searched = RwSignal::new(String::new());
    let asked = move |q: String| {
        searched.set(q.clone());
        spawn_local(async move {
            let hits = match search(q.clone()).await {
                Ok(hits) => hits.leads,
                Err(_) => Vec::new(),
            };
            // An answer to what is no longer asked is none.
            if searched.try_get_untracked() == Some(q) {
                let others = hits.into_iter().filter(|hit| hit.id != work.id).map(|hit| (hit, ""));
                found.set(others.collect());
            }
        });
    };
    Effect::new(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
        let (email, phone) = work.lead.with_untracked(|lead| (lead.email.clone(), lead.phone.clone()));
        if email.is_none() && phone.is_none() {
            return;
        }
        spawn_local(async move {
            let same = duplicates_of(email, phone, Some(work.id)).await.unwrap_or_default();
            if searched.try_with_untracked(String::is_empty) == Some(true) {
                found.set(same.into_iter().map(hit).collect());
            }
        });
    });
    let typing = leptos::leptos_dom::helpers::debounce(std::time::Duration::from_millis(200), asked);
    view! {
        <div class="field">
            <label for="merge-search">"The other lead"</label>
            <input node_ref=node id="merge-search" class="input" type="search" autocomplete="off" placeholder="Name, e-mail, phone, company…"
                on:input:target=typed(typing) />
        </div>
        <ul class="merge-found">
            {dynamic(move || found.get().into_iter().map(|(hit, why)| view! {
                <li><button type="button" class="menu-item" on:click=act(move || choose.run(hit.id))>
                    <b>{hit.name.clone()}</b><span class="faint">{hit.company.clone()}</span><span class="grow"></span>
                    <span class="faint">{why}</span>{crate::leads::badge(hit.status)}
                </button></li>
            }).collect_view())}
        </ul>
    }
}

fn hit(duplicate: Duplicate) -> (LeadHit, &'static str) {
    let Duplicate { lead, same } = duplicate;
    let why = match (same.iter().any(|field| field == "email"), same.iter().any(|field| field == "phone")) {
        (true, true) => "same e-mail and phone",
        (true, false) => "same e-mail",
        (false, _) => "same phone",
    };
    (LeadHit { id: lead.id, name: lead.name, company: lead.company, status: lead.status }, why)
}

/// What differs, side by side. What is empty here is filled from there without asking.
#[component]
fn Compare(work: Work, other: RwSignal<Option<Lead>>, lead: Lead, problem: RwSignal<Option<UiError>>) -> impl IntoView {
    let here = work.lead.get_untracked();
    let (ours, theirs) = (fields(&here), fields(&lead));
    let differ = move |(field, theirs): (String, Value)| {
        let ours = ours.get(&field).cloned().unwrap_or_default();
        let is_choice = !theirs.is_null() && !ours.is_null() && ours != theirs && !UNITED.contains(&field.as_str());
        is_choice.then_some((field, ours, theirs))
    };
    let rows: Vec<(String, Value, Value)> = theirs.into_iter().filter_map(differ).collect();
    let take = RwSignal::new(Vec::<String>::new());
    let row = |(field, ours, theirs): &(String, Value, Value)| {
        let words = |value: &Value| {
            work.session.with_value(|session| value_words(field, value, session, work.today.get_untracked()))
        };
        let side = |is_theirs: bool, value: &Value| {
            let name = field.clone();
            view! {
                <label class="side">
                    <input type="radio" name=format!("merge-{field}") checked=!is_theirs on:change=act(move || take.update(|take| {
                        take.retain(|field| *field != name);
                        if is_theirs {
                            take.push(name.clone());
                        }
                    })) />
                    <span><b>{if is_theirs { "The other" } else { "This one" }}</b><span class="side-value">{words(value)}</span></span>
                </label>
            }
        };
        // Only what may be written can be taken.
        let may = work.rest.with_untracked(|rest| rest.rights.writes(field));
        may.then(|| view! { <fieldset class="sides"><legend>{label(field).to_owned()}</legend>{side(false, ours)}{side(true, theirs)}</fieldset> })
    };
    let rows = rows.iter().map(row).collect_view();
    let busy = RwSignal::new(false);
    let (from, from_version, name) = (lead.id, lead.version, lead.name.clone());
    let merge = move || {
        busy.set(true);
        problem.set(None);
        let version = work.lead.read_untracked().version;
        let input = MergeInput { from, take: take.get_untracked(), version, from_version };
        spawn_local(async move {
            let result = merge_leads(work.id, input).await;
            let _ = busy.try_set(false);
            match result {
                Ok(done) => {
                    let said = format!("Merged into {}", done.value.name);
                    work.show(done.value);
                    offer_undo(work.grid, work.toasts, said, done.undo);
                    // The other one leaves the list; the sheet loads again with it.
                    work.grid.reload();
                    work.close(|asked| matches!(asked, Asked::Merge));
                }
                Err(error) => {
                    // Compared again as they are now.
                    match error.current() {
                        Some(now) if now.id == from => drop(other.try_set(Some(now))),
                        Some(now) => work.show(now),
                        None => {}
                    }
                    drop(problem.try_set(Some(error)));
                }
            }
        });
    };
    view! {
        <p class="muted">{format!("{name} goes into {} and is deleted. What was said, files and products move along; notes are joined.", here.name)}</p>
        <div class="merge-sides">{rows}</div>
        <footer class="form-foot">
            <button type="button" class="btn" on:click=act(move || other.set(None))>"Choose another"</button>
            <span class="grow"></span>
            <button type="button" class="btn btn-primary" disabled=busy on:click=act(merge)>"Merge"</button>
        </footer>
    }
}
