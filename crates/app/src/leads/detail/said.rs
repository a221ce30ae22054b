//! A note, call, e-mail or meeting: its words, and changing or taking them back.

use domain::{
    interactions::{Interaction, InteractionInput},
    users::Role,
};
use icondata_lu as lu;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::json;

use super::{sheet::Closing, work::Work};
use crate::{
    UiError,
    interactions::server_fns::{delete_interaction, edit_interaction},
    markup::{act, dynamic, view},
    ui::Icon,
};

#[component]
pub fn Said(work: Work, interaction: Interaction, who: String, door: Option<&'static str>) -> impl IntoView {
    let Interaction { id, user_id, r#type, text, edited_at, .. } = interaction;
    // Only whether it is offered; the policy decides.
    let may =
        id.0 > 0 && work.session.with_value(|session| session.user.id == user_id || session.user.role == Role::Admin);
    let editing = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let refused = RwSignal::new(None::<UiError>);
    let delete = move |_| {
        asking.set(false);
        spawn_local(async move {
            match delete_interaction(id).await {
                Ok(()) => {
                    work.toasts.say(format!("{} deleted", r#type.label()));
                    work.refresh();
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let label = r#type.label();
    let text = StoredValue::new(text);
    view! {
        <p class="entry-line">
            <b>{who}</b><span class="muted">{label}{door}</span>
            {edited_at.map(|_| view! { <span class="faint">"edited"</span> })}
            {may.then(|| view! {
                <span class="entry-tools needs-script">
                    <button type="button" aria-label=format!("Edit this {}", label.to_ascii_lowercase()) on:click=act(move || editing.set(true))><Icon icon=lu::LuPencil /></button>
                    <button type="button" aria-label=format!("Delete this {}", label.to_ascii_lowercase()) on:click=act(move || asking.set(true))><Icon icon=lu::LuTrash2 /></button>
                </span>
            })}
        </p>
        {dynamic(move || if editing.get() {
            view! { <Edit work id text editing refused /> }
        } else {
            paragraphs(&text.get_value()).into_any()
        })}
        {dynamic(move || asking.get().then(|| view! {
            <p class="row entry-sure" role="group" aria-label="Delete it?">
                <span>"Delete it for everyone?"</span>
                <button type="button" class="btn btn-small" autofocus on:click=act(move || asking.set(false))>"Keep"</button>
                <button type="button" class="btn btn-small btn-danger" on:click=delete>"Delete"</button>
            </p>
        }))}
        {dynamic(move || refused.get().map(|error| view! { <p class="alert" role="alert">{error.message()}</p> }))}
    }
}

/// Blank lines part paragraphs, other lines break; links are words. Never markup of the writer's.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(str::trim_end).filter(|part| !part.is_empty());
    let parts = parts.map(|part| view! { <p class="entry-text">{part.to_owned()}</p> });
    parts.collect_view()
}

#[component]
fn Edit(
    work: Work,
    id: domain::InteractionId,
    text: StoredValue<String>,
    editing: RwSignal<bool>,
    refused: RwSignal<Option<UiError>>,
) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let unsaved = expect_context::<Closing>().unsaved;
    // Closing the sheet asks while something is changed here.
    let is_changed = RwSignal::new(false);
    let mark = move |changed: bool| {
        if is_changed.get_untracked() != changed {
            is_changed.set(changed);
            unsaved.update(|count| *count = if changed { *count + 1 } else { count.saturating_sub(1) });
        }
    };
    on_cleanup(move || {
        if is_changed.try_get_untracked() == Some(true) {
            let _ = unsaved.try_update(|count| *count = count.saturating_sub(1));
        }
    });
    Effect::new(move || {
        if let Some(area) = node.get() {
            let _ = area.focus();
        }
    });
    let save = move || {
        let Some(typed) = node.get_untracked().map(|area| area.value()) else { return };
        let input = InteractionInput { text: typed, ..InteractionInput::default() };
        let typed = match input.checked() {
            Ok(input) => input.text,
            Err(fields) => {
                let problem =
                    domain::Problem::new(domain::ErrorCode::Invalid, "It needs a text of up to 10,000 characters.");
                return refused.set(Some(UiError(Box::new(problem.with_fields(fields)))));
            }
        };
        refused.set(None);
        spawn_local(async move {
            match edit_interaction(id, json!({ "text": typed })).await {
                Ok(done) => {
                    text.try_set_value(done.text);
                    let _ = editing.try_set(false);
                    work.refresh();
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let leave = move || {
        let question = "Discard what you typed?";
        if !is_changed.get_untracked() || window().confirm_with_message(question).unwrap_or(true) {
            refused.set(None);
            editing.set(false);
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        match &*event.key() {
            "Escape" => leave(),
            "Enter" if event.ctrl_key() || event.meta_key() => save(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="entry-edit">
            <textarea node_ref=node class="input" rows="4" maxlength="10000" aria-label="Text" on:keydown=keys
                on:input:target=move |event| mark(event.target().value() != text.get_value())>{text.get_value()}</textarea>
            <div class="row">
                <span class="grow"></span>
                <button type="button" class="btn btn-small" on:click=act(leave)>"Cancel"</button>
                <button type="button" class="btn btn-small btn-primary" on:click=act(save)>"Save"</button>
            </div>
        </div>
    }
}
