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
    location::use_location,
    markup::{act, attr, dynamic, view},
    ui::{Dialog, Icon, focus_after_dialog},
};

#[component]
pub fn Review(state: State) -> impl IntoView {
    let asks = Memo::new(move |_| {
        let states = [ImportState::Checking, ImportState::Checked];
        state.get().is_some_and(|import| states.contains(&import.state) && is_own(&import))
    });
    let failure = Memo::new(move |_| state.get().and_then(|import| import.failure));
    let is_nameless = Memo::new(move |_| {
        state.get().is_some_and(|import| import.can_be_read_again() && is_own(&import) && words::is_nameless(&import))
    });
    view! {
        <section class="card import-review" aria-label="What happens">
            {dynamic(move || is_nameless.get().then(|| view! { <p class="alert import-failure" role="status">"No column becomes Name: choose one under Columns."</p> }))}
            {dynamic(move || asks.get().then(|| view! { <Duplicates state /> }))}
            <Progress state />
            <Counts state />
            {dynamic(move || failure.get().map(|failure| view! { <p class="alert import-failure" role="alert">{failure}</p> }))}
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
    let counts = Memo::new(move |_| state.get().map(|import| (import.counts, import.step)));
    let extent = Memo::new(move |_| state.get().and_then(|import| words::extent(&import)));
    let step = move || counts.get().map_or(ImportStep::Check, |(_, step)| step);
    view! {
        <dl class="import-counts">
            {RowOutcome::ALL.into_iter().map(|outcome| view! {
                <div class=format!("import-count {}", words::colour(outcome))>
                    <dt>{dynamic(move || words::outcome(outcome, step()))}</dt>
                    <dd class="num">{dynamic(move || words::count(counts.get().map_or(0, |(counts, _)| counts.of(outcome))))}</dd>
                </div>
            }).collect_view()}
        </dl>
        {dynamic(move || extent.get().map(|extent| view! { <p class="faint import-total">{extent}</p> }))}
    }
}

#[component]
fn Actions(state: State) -> impl IntoView {
    let asking = RwSignal::new(None::<Taking>);
    let is_asking = move || state.is_asking.get();
    let shown = Memo::new(move |_| state.get().map(|import| Shown::of(&import)));
    let can_discard = Memo::new(move |_| state.get().is_some_and(|import| import.can_be_read_again()));
    let ask = move |taking: Taking| act(move || asking.set(Some(taking)));
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
                        <button type="button" class="btn btn-wide btn-danger" disabled=is_asking on:click=ask(Taking::Revert)><Icon icon=lu::LuUndo2 />"Revert this import"</button>
                    })}
                },
            }))}
            <Problems state />
            {dynamic(move || can_discard.get().then(|| view! {
                <button type="button" class="btn btn-wide btn-danger" disabled=is_asking on:click=ask(Taking::Discard)><Icon icon=lu::LuTrash2 />"Discard this file"</button>
            }))}
            {dynamic(move || asking.get().map(|taking| view! { <Sure state asking taking /> }))}
        </div>
    }
}

/// What is asked about once more: it is not to be had back.
#[derive(Clone, Copy)]
enum Taking {
    Revert,
    Discard,
}

#[component]
fn Sure(state: State, asking: RwSignal<Option<Taking>>, taking: Taking) -> impl IntoView {
    let location = use_location();
    let (title, about, keep, take) = match taking {
        Taking::Revert => (
            "Revert this import?",
            "Leads that it created are deleted, leads that it updated become what they were. What others have changed since stays, and is listed.",
            "Keep the leads",
            "Revert",
        ),
        Taking::Discard => (
            "Discard this file?",
            "The file goes, with what was chosen about it. No lead came of it.",
            "Keep the file",
            "Discard",
        ),
    };
    let close = move || {
        asking.set(None);
        focus_after_dialog(".import-actions .btn-danger".to_owned());
    };
    let go_on = move || {
        asking.set(None);
        match taking {
            Taking::Revert => state.ask(Ask::Revert),
            Taking::Discard => state.discard(location),
        }
    };
    view! {
        <Dialog title small=true on_close=Callback::new(move |()| close())>
            <p class="muted">{about}</p>
            <footer class="form-foot">
                <button class="btn" autofocus on:click=act(close)>{keep}</button>
                <span class="grow"></span>
                <button class="btn btn-danger-full" on:click=act(go_on)>{take}</button>
            </footer>
        </Dialog>
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
