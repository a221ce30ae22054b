//! The field in place of what was said. Closing the sheet asks while something is changed in it.

use domain::InteractionId;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::json;

use super::{sheet::Closing, work::Work};
use crate::{
    UiError,
    interactions::server_fns::edit_interaction,
    markup::{act, hear, typed, view},
};

#[component]
pub fn EditSaid(
    work: Work,
    label: &'static str,
    id: InteractionId,
    text: StoredValue<String>,
    editing: RwSignal<bool>,
    refused: RwSignal<Option<UiError>>,
) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let unsaved = expect_context::<Closing>().unsaved;
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
            <textarea node_ref=node class="input" rows="4" maxlength="10000" aria-label=label on:keydown=hear(keys)
                on:input:target=typed(move |now| mark(now != text.get_value()))>{text.get_value()}</textarea>
            <div class="row">
                <span class="grow"></span>
                <button type="button" class="btn btn-small" on:click=act(leave)>"Cancel"</button>
                <button type="button" class="btn btn-small btn-primary" on:click=act(save)>"Save"</button>
            </div>
        </div>
    }
}
