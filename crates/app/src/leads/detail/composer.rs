//! Writing down what happened, and what comes next. A plain form where there is no script; with one, what is half
//! written stays in this browser until it is logged.

use domain::{
    Fields, InteractionId, LeadId, UserId, day,
    events::{Door, Event, TimelineEntry, TimelinePart},
    interactions::{Interaction, InteractionInput, InteractionType},
};
use icondata_core::Icon as Symbol;
use icondata_lu as lu;
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use serde_json::{Value, json};

use super::{
    sheet::Closing,
    work::{Changed, Work},
};
use crate::{
    UiError,
    interactions::server_fns::log_interaction,
    leads::address::use_address,
    markup::{act, dynamic, view},
    ui::Icon,
};

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Said(InteractionType),
    FollowUp,
}

impl Tab {
    const ALL: [Tab; 5] = [
        Tab::Said(InteractionType::Note),
        Tab::Said(InteractionType::Call),
        Tab::Said(InteractionType::Email),
        Tab::Said(InteractionType::Meeting),
        Tab::FollowUp,
    ];

    /// As forms and drafts call it.
    pub fn value(self) -> &'static str {
        match self {
            Tab::Said(kind) => kind.as_str(),
            Tab::FollowUp => "follow_up",
        }
    }

    fn of_value(value: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.value() == value)
    }

    /// The tab that a key opens.
    pub fn of_key(key: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.key().eq_ignore_ascii_case(key))
    }

    fn key(self) -> &'static str {
        match self {
            Tab::Said(InteractionType::Note) => "N",
            Tab::Said(InteractionType::Call) => "C",
            Tab::Said(InteractionType::Email) => "E",
            Tab::Said(InteractionType::Meeting) => "M",
            Tab::FollowUp => "T",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Tab::Said(kind) => kind.label(),
            Tab::FollowUp => "Follow-up",
        }
    }

    fn log(self) -> &'static str {
        match self {
            Tab::Said(InteractionType::Note) => "Log note",
            Tab::Said(InteractionType::Call) => "Log call",
            Tab::Said(InteractionType::Email) => "Log e-mail",
            Tab::Said(InteractionType::Meeting) => "Log meeting",
            Tab::FollowUp => "Set follow-up",
        }
    }

    pub fn icon(self) -> Symbol {
        match self {
            Tab::Said(kind) => icon_of(kind),
            Tab::FollowUp => lu::LuClock,
        }
    }
}

/// The sign of a kind, here and in the timeline.
pub fn icon_of(kind: InteractionType) -> Symbol {
    match kind {
        InteractionType::Note => lu::LuNotepadText,
        InteractionType::Email => lu::LuMail,
        InteractionType::Call => lu::LuPhone,
        InteractionType::Meeting => lu::LuCalendar,
    }
}

/// What the composer holds.
#[derive(Clone, Copy)]
struct Draft {
    work: Work,
    tab: RwSignal<Tab>,
    text: RwSignal<String>,
    /// The day of the follow-up.
    day: RwSignal<String>,
    kept: RwSignal<bool>,
    problem: RwSignal<Option<UiError>>,
    busy: RwSignal<bool>,
    /// Text that this browser does not keep: closing the sheet asks.
    loose: RwSignal<bool>,
}

#[component]
pub fn Composer(work: Work) -> impl IntoView {
    let address = use_address();
    let draft = Draft::new(work);
    let is_follow_up = Memo::new(move |_| draft.tab.get() == Tab::FollowUp);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        draft.submit();
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            draft.submit();
        }
    };
    let hint = move || match draft.tab.get() {
        Tab::FollowUp => "What is to be done then? May stay empty.",
        Tab::Said(_) => "What happened? Drop a file anywhere to attach it.",
    };
    view! {
        <form class="card composer" method="post" action=format!("/leads/{}/interactions", work.id) on:submit=submit>
            <input type="hidden" name="list" value=move || address.read().to_query() />
            <div class="tabs-row" role="radiogroup" aria-label="What to write down">
                {Tab::ALL.map(|tab| choice(draft, tab)).collect_view()}
            </div>
            <textarea id="composer-text" name="text" class="composer-text" rows="3" maxlength="10000" placeholder=hint
                aria-label=move || draft.tab.get().label() required=move || !is_follow_up.get() prop:value=draft.text
                on:input:target=move |event| { draft.text.set(event.target().value()); draft.keep() } on:keydown=keys></textarea>
            {dynamic(move || is_follow_up.get().then(|| days(draft)))}
            {dynamic(move || draft.problem.get().map(|error| view! { <p class="alert" role="alert">{words(&error)}</p> }))}
            <div class="row composer-foot">
                <span class="faint" aria-live="polite">{dynamic(move || (draft.kept.get() && !draft.text.read().is_empty()).then_some("Draft kept"))}</span>
                <span class="grow"></span>
                <button class="btn btn-primary btn-small" disabled=draft.busy>
                    {dynamic(move || if draft.problem.read().is_some() { "Retry" } else { draft.tab.get().log() })}
                    <kbd aria-hidden="true">"⌘↵"</kbd>
                </button>
            </div>
        </form>
    }
}

