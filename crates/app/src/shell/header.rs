//! Header and phone bar.

use icondata_lu as lu;
use leptos::prelude::*;

use super::Tab;
use crate::{
    live::LiveMark,
    location::use_location,
    markup::view,
    notifications::Bell,
    search::Search,
    ui::{Avatar, Icon},
    viewer::{use_role, use_session},
};

#[component]
pub fn Header() -> impl IntoView {
    let role = use_role();
    view! {
        <header class="header">
            <a class="logo" href=Tab::home(role).path()><b aria-hidden="true">"S"</b>"Siwaht"</a>
            <nav class="tabs" aria-label="Main">
                {Tab::of(role).filter(|tab| !tab.is_admin()).map(tab_link).collect_view()}
                {Tab::of(role).any(Tab::is_admin).then(|| view! { <i class="tabs-line" aria-hidden="true"></i> })}
                {Tab::of(role).filter(|tab| tab.is_admin()).map(tab_link).collect_view()}
            </nav>
            <span class="grow"></span>
            <LiveMark />
            <Search />
            <Bell />
            <UserMenu />
        </header>
    }
}

fn tab_link(tab: Tab) -> AnyView {
    view! { <a class="tab" href=tab.path() aria-current=current(tab)>{tab.label()}</a> }
}

/// What `aria-current` says of a link to the tab.
fn current(tab: Tab) -> Signal<Option<&'static str>> {
    let page = use_location().page;
    Signal::derive(move || page.get().is_some_and(|page| page.tab() == Some(tab)).then_some("page"))
}

/// A native popover: opens, closes on Esc and outside clicks, and needs no script.
#[component]
fn UserMenu() -> impl IntoView {
    let user = use_session().with_value(|session| session.user.clone());
    view! {
        <button class="avatar-button" popovertarget="user-menu">
            <Avatar name=user.name.clone() />
            <span class="sr-only">{format!("Account of {}", user.name)}</span>
        </button>
        <div id="user-menu" popover="auto" class="menu menu-right">
            <p class="menu-head"><b>{user.name}</b><span class="faint">{user.email}</span></p>
            <form method="post" action="/sign-out">
                <button class="menu-item"><Icon icon=lu::LuLogOut />"Sign out"</button>
            </form>
        </div>
    }
}

#[component]
pub fn PhoneBar() -> impl IntoView {
    let role = use_role();
    let link = |tab: &Tab| {
        let tab = *tab;
        view! { <a class="phone-tab" href=tab.path() aria-current=current(tab)><Icon icon=tab.icon() /><span>{tab.label()}</span></a> }
    };
    let rest: Vec<Tab> = Tab::of(role).filter(|tab| !Tab::on_phone(role).contains(tab)).collect();
    view! {
        <nav class="phone-bar" aria-label="Main, on phones">
            {Tab::on_phone(role).iter().map(link).collect_view()}
            {(!rest.is_empty()).then(|| view! {
                <button class="phone-tab" popovertarget="more-tabs"><Icon icon=lu::LuEllipsis /><span>"More"</span></button>
                <div id="more-tabs" popover="auto" class="menu menu-bottom">
                    {rest.into_iter().map(|tab| view! {
                        <a class="menu-item" href=tab.path() aria-current=current(tab)><Icon icon=tab.icon() />{tab.label()}</a>
                    }).collect_view()}
                </div>
            })}
        </nav>
    }
}
