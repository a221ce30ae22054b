//! What can be chosen for a field of a lead, each as value and label.

use domain::{
    ProductId, UserId,
    leads::{FollowUpDue, LeadPriority, LeadStatus},
    users::Role,
};

use crate::viewer::Session;

pub type Choices = Vec<(String, String)>;

pub fn statuses() -> Choices {
    pairs(LeadStatus::ALL, |status| (status.as_str(), status.label()))
}

pub fn priorities() -> Choices {
    pairs(LeadPriority::ALL, |priority| (priority.as_str(), priority.label()))
}

pub fn follow_ups() -> Choices {
    pairs(FollowUpDue::ALL, |due| (due.as_str(), due.label()))
}

/// Who can have a lead: active agents and admins, and whoever has it now.
pub fn agents(session: &Session, now: Option<UserId>) -> Choices {
    people(session, &[Role::Agent, Role::Admin], now)
}

/// Who can deliver it: active engineers, and whoever does now.
pub fn engineers(session: &Session, now: Option<UserId>) -> Choices {
    people(session, &[Role::Engineer], now)
}

/// What is sold, and what the lead is about now.
pub fn products(session: &Session, now: Option<ProductId>) -> Choices {
    let offered = session.products.iter().filter(|product| product.is_active || now == Some(product.id));
    offered.map(|product| (product.id.to_string(), product.name.clone())).collect()
}

/// These, behind one for "none".
pub fn or_none(none: &str, choices: Choices) -> Choices {
    std::iter::once((String::new(), none.to_owned())).chain(choices).collect()
}

fn people(session: &Session, roles: &[Role], now: Option<UserId>) -> Choices {
    let offered = session.people.iter().filter(|p| now == Some(p.id) || (p.is_active && roles.contains(&p.role)));
    offered.map(|person| (person.id.to_string(), person.name.clone())).collect()
}

fn pairs<T>(all: impl IntoIterator<Item = T>, pair: impl Fn(T) -> (&'static str, &'static str)) -> Choices {
    all.into_iter().map(pair).map(|(value, label)| (value.to_owned(), label.to_owned())).collect()
}