/// Radio buttons, so that the form knows the kind without a script too.
fn choice(draft: Draft, tab: Tab) -> impl IntoView {
    let needs_script = tab == Tab::FollowUp;
    view! {
        <label class="tab-choice" class:needs-script=needs_script title=tab.label()>
            <input type="radio" name="type" value=tab.value() class="sr-only" aria-keyshortcuts=tab.key()
                checked=tab == Tab::Said(InteractionType::Note) prop:checked=move || draft.tab.get() == tab
                on:change=act(move || { draft.tab.set(tab); draft.keep() }) />
            <Icon icon=tab.icon() /><span class="tab-word">{tab.label()}</span><kbd aria-hidden="true">{tab.key()}</kbd>
        </label>
    }
}

/// When: a day, and the ones that are meant most.
fn days(draft: Draft) -> impl IntoView {
    let today = draft.work.today.day(draft.work.today.now);
    let in_days = move |days: i64| (today + time::Duration::days(days)).to_string();
    let quick = move |label: &'static str, days: i64| {
        view! {
            <button type="button" class="chip" on:click=act(move || draft.day.set(in_days(days)))>{label}</button>
        }
    };
    let may_clear = move || draft.work.lead.read().follow_up_at.is_some();
    view! {
        <div class="row composer-days">
            <input type="date" class="input composer-day" aria-label="Day of the follow-up" required
                prop:value=draft.day on:input:target=move |event| draft.day.set(event.target().value()) />
            {quick("Today", 0)}{quick("Tomorrow", 1)}{quick("In a week", 7)}
            {dynamic(move || may_clear().then(|| view! {
                <button type="button" class="btn btn-small btn-quiet" on:click=act(move || draft.clear_follow_up())>"No follow-up"</button>
            }))}
        </div>
    }
}

fn words(error: &UiError) -> String {
    let Fields(fields) = &error.0.fields;
    fields.get("text").map_or_else(|| error.message(), |message| format!("The text {message}"))
}

impl Draft {
    fn new(work: Work) -> Self {
        let today = work.today;
        let day = work.lead.with_untracked(|lead| lead.follow_up_at).map_or(today.day(today.now), |at| today.day(at));
        let draft = Draft {
            work,
            tab: RwSignal::new(Tab::Said(InteractionType::Note)),
            text: RwSignal::new(String::new()),
            day: RwSignal::new(day.max(today.day(today.now)).to_string()),
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
    fn keep(self) {
        let kept = self.text.with_untracked(|text| write(self.work.id, self.tab.get_untracked(), text));
        self.kept.set(kept);
        self.loose.set(!kept && !self.text.read_untracked().is_empty());
    }

    fn submit(self) {
        if self.busy.get_untracked() {
            return;
        }
        match self.tab.get_untracked() {
            Tab::Said(kind) => self.log(kind),
            Tab::FollowUp => {
                let day = self.day.with_untracked(|day| day::parse(day)).and_then(|day| self.work.today.morning(day));
                let Some(at) = day else {
                    let problem = domain::Problem::new(domain::ErrorCode::Invalid, "Choose the day of the follow-up.");
                    return self.problem.set(Some(UiError(Box::new(problem))));
                };
                let note = self.text.with_untracked(|text| text.trim().to_owned());
                let at = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
                let note = if note.is_empty() { Value::Null } else { note.into() };
                self.follow_up(json!(at), note, "Follow-up set");
            }
        }
    }

    fn clear_follow_up(self) {
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
        let input = InteractionInput { r#type: kind, text: self.text.get_untracked() };
        let input = match input.checked() {
            Ok(input) => input,
            Err(fields) => {
                let problem = domain::Problem::new(domain::ErrorCode::Invalid, "Nothing was logged.");
                return self.problem.set(Some(UiError(Box::new(problem.with_fields(fields)))));
            }
        };
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
        let at = self.today.now;
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
        self.entries.update(|entries| entries.insert(0, entry));
    }

    fn drop_expected(self) {
        let _ = self.entries.try_update(|entries| entries.retain(|entry| entry.event.id.0 > 0));
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
    use leptos::wasm_bindgen::JsCast;
    let find = |selector: &str| place.query_selector(selector).ok().flatten();
    let text = find("#composer-text").and_then(|text| text.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let Some(text) = text.map(|text| text.value()).filter(|text| !text.is_empty()) else { return };
    let chosen = find("input[name=type]:checked").and_then(|input| input.get_attribute("value"));
    let tab = chosen.and_then(|value| Tab::of_value(&value)).unwrap_or(Tab::Said(InteractionType::Note));
    write(id, tab, &text);
}
