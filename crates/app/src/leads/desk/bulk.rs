//! One change to every selected lead: the bar at the bottom, its choices, and how a long one gets on.

use std::time::Duration;

use domain::{
    JobId,
    leads::{BulkAction, BulkInput, BulkJob, JobState, written},
    users::Role,
};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

use super::super::{
    address::Address,
    choices::{self, Choices, or_none},
    choose::{Choose, Move},
    columns::Column,
    format,
    grid::Grid,
    server_fns::{bulk_leads, cancel_job, find_job},
    undo::offer_undo,
};
use crate::{
    markup::{act, dynamic, view},
    ui::{self, Dialog, Icon, Toaster, use_toasts},
    viewer::{Session, use_role, use_session},
};

/// How often a running change is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// What the bar offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Status,
    Agent,
    /// For admins.
    Engineer,
    Priority,
    Product,
    /// Not a change: the file's format.
    Export,
}

/// What a running or finished change is shown by.
#[derive(Clone, Copy)]
struct Bulk {
    grid: Grid,
    address: Memo<Address>,
    toasts: Toaster,
    role: Role,
    /// The field that is being chosen.
    choosing: RwSignal<Option<Choice>>,
    asking: RwSignal<bool>,
    running: RwSignal<Option<BulkJob>>,
    problem: RwSignal<Option<String>>,
}

/// Only there while something is selected.
#[component]
pub fn Bar(grid: Grid, address: Memo<Address>) -> impl IntoView {
    let bulk = Bulk {
        grid,
        address,
        toasts: use_toasts(),
        role: use_role(),
        choosing: RwSignal::new(None),
        asking: RwSignal::new(false),
        running: RwSignal::new(None),
        problem: RwSignal::new(None),
    };
    // Another filter, another set: what was selected may not even match any more.
    let filter = Memo::new(move |_| address.read().query.filter.clone());
    Effect::new(move |before: Option<_>| {
        let now = filter.get();
        if before.is_some_and(|before| before != now) {
            grid.select_nothing();
        }
        now
    });
    let is_shown = Memo::new(move |_| !grid.selected.read().is_empty() || bulk.running.read().is_some());
    dynamic(move || is_shown.get().then(|| view! { <Selected bulk /> }))
}

#[component]
fn Selected(bulk: Bulk) -> impl IntoView {
    let grid = bulk.grid;
    let number = move || bulk.count().map_or_else(|| "All".to_owned(), format::count);
    let more = move || {
        let selected = grid.selected.read();
        let total =
            grid.total.get().filter(|total| usize::try_from(*total).is_ok_and(|total| total > selected.ids.len()));
        total.filter(|_| !selected.all_matching)
    };
    let role = use_role();
    let button = move |field: Choice, label: &'static str| {
        view! {
            <button type="button" class="btn btn-small" aria-haspopup="listbox"
                on:click=act(move || bulk.choosing.update(|open| *open = (*open != Some(field)).then_some(field)))>{label}</button>
        }
    };
    view! {
        <section class="bulk-bar" aria-label="Selected leads">
            {dynamic(move || bulk.choosing.get().map(|field| view! { <Choices bulk field /> }))}
            <b class="num">{number}</b><span>" selected"</span>
            {dynamic(move || more().map(|total| view! {
                <button type="button" class="link" on:click=act(move || grid.selected.update(|s| s.all_matching = true))>
                    {format!("Select all {} matching", format::count(total))}
                </button>
            }))}
            {(role != Role::Engineer).then(|| view! {
                {button(Choice::Status, "Status")}
                {button(Choice::Agent, "Assign")}
                {(role == Role::Admin).then(|| button(Choice::Engineer, "Engineer"))}
                {button(Choice::Priority, "Priority")}
                {button(Choice::Product, "Product")}
                {button(Choice::Export, "Export")}
                <button type="button" class="btn btn-small btn-danger" on:click=act(move || bulk.asking.set(true))>"Delete"</button>
            })}
            <button type="button" class="icon-button" aria-label="Select nothing" on:click=act(move || grid.select_nothing())><Icon icon=lu::LuX /></button>
        </section>
        {dynamic(move || bulk.asking.get().then(|| view! {
            <Dialog title="Delete the selected leads?" small=true on_close=Callback::new(move |()| bulk.asking.set(false))>
                <p class="muted">{dynamic(move || format!("{} leads leave every list and board, for everyone. You can take it back right afterwards.", number()))}</p>
                <footer class="form-foot">
                    <button class="btn" autofocus on:click=act(move || bulk.asking.set(false))>"Keep them"</button>
                    <span class="grow"></span>
                    <button class="btn btn-danger-full" on:click=act(move || { bulk.asking.set(false); bulk.run(BulkAction::Delete) })>"Delete leads"</button>
                </footer>
            </Dialog>
        }))}
        {dynamic(move || bulk.running.get().map(|job| view! { <Progress bulk job /> }))}
        {dynamic(move || bulk.problem.get().map(|problem| view! {
            <Dialog title="Nothing was changed" small=true on_close=Callback::new(move |()| bulk.problem.set(None))>
                <p class="muted">{problem}</p>
                <footer class="form-foot"><span class="grow"></span>
                    <button class="btn" autofocus on:click=act(move || bulk.problem.set(None))>"Close"</button>
                </footer>
            </Dialog>
        }))}
    }
}

