//! The columns of the table: heading, sort, and what stands in a cell.

use domain::{
    leads::{Lead, LeadPriority, LeadStatus, SortField},
    users::Role,
    views::ViewColumn,
};
use leptos::prelude::*;

use super::format::{Today, money};
use crate::{markup::view, ui::Avatar, viewer::Session};

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Lead,
    Company,
    Email,
    Phone,
    Status,
    Value,
    Product,
    Priority,
    FollowUp,
    Agent,
    Engineer,
    Source,
    Score,
    Progress,
    LastContact,
    Created,
}

impl Column {
    /// Every column, in the order in which choosers offer them.
    pub const ALL: [Column; 16] = [
        Column::Lead,
        Column::Company,
        Column::Email,
        Column::Phone,
        Column::Status,
        Column::Value,
        Column::Product,
        Column::Priority,
        Column::FollowUp,
        Column::Agent,
        Column::Engineer,
        Column::Source,
        Column::Score,
        Column::Progress,
        Column::LastContact,
        Column::Created,
    ];
    /// What salespeople look at.
    const FOR_SALES: [Column; 10] = [
        Column::Lead,
        Column::Status,
        Column::Value,
        Column::Product,
        Column::Priority,
        Column::FollowUp,
        Column::Agent,
        Column::Source,
        Column::Score,
        Column::LastContact,
    ];
    /// What engineers look at: no sales figures.
    const FOR_ENGINEERS: [Column; 7] = [
        Column::Lead,
        Column::Status,
        Column::Product,
        Column::Priority,
        Column::Progress,
        Column::Agent,
        Column::LastContact,
    ];

    /// The columns an address asks for, or those of the role; the lead itself is always among them.
    pub fn chosen(asked: &[ViewColumn], role: Role) -> Vec<(Column, Option<u16>)> {
        let mut columns: Vec<(Column, Option<u16>)> = asked
            .iter()
            .filter_map(|one| Column::named(&one.name).map(|column| (column, one.width)))
            .filter(|(column, _)| column.is_for(role))
            .collect();
        if columns.is_empty() {
            let own: &[Column] = match role {
                Role::Admin | Role::Agent => &Self::FOR_SALES,
                Role::Engineer => &Self::FOR_ENGINEERS,
            };
            columns.extend(own.iter().map(|column| (*column, None)));
        }
        if !columns.iter().any(|(column, _)| *column == Column::Lead) {
            columns.insert(0, (Column::Lead, None));
        }
        columns
    }

    /// Whether there is anything in it for the role.
    pub fn is_for(self, role: Role) -> bool {
        role != Role::Engineer || self != Column::Value
    }

