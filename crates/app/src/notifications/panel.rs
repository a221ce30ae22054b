//! What the bell tells. Opening it reads it.

use domain::{
    notifications::{Bell, Notification, NotificationKind},
    users::Role,
};
use icondata_lu as lu;
use leptos::{ev, portal::Portal, prelude::*, task::spawn_local, wasm_bindgen::JsCast};

use super::{
    COUNT, LIST,
    server_fns::{load_bell, read_bell},
};
use crate::{
    leads::format::{self, Today},
    live::Live,
    markup::{act, dynamic, view},
    ui::{Icon, up_to_99},
    viewer::{Session, use_session, use_today},
};

#[component]
pub fn Panel(live: Live) -> impl IntoView {
    let bell = RwSignal::new(Bell::default());
    let problem = RwSignal::new(None::<String>);
    let load = move || {
        spawn_local(async move {
            match load_bell().await {
                Ok(loaded) => {
                    let _ = problem.try_set(None);
                    let _ = bell.try_set(loaded);
                }
                Err(error) => drop(problem.try_set(Some(error.message()))),
            }
        });
    };
    Effect::new(move || {
        live.rung.track();
        load();
    });
    read_when_opened(bell);
    let place = |id: &str| document().get_element_by_id(id);
    let count = move || {
        let unread = bell.read().unread;
        (unread > 0).then(|| view! { <span class="bell-count" aria-hidden="true">{up_to_99(unread)}</span><span class="sr-only">{format!("{unread} new")}</span> })
    };
    let list = move || {
        let bell = bell.get();
        let problem = problem.get().map(|problem| {
            view! {
                <p class="alert" role="alert"><span class="grow">{problem}</span><button type="button" class="btn btn-small" on:click=act(load)>"Retry"</button></p>
            }
        });
        let is_empty = bell.items.is_empty() && problem.is_none();
        view! {
            <h2>"Notifications"</h2>
            {problem}
            {is_empty.then(|| view! { <p class="muted bell-none">"Nothing yet. You are told when a lead is given to you, won, blocked, or due for a follow-up."</p> })}
            <ul>{bell.items.into_iter().map(line).collect_view()}</ul>
        }
    };
    view! {
        {place(COUNT).map(|mount| view! { <Portal mount>{count}</Portal> })}
        {place(LIST).map(|mount| view! { <Portal mount>{list}</Portal> })}
    }
}

/// What stands in the list when it opens has been seen, and stays marked until it opens again.
fn read_when_opened(bell: RwSignal<Bell>) {
    let Some(list) = document().get_element_by_id(LIST) else { return };
    let toggled = leptos::wasm_bindgen::closure::Closure::<dyn Fn(ev::Event)>::new(move |event: ev::Event| {
        let is_open = event.current_target().and_then(|list| list.dyn_into::<web_sys::Element>().ok());
        let is_open = is_open.is_some_and(|list| list.matches(":popover-open").unwrap_or(false));
        let Some(newest) = bell.try_with_untracked(|bell| bell.items.first().map(|one| one.id)).flatten() else {
            return;
        };
        if is_open && bell.with_untracked(|bell| bell.unread > 0) {
            spawn_local(async move {
                if read_bell(newest).await.is_ok() {
                    let _ = bell.try_update(|bell| bell.unread = 0);
                }
            });
        } else if !is_open {
            let _ = bell.try_update(|bell| bell.items.iter_mut().for_each(|one| one.is_read = one.id <= newest));
        }
    });
    let _ = list.add_event_listener_with_callback("toggle", toggled.as_ref().unchecked_ref());
    // For as long as the page is there, like the header.
    toggled.forget();
}

fn line(one: Notification) -> AnyView {
    let (words, is_engineer) =
        use_session().with_value(|session| (words(&one, session), session.user.role == Role::Engineer));
    let (today, at) = (use_today(), one.at);
    let ago = move || {
        let today = today.get();
        Today { now: today.now.max(at), ..today }.ago(at)
    };
    let icon = match one.kind {
        NotificationKind::Assigned => lu::LuUserPlus,
        NotificationKind::Won => lu::LuTrophy,
        NotificationKind::Blocked => lu::LuOctagonAlert,
        NotificationKind::FollowUpDue => lu::LuCalendarClock,
    };
    let href = match one.lead_id {
        Some(id) => format!("/leads/{id}"),
        None if is_engineer => "/leads?engineer=me".to_owned(),
        None => "/leads?assignee=me".to_owned(),
    };
    let is_new = !one.is_read;
    view! {
        <li><a class="bell-line" class:bell-new=is_new href=href>
            <Icon icon /><span class="grow">{words}{is_new.then(|| view! { <span class="sr-only">" (new)"</span> })}</span><span class="faint num">{dynamic(ago)}</span>
        </a></li>
    }
}

fn words(one: &Notification, session: &Session) -> String {
    let who = one.actor_id.and_then(|id| session.person(id)).map_or("Siwaht", |person| &person.name);
    let what = match (&one.lead_name, one.leads) {
        (Some(name), _) => name.clone(),
        (None, 1) => "a lead".to_owned(),
        (None, many) => format!("{} leads", format::count(many.into())),
    };
    match one.kind {
        NotificationKind::Assigned => format!("{who} gave you {what}"),
        NotificationKind::Won => format!("{what} is won, by {who}"),
        NotificationKind::Blocked => format!("{who} is blocked on {what}"),
        NotificationKind::FollowUpDue => format!("Follow-up with {what} is due"),
    }
}