#[component]
fn Choices(bulk: Bulk, field: Choice) -> impl IntoView {
    let (label, options) = use_session().with_value(|session| options(field, session));
    let close = Callback::new(move |()| bulk.choosing.set(None));
    let choose = Callback::new(move |(value, moving): (String, Option<Move>)| {
        bulk.choosing.set(None);
        match (moving, action(field, &value)) {
            // Tab goes on, and changes nothing: there is no value that stands there already.
            (Some(_), _) => ui::focus(".bulk-bar [aria-haspopup]"),
            (None, Some(action)) => bulk.run(action),
            (None, None) => bulk.export(&value),
        }
    });
    view! { <div class="bulk-choices"><Choose label options chosen="–" on_choose=choose on_leave=close /></div> }
}

fn options(field: Choice, session: &Session) -> (&'static str, Choices) {
    match field {
        Choice::Status => ("Move to", choices::statuses()),
        Choice::Priority => ("Priority", choices::priorities()),
        Choice::Agent => ("Assign to", or_none("Nobody", choices::agents(session, None))),
        Choice::Engineer => ("Deliver by", or_none("Nobody", choices::engineers(session, None))),
        Choice::Product => ("Product", choices::products(session, None)),
        Choice::Export => {
            let formats = [
                ("csv", "CSV, the columns shown"),
                ("xlsx", "Excel, the columns shown"),
                ("csv-all", "CSV, everything"),
                ("xlsx-all", "Excel, everything"),
            ];
            ("Export as", formats.map(|(format, label)| (format.to_owned(), label.to_owned())).into())
        }
    }
}

/// The change that a choice means; `None` for an export.
fn action(field: Choice, value: &str) -> Option<BulkAction> {
    let id = || value.parse::<i64>().map_or(Value::Null, Value::from);
    match field {
        Choice::Status => Some(BulkAction::Move { patch: json!({ "status": value }) }),
        Choice::Agent => Some(BulkAction::Assign { patch: json!({ "assignedTo": id() }) }),
        Choice::Engineer => Some(BulkAction::Assign { patch: json!({ "assignedEngineer": id() }) }),
        Choice::Priority => Some(BulkAction::Update { patch: json!({ "priority": value }) }),
        Choice::Product => Some(BulkAction::Update { patch: json!({ "assignedProduct": id() }) }),
        Choice::Export => None,
    }
}

impl Bulk {
    /// How many leads it is about, as far as known.
    fn count(self) -> Option<i64> {
        let selected = self.grid.selected.read();
        if selected.all_matching { self.grid.total.get() } else { i64::try_from(selected.ids.len()).ok() }
    }

