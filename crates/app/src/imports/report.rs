//! Row by row: what becomes of it, and why.

use domain::imports::{ImportRow, ImportState, ImportStep, Kept, RowOutcome, RowProblem};
use leptos::{prelude::*, task::spawn_local};

use super::{server_fns::list_rows, state::State, words};
use crate::{
    UiError,
    markup::{act, attr, dynamic, view},
    ui::{ErrorState, Skeleton},
};

/// The rows that are shown, and which.
#[derive(Clone, Copy)]
struct Rows {
    state: State,
    outcome: RwSignal<Option<RowOutcome>>,
    all: RwSignal<Option<Vec<ImportRow>>>,
    next: RwSignal<Option<i64>>,
    problem: RwSignal<Option<UiError>>,
    /// Counts what was asked for: an answer to an older question says nothing.
    asked: StoredValue<u32>,
}

#[component]
pub fn Report(state: State) -> impl IntoView {
    let rows = Rows {
        state,
        outcome: RwSignal::new(None),
        all: RwSignal::new(None),
        next: RwSignal::new(None),
        problem: RwSignal::new(None),
        asked: StoredValue::new(0),
    };
    // Anew with each step that has come to its end; while one goes on, the rows are about to be others.
    let settled =
        Memo::new(move |_| state.get().map(|import| (import.state, import.step, import.finished_at, import.settings)));
    Effect::new(move || {
        let is_busy = settled.with(|settled| settled.as_ref().is_none_or(|(state, ..)| state.is_busy()));
        rows.outcome.track();
        if !is_busy {
            rows.load(0);
        }
    });
    let is_done =
        move || state.import.with(|import| import.as_ref().is_some_and(|import| import.step != ImportStep::Check));
    let is_busy = move || state.is_busy();
    view! {
        <KeptLeads state />
        <section class="card import-card" aria-label="Rows">
            <div class="row import-card-head">
                <h2>"Rows"</h2>
                <span class="grow"></span>
                <div class="row import-tabs" role="group" aria-label="Which rows">
                    <Tab rows outcome=None is_done=Signal::derive(is_done) />
                    {RowOutcome::ALL.into_iter().map(|outcome| view! { <Tab rows outcome=Some(outcome) is_done=Signal::derive(is_done) /> }).collect_view()}
                </div>
            </div>
            {cfg!(feature = "ssr").then(|| view! { <noscript><p class="faint import-none">"Showing the rows needs JavaScript."</p></noscript> })}
            {dynamic(move || match (rows.problem.get(), is_busy()) {
                (_, true) => view! { <p class="faint import-none" role="status">"The rows show as soon as this step is done."</p> },
                (Some(error), _) => view! { <ErrorState error retry=Callback::new(move |()| rows.load(0)) /> },
                (None, _) => view! { <Table rows is_done=is_done() /> },
            })}
        </section>
    }
}

impl Rows {
    /// Loads the rows behind this one; from 0 on they take the place of those that are shown.
    fn load(self, after: i64) {
        let asked = self.asked.get_value() + 1;
        self.asked.set_value(asked);
        let outcome = self.outcome.get_untracked();
        spawn_local(async move {
            let answer = list_rows(self.state.id, outcome, after).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.problem.set(None);
                    self.next.set(page.next);
                    self.all.update(|all| match all {
                        Some(all) if after > 0 => all.extend(page.items),
                        all => *all = Some(page.items),
                    });
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }
}

#[component]
fn Tab(rows: Rows, outcome: Option<RowOutcome>, is_done: Signal<bool>) -> impl IntoView {
    let words = move || outcome.map_or("All", |outcome| words::outcome(outcome, is_done.get()));
    let is_chosen = move || rows.outcome.get() == outcome;
    view! {
        <button type="button" class="chip" aria-pressed=attr(move || is_chosen().to_string()) on:click=act(move || rows.outcome.set(outcome))>{words}</button>
    }
}

#[component]
fn Table(rows: Rows, is_done: bool) -> impl IntoView {
    view! {
        {dynamic(move || match rows.all.get() {
            None => view! { <div class="needs-script"><Skeleton rows=4 /></div> },
            Some(all) if all.is_empty() => view! { <p class="faint import-none">"No such row."</p> },
            Some(all) => view! {
                <table class="row-table">
                    <thead><tr><th scope="col" class="num-col">"Row"</th><th scope="col">"Becomes"</th><th scope="col">"Name"</th><th scope="col">"What and why"</th></tr></thead>
                    <tbody>{all.into_iter().map(|row| view! { <Line row is_done /> }).collect_view()}</tbody>
                </table>
                {rows.next.get().map(|next| view! {
                    <div class="row import-more"><button type="button" class="btn btn-small" on:click=act(move || rows.load(next))>"Show more"</button></div>
                })}
            },
        })}
    }
}

#[component]
fn Line(row: ImportRow, is_done: bool) -> impl IntoView {
    let ImportRow { row, outcome, lead, name, email, detail, problems } = row;
    let name = if name.is_empty() { "–".to_owned() } else { name };
    let name = match lead {
        Some(id) => view! { <a class="link" href=format!("/leads/{id}")>{name}</a> },
        None => view! { <span>{name}</span> },
    };
    view! {
        <tr>
            <td class="num num-col faint">{row}</td>
            <td><span class=format!("badge {}", words::colour(outcome))><i></i>{words::outcome(outcome, is_done)}</span></td>
            <td class="row-name">{name}{(!email.is_empty()).then(|| view! { <span class="faint row-email">{email}</span> })}</td>
            <td class="row-why">{detail}{problems.into_iter().map(|problem| view! { <Wrong problem /> }).collect_view()}</td>
        </tr>
    }
}

#[component]
fn Wrong(problem: RowProblem) -> impl IntoView {
    let RowProblem { column, value, message } = problem;
    view! {
        <span class="row-problem">
            {(!column.is_empty()).then(|| view! { <b>{column}</b> })}
            {(!value.is_empty()).then(|| view! { <code>{value}</code> })}
            {message}
        </span>
    }
}

/// What a revert left as it is.
#[component]
fn KeptLeads(state: State) -> impl IntoView {
    let kept = Memo::new(move |_| {
        let import = state.get()?;
        (import.state == ImportState::Reverted && import.kept_total > 0).then_some((import.kept, import.kept_total))
    });
    view! {
        {dynamic(move || kept.get().map(|(kept, total)| view! {
            <section class="card import-card" aria-label="Left as they are">
                <div class="row import-card-head"><h2>"Left as they are"</h2><span class="faint">{format!("{} changed since the import", words::count(total))}</span></div>
                <ul class="kept">
                    {kept.into_iter().map(|Kept { lead, name, reason }| view! {
                        <li><a class="link" href=format!("/leads/{lead}")>{name}</a><span class="faint">{reason}</span></li>
                    }).collect_view()}
                </ul>
            </section>
        }))}
    }
}
