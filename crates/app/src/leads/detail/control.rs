//! What opens in a value's place. A field of the lead: Enter saves, Esc leaves it as it was, a refusal keeps what was
//! typed.

use domain::{AttachmentId, InteractionId, leads::Lead};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
};

use super::{
    edit_said::EditSaid,
    rename::Rename,
    work::{Changed, Work},
};
use crate::{
    UiError,
    leads::{
        cells::{Kind, LeadField, kind},
        choices::Choices,
        choose::{Choose, Move},
    },
    markup::{Field as _, act, dynamic, hear, typed, view},
    ui,
};

/// What opens in a value's place.
#[derive(Clone)]
pub enum Opened {
    /// A field of the lead.
    Field(LeadField, Editing),
    /// A choice that is no field by itself.
    Choice {
        options: Choices,
        on_choose: Callback<String>,
        on_leave: Callback<()>,
    },
    /// The words of a note, call, e-mail or meeting.
    Said {
        id: InteractionId,
        text: StoredValue<String>,
        editing: RwSignal<bool>,
        refused: RwSignal<Option<UiError>>,
    },
    FileName {
        id: AttachmentId,
        name: String,
        renaming: RwSignal<bool>,
        problem: RwSignal<Option<String>>,
    },
}

#[component]
pub fn Control(work: Work, label: &'static str, opened: Opened) -> impl IntoView {
    match opened {
        Opened::Field(of, editing) => view! { <OneField work of label editing /> },
        Opened::Choice { options, on_choose, on_leave } => view! {
            <div class="control">
                <Choose label options chosen="" on_choose=Callback::new(move |(value, _)| on_choose.run(value)) on_leave />
            </div>
        },
        Opened::Said { id, text, editing, refused } => view! { <EditSaid work label id text editing refused /> },
        Opened::FileName { id, name, renaming, problem } => view! { <Rename work label id name renaming problem /> },
    }
}

/// One field being edited.
#[component]
fn OneField(work: Work, of: LeadField, label: &'static str, editing: Editing) -> impl IntoView {
    let text = editing.text;
    let lead = work.lead.get_untracked();
    // Refused, it opens with what was typed.
    if editing.problem.read_untracked().is_none() {
        text.set(of.text(&lead, work.today.get_untracked()));
        editing.seen.set_value(Some(lead.clone()));
    }
    let kind = match of {
        LeadField::Column(column) => work.session.with_value(|session| kind(column, &lead, session)),
        LeadField::Text(..) => Kind::Text("text"),
    };
    let commit = Callback::new(move |()| editing.commit(work, of, label));
    let give_up = Callback::new(move |()| editing.close());
    view! {
        <div class="control">
            {match (kind, of) {
                (Kind::Choice(options), _) => view! {
                    <Choose label options chosen=text.get_untracked()
                        on_choose=Callback::new(move |(value, _): (String, Option<Move>)| {
                            text.set(value);
                            commit.run(());
                            focus_row(of.field().to_owned());
                        })
                        on_leave=give_up />
                },
                (Kind::Text(_), LeadField::Text(_, true)) => view! { <Lines label text commit give_up /> },
                (Kind::Text(kind), _) => view! { <Line kind label text commit give_up /> },
            }}
            {dynamic(move || editing.problem.get().map(|reason| view! {
                <div class="cell-problem" role="alert">
                    <span>{reason}</span>
                    // Pressed, not clicked: the field must not lose the focus first.
                    <button type="button" class="btn btn-small" on:mousedown=hear(move |event: MouseEvent| { event.prevent_default(); commit.run(()) })>"Retry"</button>
                    <button type="button" class="btn btn-small btn-quiet" on:mousedown=hear(move |event: MouseEvent| { event.prevent_default(); give_up.run(()) })>"Discard"</button>
                </div>
            }))}
        </div>
    }
}

