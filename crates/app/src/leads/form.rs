//! The fields of a lead. Checked by the same rules here and on the server; each message stands at its field.

use domain::{Fields, Money, leads::LeadInput, users::Role};
use leptos::{html, prelude::*};

use super::{
    choices::{self, Choices},
    format::Today,
};
use crate::{
    markup::{UNREADABLE, act, attr, dynamic, hear, view},
    ui::Field,
    viewer::{Session, use_session, use_today},
};

/// The form of a new lead. `on_submit` gets checked input only.
#[component]
pub fn LeadForm(
    #[prop(into)] fields: RwSignal<Fields>,
    saving: Signal<bool>,
    dirty: RwSignal<bool>,
    on_submit: Callback<LeadInput>,
    /// What stands left of the main button.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Form>::new();
    let (session, today) = (use_session(), use_today());
    let base = LeadInput {
        assigned_to: session.with_value(|s| (s.user.role == Role::Agent).then_some(s.user.id)),
        ..LeadInput::default()
    };
    let start = base.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(form) = node.get_untracked() else { return };
        let read = read(&form, base.clone(), today.get_untracked());
        match read.and_then(LeadInput::checked) {
            Ok(input) => {
                fields.set(Fields::default());
                on_submit.run(input);
            }
            Err(wrong) => {
                focus_first(&wrong);
                fields.set(wrong);
            }
        }
    };
    view! {
        <form node_ref=node class="form" novalidate on:submit=hear(submit) on:input=act(move || dirty.set(true))>
            {session.with_value(|session| sales_fields(&start, session, fields))}
            <footer class="form-foot">
                {children()}
                <span class="grow"></span>
                <button class="btn btn-primary" disabled=saving>
                    {dynamic(move || if saving.get() { "Saving…" } else { "Create lead" })}
                </button>
            </footer>
        </form>
    }
}

fn sales_fields(lead: &LeadInput, session: &Session, fields: RwSignal<Fields>) -> impl IntoView + use<> {
    let today = use_today().get_untracked();
    let follow_up = lead.follow_up_at.map(|at| today.day(at).to_string()).unwrap_or_default();
    let products = choices::products(session, lead.assigned_product);
    let agents = choices::agents(session, lead.assigned_to);
    let value = lead.value.map(|v| v.grouped()).unwrap_or_default();
    view! {
        <div class="form-grid">
            {input("name", "Name", "text", Some(lead.name.clone()), fields, "wide")}
            {input("company", "Company", "text", lead.company.clone(), fields, "wide")}
            {input("email", "E-mail", "email", lead.email.clone(), fields, "")}
            {input("phone", "Phone", "tel", lead.phone.clone(), fields, "")}
            {select("status", "Status", choices::statuses(), lead.status.as_str().to_owned(), fields)}
            {select("priority", "Priority", choices::priorities(), lead.priority.as_str().to_owned(), fields)}
            {input("value", "Value", "text", Some(value), fields, "")}
            {select("assignedProduct", "Product", choices::or_none("No product", products), text(lead.assigned_product), fields)}
            {select("assignedTo", "Agent", choices::or_none("Unassigned", agents), text(lead.assigned_to), fields)}
            {input("source", "Source", "text", lead.source.clone(), fields, "")}
            {input("followUpAt", "Follow-up", "date", Some(follow_up), fields, "")}
            {input("followUpNote", "Next step", "text", lead.follow_up_note.clone(), fields, "")}
            {area("notes", "Notes", lead.notes.clone(), fields)}
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
    let required = (name == "name").then_some("true");
    view! {
        <Field label id=name error class>
            <input id=name name=name type=kind class="input" value=value autocomplete="off" inputmode=mode
                aria-required=required autofocus=required.is_some()
                aria-describedby=format!("{name}-message") aria-invalid=attr(move || error.read().is_some().to_string()) />
        </Field>
    }
}

fn area(name: &'static str, label: &'static str, value: Option<String>, fields: RwSignal<Fields>) -> impl IntoView {
    let error = error(fields, name);
    view! {
        <Field label id=name error class="wide">
            <textarea id=name name=name class="input" rows="4" aria-describedby=format!("{name}-message")
                aria-invalid=attr(move || error.read().is_some().to_string())>{value}</textarea>
        </Field>
    }
}

fn select(
    name: &'static str,
    label: &'static str,
    options: Choices,
    chosen: String,
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
                {options}
            </select>
        </Field>
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The form's fields over `input`.
fn read(form: &web_sys::HtmlFormElement, mut input: LeadInput, today: Today) -> Result<LeadInput, Fields> {
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
    ];
    for (name, field) in texts {
        if let Some(value) = get(name) {
            *field = Some(value);
        }
    }
    parse(get("status"), &mut input.status, "status", &mut wrong);
    parse(get("priority"), &mut input.priority, "priority", &mut wrong);
    if let Some(value) = get("value") {
        input.value = optional(&value, "value", &mut wrong, amount);
    }
    if let Some(id) = get("assignedTo") {
        input.assigned_to = optional(&id, "assignedTo", &mut wrong, |id| id.parse().ok());
    }
    if let Some(id) = get("assignedProduct") {
        input.assigned_product = optional(&id, "assignedProduct", &mut wrong, |id| id.parse().ok());
    }
    if let Some(day) = get("followUpAt") {
        let is_half = form.query_selector("[name=followUpAt]:invalid").is_ok_and(|half| half.is_some());
        let day = if is_half { UNREADABLE.to_owned() } else { day };
        input.follow_up_at = optional(&day, "followUpAt", &mut wrong, |text| today.morning(domain::day::parse(text)?));
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

/// `1200.50`, or grouped as `1,200.50`. A comma anywhere else may be a decimal one, and guessing would be wrong.
pub fn amount(text: &str) -> Option<Money> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    // `1.500` may be fifteen hundred: two digits are cents, more are not.
    if cents.len() > 2 {
        return None;
    }
    let is_grouped = !whole.contains(',') || ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3));
    if !is_grouped || cents.contains(',') {
        return None;
    }
    text.replace(',', "").parse().ok()
}

/// The first wrong field in the order of the form, not of the alphabet.
fn focus_first(wrong: &Fields) {
    let names: Vec<String> = wrong.0.keys().map(|name| format!(".form [name='{name}']")).collect();
    crate::ui::focus(&names.join(","));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_group_thousands_and_nothing_else() {
        for (text, cents) in [("1200", 120_000), ("1,200.50", 120_050), ("12,345,678", 1_234_567_800)] {
            assert_eq!(amount(text).unwrap().cents(), cents, "{text}");
        }
        for text in ["1200,50", "1,5", "1,2345", "12,00,000", ",100", "1.000,50", "1.5,0", "1.500", "12.500"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}
