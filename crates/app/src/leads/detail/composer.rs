//! Writing down what happened, and what comes next. A plain form where there is no script.

use domain::{Fields, interactions::InteractionType};
use icondata_core::Icon as Symbol;
use icondata_lu as lu;
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
    wasm_bindgen::JsCast,
};

use super::{draft::Draft, work::Work};
use crate::{
    UiError,
    leads::address::use_address,
    markup::{act, attr, dynamic, hear, typed, view},
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

    pub fn of_value(value: &str) -> Option<Tab> {
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
            submit_form(&event);
        }
    };
    let hint = move || match draft.tab.get() {
        Tab::FollowUp => "What is to be done then? May stay empty.",
        Tab::Said(_) => "What happened? Drop a file anywhere to attach it.",
    };
    view! {
        <form class="card composer" method="post" action=format!("/leads/{}/interactions", work.id) on:submit=hear(submit)>
            <input type="hidden" name="list" value=attr(move || address.read().to_query()) />
            <div class="tabs-row" role="radiogroup" aria-label="What to write down">
                {Tab::ALL.map(|tab| choice(draft, tab)).collect_view()}
            </div>
            <textarea id="composer-text" name="text" class="composer-text" rows="3" maxlength="10000" placeholder=attr(hint)
                aria-label=attr(move || draft.tab.get().label()) required=attr(move || !is_follow_up.get()) prop:value=draft.text
                on:input:target=typed(move |text| { draft.text.set(text); draft.keep() }) on:keydown=hear(keys)></textarea>
            {dynamic(move || is_follow_up.get().then(|| days(draft)))}
            {dynamic(move || draft.problem.get().map(|error| view! { <p class="alert" role="alert">{refusal(&error)}</p> }))}
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

/// As its button does, so that the browser says first what is missing.
fn submit_form(event: &KeyboardEvent) {
    let area = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(form) = area.and_then(|area| area.form()) {
        let _ = form.request_submit();
    }
}

/// Radio buttons, so that the form knows the kind without a script too.
fn choice(draft: Draft, tab: Tab) -> impl IntoView {
    let needs_script = tab == Tab::FollowUp;
    view! {
        <label class="tab-choice" class:needs-script=needs_script title=tab.label()>
            <input type="radio" name="type" value=tab.value() class="sr-only" aria-keyshortcuts=tab.key()
                checked=tab == Tab::Said(InteractionType::Note) prop:checked=attr(move || draft.tab.get() == tab)
                on:change=act(move || { draft.tab.set(tab); draft.keep() }) />
            <Icon icon=tab.icon() /><span class="tab-word">{tab.label()}</span><kbd aria-hidden="true">{tab.key()}</kbd>
        </label>
    }
}

/// When: a day, and the ones that are meant most.
fn days(draft: Draft) -> impl IntoView {
    let in_days = move |days: i64| (draft.work.today.read_untracked().today() + time::Duration::days(days)).to_string();
    let quick = move |label: &'static str, days: i64| {
        view! {
            <button type="button" class="chip" on:click=act(move || draft.day.set(in_days(days)))>{label}</button>
        }
    };
    let may_clear = move || draft.work.lead.read().follow_up_at.is_some();
    view! {
        <div class="row composer-days">
            <input type="date" class="input composer-day" aria-label="Day of the follow-up" required
                prop:value=draft.day on:input:target=typed(move |day| draft.day.set(day)) />
            {quick("Today", 0)}{quick("Tomorrow", 1)}{quick("In a week", 7)}
            {dynamic(move || may_clear().then(|| view! {
                <button type="button" class="btn btn-small btn-quiet" on:click=act(move || draft.clear_follow_up())>"No follow-up"</button>
            }))}
        </div>
    }
}

/// What is wrong with the text, or else.
pub fn refusal(error: &UiError) -> String {
    let Fields(fields) = &error.0.fields;
    fields.get("text").map_or_else(|| error.message(), |message| format!("The text {message}"))
}