    /// Has the browser save the selected leads as a file: `csv` or `xlsx` with the columns of the table, or `csv-all`. By
    /// their ids it finds the leads again when it is brought back in.
    fn export(self, choice: &str) {
        let selected = self.grid.selected.get_untracked();
        let Address { query, columns, .. } = self.address.get_untracked();
        let (format, columns) = match choice.split_once('-') {
            Some((format, _)) => (format, String::new()),
            None => {
                let shown = Column::chosen(&columns, self.role);
                let mut names = vec!["id"];
                for name in shown.iter().flat_map(|(column, _)| column.exported()) {
                    if !names.contains(name) {
                        names.push(*name);
                    }
                }
                (choice, format!("&columns={}", names.join(",")))
            }
        };
        let which = if selected.all_matching {
            query.filter_query()
        } else {
            let ids: Vec<String> = selected.ids.iter().map(ToString::to_string).collect();
            format!("ids={}", ids.join(","))
        };
        let sort = written(&query.sort);
        let sort = if sort.is_empty() { sort } else { format!("&sort={sort}") };
        // A download leaves the page where it is.
        let _ = window().location().assign(&format!("/api/leads/export?format={format}&{which}{sort}{columns}"));
    }

    fn run(self, action: BulkAction) {
        let selected = self.grid.selected.get_untracked();
        let input = BulkInput {
            action,
            ids: (!selected.all_matching).then(|| selected.ids.iter().copied().collect()),
            filter: selected.all_matching.then(|| self.address.get_untracked().query.filter_query()),
            partial: false,
        };
        spawn_local(async move {
            match bulk_leads(input).await {
                Ok(job) => self.follow(job),
                Err(error) => self.problem.set(Some(error.message())),
            }
        });
    }

    /// Shows how far it is until it is done.
    fn follow(self, job: BulkJob) {
        match (job.state, job.id) {
            (JobState::Queued | JobState::Running, Some(id)) => {
                let _ = self.running.try_set(Some(job));
                set_timeout(move || self.ask(id), ASK_EVERY);
            }
            (JobState::Queued | JobState::Running | JobState::Done | JobState::Failed | JobState::Cancelled, _) => {
                self.finish(job);
            }
        }
    }

    fn ask(self, id: JobId) {
        spawn_local(async move {
            match find_job(id).await {
                Ok(job) => self.follow(job),
                // The change goes on without us; a moment later the connection may be back.
                Err(_) => set_timeout(move || self.ask(id), ASK_EVERY * 4),
            }
        });
    }

    fn finish(self, job: BulkJob) {
        let _ = self.running.try_set(None);
        match job.state {
            JobState::Done => {
                self.grid.select_nothing();
                offer_undo(
                    self.grid,
                    self.toasts,
                    format!("{} leads changed", format::count(job.rows_changed)),
                    job.undo,
                );
            }
            JobState::Cancelled => self.toasts.say("Cancelled: nothing was changed"),
            JobState::Failed | JobState::Queued | JobState::Running => {
                self.problem.set(Some(job.failure.unwrap_or_else(|| "Nothing was changed.".to_owned())));
            }
        }
        self.grid.reload();
    }
}

/// A long change: how far it is, and a way to stop it.
#[component]
fn Progress(bulk: Bulk, job: BulkJob) -> impl IntoView {
    let BulkJob { id, rows_total, rows_done, .. } = job;
    let cancel = move || {
        if let Some(id) = id {
            spawn_local(async move {
                if let Err(error) = cancel_job(id).await {
                    bulk.toasts.say(error.message());
                }
            });
        }
    };
    view! {
        <div class="bulk-progress" role="status">
            <progress max=rows_total value=rows_done aria-label="Leads changed"></progress>
            <span class="num">{format!("{} of {}", format::count(rows_done), format::count(rows_total))}</span>
            <button type="button" class="btn btn-small" on:click=act(cancel)>"Cancel"</button>
        </div>
    }
}
