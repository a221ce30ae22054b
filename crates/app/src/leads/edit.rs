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
    shell::Forbidden,
    ui::{Dialog, ErrorState, Icon, Skeleton, focus_after_dialog, use_toasts},
    viewer::use_session,
};

/// Back to the list as it was, with the focus on what opened the dialog.
fn use_close() -> Callback<()> {
    let opener = match use_params_map().read_untracked().get("id") {
        Some(id) => format!("tr[data-lead='{}'] a", id.replace('\'', "")),
        None => ".page-head a".to_owned(),
    };
    let navigate = use_navigate();
    let query = use_list_query();
    Callback::new(move |()| {
        // In place of the dialog's own address: going back leads to where one was before it, not into it again.
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&with_query("/leads", &query.get_untracked()), options);
        focus_after_dialog(opener.clone());
    })
}

/// What the dialogs share: closing with a word, refusals at their fields, nothing lost by accident.
#[derive(Clone, Copy)]
struct Editing {
    fields: RwSignal<Fields>,
    problem: RwSignal<Option<UiError>>,
    saving: RwSignal<bool>,
    /// Something was typed that is not saved.
    dirty: RwSignal<bool>,
    changed: Changed,
    leave: Callback<()>,
    toasts: crate::ui::Toaster,
}

impl Editing {
    fn new() -> Self {
        Editing {
            fields: RwSignal::new(Fields::default()),
            problem: RwSignal::new(None),
            saving: RwSignal::new(false),
            dirty: RwSignal::new(false),
            changed: expect_context(),
            leave: use_close(),
            toasts: use_toasts(),
        }
    }

    /// What Esc, × and Cancel do: nothing while a save is under way, and not without asking when text would be lost.
    fn close(self) -> Callback<()> {
        Callback::new(move |()| {
            let keep =
                self.dirty.get_untracked() && !window().confirm_with_message("Discard what you typed?").unwrap_or(true);
            if !self.saving.get_untracked() && !keep {
                self.leave.run(());
            }
        })
    }

    fn run<T>(self, work: impl Future<Output = Result<T, UiError>> + 'static, done: impl Fn(T) -> String + 'static) {
        if self.saving.get_untracked() {
            return;
        }
        self.saving.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let result = work.await;
            // The person may have left by the browser's own Back: then the answer is told in the corner.
            let is_here = self.saving.try_set(false).is_none();
            match result {
                Ok(value) => {
                    let _ = self.changed.0.try_update(|count| *count += 1);
                    self.toasts.say(done(value));
                    if is_here {
                        self.leave.run(());
                    }
                }
                Err(error) if is_here => {
                    self.fields.set(error.0.fields.clone());
                    self.problem.set(Some(error));
                }
                Err(error) => self.toasts.say(error.message()),
            }
        });
    }
}

/// `/leads/new`.
#[component]
pub fn NewLead() -> impl IntoView {
    if use_session().with_value(|session| session.user.role == Role::Engineer) {
        return Either::Left(view! { <Forbidden /> });
    }
    // Never on the server: a dialog needs the browser to open.
    let is_loaded = lazy_preload!(new_lead);
    Either::Right(view! { <Suspense>{move || is_loaded.get().then(|| Suspend::new(new_lead()))}</Suspense> })
}

/// `/leads/:id`.
#[component]
pub fn EditLead() -> impl IntoView {
    let is_loaded = lazy_preload!(edit_lead);
    view! { <Suspense>{move || is_loaded.get().then(|| Suspend::new(edit_lead()))}</Suspense> }
}

/// Fetches the dialogs' code once the list is alive: opening one later then needs no connection but for its data.
pub fn preload() {
    let _ = (lazy_preload!(new_lead), lazy_preload!(edit_lead));
}

#[lazy]
fn new_lead() -> AnyView {
    let editing = Editing::new();
    let create = Callback::new(move |input: LeadInput| {
        editing.run(create_lead(input), |lead| format!("{} created", lead.name));
    });
    view! {
        <Title text="New lead" />
        <Dialog title="New lead" on_close=editing.close()>
            <Alert problem=editing.problem />
            <LeadForm lead=None fields=editing.fields saving=editing.saving.into() dirty=editing.dirty on_submit=create>
                <button type="button" class="btn" on:click=move |_| editing.close().run(())>"Cancel"</button>
            </LeadForm>
        </Dialog>
    }
    .into_any()
}

#[lazy]
fn edit_lead() -> AnyView {
    let params = use_params_map();
    let editing = Editing::new();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<LeadId>().ok()));
    // An id that is no number names nothing; the server says so in its own words.
    let loaded = Resource::new(move || id.get().unwrap_or(LeadId(0)), find_lead);
    view! {
        <Dialog title="Lead" on_close=editing.close()>
            <Transition fallback=|| view! { <Skeleton rows=6 /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(lead) => Either::Left(view! { <Edit lead editing /> }),
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
fn Edit(lead: Lead, editing: Editing) -> impl IntoView {
    let asking = RwSignal::new(false);
    let (id, name, version) = (lead.id, lead.name.clone(), lead.version);
    // Only whether the button is offered; who may delete is decided by the policy.
    let may_delete = use_session().with_value(|session| match session.user.role {
        Role::Admin => true,
        Role::Agent => lead.belongs_to(session.user.id),
        Role::Engineer => false,
    });
    let before = LeadInput::of(&lead);
    let save = Callback::new(move |input: LeadInput| {
        // After a refused save, the fields changed here go on top of what the others made of the rest.
        let newer = editing.problem.with_untracked(|problem| {
            problem.as_ref().and_then(|error| error.0.current.as_ref()?.get("version")?.as_i64())
        });
        let patch = patch(&before, &input, newer.unwrap_or(version));
        editing.run(update_lead(id, patch), |lead| format!("{} saved", lead.name));
    });
    let gone = name.clone();
    let delete = Callback::new(move |()| {
        let gone = gone.clone();
        // A refusal is shown in the dialog below.
        asking.set(false);
        editing.run(delete_lead(id), move |()| format!("{gone} deleted"));
    });
    view! {
        <Title text=name.clone() />
        <p class="edit-name"><b>{name.clone()}</b>{super::columns::badge(lead.status)}</p>
        <Alert problem=editing.problem />
        <LeadForm lead=Some(lead) fields=editing.fields saving=editing.saving.into() dirty=editing.dirty on_submit=save>
            {may_delete.then(|| view! {
                <button type="button" class="btn btn-danger" on:click=move |_| asking.set(true)>"Delete…"</button>
            })}
        </LeadForm>
        <Show when=move || asking.get()>
            <Dialog title=format!("Delete {name}?") small=true on_close=Callback::new(move |()| asking.set(false))>
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
            let hint = if stale { " Save again to put your changes on top of theirs." } else { "" };
            let signed_out = error.0.code == ErrorCode::Unauthenticated;
            view! {
                <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />{error.message()}{hint}
                    {signed_out.then(|| view! { <a class="link" href="/sign-in" target="_blank">"Sign in in a new tab"</a> })}
                </p>
            }
        })
    }
}
