//! Writes leads within one transaction, one or thousands: the private half of every use case that changes leads.
//!
//! Whichever door a change comes through and however many leads it is about, the same rules run here for each of them,
//! and each gets one event. A lead that refuses is told apart from a failure: the outer result is the failure.

use std::sync::LazyLock;

use domain::{
    LeadId, Money, Timestamp,
    events::{Changes, changes, differing},
    leads::{Lead, LeadInput, LeadStatus, score::Contacts},
    users::Role,
};
use serde_json::Value;

use super::{
    assign::Engineers,
    copying,
    copying::Numbers,
    patch,
    references::References,
    revision::{Revision, Stage},
    score, store,
};
use crate::{Acting, Actor, Error, Result, db::Tx, events, events::Event, policy};

/// A transaction in which someone writes leads.
pub(super) struct Writing<'a> {
    pub acting: &'a Acting,
    pub tx: Tx,
    pub now: Timestamp,
    pub median_won: Option<Money>,
    /// Whether those whom changes concern are told of them.
    pub rings: bool,
}

/// A lead that is about to be made, checked.
#[derive(Debug)]
pub(super) struct NewLead {
    pub input: LeadInput,
    pub changes: Changes,
    /// The same as JSON.
    json: String,
}

impl NewLead {
    fn of(input: LeadInput) -> Result<Self> {
        let changes = additions(&input)?;
        let json = serde_json::to_string(&changes)?;
        Ok(NewLead { input, changes, json })
    }
}

impl<'a> Writing<'a> {
    pub(super) async fn begin(acting: &'a Acting) -> Result<Self> {
        let median_won = score::median_won(&acting.crm).await?;
        Ok(Writing { acting, tx: acting.begin().await?, now: acting.crm.now(), median_won, rings: true })
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }

    /// The lead as it is by now, which is held.
    pub(super) async fn reread(&mut self, id: LeadId) -> Result<Lead> {
        store::read(&mut self.tx, &[id]).await?.pop().ok_or(Error::NotFound)
    }

    /// Makes leads, each from its input.
    pub(super) async fn create(&mut self, inputs: Vec<LeadInput>) -> Result<Vec<Result<Lead>>> {
        let (planned, refusals) = self.plan_all(inputs).await?;
        let leads = self.insert(planned).await?;
        Ok(in_order(refusals, leads))
    }

    /// The same for many, of which the ids will do.
    pub(super) async fn create_many(&mut self, inputs: Vec<LeadInput>) -> Result<Vec<Result<LeadId>>> {
        let (planned, refusals) = self.plan_all(inputs).await?;
        let new = self.number(planned).await?;
        self.insert_many(&new).await?;
        Ok(in_order(refusals, new.into_iter().map(|(numbers, _)| numbers.lead).collect()))
    }

    /// What is to be made, and at each place of the request why it is not.
    async fn plan_all(&mut self, inputs: Vec<LeadInput>) -> Result<(Vec<NewLead>, Vec<Option<Error>>)> {
        let mut refusals = Vec::with_capacity(inputs.len());
        let mut planned = Vec::with_capacity(inputs.len());
        for input in inputs {
            let place = refusals.len();
            let plan = plan_new(self.acting.actor(), input);
            refusals.push(plan.map(|new| planned.push((place, new))).err());
        }
        let references =
            References::load(&mut self.tx, planned.iter().map(|(_, new)| (&new.input, &new.changes))).await?;
        let mut made = Vec::with_capacity(planned.len());
        for (place, new) in planned {
            match references.check(&new.input, &new.changes) {
                Ok(()) => made.push(new),
                Err(error) => refusals[place] = Some(error),
            }
        }
        Ok((made, refusals))
    }

