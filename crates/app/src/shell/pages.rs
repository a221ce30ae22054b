//! Pages that say where to go.

use icondata_lu as lu;
use leptos::prelude::*;

use super::Tab;
use crate::{
    markup::view,
    ui::{EmptyState, Title},
    viewer::use_role,
};

/// A tab whose screen comes later says so; a tab of another role is refused.
#[component]
pub fn NotBuiltYet(tab: Tab) -> impl IntoView {
    let role = use_role();
    if !tab.is_for(role) {
        return view! { <Forbidden /> };
    }
    view! {
        <Title text=tab.label() />
        <div class="row page-head"><h1>{tab.label()}</h1></div>
        <EmptyState icon=tab.icon() title="Not here yet" text=format!("{} This screen is still to come.", tab.promise())>
            <a class="btn" href="/leads">"Go to leads"</a>
        </EmptyState>
    }
}

/// 403, with a way back.
#[component]
pub fn Forbidden() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::document::set_status(403);
    let role = use_role();
    view! {
        <Title text="Not allowed" />
        <EmptyState is_page=true icon=lu::LuLock title="Not for your role" text="This part is for other roles. Ask an admin if you need it.".to_owned()>
            <a class="btn" href=Tab::home(role).path()>"Back to your work"</a>
        </EmptyState>
    }
}