/// Whether a field is open, what stands in it, and why it was refused.
#[derive(Clone, Copy)]
pub struct Editing {
    pub is_open: RwSignal<bool>,
    /// The lead as it was when the field opened. What others do meanwhile must not count as seen.
    seen: StoredValue<Option<Lead>>,
    text: RwSignal<String>,
    problem: RwSignal<Option<String>>,
}

impl Editing {
    pub fn new() -> Self {
        let (text, problem) = (RwSignal::new(String::new()), RwSignal::new(None));
        Editing { is_open: RwSignal::new(false), seen: StoredValue::new(None), text, problem }
    }

    /// Opens with what the lead holds.
    pub fn open(self, work: Work) {
        if !self.is_open.get_untracked() {
            self.problem.set(None);
            work.open(self.is_open);
        }
    }

    fn close(self) {
        self.problem.set(None);
        self.is_open.set(false);
    }

    /// Closes and sends what changed. Refused, it opens again as it was left.
    fn commit(self, work: Work, of: LeadField, label: &'static str) {
        if !self.is_open.get_untracked() {
            return;
        }
        let typed = self.text.get_untracked();
        let seen = self.seen.get_value().unwrap_or_else(|| work.lead.get_untracked());
        match of.read(&seen, &typed, work.today.get_untracked()) {
            Err(reason) => self.problem.set(Some(reason)),
            Ok(None) => self.close(),
            Ok(Some(value)) => {
                self.close();
                let mut to = Changed::new();
                to.insert(of.field().to_owned(), value);
                work.save_from(seen, to, format!("{label} saved"), move |error| {
                    let at_field = error.0.fields.get(of.field()).map(str::to_owned);
                    drop(self.text.try_set(typed.clone()));
                    drop(self.problem.try_set(Some(at_field.unwrap_or_else(|| error.message()))));
                    let _ = self.is_open.try_set(true);
                });
            }
        }
    }
}

#[component]
fn Line(
    kind: &'static str,
    label: &'static str,
    text: RwSignal<String>,
    commit: Callback<()>,
    give_up: Callback<()>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    ui::type_over(node);
    // A part of a date that is typed or taken away is no input to the browser as long as the whole is none.
    let look = move || {
        // Only there: a field of one line does not show the line breaks that a text may have.
        if kind == "date"
            && let Some(input) = node.get_untracked()
        {
            text.set(input.text());
        }
    };
    view! {
        <input node_ref=node class="input" type=kind aria-label=label prop:value=text.get_untracked() autocomplete="off"
            on:input:target=typed(move |now| text.set(now))
            on:keyup=act(look) on:keydown=hear(move |event| keys(&event, false, commit, give_up)) on:blur=act(move || left(commit)) />
    }
}

#[component]
fn Lines(label: &'static str, text: RwSignal<String>, commit: Callback<()>, give_up: Callback<()>) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    Effect::new(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
    });
    view! {
        <textarea node_ref=node class="input" rows="5" aria-label=label prop:value=text.get_untracked()
            on:input:target=typed(move |now| text.set(now))
            on:keydown=hear(move |event| keys(&event, true, commit, give_up)) on:blur=act(move || left(commit))></textarea>
    }
}

/// Leaving saves. A field that is being taken away loses the focus too, after all it had is gone.
fn left(commit: Callback<()>) {
    let _ = commit.try_run(());
}

fn keys(event: &KeyboardEvent, has_lines: bool, commit: Callback<()>, give_up: Callback<()>) {
    match &*event.key() {
        "Enter" if !has_lines || event.ctrl_key() || event.meta_key() => commit.run(()),
        "Escape" => give_up.run(()),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
    // The field is gone now: its row takes the focus back.
    let row = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let row = row.and_then(|field| field.closest("[data-row]").ok().flatten());
    if let Some(name) = row.and_then(|row| row.get_attribute("data-row")) {
        focus_row(name);
    }
}

fn focus_row(name: String) {
    request_animation_frame(move || ui::focus(&format!("[data-row='{name}'] button")));
}
