//! One change to many leads: at once when they are few, in the background when they are many.

use std::collections::HashMap;

use domain::{
    Fields, LeadId,
    leads::{BulkAction, BulkInput, BulkJob, Lead, LeadFilter, LeadInput, LeadQuery, MAX_AT_ONCE, MAX_IDS, MoveInput},
};
use serde_json::Value;

use super::{
    Leads,
    jobs::{self, Work},
    store,
    tally::Tally,
    write::Writing,
};
use crate::{Acting, Error, Result, patch, policy, policy::Action};

/// Leads that are read, checked and written together: enough to make a statement worth it, few enough to hold.
pub(super) const BATCH: usize = 500;
/// Leads that one change is about at the most, however they are named.
const MOST: i64 = 100_000;

impl Leads<'_> {
    /// Creates, changes, assigns, moves or deletes many leads by the rules of a single write.
    ///
    /// Unless `input.partial`, nothing happens when one lead refuses. More than [`MAX_AT_ONCE`] leads become a job,
    /// which the answer names; see [`crate::Jobs::find`].
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`] or [`Error::Invalid`] as for one lead, with the number that refused and
    /// the first reasons; [`Error::TooMany`] when the actor has too many jobs waiting.
    pub async fn bulk(&self, input: BulkInput) -> Result<BulkJob> {
        check_size(&input)?;
        let order = Order::read(self.0, &input)?;
        let total = order.count(self.0).await?;
        if total > MAX_AT_ONCE {
            return jobs::enqueue(self.0, Work::Change(input), total).await;
        }
        let mut writing = Writing::begin(self.0).await?;
        let mut tally = Tally::default();
        order.run(&mut writing, &mut tally).await?;
        if !input.partial {
            tally.all_or_nothing()?;
        }
        let now = writing.now;
        writing.commit().await?;
        Ok(tally.report(self.0.actor().request_id(), now))
    }
}

fn check_size(input: &BulkInput) -> Result<()> {
    let BulkInput { action, ids, filter: _, partial: _ } = input;
    let (field, count) = match action {
        BulkAction::Create { leads } => ("leads", leads.len()),
        BulkAction::Update { .. } | BulkAction::Assign { .. } | BulkAction::Move { .. } | BulkAction::Delete => {
            ("ids", ids.as_ref().map_or(1, Vec::len))
        }
    };
    match count {
        0 => Err(Error::Invalid(Fields::one(field, "names no lead"))),
        1..=MAX_IDS => Ok(()),
        _ => Err(Error::Invalid(Fields::one(field, format!("at most {MAX_IDS}; name more of them by a filter")))),
    }
}

/// What is to be done, checked as far as that goes without looking at a lead.
pub(super) enum Order {
    Create(Vec<LeadInput>),
    Change(Targets, Change),
}

/// Which leads.
pub(super) enum Targets {
    /// Each once, in the order of the request.
    Ids(Vec<LeadId>),
    Matching(Box<LeadFilter>),
}

/// What happens to each.
pub(super) enum Change {
    Update(Value),
    Delete,
}

impl Order {
    /// Reads a request as this actor may make it.
    pub(super) fn read(acting: &Acting, input: &BulkInput) -> Result<Self> {
        let BulkInput { action, ids, filter, partial: _ } = input;
        let change = match action {
            BulkAction::Create { leads } => {
                acting.allow(Action::CreateLead)?;
                if ids.is_some() || filter.is_some() {
                    return Err(Error::Invalid(Fields::one("ids", "new leads are named by neither ids nor a filter")));
                }
                return Ok(Order::Create(leads.clone()));
            }
            BulkAction::Update { patch } => Change::Update(checked(patch, |_| true, "cannot be changed in bulk")?),
            BulkAction::Assign { patch } => Change::Update(checked(
                patch,
                |field| matches!(field, "assignedTo" | "assignedEngineer"),
                "is not about who has the lead; use update",
            )?),
            BulkAction::Move { patch } => {
                let fits = |field: &str| matches!(field, "status" | "lostReason");
                let patch = checked(patch, fits, "is not about a move; use update")?;
                // The rules of a single move.
                patch::read::<MoveInput>(patch.clone()).and_then(MoveInput::checked).map_err(Error::Invalid)?;
                Change::Update(patch)
            }
            BulkAction::Delete => Change::Delete,
        };
        acting.allow(match change {
            Change::Update(_) => Action::UpdateLead,
            Change::Delete => Action::DeleteLead,
        })?;
        Ok(Order::Change(Targets::read(acting, ids.as_deref(), filter.as_deref())?, change))
    }

    /// How many leads it is about now.
    async fn count(&self, acting: &Acting) -> Result<i64> {
        let count = match self {
            Order::Create(_) | Order::Change(Targets::Ids(_), _) => self.len(),
            Order::Change(Targets::Matching(filter), _) => {
                store::count_matching(acting.pool(), acting.actor(), (filter, acting.crm().now()), MOST + 1).await?
            }
        };
        if count > MOST { Err(too_many()) } else { Ok(count) }
    }

    /// How many places the request has. A filter has none before it is read.
    pub(super) fn len(&self) -> i64 {
        match self {
            Order::Create(inputs) => length(inputs),
            Order::Change(Targets::Ids(ids), _) => length(ids),
            Order::Change(Targets::Matching(_), _) => 0,
        }
    }

    /// The leads that a filter finds now; `None` when they are named already.
    pub(super) async fn matching(&self, acting: &Acting) -> Result<Option<Vec<LeadId>>> {
        let Order::Change(Targets::Matching(filter), _) = self else { return Ok(None) };
        let mut tx = acting.begin().await?;
        let ids = store::matching(&mut tx, acting.actor(), (filter, acting.crm().now()), MOST + 1, false).await?;
        if length(&ids) > MOST { Err(too_many()) } else { Ok(Some(ids)) }
    }

    /// Does all of it within one transaction, which is the caller's to end.
    pub(super) async fn run(&self, writing: &mut Writing<'_>, tally: &mut Tally) -> Result<()> {
        match self {
            Order::Create(_) | Order::Change(Targets::Ids(_), _) => {
                tally.total = self.len();
                self.part(writing, 0..usize::try_from(self.len()).unwrap_or(0), tally).await
            }
            Order::Change(Targets::Matching(filter), change) => {
                let actor = writing.acting.actor();
                let ids = store::matching(&mut writing.tx, actor, (filter, writing.now), MOST + 1, true).await?;
                tally.total = length(&ids);
                if tally.total > MOST {
                    return Err(too_many());
                }
                change.each(writing, &ids, &places(&ids, 0), tally).await
            }
        }
    }

    /// Does what stands at these places of the request.
    pub(super) async fn part(
        &self,
        writing: &mut Writing<'_>,
        places_of: std::ops::Range<usize>,
        tally: &mut Tally,
    ) -> Result<()> {
        let first = places_of.start;
        match self {
            Order::Create(inputs) => {
                let mut index = index(first);
                for inputs in inputs[places_of].chunks(BATCH) {
                    for outcome in writing.create_many(inputs.to_vec()).await? {
                        tally.add(None, index, outcome.map(|_| true))?;
                        index += 1;
                    }
                }
                Ok(())
            }
            Order::Change(Targets::Ids(ids), change) => {
                let ids = &ids[places_of];
                let places = places(ids, first);
                let held = store::lock_all(&mut writing.tx, writing.acting.actor(), ids).await?;
                for id in ids.iter().filter(|id| held.binary_search(id).is_err()) {
                    tally.add(Some(*id), places[id], Err(Error::NotFound))?;
                }
                change.each(writing, &held, &places, tally).await
            }
            Order::Change(Targets::Matching(_), _) => Err(Error::internal("a filter has no places before it is read")),
        }
    }
}

impl Targets {
    fn read(acting: &Acting, ids: Option<&[LeadId]>, filter: Option<&str>) -> Result<Self> {
        match (ids, filter) {
            (Some(ids), None) => {
                let mut known = std::collections::HashSet::with_capacity(ids.len());
                Ok(Targets::Ids(ids.iter().copied().filter(|id| known.insert(*id)).collect()))
            }
            (None, Some(filter)) => {
                let query = LeadQuery::parse(filter)
                    .map_err(|fields| Error::Invalid(Fields::one("filter", fields.to_string())))?;
                policy::allow_query(acting.actor(), &query)?;
                Ok(Targets::Matching(Box::new(query.filter)))
            }
            (Some(_), Some(_)) | (None, None) => {
                Err(Error::Invalid(Fields::one("ids", "name the leads either by ids or by a filter")))
            }
        }
    }
}

impl Change {
    /// Changes leads that are held already.
    async fn each(
        &self,
        writing: &mut Writing<'_>,
        held: &[LeadId],
        places: &HashMap<LeadId, i64>,
        tally: &mut Tally,
    ) -> Result<()> {
        for ids in held.chunks(BATCH) {
            let leads = store::read(&mut writing.tx, ids).await?;
            let outcomes = self.apply(writing, &leads).await?;
            for (lead, outcome) in leads.iter().zip(outcomes) {
                tally.add(Some(lead.id), places[&lead.id], outcome)?;
            }
        }
        Ok(())
    }

    /// Says of each whether it changed.
    async fn apply(&self, writing: &mut Writing<'_>, leads: &[Lead]) -> Result<Vec<Result<bool>>> {
        match self {
            Change::Update(patch) => writing.update(leads, patch).await,
            Change::Delete => {
                let outcomes = writing.delete(leads).await?;
                Ok(outcomes.into_iter().map(|outcome| outcome.map(|()| true)).collect())
            }
        }
    }
}

/// A patch that fits many leads: an object with something in it, and no version, which belongs to one lead.
fn checked(patch: &Value, fits: impl Fn(&str) -> bool, otherwise: &str) -> Result<Value> {
    let mut fields = Fields::default();
    match patch.as_object() {
        Some(map) if !map.is_empty() => {
            for field in map.keys() {
                if field == "version" {
                    fields.add(field, "belongs to one lead");
                } else if !fits(field) {
                    fields.add(field, otherwise);
                }
            }
        }
        Some(_) => fields.add("patch", "changes nothing"),
        None => fields.add("patch", "expected a JSON object"),
    }
    fields.into_result().map_err(Error::Invalid)?;
    Ok(patch.clone())
}

fn too_many() -> Error {
    Error::Invalid(Fields::one("filter", format!("matches more than {MOST} leads; narrow it")))
}

/// Each lead's place in the request.
fn places(ids: &[LeadId], first: usize) -> HashMap<LeadId, i64> {
    ids.iter().copied().zip(index(first)..).collect()
}

fn index(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn length<T>(items: &[T]) -> i64 {
    index(items.len())
}
