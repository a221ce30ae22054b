//! The fields of a lead. Checked by the same rules here and on the server; each message stands at its field.

use domain::{
    Fields, Money,
    leads::{Lead, LeadInput, LeadPriority, LeadStatus},
    users::Role,
};
use leptos::{html, prelude::*};

use super::format::Today;
use crate::{
    ui::Field,
    viewer::{Session, use_session},
};

/// The form of a new lead, or of this one. `on_submit` gets checked input only.
#[component]
pub fn LeadForm(
    lead: Option<Lead>,
    #[prop(into)] fields: RwSignal<Fields>,
    saving: Signal<bool>,
    on_submit: Callback<LeadInput>,
    /// What stands left of the main button.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Form>::new();
    let session = use_session();
    let is_new = lead.is_none();
    let base = lead.as_ref().map(LeadInput::of).unwrap_or_else(|| LeadInput {
        assigned_to: session.with_value(|s| (s.user.role == Role::Agent).then_some(s.user.id)),
        ..LeadInput::default()
    });
    let start = base.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(form) = node.get_untracked() else { return };
        let read = session.with_value(|session| read(&form, base.clone(), session));
        match read.and_then(LeadInput::checked) {
            Ok(input) => {
                fields.set(Fields::default());
                on_submit.run(input);
            }
            Err(wrong) => {
                focus_first(&form, &wrong);
                fields.set(wrong);
            }
        }
    };
    view! {
        <form node_ref=node class="form" novalidate on:submit=submit>
            {session.with_value(|session| match session.user.role {
                Role::Admin | Role::Agent => sales_fields(&start, session, fields).into_any(),
                Role::Engineer => engineering_fields(&start, fields).into_any(),
            })}
            <footer class="form-foot">
                {children()}
                <span class="grow"></span>
                <button class="btn btn-primary" disabled=saving>
                    {move || if saving.get() { "Saving…" } else if is_new { "Create lead" } else { "Save" }}
                </button>
            </footer>
        </form>
    }
}

fn sales_fields(lead: &LeadInput, session: &Session, fields: RwSignal<Fields>) -> impl IntoView {
    let today = Today::new(session.now, session.user.utc_offset_minutes);
    let follow_up = lead.follow_up_at.map(|at| today.day(at).to_string()).unwrap_or_default();
    let statuses = LeadStatus::ALL.iter().map(|s| (s.as_str().to_owned(), s.label().to_owned()));
    let priorities = LeadPriority::ALL.iter().map(|p| (p.as_str().to_owned(), p.label().to_owned()));
    let agents = session.people_of(&[Role::Agent, Role::Admin]).map(|p| (p.id.to_string(), p.name.clone()));
    let products = session.products.iter().filter(|p| p.is_active).map(|p| (p.id.to_string(), p.name.clone()));
    let value = lead.value.map(|v| v.grouped()).unwrap_or_default();
    view! {
        <div class="form-grid">
            {input("name", "Name", "text", Some(lead.name.clone()), fields, "wide")}
            {input("company", "Company", "text", lead.company.clone(), fields, "wide")}
            {input("email", "E-mail", "email", lead.email.clone(), fields, "")}
            {input("phone", "Phone", "tel", lead.phone.clone(), fields, "")}
            {select("status", "Status", statuses.collect(), lead.status.as_str().to_owned(), None, fields)}
            {select("priority", "Priority", priorities.collect(), lead.priority.as_str().to_owned(), None, fields)}
            {input("value", "Value", "text", Some(value), fields, "")}
            {select("assignedProduct", "Product", products.collect(), text(lead.assigned_product), Some("No product"), fields)}
            {select("assignedTo", "Agent", agents.collect(), text(lead.assigned_to), Some("Unassigned"), fields)}
            {input("source", "Source", "text", lead.source.clone(), fields, "")}
            {input("followUpAt", "Follow-up", "date", Some(follow_up), fields, "")}
            {input("followUpNote", "Next step", "text", lead.follow_up_note.clone(), fields, "")}
            {area("notes", "Notes", lead.notes.clone(), fields)}
        </div>
    }
}

fn engineering_fields(lead: &LeadInput, fields: RwSignal<Fields>) -> impl IntoView {
    view! {
        <div class="form-grid">
            {input("engineeringProgress", "Progress in percent", "number", Some(lead.engineering_progress.to_string()), fields, "wide")}
            {input("blockedReason", "Blocked because", "text", lead.blocked_reason.clone(), fields, "wide")}
            {area("engineeringNotes", "Engineering notes", lead.engineering_notes.clone(), fields)}
        </div>
    }
}

