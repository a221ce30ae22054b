//! What a field of a lead holds while it is edited: its text, the choices it offers, and what it becomes.

use domain::{
    Fields, day,
    leads::{Lead, LeadInput},
};
use serde_json::{Map, Value};

use super::{
    choices::{self, Choices, or_none},
    columns::Column,
    form::amount,
    format::Today,
};
use crate::{viewer::Session, wire};

/// How a cell is written in.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The input's type.
    Text(&'static str),
    /// Value and label of each choice.
    Choice(Choices),
}

/// How cells of the column are written in.
pub fn kind(column: Column, lead: &Lead, session: &Session) -> Kind {
    match column {
        Column::Status => Kind::Choice(choices::statuses()),
        Column::Priority => Kind::Choice(choices::priorities()),
        Column::Agent => Kind::Choice(or_none("Unassigned", choices::agents(session, lead.assigned_to))),
        Column::Engineer => Kind::Choice(or_none("Nobody", choices::engineers(session, lead.assigned_engineer))),
        Column::Product => Kind::Choice(or_none("No product", choices::products(session, lead.assigned_product))),
        Column::FollowUp => Kind::Text("date"),
        Column::Score | Column::Progress => Kind::Text("number"),
        Column::Email => Kind::Text("email"),
        Column::Phone => Kind::Text("tel"),
        Column::Lead | Column::Company | Column::Value | Column::Source | Column::LastContact | Column::Created => {
            Kind::Text("text")
        }
    }
}

/// The cell's text, as the field shows it at first.
pub fn text(column: Column, lead: &Lead, today: Today) -> String {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    match column {
        Column::Lead => lead.name.clone(),
        Column::Company => lead.company.clone().unwrap_or_default(),
        Column::Email => lead.email.clone().unwrap_or_default(),
        Column::Phone => lead.phone.clone().unwrap_or_default(),
        Column::Source => lead.source.clone().unwrap_or_default(),
        Column::Status => lead.status.as_str().to_owned(),
        Column::Priority => lead.priority.as_str().to_owned(),
        Column::Value => lead.value.map(|value| value.grouped()).unwrap_or_default(),
        Column::Agent => id(lead.assigned_to.map(|id| id.0)),
        Column::Engineer => id(lead.assigned_engineer.map(|id| id.0)),
        Column::Product => id(lead.assigned_product.map(|id| id.0)),
        Column::FollowUp => lead.follow_up_at.map(|at| today.day(at).to_string()).unwrap_or_default(),
        // A computed one is nobody's text: left as it is, it stays computed.
        Column::Score if !lead.score_is_set => String::new(),
        Column::Score => lead.score.to_string(),
        Column::Progress => lead.engineering_progress.to_string(),
        Column::LastContact | Column::Created => String::new(),
    }
}

/// A change ready to be sent and to be shown ahead of the answer.
#[derive(Clone, Debug)]
pub struct Edit {
    pub column: Column,
    /// The fields as they were when the cell was opened, as on the wire.
    from: Map<String, Value>,
    to: Map<String, Value>,
    after: Lead,
}

/// The fields that a cell writes. Its product is one of all of them, and leaves or comes with its place there.
fn written(column: Column) -> Vec<&'static str> {
    match column {
        Column::Product => vec!["assignedProduct", "products"],
        column => column.field().into_iter().collect(),
    }
}

impl Edit {
    /// Reads the text by the rules of a lead. `None`: nothing changes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(column: Column, lead: &Lead, text: &str, today: Today) -> Result<Option<Self>, String> {
        let Some(field) = column.field() else { return Ok(None) };
        // What a field cannot show, a time of day, is not lost by looking into it.
        if text == self::text(column, lead, today) {
            return Ok(None);
        }
        let before = LeadInput::of(lead);
        let mut input = before.clone();
        write(column, &mut input, text.trim(), today)?;
        let input = input.checked().map_err(|Fields(wrong)| match wrong.get(field) {
            Some(message) => message.clone(),
            None => wrong.into_iter().map(|(field, message)| format!("{field} {message}")).collect(),
        })?;
        let json = |input: &LeadInput| {
            let all = serde_json::to_value(input).unwrap_or_default();
            let of = |field: &str| (field.to_owned(), all.get(field).cloned().unwrap_or_default());
            written(column).into_iter().map(of).collect::<Map<_, _>>()
        };
        let (from, to) = (json(&before), json(&input));
        Ok((from != to).then(|| Edit { column, from, to, after: with(lead, input) }))
    }

    /// Whether the lead still holds what the cell was opened with.
    pub fn is_untouched(&self, lead: &Value) -> bool {
        holds(lead, &self.from)
    }

    /// Whether it holds what is written: the answer was lost, or somebody came to the same.
    pub fn is_done(&self, lead: &Value) -> bool {
        holds(lead, &self.to)
    }

    /// The merge patch, refused when the lead is no longer of this version.
    pub fn patch(&self, version: i64) -> Value {
        let mut patch = self.to.clone();
        patch.insert("version".into(), version.into());
        Value::Object(patch)
    }

    /// Shows the change on a lead.
    pub fn apply(&self, lead: &mut Lead) {
        copy(self.column, &self.after, lead);
    }

    /// Takes it off again, and nothing else.
    pub fn revert(&self, before: &Lead, lead: &mut Lead) {
        copy(self.column, before, lead);
    }
}

