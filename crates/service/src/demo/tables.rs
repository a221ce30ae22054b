//! The large tables, one row of the story after the other.
//!
//! Events and interactions get their ids in the order of time over all leads, as if they had been written live: what
//! reads the log by id finds the latest at its end. Keeping every text until it can be sorted would take gigabytes,
//! so only the moments are sorted, and each life is told again when its moment comes.

use domain::events::Door;
use sqlx::PgConnection;

use super::{
    rows::{Rows, copy},
    story::{Life, Story, moment},
    timeline::{Event, Interaction, logged},
};
use crate::{Result, leads};

/// What the leads' lives leave for the other tables, without its texts.
#[derive(Default)]
pub(super) struct Rest {
    products: Vec<(i64, i64)>,
    interactions: Vec<Moment>,
    events: Vec<Moment>,
}

/// Something in a life: sorts by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    at: i64,
    lead: u32,
    /// The place in the life's own list.
    nth: u32,
}

/// Writes the leads.
pub(super) async fn copy_leads(db: &mut PgConnection, story: &Story) -> Result<Rest> {
    let mut rest = Rest::default();
    let statement = "copy leads (id, name, email, phone, company, status, source, value, assigned_to,
        assigned_engineer, assigned_product, product_ids, notes, priority, score, score_is_set, scored_at,
        engineering_progress, engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, position, version, created_by, created_via,
        last_contacted_at, stage_entered_at, closed_at, created_at, updated_at) from stdin with (freeze)";
    copy(db, statement, 0..story.leads(), |rows, i| {
        let life = story.life(i);
        rest.add(i, &life);
        write_lead(rows, &life, story.today());
        Ok(())
    })
    .await?;
    rest.interactions.sort_unstable();
    rest.events.sort_unstable();
    Ok(rest)
}

/// Writes what belongs to the leads: products, interactions, events. Event ids begin behind `last_event`.
pub(super) async fn copy_rest(db: &mut PgConnection, story: &Story, rest: Rest, last_event: i64) -> Result<()> {
    let Rest { products, interactions, events } = rest;
    let statement = "copy lead_products (lead_id, product_id) from stdin with (freeze)";
    copy(db, statement, products, |rows, (lead, product)| {
        rows.number(lead).number(product).end();
        Ok(())
    })
    .await?;
    let statement = "copy interactions (id, lead_id, user_id, type, text, created_at) from stdin with (freeze)";
    copy(db, statement, (1i64..).zip(interactions.iter().copied()), |rows, (id, moment)| {
        let life = story.life(moment.lead);
        let one = &life.interactions[moment.nth as usize];
        rows.number(id).number(life.lead.id).number(one.by);
        rows.text(one.said.0).text(&*one.text(&life)).time(one.at).end();
        Ok(())
    })
    .await?;
    // What was said is a change like any other: each interaction has its event, at its own moment.
    let mut told: Vec<(Moment, Option<i64>)> = events.into_iter().map(|moment| (moment, None)).collect();
    told.extend(interactions.into_iter().zip((1i64..).map(Some)));
    told.sort_unstable();
    let statement = "copy events (id, at, actor_id, door, entity, entity_id, lead_id, kind, changes)
        from stdin with (freeze)";
    copy(db, statement, (last_event + 1..).zip(told), |rows, (id, (moment, interaction))| {
        let life = story.life(moment.lead);
        match interaction {
            None => write_event(rows, id, &life, &life.events[moment.nth as usize]),
            Some(said) => write_logged(rows, id, &life, said, &life.interactions[moment.nth as usize]),
        }
    })
    .await
}

impl Rest {
    fn add(&mut self, i: u32, life: &Life) {
        self.products.extend(life.deal.product_ids().into_iter().map(|product| (life.lead.id, product)));
        let moment = |(nth, at)| Moment { at, lead: i, nth };
        self.interactions.extend((0..).zip(life.interactions.iter().map(|one| one.at)).map(moment));
        self.events.extend((0..).zip(life.events.iter().map(|event| event.at)).map(moment));
    }
}

fn write_lead(rows: &mut Rows, life: &Life, today: i64) {
    let Life { deal, lead, .. } = life;
    let (status, entered_at) = (deal.status(), deal.stage_entered_at());
    let delivery = deal.delivery.as_ref();
    let follow_up = deal.follow_up.as_ref();
    let lost_reason = (status == domain::leads::LeadStatus::Lost).then_some(deal.lost_reason);
    rows.number(lead.id).text(&*lead.name).text(lead.email.as_deref()).text(lead.phone.as_deref());
    rows.text(lead.company.as_deref()).text(status.as_str()).text(deal.source.name).amount(deal.cents);
    rows.number(deal.agent).number(delivery.map(|d| d.engineer)).number(deal.products[0]);
    rows.ids(&deal.product_ids())
        .text(lead.notes.as_deref())
        .text(deal.priority.as_str())
        .number(lead.score)
        .flag(lead.score_is_set);
    rows.time((!lead.score_is_set).then_some(today));
    rows.number(delivery.map_or(0, |d| d.percent.into())).text(delivery.and_then(|d| d.notes));
    rows.text(delivery.and_then(|d| d.blocked));
    rows.time(follow_up.map(|f| f.at)).text(follow_up.map(|f| f.note)).text(lost_reason);
    rows.text(&*leads::rank::entering(moment(entered_at), lead.id));
    // One version for each write that history knows of.
    let contacts = life.interactions.iter().filter(|one| one.is_contact()).count();
    rows.number((life.events.len() + contacts) as i64).number(lead.created_by).text(deal.source.door.as_str());
    rows.time(lead.last_contacted_at).time(entered_at).time(status.is_closed().then_some(entered_at));
    rows.time(deal.came_at).time(lead.updated_at).end();
}

fn write_event(rows: &mut Rows, id: i64, life: &Life, event: &Event) -> Result<()> {
    let changes = serde_json::to_string(&event.changes(life)?)?;
    rows.number(id).time(event.at).number(event.by).text(event.door.as_str()).text("lead").number(life.lead.id);
    rows.number(life.lead.id).text(event.kind()).text(&*changes).end();
    Ok(())
}

fn write_logged(rows: &mut Rows, id: i64, life: &Life, interaction: i64, said: &Interaction) -> Result<()> {
    let changes = serde_json::to_string(&logged(life, said)?)?;
    rows.number(id).time(said.at).number(said.by).text(Door::Ui.as_str()).text("interaction").number(interaction);
    rows.number(life.lead.id).text("interaction.created").text(&*changes).end();
    Ok(())
}
