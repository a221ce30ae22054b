//! Search or jump: leads, products, views, pages and actions, from anywhere.

use std::time::Duration;

use domain::search::Hits;
use icondata_lu as lu;
use leptos::{ev::KeyboardEvent, html, prelude::*, task::spawn_local};

use super::server_fns::search;
use crate::{
    leads::{badge, view_href},
    location::{Way, use_location},
    markup::{act, attr, dynamic, hear, typed, view},
    shell::Tab,
    ui::{Dialog, Icon, lowercase},
    viewer::use_role,
    views::server_fns::list_views,
};

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(120);
/// Things of each kind that are no hits of the server.
const MOST: usize = 6;

/// Something to go to.
#[derive(Clone)]
struct Goal {
    group: &'static str,
    icon: icondata_core::Icon,
    words: String,
    more: Option<String>,
    status: Option<domain::leads::LeadStatus>,
    href: String,
}

/// Shows itself while `open`.
#[component]
pub fn Palette(open: RwSignal<bool>) -> impl IntoView {
    dynamic(move || open.get().then(|| view! { <Searching open /> }))
}

#[component]
fn Searching(open: RwSignal<bool>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let words = RwSignal::new(String::new());
    // With the words that they are for: those of others say nothing.
    let hits = RwSignal::new((String::new(), Hits::default()));
    let (problem, at) = (RwSignal::new(None::<String>), RwSignal::new(0usize));
    // Enter came before the answer did.
    let is_chosen = RwSignal::new(false);
    let views = RwSignal::new(Vec::<Goal>::new());
    spawn_local(async move {
        let loaded = list_views().await.unwrap_or_default();
        let goal =
            |view: &domain::views::View| Goal { href: view_href(view), ..plain("Views", lu::LuTable2, &view.name) };
        let _ = views.try_set(loaded.iter().map(goal).collect());
    });
    let mut ask = leptos::leptos_dom::helpers::debounce(PAUSE, move |text: String| {
        spawn_local(async move {
            let found = search(text.clone()).await;
            // An answer to what is no longer asked says nothing.
            if words.try_get_untracked().as_deref() != Some(&*text) {
                return;
            }
            problem.set(found.as_ref().err().map(crate::UiError::message));
            if found.is_err() {
                is_chosen.set(false);
            }
            hits.set((text, found.unwrap_or_default()));
            at.set(0);
        });
    });
    let fixed = StoredValue::new(fixed_goals());
    let goals = Memo::new_with_compare(
        move |_| {
            let typed = words.read();
            let words = lowercase(&typed);
            let matches = |goal: &&Goal| lowercase(&goal.words).contains(&words);
            let mut goals = hits.with(|(of, hits)| if *of == *typed { found(hits) } else { Vec::new() });
            goals.extend(views.read().iter().filter(matches).take(MOST).cloned());
            fixed.with_value(|fixed| goals.extend(fixed.iter().filter(matches).cloned()));
            goals
        },
        |_, _| true,
    );
    let location = use_location();
    let go = Callback::new(move |href: String| {
        open.set(false);
        location.go(&href, Way::Link);
    });
    let choose = move || {
        let goal = goals.read_untracked().get(at.get_untracked()).map(|goal| goal.href.clone());
        goal.into_iter().for_each(|href| go.run(href));
    };
    Effect::new(move || {
        if hits.with(|(of, _)| *of == *words.read()) && is_chosen.get_untracked() {
            is_chosen.set(false);
            choose();
        }
    });
    let keys = move |event: KeyboardEvent| {
        let last = goals.read_untracked().len().saturating_sub(1);
        match &*event.key() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            // The leads come first, and are not here yet.
            "Enter" if at.get_untracked() == 0 && hits.with_untracked(|(of, _)| *of != *words.read_untracked()) => {
                is_chosen.set(true);
            }
            "Enter" => choose(),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move || {
        let shown = format!("#goal-{}", at.get());
        if let Ok(Some(element)) = document().query_selector(&shown) {
            element.scroll_into_view_with_bool(false);
        }
    });
    view! {
        <Dialog title="Search or jump to" on_close=Callback::new(move |()| open.set(false))>
            <input node_ref=node class="input palette-input" role="combobox" aria-label="Search or jump to" aria-expanded="true"
                aria-controls="goals" aria-autocomplete="list" autocomplete="off" maxlength="200" autofocus
                aria-activedescendant=attr(move || format!("goal-{}", at.get())) placeholder="Leads, products, views, pages…"
                on:input:target=typed(move |text| {
                    words.set(text.clone());
                    is_chosen.set(false);
                    at.set(0);
                    ask(text);
                })
                on:keydown=hear(keys) />
            {dynamic(move || problem.get().map(|problem| view! { <p class="alert" role="alert">{problem}</p> }))}
            <ul id="goals" class="goals" role="listbox" aria-label="Results">
                {dynamic(move || rows(&goals.read(), at.get(), go))}
            </ul>
            {dynamic(move || goals.read().is_empty().then(|| view! { <p class="muted palette-none">"Nothing found. Names, e-mails, phones and companies of leads are searched."</p> }))}
        </Dialog>
    }
}

fn rows(goals: &[Goal], at: usize, go: Callback<String>) -> Vec<AnyView> {
    let row = |(index, goal): (usize, &Goal)| {
        let Goal { group, icon, words, more, status, href } = goal.clone();
        let is_first = index == 0 || goals[index - 1].group != group;
        view! {
            {is_first.then(|| view! { <li class="goal-group" role="presentation">{group}</li> })}
            <li id=format!("goal-{index}") class="option goal" role="option" aria-selected=if index == at { "true" } else { "false" }
                on:click=act(move || go.run(href.clone()))>
                <Icon icon /><span class="goal-words">{words}</span>
                {more.map(|more| view! { <span class="faint">{more}</span> })}
                <span class="grow"></span>
                {status.map(badge)}
            </li>
        }
    };
    goals.iter().enumerate().map(row).collect()
}

fn plain(group: &'static str, icon: icondata_core::Icon, words: &str) -> Goal {
    Goal { group, icon, words: words.to_owned(), more: None, status: None, href: String::new() }
}

fn found(hits: &Hits) -> Vec<Goal> {
    let leads = hits.leads.iter().map(|lead| Goal {
        more: lead.company.clone(),
        status: Some(lead.status),
        href: format!("/leads/{}", lead.id),
        ..plain("Leads", lu::LuUser, &lead.name)
    });
    let products = hits.products.iter().map(|product| Goal {
        more: Some("its leads".into()),
        href: format!("/leads?product={}", product.id),
        ..plain("Products", lu::LuPackage, &product.name)
    });
    leads.chain(products).collect()
}

/// Actions and pages of the role.
fn fixed_goals() -> Vec<Goal> {
    let role = use_role();
    let mut goals = Vec::new();
    let mut action =
        |words: &str, icon, href: &str| goals.push(Goal { href: href.into(), ..plain("Actions", icon, words) });
    if role != domain::users::Role::Engineer {
        action("New lead", lu::LuPlus, "/leads/new");
        action("Import leads", lu::LuUpload, "/imports");
        action("My leads", lu::LuUser, "/leads?assignee=me");
        action("Unassigned leads", lu::LuUserPlus, "/leads?assignee=none");
    }
    goals.extend(Tab::of(role).map(|tab| Goal { href: tab.path().into(), ..plain("Pages", tab.icon(), tab.label()) }));
    goals
}