fn holds(lead: &Value, fields: &Map<String, Value>) -> bool {
    fields.iter().all(|(field, value)| lead.get(field) == Some(value))
}

/// The lead as it will be.
fn with(lead: &Lead, input: LeadInput) -> Lead {
    let LeadInput { name, email, phone, company, status, source, value, assigned_to, assigned_engineer, .. } = input;
    let LeadInput { assigned_product, products, priority, score, engineering_progress, follow_up_at, .. } = input;
    Lead {
        name,
        email,
        phone,
        company,
        status,
        source,
        value,
        assigned_to,
        assigned_engineer,
        assigned_product,
        products,
        priority,
        score: score.unwrap_or(lead.score),
        engineering_progress,
        follow_up_at,
        ..lead.clone()
    }
}

/// What a cell of this column shows, from one lead to another.
fn copy(column: Column, from: &Lead, to: &mut Lead) {
    match column {
        Column::Lead => to.name.clone_from(&from.name),
        Column::Company => to.company.clone_from(&from.company),
        Column::Email => to.email.clone_from(&from.email),
        Column::Phone => to.phone.clone_from(&from.phone),
        Column::Source => to.source.clone_from(&from.source),
        Column::Status => to.status = from.status,
        Column::Priority => to.priority = from.priority,
        Column::Value => to.value = from.value,
        Column::Agent => to.assigned_to = from.assigned_to,
        Column::Engineer => to.assigned_engineer = from.assigned_engineer,
        Column::Product => {
            to.assigned_product = from.assigned_product;
            to.products.clone_from(&from.products);
        }
        Column::FollowUp => to.follow_up_at = from.follow_up_at,
        Column::Score => to.score = from.score,
        Column::Progress => to.engineering_progress = from.engineering_progress,
        Column::LastContact | Column::Created => {}
    }
}

fn write(column: Column, input: &mut LeadInput, text: &str, today: Today) -> Result<(), String> {
    let some = (!text.is_empty()).then(|| text.to_owned());
    let number = || text.parse::<i16>().map_err(|_| "expected a number from 0 to 100".to_owned());
    match column {
        Column::Lead => input.name = text.to_owned(),
        Column::Company => input.company = some,
        Column::Email => input.email = some,
        Column::Phone => input.phone = some,
        Column::Source => input.source = some,
        Column::Status => input.status = text.parse().map_err(|_| "unknown status".to_owned())?,
        Column::Priority => input.priority = text.parse().map_err(|_| "unknown priority".to_owned())?,
        Column::Value => {
            let read = |text: String| amount(without_currency(&text));
            input.value = some.map(|text| read(text).ok_or("is not an amount such as 1200 or 1200.50")).transpose()?;
        }
        Column::Agent => input.assigned_to = some.and_then(|id| id.parse().ok()),
        Column::Engineer => input.assigned_engineer = some.and_then(|id| id.parse().ok()),
        Column::Product => {
            // The main product leaves with its place among all of them.
            input.products.retain(|id| Some(*id) != input.assigned_product);
            input.assigned_product = some.and_then(|id| id.parse().ok());
        }
        Column::FollowUp => {
            let day = some.map(|text| day::parse(&text)).map(|day| day.ok_or("expected a day")).transpose()?;
            input.follow_up_at = day.and_then(|day| today.morning(day));
        }
        Column::Score => input.score = if text.is_empty() { None } else { Some(number()?) },
        Column::Progress => input.engineering_progress = number()?,
        Column::LastContact | Column::Created => {}
    }
    Ok(())
}