    async fn insert(&mut self, mut new: Vec<NewLead>) -> Result<Vec<Lead>> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        self.find_engineers(&mut new).await?;
        let (changes, inputs): (Vec<Changes>, Vec<(LeadInput, i16)>) = new
            .into_iter()
            .map(|NewLead { input, changes, json: _ }| {
                let computed = score::of(&input, self.median_won, Contacts::default(), self.now);
                (changes, (input, computed))
            })
            .unzip();
        let leads = store::insert(&mut self.tx, self.acting.actor(), &inputs, self.now).await?;
        let events = leads.iter().zip(&changes).map(|(lead, changes)| event("lead.created", lead, changes, None));
        events::record_all(&mut self.tx, self.acting.actor(), self.now, events.collect()).await?;
        Ok(leads)
    }

    /// Gives new leads their numbers, and those that are won from the start an engineer.
    pub(super) async fn number(&mut self, mut new: Vec<NewLead>) -> Result<Vec<(Numbers, NewLead)>> {
        self.find_engineers(&mut new).await?;
        let numbers = copying::numbers(&mut self.tx, new.len(), self.now).await?;
        Ok(numbers.into_iter().zip(new).collect())
    }

    /// Makes leads that are planned and numbered already, thousands of them as well.
    pub(super) async fn insert_many(&mut self, new: &[(Numbers, NewLead)]) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(new.len());
        for (at, (numbers, NewLead { input, json, changes: _ })) in new.iter().enumerate() {
            let computed_score = score::of(input, self.median_won, Contacts::default(), self.now);
            rows.push(copying::NewRow { numbers, input, computed_score, changes: json });
            copying::breathe(at).await;
        }
        copying::insert(&mut self.tx, self.acting.actor(), &rows, self.now).await?;
        if new.iter().any(|(_, new)| events::may_ring(self.acting.actor(), &new.changes)) {
            let events: Vec<i64> = new.iter().map(|(numbers, _)| numbers.event).collect();
            events::ring(&mut self.tx, self.acting.actor(), &events).await?;
        }
        Ok(())
    }

    /// Gives those that are won from the start to someone who delivers them.
    async fn find_engineers(&mut self, new: &mut [NewLead]) -> Result<()> {
        if !new.iter().any(|new| wants_engineer(&new.input)) {
            return Ok(());
        }
        let mut engineers = Engineers::load(&mut self.tx).await?;
        for new in new {
            assign(&mut engineers, None, &mut new.input, self.now);
            *new = NewLead::of(std::mem::take(&mut new.input))?;
        }
        Ok(())
    }

    /// Applies one merge patch to each of these leads, which are held. Says of each whether anything changed.
    pub(super) async fn update(&mut self, leads: &[Lead], patch: &Value) -> Result<Vec<Result<bool>>> {
        let mut planned = Vec::new();
        let mut outcomes: Vec<Result<bool>> = Vec::with_capacity(leads.len());
        for (place, before) in leads.iter().enumerate() {
            let plan = self.plan(before, patch);
            outcomes.push(plan.map(|plan| plan.map(|(input, c)| planned.push((place, input, c))).is_some()));
        }
        let references = References::load(&mut self.tx, planned.iter().map(|(_, input, c)| (input, c))).await?;
        let mut moving = Vec::with_capacity(planned.len());
        for (place, input, changes) in planned {
            match references.check(&input, &changes) {
                Ok(()) => moving.push((&leads[place], input)),
                Err(error) => outcomes[place] = Err(error),
            }
        }
        let revisions = self.transition(moving).await?;
        self.revise(revisions).await?;
        Ok(outcomes)
    }

    /// The lead's input after the patch; `None` when that changes nothing.
    fn plan(&self, before: &Lead, patch: &Value) -> Result<Option<(LeadInput, Changes)>> {
        let actor = self.acting.actor();
        let input = patch::apply(actor, before, patch.clone())?;
        let changes = plan_change(actor, before, &input)?;
        Ok(if changes.is_empty() { None } else { Some((input, changes)) })
    }

    /// Moves each lead to its input's status, with all that belongs to a move.
    pub(super) async fn transition<'l>(&mut self, planned: Vec<(&'l Lead, LeadInput)>) -> Result<Vec<Revision<'l>>> {
        let wins = planned.iter().any(|(before, input)| before.status != input.status && wants_engineer(input));
        let mut engineers = if wins { Some(Engineers::load(&mut self.tx).await?) } else { None };
        let mut revisions = Vec::with_capacity(planned.len());
        for (before, mut input) in planned {
            if let Some(engineers) = &mut engineers {
                assign(engineers, Some(before), &mut input, self.now);
            }
            let stage = enter(before, &mut input, self.now);
            revisions.push(Revision::of(before, input, stage)?);
        }
        Ok(revisions)
    }

    /// Moves one lead on the board: to another status, to another place in its column, or both.
    pub(super) async fn relocate(&mut self, before: &Lead, input: LeadInput, position: String) -> Result<()> {
        let changes = changes(&LeadInput::of(before), &input)?;
        policy::allow_move(self.acting.actor(), before, &changes)?;
        let references = References::load(&mut self.tx, [(&input, &changes)].into_iter()).await?;
        references.check(&input, &changes)?;
        let mut revisions = self.transition(vec![(before, input)]).await?;
        for revision in &mut revisions {
            match revision.changes.is_empty() {
                true => revision.reorder(position.clone())?,
                false => revision.position = Some(position.clone()),
            }
        }
        self.revise(revisions).await
    }

    /// Writes leads and their events.
    pub(super) async fn revise(&mut self, mut revisions: Vec<Revision<'_>>) -> Result<()> {
        if revisions.is_empty() {
            return Ok(());
        }
        let contacts = score::contacts(&mut self.tx, revisions.iter().map(Revision::last_contact), self.now).await?;
        for Revision { before, input, computed_score, .. } in &mut revisions {
            let contacts = contacts.get(&before.id).copied().unwrap_or_default();
            computed_score.get_or_insert_with(|| score::of(input, self.median_won, contacts, self.now));
        }
        store::update(&mut self.tx, &revisions, self.now).await?;
        let events = revisions
            .iter()
            .map(|Revision { before, kind, changes, kept, .. }| event(kind, before, changes, kept.clone()));
        let (events, actor) = (events.collect(), self.acting.actor());
        match self.rings {
            true => events::record_all(&mut self.tx, actor, self.now, events).await,
            false => events::insert(&mut self.tx, actor, self.now, events).await.map(drop),
        }
    }

    /// Takes leads away that are held.
    pub(super) async fn delete(&mut self, leads: &[Lead]) -> Result<Vec<Result<()>>> {
        let actor = self.acting.actor();
        let outcomes: Vec<Result<()>> = leads.iter().map(|lead| policy::allow_delete(actor, lead)).collect();
        let gone: Vec<&Lead> =
            leads.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok()).map(|(lead, _)| lead).collect();
        self.remove(&gone).await?;
        Ok(outcomes)
    }

    /// Marks leads as deleted. The whole of each stays in its event.
    pub(super) async fn remove(&mut self, leads: &[&Lead]) -> Result<()> {
        if leads.is_empty() {
            return Ok(());
        }
        let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
        store::delete(&mut self.tx, &ids, self.now).await?;
        let none = Changes::new();
        let events = leads.iter().map(|lead| Ok(event("lead.deleted", lead, &none, Some(serde_json::to_value(lead)?))));
        let events = events.collect::<Result<_>>()?;
        events::record_all(&mut self.tx, self.acting.actor(), self.now, events).await
    }
}

