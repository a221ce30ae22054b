//! Header and phone bar.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

use super::Tab;
use crate::{
    live::LiveMark,
    markup::view,
    notifications::Bell,
    search::Search,
    ui::{Avatar, Icon},
    viewer::use_session,
};

#[component]
pub fn Header() -> impl IntoView {
    let role = use_session().with_value(|session| session.user.role);
    view! {
        <header class="header">
            <a class="logo" href="/"><b aria-hidden="true">"S"</b>"Siwaht"</a>
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

fn tab_link(tab: Tab) -> impl IntoView {
    view! { <A href=tab.path() attr:class="tab">{tab.label()}</A> }
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
    let role = use_session().with_value(|session| session.user.role);
    let link = |tab: &Tab| {
        let tab = *tab;
        view! { <A href=tab.path() attr:class="phone-tab"><Icon icon=tab.icon() /><span>{tab.label()}</span></A> }
    };
    let rest: Vec<Tab> = Tab::of(role).filter(|tab| !Tab::on_phone(role).contains(tab)).collect();
    view! {
        <nav class="phone-bar" aria-label="Main, on phones">
            {Tab::on_phone(role).iter().map(link).collect_view()}
            {(!rest.is_empty()).then(|| view! {
                <button class="phone-tab" popovertarget="more-tabs"><Icon icon=lu::LuEllipsis /><span>"More"</span></button>
                <div id="more-tabs" popover="auto" class="menu menu-bottom">
                    {rest.into_iter().map(|tab| view! {
                        <A href=tab.path() attr:class="menu-item"><Icon icon=tab.icon() />{tab.label()}</A>
                    }).collect_view()}
                </div>
            })}
        </nav>
    }
}
