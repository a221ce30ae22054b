//! What is being written down, until it is logged: kept in this browser, sent, and given back when it was refused.

use std::cell::Cell;

use domain::{
    InteractionId, LeadId, UserId, day,
    events::{Door, Event, TimelineEntry, TimelinePart},
    interactions::{Interaction, InteractionInput, InteractionType},
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast};
use serde_json::Value;

use super::{
    composer::Tab,
    sheet::Closing,
    work::{Changed, Sent, Work},
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
    /// What is on its way to the server: kept with the rest until it is known to have come there.
    sent: StoredValue<String>,
    /// Text that this browser does not keep: closing the sheet asks.
    loose: RwSignal<bool>,
}

thread_local! {
    /// The composer on the page; in the browser alone.
    static OPEN: Cell<Option<Draft>> = const { Cell::new(None) };
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
            sent: StoredValue::new(String::new()),
            loose: expect_context::<Closing>().loose,
        };
        // In the browser alone, and after what the server sent is there.
        Effect::new(move |_| {
            OPEN.set(Some(draft));
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
        let all = self.sent.with_value(|sent| self.text.with_untracked(|text| both(sent, text)));
        let kept = write(self.work.id, self.tab.get_untracked(), &all);
        self.kept.set(kept);
        self.loose.set(!kept && !all.is_empty());
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
                let at = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
                let mut to = Changed::from_iter([("followUpAt".to_owned(), at.into())]);
                // Another day alone leaves what is to be done then.
                let note = self.text.with_untracked(|text| text.trim().to_owned());
                if !note.is_empty() {
                    to.insert("followUpNote".into(), note.into());
                }
                self.follow_up(to);
            }
        }
    }

    /// What is being written stays: it is none of the follow-up's.
    pub fn clear_follow_up(self) {
        let to = ["followUpAt", "followUpNote"].map(|field| (field.to_owned(), Value::Null));
        self.work
            .save(Changed::from_iter(to), "Follow-up taken away", move |error| drop(self.problem.try_set(Some(error))));
    }

    fn follow_up(self, to: Changed) {
        let (typed, work) = (self.take(), self.work);
        spawn_local(async move {
            match work.send(to).await {
                Ok(Sent::Saved(_, undo)) => {
                    self.arrived(&typed);
                    work.saved("Follow-up set".to_owned(), undo);
                }
                // The question that is asked now has what was typed.
                Ok(Sent::Asked) => self.arrived(&typed),
                Err(error) => self.give_back(Tab::FollowUp, error),
            }
        });
    }

    fn log(self, kind: InteractionType) {
        let input = InteractionInput { r#type: kind, text: self.text.read_untracked().trim().to_owned() };
        if input.text.is_empty() {
            return self.refuse("Write down first what happened.");
        }
        let (typed, work) = (self.take(), self.work);
        work.expect_entry(&input);
        spawn_local(async move {
            match log_interaction(work.id, input).await {
                Ok(_) => {
                    self.arrived(&typed);
                    work.toasts.say(format!("{} logged", kind.label()));
                    work.refresh();
                }
                Err(error) => {
                    work.drop_expected();
                    self.give_back(Tab::Said(kind), error);
                }
            }
        });
    }

    fn refuse(self, detail: &'static str) {
        let problem = domain::Problem::new(domain::ErrorCode::Invalid, detail);
        self.problem.set(Some(UiError(Box::new(problem))));
    }

    /// Empties the composer for what comes next; what was in it is kept until it is known to be saved.
    fn take(self) -> String {
        self.busy.set(true);
        self.problem.set(None);
        let typed = self.text.get_untracked();
        self.sent.set_value(typed.clone());
        self.text.set(String::new());
        typed
    }

    /// What was sent is saved, and what is being written by now is all that is kept.
    fn arrived(self, sent: &str) {
        match self.sent.try_update_value(std::mem::take) {
            Some(_) => {
                self.busy.set(false);
                self.keep();
            }
            // The lead is closed by now.
            None => {
                if let Some((tab, kept)) = read(self.work.id)
                    && let Some(rest) = kept.strip_prefix(sent)
                {
                    write(self.work.id, tab, rest.trim_start_matches('\n'));
                }
                // It may be open again, with what was on its way as its draft.
                if let Some(again) = OPEN.get().filter(|again| again.work.id == self.work.id) {
                    let _ = again.text.try_update(|text| {
                        if let Some(rest) = text.strip_prefix(sent) {
                            *text = rest.trim_start_matches('\n').to_owned();
                        }
                    });
                }
            }
        }
    }

    /// Puts back what could not be saved, ahead of what is being written by now. When the lead is closed it waits there
    /// as its draft.
    fn give_back(self, tab: Tab, error: UiError) {
        let Some(sent) = self.sent.try_update_value(std::mem::take) else {
            return self.work.toasts.say(format!("Not saved: {}", error.message()));
        };
        if self.text.read_untracked().is_empty() {
            self.tab.set(tab);
        }
        self.text.update(|text| *text = both(&sent, text));
        self.busy.set(false);
        self.keep();
        self.problem.set(Some(error));
    }
}

/// One text of two, the first of which was there before.
fn both(first: &str, then: &str) -> String {
    let between = if first.is_empty() || then.is_empty() { "" } else { "\n\n" };
    format!("{first}{between}{then}")
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
