//! The field in place of a file's name.

use domain::AttachmentId;
use leptos::{ev::KeyboardEvent, html, prelude::*, task::spawn_local};

use super::work::Work;
use crate::{
    attachments::rename_attachment,
    markup::{act, hear, view},
};

#[component]
pub fn Rename(
    work: Work,
    label: &'static str,
    id: AttachmentId,
    name: String,
    renaming: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let before = StoredValue::new(name.clone());
    Effect::new(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
            // The ending says what opens the file: it stays unless one means it.
            let stem = before.with_value(|name| name.rfind('.').unwrap_or(name.len()));
            let end = before.with_value(|name| name[..stem].encode_utf16().count());
            let _ = input.set_selection_range(0, u32::try_from(end).unwrap_or(0));
        }
    });
    let save = move || {
        let Some(typed) = node.get_untracked().map(|input| input.value()) else { return };
        if before.with_value(|before| *before == typed) {
            return renaming.set(false);
        }
        problem.set(None);
        spawn_local(async move {
            match rename_attachment(id, typed).await {
                Ok(_) => {
                    let _ = renaming.try_set(false);
                    work.refresh();
                }
                Err(error) => {
                    let reason = error.0.fields.get("fileName").map(|reason| format!("The name {reason}"));
                    drop(problem.try_set(Some(reason.unwrap_or_else(|| error.message()))));
                }
            }
        });
    };
    let keys = move |event: KeyboardEvent| {
        match &*event.key() {
            "Enter" => save(),
            "Escape" => {
                problem.set(None);
                renaming.set(false);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! { <input node_ref=node class="input" maxlength="255" aria-label=label value=name on:keydown=hear(keys) on:blur=act(move || if renaming.try_get_untracked() == Some(true) { save() }) /> }
}
