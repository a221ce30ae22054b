//! The columns of the table: heading, sort, and what stands in a cell.

use domain::leads::{Lead, LeadPriority, LeadStatus, SortField};
use leptos::{either::Either, prelude::*};

use super::format::{Today, money};
use crate::{ui::Avatar, viewer::Session};

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Lead,
    Status,
    Value,
    Product,
    Priority,
    FollowUp,
    Agent,
    Source,
    Score,
    LastContact,
    Progress,
}

impl Column {
    /// What salespeople look at.
    pub const FOR_SALES: &[Column] = &[
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
    pub const FOR_ENGINEERS: &[Column] = &[
        Column::Lead,
        Column::Status,
        Column::Product,
        Column::Priority,
        Column::Progress,
        Column::Agent,
        Column::LastContact,
    ];

    pub fn heading(self) -> &'static str {
        match self {
            Column::Lead => "Lead",
            Column::Status => "Status",
            Column::Value => "Value",
            Column::Product => "Product",
            Column::Priority => "Priority",
            Column::FollowUp => "Follow-up",
            Column::Agent => "Agent",
            Column::Source => "Source",
            Column::Score => "Score",
            Column::LastContact => "Last contact",
            Column::Progress => "Progress",
        }
    }

    /// What a click on the heading sorts by.
    pub fn sort(self) -> Option<SortField> {
        match self {
            Column::Lead => Some(SortField::Name),
            Column::Status => Some(SortField::Status),
            Column::Value => Some(SortField::Value),
            Column::Priority => Some(SortField::Priority),
            Column::FollowUp => Some(SortField::FollowUpAt),
            Column::Score => Some(SortField::Score),
            Column::LastContact => Some(SortField::LastContactedAt),
            Column::Product | Column::Agent | Column::Source | Column::Progress => None,
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
            Column::Priority | Column::Agent | Column::Source | Column::Score | Column::LastContact => "c-wide",
        }
    }

    /// The cell.
    pub fn cell(self, lead: &Lead, session: &Session, today: Today, href: &str) -> AnyView {
        match self {
            Column::Lead => name(lead, href).into_any(),
            Column::Status => badge(lead.status).into_any(),
            Column::Value => match lead.value {
                Some(value) => money(value, &session.currency).into_any(),
                None => nothing().into_any(),
            },
            Column::Product => match lead.assigned_product.and_then(|id| session.product(id)) {
                Some(product) => view! { <span class="tag">{product.to_owned()}</span> }.into_any(),
                None => nothing().into_any(),
            },
            Column::Priority => priority(lead.priority).into_any(),
            Column::FollowUp => match lead.follow_up_at {
                Some(at) => {
                    let (words, class) = today.follow_up(at);
                    view! { <span class=class>{words}</span> }.into_any()
                }
                None => nothing().into_any(),
            },
            Column::Agent => person(lead.assigned_to, session).into_any(),
            Column::Source => {
                view! { <span class="muted">{lead.source.clone().unwrap_or_else(|| "—".into())}</span> }.into_any()
            }
            Column::Score => bar(lead.score, "").into_any(),
            Column::Progress => bar(lead.engineering_progress, " %").into_any(),
            Column::LastContact => {
                let words = lead.last_contacted_at.map_or_else(|| "—".into(), |at| today.ago(at));
                view! { <span class="faint">{words}</span> }.into_any()
            }
        }
    }
}

fn nothing() -> impl IntoView {
    view! { <span class="faint">"—"</span> }
}

fn name(lead: &Lead, href: &str) -> impl IntoView {
    view! {
        <a class="lead-name" href=href.to_owned()>
            <Avatar name=lead.name.clone() />
            <span class="two-lines">
                <b>{lead.name.clone()}</b>
                <span class="faint">{lead.company.clone().unwrap_or_else(|| "—".into())}</span>
            </span>
        </a>
    }
}

/// Colour and word.
pub fn badge(status: LeadStatus) -> impl IntoView {
    view! { <span class=format!("badge s-{}", status.as_str())><i></i>{status.label()}</span> }
}

fn priority(priority: LeadPriority) -> impl IntoView {
    view! { <span class=format!("priority p-{}", priority.as_str())><i></i><i></i><i></i>{priority.label()}</span> }
}

fn person(id: Option<domain::UserId>, session: &Session) -> impl IntoView {
    match id.and_then(|id| session.person(id)) {
        Some(person) => {
            let first = person.name.split(' ').next().unwrap_or_default().to_owned();
            Either::Left(view! {
                <span class="person" title=person.name.clone()><Avatar name=person.name.clone() /><span class="muted">{first}</span></span>
            })
        }
        None => Either::Right(view! { <span class="faint">"Unassigned"</span> }),
    }
}

fn bar(percent: i16, unit: &'static str) -> impl IntoView {
    view! { <span class="meter"><i style=format!("--v:{percent}%")></i><span class="num muted">{percent}{unit}</span></span> }
}