/// An amount as people write it, without the currency in front of it: its sign or its code.
fn without_currency(text: &str) -> &str {
    let is_code = |code: &str| code.bytes().all(|letter| letter.is_ascii_uppercase());
    let amount = match text.split_at_checked(3) {
        Some((code, amount)) if is_code(code) => amount,
        _ => text.trim_start_matches(['$', '€', '£', '₹', '¥']),
    };
    amount.trim_start()
}

/// A field of a lead that is edited by itself: one that a column shows, or a text that none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadField {
    Column(Column),
    /// The field's name on the wire, and whether it has several lines.
    Text(&'static str, bool),
}

impl LeadField {
    /// The field's name on the wire.
    pub fn field(self) -> &'static str {
        match self {
            LeadField::Column(column) => column.field().unwrap_or_default(),
            LeadField::Text(field, _) => field,
        }
    }

    /// What the field shows at first.
    pub fn text(self, lead: &Lead, today: Today) -> String {
        match self {
            LeadField::Column(column) => text(column, lead, today),
            LeadField::Text(field, _) => {
                let fields = serde_json::to_value(LeadInput::of(lead)).unwrap_or_default();
                fields.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        }
    }

    /// Reads the text by the rules of a lead: the field's new value. `None`: nothing changes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(self, lead: &Lead, text: &str, today: Today) -> Result<Option<Value>, String> {
        match self {
            LeadField::Column(column) => {
                let edit = Edit::read(column, lead, text, today)?;
                Ok(edit.and_then(|mut edit| edit.to.remove(self.field())))
            }
            LeadField::Text(field, _) => {
                let before = serde_json::to_value(LeadInput::of(lead)).unwrap_or_default();
                let mut after = before.clone();
                after[field] = if text.trim().is_empty() { Value::Null } else { text.trim().into() };
                let input: LeadInput = wire::read_value(after).map_err(|error| error.to_string())?;
                let input = input.checked().map_err(|Fields(wrong)| {
                    let message = wrong.get(field).cloned();
                    message.unwrap_or_else(|| wrong.into_values().next().unwrap_or_default())
                })?;
                let after = serde_json::to_value(input).unwrap_or_default();
                Ok((after.get(field) != before.get(field)).then(|| after.get(field).cloned().unwrap_or_default()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Zone;
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    fn lead(value: i64) -> Lead {
        serde_json::from_value(json!({
            "id": 1, "name": "Maya", "email": null, "phone": null, "company": "Kite", "status": "new", "source": null,
            "value": value, "assignedTo": null, "assignedEngineer": null, "assignedProduct": null, "products": [],
            "notes": null, "priority": "medium", "score": 0, "scoreIsSet": false, "engineeringProgress": 0,
            "engineeringNotes": null, "blockedReason": null, "followUpAt": null, "followUpNote": null,
            "lostReason": null, "position": "a", "version": 2, "createdBy": null, "createdVia": "ui",
            "lastContactedAt": null, "stageEnteredAt": "2026-11-22T12:00:00Z", "closedAt": null,
            "createdAt": "2026-11-22T12:00:00Z", "updatedAt": "2026-11-22T12:00:00Z"
        }))
        .unwrap()
    }

    fn write_value(text: &str) -> Result<Option<Edit>, String> {
        let today = Today { now: datetime!(2026-11-22 12:00 UTC), zone: Zone::fixed(0) };
        Edit::read(Column::Value, &lead(500), text, today)
    }

    #[test]
    fn an_amount_may_have_its_currency_in_front_and_nothing_else() {
        for text in ["1,200", "$1,200", "$ 1,200", "€1200", "CHF 1,200", "CHF\u{a0}1,200", " 1200.00 "] {
            let edit = write_value(text).unwrap().unwrap();
            assert!(edit.is_done(&json!({ "value": 1200.0 })), "{text}");
        }
        for text in [".5", "$.5", "about 3", "~3", "+3", "3 or 4", "USD"] {
            assert!(write_value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_lead_holds_already_is_saved() {
        let edit = write_value("777").unwrap().unwrap();
        let stands = |value| serde_json::to_value(lead(value)).unwrap();
        assert_eq!((edit.is_untouched(&stands(500)), edit.is_done(&stands(500))), (true, false));
        assert_eq!((edit.is_untouched(&stands(777)), edit.is_done(&stands(777))), (false, true));
        assert_eq!((edit.is_untouched(&stands(900)), edit.is_done(&stands(900))), (false, false));
    }
}
