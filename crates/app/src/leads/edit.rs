//! The dialogs over the list: a new lead, and one that changes.

use domain::{
    ErrorCode, Fields, LeadId,
    events::changes,
    leads::{Lead, LeadInput},
    users::Role,
};
use icondata_lu as lu;
use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use serde_json::Value;

use super::{
    form::LeadForm,
    page::{Changed, use_list_query},
    server_fns::{create_lead, delete_lead, find_lead, update_lead},
    table::with_query,
};
use crate::{
    UiError,
    ui::{Dialog, ErrorState, Icon, Skeleton, use_toasts},
    viewer::use_session,
};

/// Back to the list as it was.
fn use_close() -> Callback<()> {
    let navigate = use_navigate();
    let query = use_list_query();
    Callback::new(move |()| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&with_query("/leads", &query.get_untracked()), options);
    })
}

/// What the dialogs share: closing with a word, and refusals at their fields.
#[derive(Clone, Copy)]
struct Editing {
    fields: RwSignal<Fields>,
    problem: RwSignal<Option<UiError>>,
    saving: RwSignal<bool>,
    changed: Changed,
    close: Callback<()>,
    toasts: crate::ui::Toaster,
}

impl Editing {
    fn new() -> Self {
        Editing {
            fields: RwSignal::new(Fields::default()),
            problem: RwSignal::new(None),
            saving: RwSignal::new(false),
            changed: expect_context(),
            close: use_close(),
            toasts: use_toasts(),
        }
    }

    fn run<T>(self, work: impl Future<Output = Result<T, UiError>> + 'static, done: impl Fn(T) -> String + 'static) {
        if self.saving.get_untracked() {
            return;
        }
        self.saving.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let result = work.await;
            self.saving.set(false);
            match result {
                Ok(value) => {
                    self.changed.0.update(|count| *count += 1);
                    self.toasts.say(done(value));
                    self.close.run(());
                }
                Err(error) => {
                    self.fields.set(error.0.fields.clone());
                    self.problem.set(Some(error));
                }
            }
        });
    }
}

/// `/leads/new`.
#[component]
pub fn NewLead() -> impl IntoView {
    let open = use_open();
    view! { <Suspense>{move || open.get().then(|| Suspend::new(new_lead()))}</Suspense> }
}

/// `/leads/:id`.
#[component]
pub fn EditLead() -> impl IntoView {
    let open = use_open();
    view! { <Suspense>{move || open.get().then(|| Suspend::new(edit_lead()))}</Suspense> }
}

/// False on the server and until the page is alive: a dialog needs the browser to open, so it is loaded there, apart
/// from the code that the list needs.
fn use_open() -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(true));
    open
}

#[lazy]
fn new_lead() -> AnyView {
    let editing = Editing::new();
    let create = Callback::new(move |input: LeadInput| {
        editing.run(create_lead(input), |lead| format!("{} created", lead.name));
    });
    view! {
        <Title text="New lead" />
        <Dialog title="New lead" on_close=editing.close>
            <Alert problem=editing.problem />
            <LeadForm lead=None fields=editing.fields saving=editing.saving.into() on_submit=create>
                <button type="button" class="btn" on:click=move |_| editing.close.run(())>"Cancel"</button>
            </LeadForm>
        </Dialog>
    }
    .into_any()
}

#[lazy]
fn edit_lead() -> AnyView {
    let params = use_params_map();
    let close = use_close();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<LeadId>().ok()));
    // An id that is no number names nothing; the server says so in its own words.
    let loaded = Resource::new(move || id.get().unwrap_or(LeadId(0)), find_lead);
    view! {
        <Dialog title="Lead" on_close=close>
            <Transition fallback=|| view! { <Skeleton rows=6 /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(lead) => Either::Left(view! { <Edit lead /> }),
                        Err(error) => Either::Right(view! {
                            <ErrorState error retry=Callback::new(move |()| loaded.refetch()) />
                        }),
                    }
                })}
            </Transition>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Edit(lead: Lead) -> impl IntoView {
    let editing = Editing::new();
    let asking = RwSignal::new(false);
    let (id, name, version) = (lead.id, lead.name.clone(), lead.version);
    let may_delete = use_session().with_value(|session| {
        let me = Some(session.user.id);
        match session.user.role {
            Role::Admin => true,
            Role::Agent => lead.assigned_to == me || lead.created_by == me,
            Role::Engineer => false,
        }
    });
    let before = LeadInput::of(&lead);
    let save = Callback::new(move |input: LeadInput| {
        let patch = patch(&before, &input, version);
        editing.run(update_lead(id, patch), |lead| format!("{} saved", lead.name));
    });
    let gone = name.clone();
    let delete = Callback::new(move |()| {
        let gone = gone.clone();
        editing.run(delete_lead(id), move |()| format!("{gone} deleted"));
    });
    view! {
        <Title text=name.clone() />
        <p class="edit-name"><b>{name.clone()}</b>" "{super::columns::badge(lead.status)}</p>
        <Alert problem=editing.problem />
        <LeadForm lead=Some(lead) fields=editing.fields saving=editing.saving.into() on_submit=save>
            {may_delete.then(|| view! {
                <button type="button" class="btn btn-danger" on:click=move |_| asking.set(true)>"Delete…"</button>
            })}
        </LeadForm>
        <Show when=move || asking.get()>
            <Dialog title="Delete this lead?" small=true on_close=Callback::new(move |()| asking.set(false))>
                <p class="muted">"It leaves every list and board, for everyone."</p>
                <footer class="form-foot">
                    <button class="btn" autofocus on:click=move |_| asking.set(false)>"Keep it"</button>
                    <span class="grow"></span>
                    <button class="btn btn-danger-full" on:click=move |_| delete.run(())>"Delete lead"</button>
                </footer>
            </Dialog>
        </Show>
    }
}

/// Only what differs, and the version it was made from.
fn patch(before: &LeadInput, after: &LeadInput, version: i64) -> Value {
    let changed = changes(before, after).unwrap_or_default();
    let mut patch: serde_json::Map<String, Value> =
        changed.into_iter().map(|(field, change)| (field, change.to)).collect();
    patch.insert("version".into(), version.into());
    Value::Object(patch)
}

/// A refusal that belongs to no single field.
#[component]
fn Alert(problem: RwSignal<Option<UiError>>) -> impl IntoView {
    move || {
        problem.get().map(|error| {
            let stale = error.0.code == ErrorCode::Conflict;
            let hint = if stale { " Close and open it again to see what it is now." } else { "" };
            view! { <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />{error.message()}{hint}</p> }
        })
    }
}
