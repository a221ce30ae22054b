//! What happens with duplicates, the four counts, and the button.

use domain::imports::{Import, ImportState, ImportStep, OnDuplicate, RowOutcome};
use icondata_lu as lu;
use leptos::prelude::*;
use serde_json::json;

use super::{
    is_own, sender,
    state::{Ask, State},
    words,
};
use crate::{
    markup::{act, attr, dynamic, view},
    ui::{Dialog, Icon},
};

#[component]
pub fn Review(state: State) -> impl IntoView {
    let asks = Memo::new(move |_| {
        let states = [ImportState::Checking, ImportState::Checked];
        state.get().is_some_and(|import| states.contains(&import.state) && is_own(&import))
    });
    view! {
        <section class="card import-review" aria-label="What happens">
            {dynamic(move || asks.get().then(|| view! { <Duplicates state /> }))}
            <Progress state />
            <Counts state />
            {dynamic(move || state.get().and_then(|import| import.failure).map(|failure| view! { <p class="alert import-failure" role="alert">{failure}</p> }))}
            <Actions state />
        </section>
    }
}

#[component]
fn Duplicates(state: State) -> impl IntoView {
    let chosen = Memo::new(move |_| state.get().map(|import| import.settings.on_duplicate));
    let choice = move |choice: OnDuplicate| {
        let (words, about) = match choice {
            OnDuplicate::Skip => ("Skip", "leave the lead as it is"),
            OnDuplicate::Update => ("Update", "put the row's cells into the lead; blank cells change nothing"),
            OnDuplicate::Create => ("Create", "make another lead"),
        };
        let choose = move || state.configure(json!({ "onDuplicate": choice }));
        view! {
            <label class="import-choice">
                <input type="radio" name="on-duplicate" value=choice.as_str() prop:checked=attr(move || chosen.get() == Some(choice)) checked=chosen.get_untracked() == Some(choice) on:change=act(choose) />
                <span><b>{words}</b><span class="faint">{about}</span></span>
            </label>
        }
    };
    view! {
        <fieldset class="import-choices">
            <legend>"When a lead with the same e-mail or phone is there"</legend>
            {OnDuplicate::ALL.into_iter().map(choice).collect_view()}
        </fieldset>
    }
}

#[component]
fn Progress(state: State) -> impl IntoView {
    let busy = Memo::new(move |_| {
        state
            .get()
            .filter(|import| import.state.is_busy())
            .map(|import| (import.step, import.rows_done, import.rows_total))
    });
    view! {
        {dynamic(move || busy.get().map(|(step, done, total)| {
            let (words, unit) = match step {
                ImportStep::Check => ("Checking", "rows"),
                ImportStep::Run => ("Importing", "rows"),
                ImportStep::Revert => ("Reverting", "leads"),
            };
            // Of a file that is read for the first time nobody knows how long it is.
            let total = total.filter(|total| *total >= done && step == ImportStep::Run);
            let far = match total {
                Some(total) => format!("{} of {} {unit}", words::count(done), words::count(total)),
                None => format!("{} {unit}", words::count(done)),
            };
            view! {
                <div class="import-progress" role="status">
                    <span class="row"><b>{words}</b><span class="grow"></span><span class="num faint">{far}</span></span>
                    {match total {
                        Some(total) => view! { <progress max=total.max(1) value=done aria-label=words></progress> },
                        None => view! { <progress aria-label=words></progress> },
                    }}
                </div>
            }
        }))}
    }
}

#[component]
fn Counts(state: State) -> impl IntoView {
    let counts = Memo::new(move |_| state.get().map(|import| (import.counts, import.step != ImportStep::Check)));
    view! {
        <dl class="import-counts">
            {RowOutcome::ALL.into_iter().map(|outcome| view! {
                <div class=format!("import-count {}", words::colour(outcome))>
                    <dt>{dynamic(move || words::outcome(outcome, counts.get().is_some_and(|(_, done)| done)))}</dt>
                    <dd class="num">{dynamic(move || words::count(counts.get().map_or(0, |(counts, _)| counts.of(outcome))))}</dd>
                </div>
            }).collect_view()}
        </dl>
        <p class="faint import-total">{dynamic(move || {
            let total = counts.get().map_or(0, |(counts, _)| counts.total());
            format!("{} {} in the file", words::count(total), if total == 1 { "row" } else { "rows" })
        })}</p>
    }
}

