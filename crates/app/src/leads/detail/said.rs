//! A note, call, e-mail or meeting: its words, and changing or taking them back.

use domain::{interactions::Interaction, users::Role};
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};

use super::{composer::refusal, control::Opened, work::Work};
use crate::{
    UiError,
    interactions::server_fns::delete_interaction,
    leads::writing::{Part, Writing},
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
    // Pressing the pencil once more must not open the field anew, with what was typed gone.
    let is_edited = Memo::new(move |_| editing.get() && work.can_open.get());
    let asking = RwSignal::new(false);
    let refused = RwSignal::new(None::<UiError>);
    let delete = move || {
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
            <b>{who}</b>" "<span class="muted">{label}{door}</span>
            {edited_at.map(|_| view! { " "<span class="faint">"edited"</span> })}
            {may.then(|| view! {
                <span class="entry-tools needs-script">
                    <button type="button" aria-label=format!("Edit this {}", label.to_ascii_lowercase()) on:click=act(move || work.open(editing))><Icon icon=lu::LuPencil /></button>
                    <button type="button" aria-label=format!("Delete this {}", label.to_ascii_lowercase()) on:click=act(move || asking.set(true))><Icon icon=lu::LuTrash2 /></button>
                </span>
            })}
        </p>
        {dynamic(move || if is_edited.get() {
            view! { <Writing part=Part::Control(work, "Text", Opened::Said { id, text, editing, refused }) /> }
        } else {
            paragraphs(&text.get_value()).into_any()
        })}
        {dynamic(move || asking.get().then(|| view! {
            <p class="row entry-sure" role="group" aria-label="Delete it?">
                <span>"Delete it for everyone?"</span>
                <button type="button" class="btn btn-small" autofocus on:click=act(move || asking.set(false))>"Keep"</button>
                <button type="button" class="btn btn-small btn-danger" on:click=act(delete)>"Delete"</button>
            </p>
        }))}
        {dynamic(move || refused.get().map(|error| view! { <p class="alert" role="alert">{refusal(&error)}</p> }))}
    }
}

/// Blank lines part paragraphs, other lines break; links are words. Never markup of the writer's.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(str::trim_end).filter(|part| !part.is_empty());
    let parts = parts.map(|part| view! { <p class="entry-text">{part.to_owned()}</p> });
    parts.collect_view()
}