/// A new lead as this actor may make it.
pub(super) fn plan_new(actor: &Actor, input: LeadInput) -> Result<NewLead> {
    let mut input = input.checked().map_err(Error::Invalid)?;
    // What an agent makes without naming an assignee is theirs.
    if actor.role() == Role::Agent {
        input.assigned_to = input.assigned_to.or(actor.id());
    }
    let new = NewLead::of(input)?;
    policy::allow_changes(actor, None, &new.changes)?;
    Ok(new)
}

/// What the input, which keeps all rules, changes about the lead as this actor may change it.
pub(super) fn plan_change(actor: &Actor, before: &Lead, input: &LeadInput) -> Result<Changes> {
    let changes = changes(&LeadInput::of(before), input)?;
    policy::allow_changes(actor, Some(before), &changes)?;
    Ok(changes)
}

/// What a new lead has beyond one of which nothing is known.
fn additions(input: &LeadInput) -> Result<Changes> {
    static NOTHING: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(LeadInput::default()).unwrap_or_default());
    Ok(differing(&NOTHING, serde_json::to_value(input)?))
}

/// What was made at each place, or why it was not.
fn in_order<T>(refusals: Vec<Option<Error>>, made: Vec<T>) -> Vec<Result<T>> {
    let mut made = made.into_iter();
    let lost = || Error::internal("a lead that was inserted did not come back");
    let outcome = |refusal: Option<Error>| match refusal {
        Some(error) => Err(error),
        None => made.next().ok_or_else(lost),
    };
    refusals.into_iter().map(outcome).collect()
}

pub(super) fn event<'c>(kind: &'static str, lead: &Lead, changes: &'c Changes, before: Option<Value>) -> Event<'c> {
    Event { kind, entity: "lead", entity_id: lead.id.0, lead: Some(lead.id), changes, before }
}

/// A won lead without an engineer would be missing from every engineer's list.
fn wants_engineer(input: &LeadInput) -> bool {
    input.status == LeadStatus::Won && input.assigned_engineer.is_none()
}

/// Finds an engineer for a lead that is won by this change, and counts its work for those that follow.
fn assign(engineers: &mut Engineers, before: Option<&Lead>, input: &mut LeadInput, now: Timestamp) {
    let was_won = before.is_some_and(|lead| lead.status == LeadStatus::Won);
    if !was_won && wants_engineer(input) {
        input.assigned_engineer = engineers.least_busy();
    }
    engineers.note(before, input, now);
}

/// What entering a status brings along; the one place, whichever door it comes through.
fn enter(before: &Lead, input: &mut LeadInput, now: Timestamp) -> Stage {
    if input.status != LeadStatus::Lost {
        input.lost_reason = None;
    }
    if before.status == input.status {
        return Stage { entered_at: before.stage_entered_at, closed_at: before.closed_at };
    }
    Stage { entered_at: now, closed_at: input.status.is_closed().then_some(now) }
}