    /// The name in addresses, in views and on the cells.
    pub fn name(self) -> &'static str {
        match self {
            Column::Lead => "lead",
            Column::Company => "company",
            Column::Email => "email",
            Column::Phone => "phone",
            Column::Status => "status",
            Column::Value => "value",
            Column::Product => "product",
            Column::Priority => "priority",
            Column::FollowUp => "followUp",
            Column::Agent => "agent",
            Column::Engineer => "engineer",
            Column::Source => "source",
            Column::Score => "score",
            Column::Progress => "progress",
            Column::LastContact => "lastContact",
            Column::Created => "created",
        }
    }

    /// The columns of a file that hold the same.
    pub fn exported(self) -> &'static [&'static str] {
        match self {
            Column::Lead => &["name", "company"],
            Column::Company => &["company"],
            Column::Email => &["email"],
            Column::Phone => &["phone"],
            Column::Status => &["status"],
            Column::Value => &["value"],
            Column::Product => &["products"],
            Column::Priority => &["priority"],
            Column::FollowUp => &["followUpAt"],
            Column::Agent => &["assignedTo"],
            Column::Engineer => &["assignedEngineer"],
            Column::Source => &["source"],
            Column::Score => &["score"],
            Column::Progress => &["engineeringProgress"],
            Column::LastContact => &["lastContactedAt"],
            Column::Created => &["createdAt"],
        }
    }

    pub fn named(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }

    pub fn heading(self) -> &'static str {
        match self {
            Column::Lead => "Lead",
            Column::Company => "Company",
            Column::Email => "E-mail",
            Column::Phone => "Phone",
            Column::Status => "Status",
            Column::Value => "Value",
            Column::Product => "Product",
            Column::Priority => "Priority",
            Column::FollowUp => "Follow-up",
            Column::Agent => "Agent",
            Column::Engineer => "Engineer",
            Column::Source => "Source",
            Column::Score => "Score",
            Column::Progress => "Progress",
            Column::LastContact => "Last contact",
            Column::Created => "Created",
        }
    }

    /// CSS pixels, until someone drags it to another width.
    pub fn width(self) -> u16 {
        match self {
            Column::Lead => 250,
            Column::Email => 210,
            Column::Product | Column::Company => 160,
            Column::Phone => 150,
            Column::Status | Column::Progress => 136,
            Column::Source => 124,
            Column::Value
            | Column::Priority
            | Column::FollowUp
            | Column::Agent
            | Column::Engineer
            | Column::Score
            | Column::LastContact
            | Column::Created => 116,
        }
    }

    /// What a click on the heading sorts by.
    pub fn sort(self) -> Option<SortField> {
        match self {
            Column::Lead => Some(SortField::Name),
            Column::Company => Some(SortField::Company),
            Column::Status => Some(SortField::Status),
            Column::Value => Some(SortField::Value),
            Column::Priority => Some(SortField::Priority),
            Column::FollowUp => Some(SortField::FollowUpAt),
            Column::Score => Some(SortField::Score),
            Column::LastContact => Some(SortField::LastContactedAt),
            Column::Created => Some(SortField::CreatedAt),
            Column::Email
            | Column::Phone
            | Column::Product
            | Column::Agent
            | Column::Engineer
            | Column::Source
            | Column::Progress => None,
        }
    }

    /// The lead's field that a cell of this column edits, as it is called on the wire.
    pub fn field(self) -> Option<&'static str> {
        match self {
            Column::Lead => Some("name"),
            Column::Company => Some("company"),
            Column::Email => Some("email"),
            Column::Phone => Some("phone"),
            Column::Status => Some("status"),
            Column::Value => Some("value"),
            Column::Product => Some("assignedProduct"),
            Column::Priority => Some("priority"),
            Column::FollowUp => Some("followUpAt"),
            Column::Agent => Some("assignedTo"),
            Column::Engineer => Some("assignedEngineer"),
            Column::Source => Some("source"),
            Column::Score => Some("score"),
            Column::Progress => Some("engineeringProgress"),
            Column::LastContact | Column::Created => None,
        }
    }

    /// Whether the role edits such cells; the policy decides again when it is saved.
    pub fn is_editable(self, role: Role) -> bool {
        match role {
            Role::Admin => self.field().is_some(),
            Role::Agent => self.field().is_some() && !matches!(self, Column::Engineer | Column::Progress),
            Role::Engineer => self == Column::Progress,
        }
    }

    /// The cell's class: its place on a phone's card, and its alignment.
    pub fn class(self) -> &'static str {
        match self {
            Column::Lead => "c-lead",
            Column::Status => "c-status",
            Column::Value => "c-value num",
            Column::Product => "c-product",
            Column::FollowUp => "c-follow-up",
            Column::Progress => "c-follow-up num",
            Column::Company
            | Column::Email
            | Column::Phone
            | Column::Priority
            | Column::Agent
            | Column::Engineer
            | Column::Source
            | Column::Score
            | Column::LastContact
            | Column::Created => "c-wide",
        }
    }

    /// What stands in the cell.
    pub fn cell(self, lead: &Lead, session: &Session, today: ReadSignal<Today>) -> AnyView {
        match self {
            Column::Lead => name(lead).into_any(),
            Column::Company => words(lead.company.clone()),
            Column::Email => link("mailto:", lead.email.clone()),
            Column::Phone => link("tel:", lead.phone.clone()),
            Column::Status => badge(lead.status).into_any(),
            Column::Value => words_plain(lead.value.map(|value| money(value, &session.currency))),
            Column::Product => products(lead, session),
            Column::Priority => priority(lead.priority).into_any(),
            Column::FollowUp => match lead.follow_up_at {
                Some(at) => {
                    let (words, class) = today.read().follow_up(at);
                    view! { <span class=class>{words}</span> }
                }
                None => words(None),
            },
            Column::Agent => person(lead.assigned_to, session, "Unassigned").into_any(),
            Column::Engineer => person(lead.assigned_engineer, session, "—").into_any(),
            Column::Source => words(lead.source.clone()),
            Column::Score => bar(lead.score, "").into_any(),
            Column::Progress => bar(lead.engineering_progress, " %").into_any(),
            Column::LastContact => words(lead.last_contacted_at.map(|at| today.read().ago(at))),
            Column::Created => words(Some(today.with(|today| today.short(today.day(lead.created_at))))),
        }
    }
}

