//! What waits for the viewer: follow-ups that are overdue, due today, and due this week.

use domain::leads::{FollowUps, MyDay};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};

use super::super::{
    address::{Address, with_query},
    format::count,
    grid::Grid,
    server_fns::load_my_day,
    table::lead_href,
};
use crate::{
    UiError,
    markup::{act, dynamic, view},
    ui::{Icon, up_to_99},
    viewer::use_today,
};

/// A button with the number of what cannot wait, and what is behind it.
#[component]
pub fn Panel(grid: Grid, address: Memo<Address>) -> impl IntoView {
    let day = RwSignal::new(None::<Result<MyDay, UiError>>);
    let load = move || {
        spawn_local(async move {
            let loaded = load_my_day().await;
            let _ = day.try_set(Some(loaded));
        });
    };
    Effect::new(move || {
        grid.changed.track();
        load();
    });
    let waiting = move || {
        let day = day.read();
        let day = day.as_ref().and_then(|day| day.as_ref().ok());
        day.map(|day| day.overdue.total + day.today.total).filter(|waiting| *waiting > 0)
    };
    view! {
        <button type="button" class="btn my-day-button" popovertarget="my-day">
            <Icon icon=lu::LuSun /><span class="my-day-label">"My day"</span>
            {dynamic(move || waiting().map(|waiting| view! { <b class="num count">{up_to_99(waiting)}</b> }))}
        </button>
        <div id="my-day" popover="auto" class="menu my-day" role="group" aria-label="My day">
            {dynamic(move || match day.get() {
                None => None,
                Some(Ok(day)) => Some(view! {
                    <Section title="Overdue" class="late" part=day.overdue address />
                    <Section title="Today" class="due" part=day.today address />
                    <Section title="Next six days" class="muted" part=day.week address />
                }),
                Some(Err(error)) => Some(view! {
                    <p class="muted" role="alert">{error.message()}</p>
                    <button type="button" class="btn btn-small" on:click=act(load)>"Try again"</button>
                }),
            })}
        </div>
    }
}

#[component]
fn Section(title: &'static str, class: &'static str, part: FollowUps, address: Memo<Address>) -> impl IntoView {
    let FollowUps { total, leads, query } = part;
    let today = use_today();
    let list = address.read_untracked().to_query();
    let rows = leads.into_iter().map(|lead| {
        let due = move || lead.follow_up_at.map(|at| today.read().follow_up(at).0).unwrap_or_default();
        let what = lead.follow_up_note.or(lead.company).unwrap_or_default();
        view! {
            <li><a class="my-day-lead" href=lead_href(lead.id, &list)>
                <b>{lead.name}</b><span class=format!("num {class}")>{dynamic(due)}</span><span class="faint">{what}</span>
            </a></li>
        }
    });
    let rows: Vec<_> = rows.collect();
    let none = rows.is_empty();
    view! {
        <section>
            <h2>{title}" "<a class="link num" href=with_query("/leads", &query)>{count(total)}</a></h2>
            {none.then(|| view! { <p class="faint">"Nothing."</p> })}
            <ul>{rows}</ul>
        </section>
    }
}
