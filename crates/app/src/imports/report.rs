//! Row by row: what becomes of it, and why.

use domain::imports::{ImportRow, ImportState, ImportStep, Kept, RowOutcome, RowProblem};
use leptos::{prelude::*, task::spawn_local};

use super::{server_fns::list_rows, state::State, words};
use crate::{
    UiError,
    markup::{act, attr, dynamic, each, view},
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
        let now = settled.with(|settled| settled.as_ref().map(|(state, ..)| *state));
        rows.outcome.track();
        match now {
            // Until a file is gone through again, what it came to before stays in sight.
            None | Some(ImportState::Checking) => {}
            Some(ImportState::Running | ImportState::Reverting) => rows.forget(),
            Some(
                ImportState::Checked
                | ImportState::Done
                | ImportState::Cancelled
                | ImportState::Failed
                | ImportState::Reverted,
            ) => rows.load(0),
        }
    });
    let step = Memo::new(move |_| state.get().map_or(ImportStep::Check, |import| import.step));
    let is_busy = Memo::new(move |_| state.is_busy());
    let is_waiting = Memo::new(move |_| is_busy.get() && rows.all.with(Option::is_none));
    let taken_back = Memo::new(move |_| {
        let import = state.get().filter(|import| import.state == ImportState::Reverted)?;
        Some(if import.kept_total > 0 { " Those above stay as they are." } else { "" })
    });
    let problem = Memo::new(move |_| rows.problem.get());
    view! {
        <KeptLeads state />
        <section class="card import-card" aria-label="Rows">
            <div class="row import-card-head">
                <h2>"Rows"</h2>
                <span class="grow"></span>
                <div class="row import-tabs" role="group" aria-label="Which rows">
                    <Tab rows outcome=None step />
                    {RowOutcome::ALL.into_iter().map(|outcome| view! { <Tab rows outcome=Some(outcome) step /> }).collect_view()}
                </div>
            </div>
            {cfg!(feature = "ssr").then(|| view! { <noscript><p class="faint import-none">"Showing the rows needs JavaScript."</p></noscript> })}
            {dynamic(move || taken_back.get().map(|kept| view! { <p class="faint import-note">"Taken back: leads that were created are gone, leads that were updated are what they were."{kept}</p> }))}
            {dynamic(move || match (problem.get(), is_waiting.get()) {
                (_, true) => view! { <p class="faint import-none" role="status">"The rows show as soon as this step is done."</p> },
                (Some(error), _) => view! { <ErrorState error retry=Callback::new(move |()| rows.load(0)) /> },
                (None, _) => view! { <Table rows step=step.get() is_busy /> },
            })}
        </section>
    }
}

impl Rows {
    /// Those that are shown, or on their way, are of a step that is over.
    fn forget(self) {
        self.asked.set_value(self.asked.get_value() + 1);
        self.all.set(None);
    }

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
fn Tab(rows: Rows, outcome: Option<RowOutcome>, step: Memo<ImportStep>) -> impl IntoView {
    let words = move || outcome.map_or("All", |outcome| words::outcome(outcome, step.get()));
    let is_chosen = move || rows.outcome.get() == outcome;
    view! {
        <button type="button" class="chip" aria-pressed=attr(move || is_chosen().to_string()) on:click=act(move || rows.outcome.set(outcome))>{words}</button>
    }
}

#[component]
fn Table(rows: Rows, step: ImportStep, is_busy: Memo<bool>) -> impl IntoView {
    let has_some = Memo::new(move |_| rows.all.with(|all| all.as_ref().map(|all| !all.is_empty())));
    let has_more = Memo::new(move |_| rows.next.get().is_some());
    let more = move || rows.next.get_untracked().into_iter().for_each(|next| rows.load(next));
    view! {
        {dynamic(move || match has_some.get() {
            None => view! { <div class="needs-script"><Skeleton rows=4 /></div> },
            Some(false) => view! { <p class="faint import-none">"No such row."</p> },
            Some(true) => view! {
                <table class="row-table" aria-busy=attr(move || is_busy.get().to_string())>
                    <thead><tr><th scope="col" class="num-col">"Row"</th><th scope="col">"Becomes"</th><th scope="col">"Name"</th><th scope="col">"What and why"</th></tr></thead>
                    <tbody>{each(move || rows.all.get().unwrap_or_default(), key, move |row| view! { <Line row step /> })}</tbody>
                </table>
                {dynamic(move || has_more.get().then(|| view! {
                    <div class="row import-more"><button type="button" class="btn btn-small" disabled=is_busy on:click=act(more)>"Show more"</button></div>
                }))}
            },
        })}
    }
}

/// A row is drawn again when something else becomes of it.
fn key(row: &ImportRow) -> String {
    let ImportRow { row: number, outcome, lead, name, email, detail, problems: _ } = row;
    let lead = lead.map_or(0, |lead| lead.0);
    format!("{number} {} {lead} {name} {email} {detail} {}", outcome.as_str(), row.reason())
}

#[component]
fn Line(row: ImportRow, step: ImportStep) -> impl IntoView {
    let ImportRow { row, outcome, lead, name, email, detail, problems } = row;
    let name = if name.is_empty() { "–".to_owned() } else { name };
    let name = match lead {
        Some(id) => view! { <a class="link" href=format!("/leads/{id}")>{name}</a> },
        None => view! { <span>{name}</span> },
    };
    view! {
        <tr>
            <td class="num num-col faint">{row}</td>
            <td><span class=format!("badge {}", words::colour(outcome))><i></i>{words::outcome(outcome, step)}</span></td>
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
