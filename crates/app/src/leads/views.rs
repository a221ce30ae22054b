//! Saved views as tabs over the list. A tab is a link to all that the view holds; what was changed since can be saved.

use domain::{
    leads::LeadQuery,
    views::{View, ViewInput},
};
use icondata_lu as lu;
use leptos::prelude::*;

use super::{address::Address, grid::Grid};
use crate::{
    markup::{act, dynamic, view},
    ui::{self, Icon},
    viewer::use_session,
};

/// What is asked about views; the [`super::desk`] answers.
#[derive(Clone, Debug, PartialEq)]
pub enum AskedView {
    /// Keep the list as it is under a name.
    New,
    /// Change name and sharing of this one, or delete it.
    Edit(View),
    /// Put the list as it is in place of what this one holds.
    Save(View),
}

/// The tabs. `views` are the viewer's own and the shared ones.
#[component]
pub fn Views(address: Memo<Address>, grid: Grid, views: Vec<View>) -> impl IntoView {
    let me = use_session().with_value(|session| session.user.id);
    let views = StoredValue::new(views);
    let now = move || {
        let address = address.read();
        views.with_value(|views| views.iter().find(|view| Some(view.id) == address.view).cloned())
    };
    // Saving and deleting take the button away that had the focus.
    Effect::new(move || {
        if grid.views_changed.get_untracked() > 0 {
            ui::focus_if_lost(".view-tab[aria-current]".to_owned());
        }
    });
    let ask = move |asked: AskedView| grid.asked_view.set(Some(asked));
    let tabs =
        views.with_value(|views| views.iter().map(|view| tab(Some(view), address, view.owner_id == me)).collect_view());
    view! {
        <nav class="views" aria-label="Views">
            {tab(None, address, true)}
            {tabs}
            <span class="grow"></span>
            {dynamic(move || {
                let view = now();
                let address = address.get();
                let is_own = view.as_ref().is_some_and(|view| view.owner_id == me);
                let changed = differs(view.as_ref(), &address);
                let own = view.filter(|_| is_own);
                let saved = own.clone().filter(|_| changed);
                view! {
                    {saved.map(|view| view! {
                        <button type="button" class="btn btn-small" on:click=act(move || ask(AskedView::Save(view.clone())))>"Save"</button>
                    })}
                    {changed.then(|| view! {
                        <button type="button" class="btn btn-small" on:click=act(move || ask(AskedView::New))>{if is_own { "Save as new" } else { "Save view" }}</button>
                    })}
                    {own.map(|view| view! {
                        <button type="button" class="icon-button" aria-label="Edit this view" on:click=act(move || ask(AskedView::Edit(view.clone())))>
                            <Icon icon=lu::LuEllipsis />
                        </button>
                    })}
                }
            })}
        </nav>
    }
}

fn tab(view: Option<&View>, address: Memo<Address>, is_own: bool) -> impl IntoView + use<> {
    let id = view.map(|view| view.id);
    let (name, href) = match view {
        Some(view) => (view.name.clone(), of_view(view).href()),
        None => ("All leads".to_owned(), Address::default().href()),
    };
    let current = move || (address.read().view == id).then_some("page");
    view! {
        <a class="view-tab" href=href aria-current=current>
            {name}{(!is_own).then(|| view! { <span class="faint" title="Shared with everyone">" · shared"</span> })}
        </a>
    }
}

/// The list that a view holds.
pub fn of_view(view: &View) -> Address {
    let mut address = Address::parse(&view.query);
    address.columns.clone_from(&view.columns);
    address.view = Some(view.id);
    address
}

/// What a view would hold if it were saved now.
pub fn to_view(address: &Address, name: String, is_shared: bool) -> ViewInput {
    ViewInput { name, query: kept(&address.query), columns: address.columns.clone(), is_shared }
}

/// Whether the list is another than the view's; without a view, than the one everybody gets.
fn differs(view: Option<&View>, address: &Address) -> bool {
    let (query, columns) = view.map_or((String::new(), &[][..]), |view| (view.query.clone(), &view.columns));
    kept(&address.query) != query || address.columns != columns
}

fn kept(query: &LeadQuery) -> String {
    LeadQuery { total: false, ..query.first_page() }.to_query()
}
