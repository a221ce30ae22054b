//! The rows, and headings that sort.

use domain::{
    Page,
    leads::{Lead, LeadQuery, SortField, SortKey},
    users::Role,
};
use icondata_lu as lu;
use leptos::{either::EitherOf3, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{columns::Column, format::Today, pager::Pager};
use crate::{
    ui::{EmptyState, Icon},
    viewer::use_session,
};

/// One page of leads; or why there is none.
#[component]
pub fn LeadTable(page: Page<Lead>, query: LeadQuery) -> impl IntoView {
    if !page.items.is_empty() {
        return EitherOf3::A(
            view! { <Rows items=page.items query=query.clone() /><Pager next=page.next_cursor query /> },
        );
    }
    if query.filter.is_empty() && query.cursor.is_none() {
        let may_create = use_session().with_value(|session| session.user.role != Role::Engineer);
        let text = if may_create {
            "Leads you create, import or are given appear here."
        } else {
            "Leads appear here when they are won and you are chosen to deliver them."
        };
        return EitherOf3::B(view! {
            <EmptyState icon=lu::LuInbox title="No leads yet" text=text.to_owned()>
                {may_create.then(|| view! { <a class="btn btn-primary" href="/leads/new"><Icon icon=lu::LuPlus />"New lead"</a> })}
            </EmptyState>
        });
    }
    EitherOf3::C(view! {
        <EmptyState icon=lu::LuSearchX title="No lead matches" text="Take away a condition, or start over.".to_owned()>
            <a class="btn" href="/leads">"Clear all"</a>
        </EmptyState>
    })
}

#[component]
fn Rows(items: Vec<Lead>, query: LeadQuery) -> impl IntoView {
    let session = use_session();
    let columns = session.with_value(|session| match session.user.role {
        Role::Admin | Role::Agent => Column::FOR_SALES,
        Role::Engineer => Column::FOR_ENGINEERS,
    });
    let today = session.with_value(|session| Today::new(session.now, session.user.utc_offset_minutes));
    let here = query.to_query();
    let rows = session.with_value(|session| {
        let row = |lead: &Lead| {
            let href = with_query(&format!("/leads/{}", lead.id), &here);
            let cells = columns.iter().map(|column| {
                view! { <td class=column.class()>{column.cell(lead, session, today, &href)}</td> }
            });
            view! { <tr data-lead=lead.id.0>{cells.collect_view()}</tr> }
        };
        items.iter().map(row).collect_view()
    });
    view! {
        <div class="card table-card">
            <table class="table">
                <thead><tr>{columns.iter().map(|column| heading(*column, &query)).collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A heading is a link to the list sorted by it: a click sorts ascending, then descending, then not. With Shift the
/// key is added behind the others.
fn heading(column: Column, query: &LeadQuery) -> AnyView {
    let Some(field) = column.sort() else {
        return view! { <th scope="col" class=column.class()>{column.heading()}</th> }.into_any();
    };
    let now = query.sort.iter().find(|key| key.field == field).map(|key| key.descending);
    let href = list_href(&LeadQuery { sort: next_sort(&query.sort, field, false), ..query.first_page() });
    let added = list_href(&LeadQuery { sort: next_sort(&query.sort, field, true), ..query.first_page() });
    let navigate = use_navigate();
    let add = move |event: leptos::ev::MouseEvent| {
        if event.shift_key() {
            event.prevent_default();
            navigate(&added, NavigateOptions::default());
        }
    };
    let (order, icon) = match now {
        None => ("none", None),
        Some(false) => ("ascending", Some(lu::LuArrowUp)),
        Some(true) => ("descending", Some(lu::LuArrowDown)),
    };
    view! {
        <th scope="col" class=column.class() aria-sort=order>
            <a href=href on:click=add>{column.heading()}{icon.map(|icon| view! { <Icon icon /> })}</a>
        </th>
    }
    .into_any()
}

fn next_sort(sort: &[SortKey], field: SortField, add: bool) -> Vec<SortKey> {
    let next = match sort.iter().find(|key| key.field == field).map(|key| key.descending) {
        None => Some(SortKey { field, descending: false }),
        Some(false) => Some(SortKey { field, descending: true }),
        Some(true) => None,
    };
    if !add {
        return next.into_iter().collect();
    }
    let mut keys: Vec<SortKey> = sort.to_vec();
    match (keys.iter().position(|key| key.field == field), next) {
        (Some(at), Some(next)) => keys[at] = next,
        (Some(at), None) => drop(keys.remove(at)),
        (None, next) => keys.extend(next),
    }
    keys.truncate(3);
    keys
}

/// The list's address.
pub fn list_href(query: &LeadQuery) -> String {
    with_query("/leads", &query.to_query())
}

/// An address that keeps the list behind it.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(text: &str, field: SortField, add: bool) -> String {
        let sort: Vec<SortKey> = text.split(',').filter(|s| !s.is_empty()).map(|s| s.parse().unwrap()).collect();
        next_sort(&sort, field, add).iter().map(SortKey::to_string).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_heading_goes_up_down_and_off() {
        assert_eq!(sorted("", SortField::Name, false), "name");
        assert_eq!(sorted("name", SortField::Name, false), "-name");
        assert_eq!(sorted("-name", SortField::Name, false), "");
        assert_eq!(sorted("-value", SortField::Name, false), "name");
    }

    #[test]
    fn shift_adds_a_key_behind_the_others() {
        assert_eq!(sorted("-value", SortField::Name, true), "-value,name");
        assert_eq!(sorted("-value,name", SortField::Value, true), "name");
    }
}
