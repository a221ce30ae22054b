//! Makes one lead of two that are the same.

use domain::{
    Fields, LeadId,
    events::{Change, Changes},
    leads::{Lead, LeadInput, LeadStatus, MergeInput},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Leads, merge_store,
    revision::Stage,
    store,
    write::{Writing, event},
};
use crate::{Error, Result, events, patch::fields_of, policy, policy::Action};

/// In the changes of the lead that stays: which one went into it.
pub(super) const MERGED_FROM: &str = "mergedFrom";
/// In the changes of the lead that goes: which one it went into.
pub(super) const MERGED_INTO: &str = "mergedInto";
/// Fields that are united rather than chosen.
const PRODUCTS: &str = "products";
/// Texts that are put one after the other where both leads have some.
const JOINED: [&str; 2] = ["notes", "engineeringNotes"];

/// What a merge moved along.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Moved {
    pub interactions: Vec<i64>,
    pub attachments: Vec<i64>,
}

impl Leads<'_> {
    /// Merges `input.from` into the lead: each field of `input.take` comes from there, and so does what is empty here.
    /// Notes are joined, products united, interactions and files move along. The other lead is deleted.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the present row when either version is stale; [`Error::Forbidden`] when the actor may
    /// not delete the other lead or may not write a field they take; [`Error::Invalid`] for a field that cannot be
    /// taken, and when the joined notes are too long.
    pub async fn merge(&self, id: LeadId, input: MergeInput) -> Result<Lead> {
        self.0.allow(Action::MergeLeads)?;
        let actor = self.0.actor();
        let MergeInput { from, take, version, from_version } = input;
        let mut writing = Writing::begin(self.0).await?;
        let held = store::lock_all(&mut writing.tx, actor, &[id, from]).await?;
        let mut leads = store::read(&mut writing.tx, &held).await?;
        if from == id && !leads.is_empty() {
            return Err(Error::Invalid(Fields::one("from", "is the same lead")));
        }
        let mut pick = |id| leads.iter().position(|lead| lead.id == id).map(|at| leads.swap_remove(at));
        let (Some(into), Some(from)) = (pick(id), pick(from)) else { return Err(Error::NotFound) };
        for (lead, version) in [(&into, version), (&from, from_version)] {
            if lead.version != version {
                return Err(Error::Conflict {
                    detail: format!("{} was changed meanwhile. Nothing was merged.", lead.name),
                    current: Some(serde_json::to_value(policy::redact(actor, lead.clone()))?),
                });
            }
        }
        policy::allow_delete(actor, &from)?;
        let united = unite(&into, &from, &take)?;
        let mut chosen = domain::events::changes(&LeadInput::of(&into), &united)?;
        chosen.retain(|field, _| take.contains(field));
        // What only fills a gap comes along; what is chosen by hand must be the actor's to write.
        policy::allow_changes(actor, Some(&into), &chosen)?;
        write(&mut writing, &into, &from, united, take.iter().any(|field| field == "status")).await?;
        let lead = writing.reread(id).await?;
        writing.commit().await?;
        Ok(policy::redact(actor, lead))
    }
}

/// The fields of both leads, as one.
fn unite(into: &Lead, from: &Lead, take: &[String]) -> Result<LeadInput> {
    let (mut here, there) = (fields_of(&LeadInput::of(into))?, fields_of(&LeadInput::of(from))?);
    let mut refused = Fields::default();
    for field in take.iter().filter(|field| !here.contains_key(*field) || *field == PRODUCTS) {
        let why = if field == PRODUCTS { "products are united, not taken" } else { "is not a field of a lead" };
        refused.add("take", format!("{field}: {why}"));
    }
    refused.into_result().map_err(Error::Invalid)?;
    for (field, theirs) in there {
        let ours = here.get(&field).unwrap_or(&Value::Null);
        let taken = take.contains(&field);
        let value = if taken || is_empty(&field, ours) {
            theirs
        } else if JOINED.contains(&field.as_str()) {
            joined(ours, &theirs)
        } else {
            continue;
        };
        here.insert(field, value);
    }
    let mut united: LeadInput = serde_json::from_value(Value::Object(here))?;
    united.products.extend(&from.products);
    if united.status != LeadStatus::Lost && !take.iter().any(|field| field == "lostReason") {
        united.lost_reason.clone_from(&into.lost_reason);
    }
    united.checked().map_err(Error::Invalid)
}

/// Nothing, or nothing done yet.
fn is_empty(field: &str, value: &Value) -> bool {
    value.is_null() || (field == "engineeringProgress" && value.as_i64() == Some(0))
}

fn joined(ours: &Value, theirs: &Value) -> Value {
    match (ours.as_str(), theirs.as_str()) {
        (Some(ours), Some(theirs)) if ours != theirs => Value::String(format!("{ours}\n\n{theirs}")),
        _ => ours.clone(),
    }
}

/// Writes the one, takes the other away, and moves what belongs to it.
async fn write(
    writing: &mut Writing<'_>,
    into: &Lead,
    from: &Lead,
    united: LeadInput,
    their_status: bool,
) -> Result<()> {
    let moved = merge_store::move_all(&mut writing.tx, from.id, into.id).await?;
    store::delete(&mut writing.tx, &[from.id], writing.now).await?;
    let mut revision = writing.transition(vec![(into, united)]).await?.pop().ok_or(Error::NotFound)?;
    if their_status {
        // Since when a lead stands in its stage comes with the stage.
        revision.stage = Stage { entered_at: from.stage_entered_at, closed_at: from.closed_at };
    }
    revision.kind = "lead.merged";
    revision.last_contacted_at = into.last_contacted_at.max(from.last_contacted_at);
    revision.kept = Some(serde_json::to_value(into)?);
    revision.changes.insert(MERGED_FROM.into(), Change { from: Value::Null, to: serde_json::to_value(from.id)? });
    writing.revise(vec![revision]).await?;
    let mut gone = Changes::new();
    gone.insert(MERGED_INTO.into(), Change { from: Value::Null, to: serde_json::to_value(into.id)? });
    let mut before = serde_json::to_value(from)?;
    before["moved"] = serde_json::to_value(moved)?;
    let event = event("lead.merged", from, &gone, Some(before));
    events::record(&mut writing.tx, writing.acting.actor(), writing.now, event).await
}