fn error(fields: RwSignal<Fields>, name: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || fields.read().get(name).map(str::to_owned))
}

fn input(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: Option<String>,
    fields: RwSignal<Fields>,
    class: &'static str,
) -> impl IntoView {
    let error = error(fields, name);
    let mode = if name == "value" { "decimal" } else { "" };
    view! {
        <Field label id=name error class>
            <input id=name name=name type=kind class="input" value=value autocomplete="off" inputmode=mode
                aria-describedby=format!("{name}-message") aria-invalid=move || error.read().is_some().to_string() />
        </Field>
    }
}

fn area(name: &'static str, label: &'static str, value: Option<String>, fields: RwSignal<Fields>) -> impl IntoView {
    let error = error(fields, name);
    view! {
        <Field label id=name error class="wide">
            <textarea id=name name=name class="input" rows="4" aria-describedby=format!("{name}-message")
                aria-invalid=move || error.read().is_some().to_string()>{value}</textarea>
        </Field>
    }
}

fn select(
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
    none: Option<&'static str>,
    fields: RwSignal<Fields>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <Field label id=name error=error(fields, name)>
            <select id=name name=name class="input">
                {none.map(|label| view! { <option value="">{label}</option> })}
                {options}
            </select>
        </Field>
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The form's fields over `input`; what a role's form does not show stays as it was.
fn read(form: &web_sys::HtmlFormElement, mut input: LeadInput, session: &Session) -> Result<LeadInput, Fields> {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return Ok(input) };
    let get = |name: &str| data.get(name).as_string();
    let mut wrong = Fields::default();
    if let Some(name) = get("name") {
        input.name = name;
    }
    let texts = [
        ("company", &mut input.company),
        ("email", &mut input.email),
        ("phone", &mut input.phone),
        ("source", &mut input.source),
        ("followUpNote", &mut input.follow_up_note),
        ("notes", &mut input.notes),
        ("blockedReason", &mut input.blocked_reason),
        ("engineeringNotes", &mut input.engineering_notes),
    ];
    for (name, field) in texts {
        if let Some(value) = get(name) {
            *field = Some(value);
        }
    }
    parse(get("status"), &mut input.status, "status", &mut wrong);
    parse(get("priority"), &mut input.priority, "priority", &mut wrong);
    parse(get("engineeringProgress"), &mut input.engineering_progress, "engineeringProgress", &mut wrong);
    if let Some(value) = get("value") {
        input.value = optional(&value.replace([',', ' '], ""), "value", &mut wrong, |text| text.parse::<Money>().ok());
    }
    if let Some(id) = get("assignedTo") {
        input.assigned_to = optional(&id, "assignedTo", &mut wrong, |id| id.parse().ok());
    }
    if let Some(id) = get("assignedProduct") {
        // The main product is replaced, not joined by another.
        input.products.retain(|product| Some(*product) != input.assigned_product);
        input.assigned_product = optional(&id, "assignedProduct", &mut wrong, |id| id.parse().ok());
    }
    if let Some(day) = get("followUpAt") {
        let today = Today::new(session.now, session.user.utc_offset_minutes);
        let before = input.follow_up_at;
        let parse = |text: &str| {
            let day = domain::day::parse(text)?;
            // The same day keeps its hour.
            before.filter(|at| today.day(*at) == day).or_else(|| today.morning(day))
        };
        input.follow_up_at = optional(&day, "followUpAt", &mut wrong, parse);
    }
    wrong.into_result()?;
    Ok(input)
}

fn parse<T: std::str::FromStr>(text: Option<String>, into: &mut T, name: &'static str, wrong: &mut Fields) {
    match text.map(|text| text.trim().parse()) {
        None => {}
        Some(Ok(value)) => *into = value,
        Some(Err(_)) => wrong.add(name, "is not a value that fits here"),
    }
}

fn optional<T>(text: &str, name: &'static str, wrong: &mut Fields, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let value = parse(text);
    if value.is_none() {
        wrong.add(name, if name == "value" { "is not an amount such as 1200 or 1200.50" } else { "is not valid" });
    }
    value
}

fn focus_first(form: &web_sys::HtmlFormElement, wrong: &Fields) {
    let first =
        wrong.0.keys().filter_map(|name| form.query_selector(&format!("[name='{name}']")).ok().flatten()).next();
    if let Some(element) = first.and_then(|element| {
        use leptos::wasm_bindgen::JsCast;
        element.dyn_into::<web_sys::HtmlElement>().ok()
    }) {
        let _ = element.focus();
    }
}
