//! What was said about a lead and what was written down, moment by moment. Texts are only made when they are needed.

use domain::{
    Money, ProductId, UserId,
    events::{Change, Changes, Door, changes},
    interactions::InteractionType,
    leads::{LeadInput, LeadStatus},
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::{
    calendar::{Calendar, DAY, HOUR, working},
    deal::{Deal, Step},
    delivery::Delivery,
    people,
    random::Random,
    story::{Life, moment},
    words::{self, Said},
};
use crate::Result;

const MINUTE: i64 = 60;

/// A call, mail, meeting or note.
pub(super) struct Interaction {
    pub at: i64,
    pub by: i64,
    pub said: Said,
}

/// A change that history keeps.
pub(super) struct Event {
    pub at: i64,
    pub by: i64,
    pub door: Door,
    what: What,
}

enum What {
    Created { assigned: bool, in_full: bool },
    Assigned,
    Moved { from: LeadStatus, to: LeadStatus, reason: Option<&'static str> },
    FollowUpSet,
    Delivered,
    Blocked,
}

/// Everything said, in order. In short: the last talk only, the one that moved the lead to where it is.
pub(super) fn interactions(deal: &Deal, in_full: bool, calendar: &Calendar, random: &mut Random) -> Vec<Interaction> {
    let Some(by) = deal.agent else { return Vec::new() };
    let mut all = Vec::new();
    let told = told(deal, in_full);
    for step in told {
        // Nobody becomes contacted without a contact; later steps are not always written up.
        if !in_full || step.to == LeadStatus::Contacted || random.chance(0.62) {
            let at = step.at - random.between(5 * MINUTE, 45 * MINUTE);
            all.push(Interaction { at, by, said: random.pick(words::before(step.to)) });
        }
    }
    if in_full {
        let entered = deal.stage_entered_at();
        let resting = calendar.today() - entered;
        if !deal.steps.is_empty() && !deal.status().is_closed() && resting > 6 * DAY && random.chance(0.7) {
            let at = working(entered + random.between(3 * DAY, resting.min(40 * DAY)), random);
            all.push(Interaction { at, by, said: random.pick(&words::REMINDERS) });
        }
        if random.chance(0.22) {
            let at = working(deal.came_at + random.between(HOUR, 6 * DAY), random);
            all.push(Interaction { at, by, said: random.pick(&words::NOTES) });
        }
        if let Some(delivery) = deal.delivery.as_ref().filter(|_| random.chance(0.55)) {
            let at = working(entered + random.between(DAY, 9 * DAY), random);
            all.push(Interaction { at, by: delivery.engineer, said: random.pick(&words::DELIVERY) });
        }
    }
    all.retain(|one| one.at < calendar.today());
    all.sort_by_key(|one| one.at);
    all
}

/// Every change, in order. In short: how it came, and one move to where it is.
pub(super) fn events(deal: &Deal, in_full: bool, random: &mut Random) -> Vec<Event> {
    let by_agent = deal.agent.filter(|_| !deal.source.comes_in || !in_full);
    let what = What::Created { assigned: by_agent.is_some(), in_full };
    let mut all = vec![Event { at: deal.came_at, by: created_by(deal), door: deal.source.door, what }];
    let Some(agent) = deal.agent else { return all };
    if by_agent.is_none() {
        let at = deal.came_at + random.between(5 * MINUTE, 40 * MINUTE);
        let by = if random.chance(0.6) { agent } else { people::ADMIN };
        all.push(Event { at, by, door: Door::Ui, what: What::Assigned });
    }
    let told = told(deal, in_full);
    for (i, step) in told.iter().enumerate() {
        let door = [Door::Ui, Door::Mcp, Door::Rest][random.weighted(&[86.0, 10.0, 4.0])];
        let from = if in_full { step.from } else { LeadStatus::New };
        // A no that was taken back had a reason of its own.
        let last = i + 1 == told.len();
        let reason = match (from, step.to) {
            (_, LeadStatus::Lost) if last => Some(deal.lost_reason),
            (_, LeadStatus::Lost) | (LeadStatus::Lost, _) => Some("Bad timing"),
            _ => None,
        };
        all.push(Event { at: step.at, by: agent, door, what: What::Moved { from, to: step.to, reason } });
    }
    if in_full && deal.follow_up.is_some() {
        let at = deal.stage_entered_at() + random.between(41 * MINUTE, 59 * MINUTE);
        all.push(Event { at, by: agent, door: Door::Ui, what: What::FollowUpSet });
    }
    if let Some(delivery) = deal.delivery.as_ref().filter(|_| in_full) {
        let (by, door) = (delivery.engineer, Door::Ui);
        all.extend(delivery.updated_at.map(|at| Event { at, by, door, what: What::Delivered }));
        let blocked_at = delivery.updated_at.filter(|_| delivery.blocked.is_some());
        all.extend(blocked_at.map(|at| Event { at: at + MINUTE, by, door, what: What::Blocked }));
    }
    all
}

fn told(deal: &Deal, in_full: bool) -> &[Step] {
    let from = if in_full { 0 } else { deal.steps.len().saturating_sub(1) };
    &deal.steps[from..]
}

/// Who wrote the lead down.
pub(super) fn created_by(deal: &Deal) -> i64 {
    deal.agent.filter(|_| !deal.source.comes_in).unwrap_or(people::ADMIN)
}

impl Interaction {
    /// What was said, with the names filled in.
    pub(super) fn text(&self, life: &Life) -> String {
        life.fill(self.said.1)
    }

    /// Whether the lead was reached.
    pub(super) fn is_contact(&self) -> bool {
        self.said.0 != InteractionType::Note.as_str()
    }
}

/// What history keeps of something said.
pub(super) fn logged(life: &Life, said: &Interaction) -> Result<Changes> {
    let text = || field("text", json!(""), json!(said.text(life)));
    let mut fields: Vec<Field> = life.in_full.then(text).into_iter().collect();
    if said.is_contact() {
        fields.push(field("type", json!(InteractionType::Note), json!(said.said.0)));
    }
    Ok(fields.into_iter().collect())
}

impl Event {
    /// The kind, as history names it.
    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            What::Created { .. } => "lead.created",
            What::Moved { .. } => "lead.status_changed",
            What::Assigned | What::FollowUpSet | What::Delivered | What::Blocked => "lead.updated",
        }
    }

    /// The fields that changed.
    pub(super) fn changes(&self, life: &Life) -> Result<Changes> {
        let Life { deal, lead, .. } = life;
        let fields = match &self.what {
            What::Created { assigned, in_full: true } => return created(life, *assigned),
            // A tenth of the size: with a million leads it counts.
            What::Created { assigned, in_full: false } => {
                let mut fields = vec![field("name", json!(""), json!(lead.name))];
                fields.extend(assigned.then(|| field("assignedTo", Value::Null, json!(deal.agent))));
                fields.extend(lead.score_is_set.then(|| field("score", Value::Null, json!(lead.score))));
                fields
            }
            What::Assigned => vec![field("assignedTo", Value::Null, json!(deal.agent))],
            What::Moved { from, to, reason } => {
                let mut fields = vec![field("status", json!(from), json!(to))];
                match (to, reason) {
                    (LeadStatus::Lost, Some(why)) => fields.push(field("lostReason", Value::Null, json!(why))),
                    (_, Some(why)) => fields.push(field("lostReason", json!(why), Value::Null)),
                    (_, None) => {}
                }
                if let Some(delivery) = deal.delivery.as_ref().filter(|_| *to == LeadStatus::Won) {
                    fields.push(field("assignedEngineer", Value::Null, json!(delivery.engineer)));
                }
                fields
            }
            What::FollowUpSet => {
                let at = deal.follow_up.as_ref().and_then(|f| moment(f.at).format(&Rfc3339).ok());
                let note = deal.follow_up.as_ref().map(|f| f.note);
                vec![field("followUpAt", Value::Null, json!(at)), field("followUpNote", Value::Null, json!(note))]
            }
            What::Delivered => deal.delivery.iter().flat_map(delivered).collect(),
            What::Blocked => {
                let blocked = deal.delivery.as_ref().and_then(|d| d.blocked);
                vec![field("blockedReason", Value::Null, json!(blocked))]
            }
        };
        Ok(fields.into_iter().collect())
    }
}