#[component]
fn Actions(state: State) -> impl IntoView {
    let asking = RwSignal::new(false);
    let is_asking = move || state.is_asking.get();
    let shown = Memo::new(move |_| state.get().map(|import| Shown::of(&import)));
    let revert = move || {
        asking.set(false);
        state.ask(Ask::Revert);
    };
    view! {
        <div class="import-actions">
            {dynamic(move || shown.get().map(|shown| match shown {
                Shown::Busy => view! { <button type="button" class="btn btn-wide" disabled=is_asking on:click=act(move || state.ask(Ask::Cancel))>"Cancel"</button> },
                Shown::Ready(0) => view! { <p class="faint">"There is nothing to import: every row is skipped or has an error."</p> },
                Shown::Ready(rows) => view! {
                    <button type="button" class="btn btn-primary btn-wide" disabled=is_asking on:click=act(move || state.ask(Ask::Run))>
                        <Icon icon=lu::LuCheck />{format!("Import {} {}", words::count(rows), if rows == 1 { "row" } else { "rows" })}
                    </button>
                },
                Shown::Others(sender) => view! { <p class="faint">{format!("Only {sender} can go on with this file.")}</p> },
                Shown::Again => view! {
                    <button type="button" class="btn btn-wide" disabled=is_asking on:click=act(move || state.configure(json!({})))><Icon icon=lu::LuRotateCw />"Check again"</button>
                },
                Shown::Over { can_revert } => view! {
                    <a class="btn btn-wide" href="/leads?sort=-createdAt"><Icon icon=lu::LuList />"Show the newest leads"</a>
                    {can_revert.then(|| view! {
                        <button type="button" class="btn btn-wide btn-danger" disabled=is_asking on:click=act(move || asking.set(true))><Icon icon=lu::LuUndo2 />"Revert this import"</button>
                    })}
                },
            }))}
            <Problems state />
            {dynamic(move || asking.get().then(|| view! {
                <Dialog title="Revert this import?" small=true on_close=Callback::new(move |()| asking.set(false))>
                    <p class="muted">"Leads that it created are deleted, leads that it updated become what they were. What others have changed since stays, and is listed."</p>
                    <footer class="form-foot">
                        <button class="btn" autofocus on:click=act(move || asking.set(false))>"Keep the leads"</button>
                        <span class="grow"></span>
                        <button class="btn btn-danger-full" on:click=act(revert)>"Revert"</button>
                    </footer>
                </Dialog>
            }))}
        </div>
    }
}

/// What can be done now.
#[derive(Clone, PartialEq)]
enum Shown {
    Busy,
    /// So many rows would be written.
    Ready(i64),
    Again,
    /// Someone else's, who is called so.
    Others(String),
    Over {
        can_revert: bool,
    },
}

impl Shown {
    fn of(import: &Import) -> Self {
        let wrote = import.counts.created + import.counts.updated;
        match import.state {
            state if state.is_busy() => Shown::Busy,
            _ if import.can_be_read_again() && !is_own(import) => Shown::Others(sender(import)),
            ImportState::Checked => Shown::Ready(wrote),
            _ if import.can_be_read_again() => Shown::Again,
            state => Shown::Over { can_revert: wrote > 0 && state != ImportState::Reverted },
        }
    }
}

/// The rows that failed, as files to correct and send again.
#[component]
fn Problems(state: State) -> impl IntoView {
    let failed = Memo::new(move |_| {
        let import = state.get()?;
        (import.counts.failed > 0 && import.has_file && !import.state.is_busy()).then_some(import.counts.failed)
    });
    let href = move |format: &str| format!("/api/imports/{}/errors?format={format}", state.id);
    view! {
        {dynamic(move || failed.get().map(|failed| view! {
            <p class="import-problems">
                {format!("{} {} with errors: ", words::count(failed), if failed == 1 { "row" } else { "rows" })}
                <a class="link" href=href("csv") download rel="external">"CSV"</a>" · "
                <a class="link" href=href("xlsx") download rel="external">"Excel"</a>
                <span class="faint">"Correct them and import the file as it is."</span>
            </p>
        }))}
    }
}
