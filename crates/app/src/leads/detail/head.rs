//! The top row: where one is, the leads before and after, and what else can be done with this one.

use domain::{
    Cursor, LeadId,
    leads::{Lead, LeadQuery},
    users::Role,
};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};

use super::{
    dialogs::Asked,
    sheet::Closing,
    work::{Changed, Sent, Work},
};
use crate::{
    leads::{
        address::{Address, Screen, use_address},
        format,
        grid::Grid,
        server_fns::list_leads,
    },
    location::{Way, use_location},
    markup::{act, attr, dynamic, hear, view},
    ui::Icon,
};

#[component]
pub fn Head(work: Work) -> impl IntoView {
    let address = use_address();
    let name = move || work.lead.read().name.clone();
    view! {
        <header class="sheet-head">
            <nav class="crumbs" aria-label="Where this is">
                <a href=attr(move || address.read().href())>{dynamic(move || match address.read().screen { Screen::Table => "Leads", Screen::Board => "Kanban" })}</a><span aria-hidden="true">"/"</span><b aria-current="page">{dynamic(name)}</b>
            </nav>
            <span class="grow"></span>
            <span class="faint num sheet-place">{dynamic(move || place(work))}</span>
            <Claim work />
            <Neighbour work by=-1 />
            <Neighbour work by=1 />
            <Menu work />
            <Close />
        </header>
    }
}

/// For an agent who looks at a lead that nobody has.
#[component]
fn Claim(work: Work) -> impl IntoView {
    let (me, role) = work.session.with_value(|session| (session.user.id, session.user.role));
    let is_free =
        move || role == Role::Agent && work.lead.read().assigned_to.is_none() && work.rest.read().rights.assign;
    let claim = move || {
        let change = Changed::from_iter([("assignedTo".to_owned(), me.0.into())]);
        spawn_local(async move {
            match work.send(change).await {
                Ok(Sent::Saved(lead, undo)) => work.saved(format!("{} is yours", lead.name), undo),
                Ok(Sent::Asked) => {}
                Err(error) => work.toasts.say(error.message()),
            }
        });
    };
    view! { {dynamic(move || is_free().then(|| view! { <button type="button" class="btn btn-small" on:click=act(claim)>"Claim"</button> }))} }
}

/// Back to the list: a link, so that it works without a script.
#[component]
pub fn Close() -> impl IntoView {
    let (address, closing) = (use_address(), expect_context::<Closing>());
    let close = move |event: leptos::ev::MouseEvent| {
        // The router must not follow the link as well.
        event.prevent_default();
        closing.close.run(());
    };
    view! {
        <a class="icon-button" aria-label="Close" href=attr(move || address.read().href()) on:click=hear(close)><Icon icon=lu::LuX /></a>
    }
}

/// `3 of 4,312`, as far as the list knows.
fn place(work: Work) -> Option<String> {
    let at = i64::try_from(index(work.grid, work.id)?).ok()?;
    let nth = format::count(work.grid.around.read().as_ref()?.start? + at + 1);
    Some(format!("{nth} of {}", format::count(work.grid.total.get()?)))
}

fn index(grid: Grid, id: LeadId) -> Option<usize> {
    grid.rows.read().iter().position(|row| row.id == id)
}

/// Where the lead before or after stands.
enum Beside {
    Lead(LeadId),
    /// On another page of the list.
    Page(Cursor),
}

fn beside(work: Work, by: isize) -> Option<Beside> {
    let rows = work.grid.rows.read();
    let at = rows.iter().position(|row| row.id == work.id)?;
    if let Some(row) = at.checked_add_signed(by).and_then(|at| rows.get(at)) {
        return Some(Beside::Lead(row.id));
    }
    let around = work.grid.around.read();
    let around = around.as_ref()?;
    if by > 0 { around.next.clone() } else { around.previous.clone() }.map(Beside::Page)
}

#[component]
fn Neighbour(work: Work, by: isize) -> impl IntoView {
    let (label, key, icon) =
        if by < 0 { ("Previous lead", "K", lu::LuArrowUp) } else { ("Next lead", "J", lu::LuArrowDown) };
    let go = use_go(work);
    let id = if by < 0 { "sheet-previous" } else { "sheet-next" };
    view! {
        <button type="button" id=id class="btn btn-small sheet-neighbour" aria-label=label aria-keyshortcuts=key title=label
            disabled=attr(move || beside(work, by).is_none()) on:click=act(move || go.run(by))>
            <Icon icon /><kbd aria-hidden="true">{key}</kbd>
        </button>
    }
}

/// Goes to the lead before (−1) or after (1), on the next page of the list where this one ends.
fn use_go(work: Work) -> Callback<isize> {
    let (location, address) = (use_location(), use_address());
    Callback::new(move |by: isize| {
        let now = address.get_untracked();
        match untrack(|| beside(work, by)) {
            None => {}
            Some(Beside::Lead(id)) => location.go(&now.lead(id), Way::Replace),
            Some(Beside::Page(cursor)) => {
                let page = now.with(LeadQuery { cursor: Some(cursor), offset: 0, ..now.query.clone() });
                spawn_local(async move {
                    match first_of(&page, by).await {
                        Ok(Some(lead)) => location.go(&page.lead(lead.id), Way::Replace),
                        Ok(None) => work.toasts.say("No more leads in this list"),
                        Err(error) => work.toasts.say(error.message()),
                    }
                });
            }
        }
    })
}

async fn first_of(page: &Address, by: isize) -> Result<Option<Lead>, crate::UiError> {
    let mut items = list_leads(page.list()).await?.items;
    Ok(if by > 0 { (!items.is_empty()).then(|| items.swap_remove(0)) } else { items.pop() })
}

#[component]
fn Menu(work: Work) -> impl IntoView {
    let copy = move || {
        // Without encryption browsers offer no clipboard at all.
        if !window().is_secure_context() {
            return work.toasts.say("The browser allows copying over HTTPS only");
        }
        let link = window().location().href().unwrap_or_default();
        drop(window().navigator().clipboard().write_text(&link));
        work.toasts.say("Link copied");
    };
    let open = move |what: Asked| {
        hide_menu();
        work.ask(what);
    };
    view! {
        <button type="button" class="icon-button sheet-more" popovertarget="sheet-menu" aria-label="More"><Icon icon=lu::LuEllipsis /></button>
        <div id="sheet-menu" popover="auto" class="menu sheet-menu">
            <button type="button" class="menu-item" on:click=act(move || { hide_menu(); copy() })><Icon icon=lu::LuLink />"Copy link"</button>
            {dynamic(move || work.rest.read().rights.merge.then(|| view! {
                <button type="button" class="menu-item" on:click=act(move || open(Asked::Merge))><Icon icon=lu::LuMerge />"Merge with…"</button>
            }))}
            {dynamic(move || work.rest.read().rights.delete.then(|| view! {
                <button type="button" class="menu-item menu-danger" on:click=act(move || open(Asked::Delete))><Icon icon=lu::LuTrash2 />"Delete…"</button>
            }))}
        </div>
    }
}

fn hide_menu() {
    use leptos::wasm_bindgen::JsCast;
    let menu = document().get_element_by_id("sheet-menu");
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = menu.hide_popover();
    }
}