/// Exactly what the use case would record of this new lead.
fn created(life: &Life, assigned: bool) -> Result<Changes> {
    let Life { deal, lead, .. } = life;
    let mut products: Vec<ProductId> = deal.products.iter().map(|id| ProductId(*id)).collect();
    products.sort();
    let input = LeadInput {
        name: lead.name.clone(),
        email: lead.email.clone(),
        phone: lead.phone.clone(),
        company: lead.company.clone(),
        source: Some(deal.source.name.to_owned()),
        value: deal.cents.map(Money::from_cents),
        assigned_to: deal.agent.filter(|_| assigned).map(UserId),
        assigned_product: Some(ProductId(deal.products[0])),
        products,
        notes: lead.notes.clone(),
        priority: deal.priority,
        score: i16::try_from(lead.score).ok().filter(|_| lead.score_is_set),
        ..LeadInput::default()
    };
    Ok(changes(&LeadInput::default(), &input)?)
}

fn delivered(delivery: &Delivery) -> Vec<Field> {
    let mut fields = vec![field("engineeringProgress", json!(0), json!(delivery.percent))];
    fields.extend(delivery.notes.map(|notes| field("engineeringNotes", Value::Null, json!(notes))));
    fields
}

type Field = (String, Change);

fn field(name: &str, from: Value, to: Value) -> Field {
    (name.to_owned(), Change { from, to })
}