fn words(text: Option<String>) -> AnyView {
    let class = if text.is_some() { "muted" } else { "faint" };
    view! { <span class=class>{text.unwrap_or_else(|| "—".into())}</span> }
}

fn words_plain(text: Option<String>) -> AnyView {
    let class = if text.is_some() { "" } else { "faint" };
    view! { <span class=class>{text.unwrap_or_else(|| "—".into())}</span> }
}

fn link(scheme: &str, address: Option<String>) -> AnyView {
    match address {
        Some(address) => {
            let href = format!("{scheme}{address}");
            view! { <a class="link-quiet" href=href>{address}</a> }
        }
        None => words(None),
    }
}

/// What the link to a lead says.
fn name(lead: &Lead) -> impl IntoView {
    view! {
        <Avatar name=lead.name.clone() />
        <span class="two-lines">
            <b>{lead.name.clone()}</b>
            <span class="faint">{lead.company.clone().unwrap_or_else(|| "—".into())}</span>
        </span>
    }
}

/// The main product, and how many more.
fn products(lead: &Lead, session: &Session) -> AnyView {
    let main = lead.assigned_product.or(lead.products.first().copied());
    let Some(name) = main.and_then(|id| session.product(id)) else { return words(None) };
    let more = lead.products.len().saturating_sub(1);
    let more = (more > 0).then(|| view! { <span class="faint num">{format!(" +{more}")}</span> });
    view! { <span class="products"><span class="tag">{name.to_owned()}</span>{more}</span> }
}

/// Colour and word.
pub fn badge(status: LeadStatus) -> impl IntoView {
    view! { <span class=format!("badge s-{}", status.as_str())><i></i>{status.label()}</span> }
}

pub fn priority(priority: LeadPriority) -> impl IntoView {
    view! { <span class=format!("priority p-{}", priority.as_str())><i></i><i></i><i></i>{priority.label()}</span> }
}

pub fn person(id: Option<domain::UserId>, session: &Session, nobody: &'static str) -> impl IntoView {
    match id.and_then(|id| session.person(id)) {
        Some(person) => {
            let first = person.name.split(' ').next().unwrap_or_default().to_owned();
            view! {
                <span class="person" title=person.name.clone()><Avatar name=person.name.clone() /><span class="muted">{first}</span></span>
            }
        }
        None => view! { <span class="faint">{nobody}</span> },
    }
}

fn bar(percent: i16, unit: &'static str) -> impl IntoView {
    view! { <span class="meter"><i style=format!("--v:{percent}%")></i><span class="num muted">{percent}{unit}</span></span> }
}
