//! What is being written down, until it is logged: kept in this browser, sent, and given back when it was refused.

use domain::{
    InteractionId, LeadId, UserId, day,
    events::{Door, Event, TimelineEntry, TimelinePart},
    interactions::{Interaction, InteractionInput, InteractionType},
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast};
use serde_json::{Value, json};

use super::{
    composer::Tab,
    sheet::Closing,
    work::{Changed, Work},
};
use crate::{UiError, interactions::server_fns::log_interaction};

/// What the composer holds.
#[derive(Clone, Copy)]
pub struct Draft {
    pub work: Work,
    pub tab: RwSignal<Tab>,
    pub text: RwSignal<String>,
    /// The day of the follow-up.
    pub day: RwSignal<String>,
    pub kept: RwSignal<bool>,
    pub problem: RwSignal<Option<UiError>>,
    pub busy: RwSignal<bool>,
    /// Text that this browser does not keep: closing the sheet asks.
    loose: RwSignal<bool>,
}

impl Draft {
    pub fn new(work: Work) -> Self {
        let today = work.today.get_untracked();
        let day = work.lead.with_untracked(|lead| lead.follow_up_at).map_or(today.today(), |at| today.day(at));
        let draft = Draft {
            work,
            tab: RwSignal::new(Tab::Said(InteractionType::Note)),
            text: RwSignal::new(String::new()),
            day: RwSignal::new(day.max(today.today()).to_string()),
            kept: RwSignal::new(false),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            loose: expect_context::<Closing>().loose,
        };
        // In the browser alone, and after what the server sent is there.
        Effect::new(move |_| {
            draft.loose.set(false);
            if let Some((tab, text)) = read(work.id) {
                draft.tab.set(tab);
                draft.text.set(text);
                draft.kept.set(true);
            }
        });
        draft
    }

    /// Writes down what is half written, for after a reload. A browser that keeps nothing has it asked about.
    pub fn keep(self) {
        let kept = self.text.with_untracked(|text| write(self.work.id, self.tab.get_untracked(), text));
        self.kept.set(kept);
        self.loose.set(!kept && !self.text.read_untracked().is_empty());
    }

    pub fn submit(self) {
        if self.busy.get_untracked() {
            return;
        }
        match self.tab.get_untracked() {
            Tab::Said(kind) => self.log(kind),
            Tab::FollowUp => {
                let day = self.day.with_untracked(|day| day::parse(day));
                let day = day.and_then(|day| self.work.today.read_untracked().morning(day));
                let Some(at) = day else { return self.refuse("Choose the day of the follow-up.") };
                let note = self.text.with_untracked(|text| text.trim().to_owned());
                let at = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
                let note = if note.is_empty() { Value::Null } else { note.into() };
                self.follow_up(json!(at), note, "Follow-up set");
            }
        }
    }

    pub fn clear_follow_up(self) {
        self.follow_up(Value::Null, Value::Null, "Follow-up taken away");
    }

    fn follow_up(self, at: Value, note: Value, said: &'static str) {
        let mut to = Changed::new();
        to.insert("followUpAt".into(), at);
        to.insert("followUpNote".into(), note);
        let typed = self.take();
        self.work.save(to, said, move |error| self.give_back(typed.clone(), error));
    }

    fn log(self, kind: InteractionType) {
        let input = InteractionInput { r#type: kind, text: self.text.read_untracked().trim().to_owned() };
        if input.text.is_empty() {
            return self.refuse("Write down first what happened.");
        }
        let typed = self.take();
        let work = self.work;
        self.busy.set(true);
        work.expect_entry(&input);
        spawn_local(async move {
            let result = log_interaction(work.id, input).await;
            let _ = self.busy.try_set(false);
            match result {
                Ok(_) => {
                    work.toasts.say(format!("{} logged", kind.label()));
                    work.refresh();
                }
                Err(error) => {
                    work.drop_expected();
                    self.give_back(typed, error);
                }
            }
        });
    }

    fn refuse(self, detail: &'static str) {
        let problem = domain::Problem::new(domain::ErrorCode::Invalid, detail);
        self.problem.set(Some(UiError(Box::new(problem))));
    }

    /// Empties the composer; what was in it is kept until it is known to be saved.
    fn take(self) -> String {
        let typed = self.text.get_untracked();
        self.problem.set(None);
        self.text.set(String::new());
        self.keep();
        typed
    }

    /// Puts back what could not be saved, unless something else is being written by now.
    fn give_back(self, typed: String, error: UiError) {
        // The lead may be closed by now: then the text waits there as its draft.
        let Some(is_empty) = self.text.try_with_untracked(String::is_empty) else {
            write(self.work.id, Tab::Said(InteractionType::Note), &typed);
            return self.work.toasts.say(format!("Not saved: {}", error.message()));
        };
        if is_empty {
            self.text.set(typed);
            self.keep();
        }
        self.problem.set(Some(error));
    }
}

impl Work {
    /// Shows an entry ahead of the server's answer.
    fn expect_entry(self, input: &InteractionInput) {
        if !matches!(self.part.get_untracked(), TimelinePart::All | TimelinePart::Interactions) {
            return;
        }
        let me: UserId = self.session.with_value(|session| session.user.id);
        let at = self.today.read_untracked().now;
        let interaction = Interaction {
            id: InteractionId(0),
            lead_id: self.id,
            user_id: me,
            r#type: input.r#type,
            text: input.text.clone(),
            edited_at: None,
            created_at: at,
        };
        let event = Event {
            id: domain::EventId(0),
            at,
            actor_id: Some(me),
            door: Door::Ui,
            entity: "interaction".into(),
            entity_id: 0,
            lead_id: Some(self.id),
            kind: "interaction.created".into(),
            changes: Default::default(),
            request_id: None,
        };
        let entry = TimelineEntry { event, interaction: Some(interaction), attachment: None };
        self.timeline.update(|timeline| timeline.items.insert(0, entry));
    }

    fn drop_expected(self) {
        let _ = self.timeline.try_update(|timeline| timeline.items.retain(|entry| entry.event.id.0 > 0));
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn key(id: LeadId) -> String {
    format!("siwaht-draft-{id}")
}

/// Whether it is kept. Nothing is kept as nothing.
fn write(id: LeadId, tab: Tab, text: &str) -> bool {
    let Some(storage) = storage() else { return false };
    match text.is_empty() {
        true => storage.remove_item(&key(id)).is_ok(),
        false => storage.set_item(&key(id), &format!("{}\n{text}", tab.value())).is_ok(),
    }
}

fn read(id: LeadId) -> Option<(Tab, String)> {
    let kept = storage()?.get_item(&key(id)).ok()??;
    let (tab, text) = kept.split_once('\n')?;
    Some((Tab::of_value(tab)?, text.to_owned()))
}

/// What was typed into the server's form before the sheet came alive.
pub fn keep_typed(place: &web_sys::Element, id: LeadId) {
    let find = |selector: &str| place.query_selector(selector).ok().flatten();
    let text = find("#composer-text").and_then(|text| text.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let Some(text) = text.map(|text| text.value()).filter(|text| !text.is_empty()) else { return };
    let chosen = find("input[name=type]:checked").and_then(|input| input.get_attribute("value"));
    let tab = chosen.and_then(|value| Tab::of_value(&value)).unwrap_or(Tab::Said(InteractionType::Note));
    write(id, tab, &text);
}
