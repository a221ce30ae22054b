//! One lead's way back: what a request did to it, whether that still stands, and what takes it back.

use domain::{
    LeadId, UserId,
    events::{Change, Changes},
    leads::{Lead, LeadInput},
};
use serde_json::Value;

use super::{
    list::Whose,
    merge::{MERGED_FROM, MERGED_INTO, Moved},
    merge_store,
    revision::{Kept, POSITION, REORDERED, Revision, Stage},
    score, store,
    undo_store::{self, Done, Later},
    write::{Writing, event},
};
use crate::{Actor, Error, Result, db::Tx, events, patch::fields_of, policy, policy::Action};

/// Fields that mean something only together: the half of a pair is not taken back.
const TOGETHER: [[&str; 2]; 2] = [["assignedProduct", "products"], ["status", "lostReason"]];

/// What one request did to one lead, all of its events taken together.
#[derive(Default)]
pub(super) struct Deed {
    created: bool,
    deleted: bool,
    restored: bool,
    changes: Changes,
    /// It changed its place in its column.
    reordered: bool,
    kept: Option<Kept>,
    /// The lead it was merged into, and what moved there with it.
    merged_into: Option<(LeadId, Moved)>,
    merged_from: Option<Value>,
    /// Something that has no way back.
    final_kind: Option<String>,
}

impl Deed {
    /// Takes the next event of the request into account.
    pub(super) fn add(&mut self, done: Done) -> Result<()> {
        let Done { lead: _, kind, changes, before } = done;
        match kind.as_str() {
            "lead.created" => self.created = true,
            "lead.updated" | "lead.status_changed" => self.change(changes.0, before)?,
            REORDERED => self.change(changes.0, before)?,
            "lead.deleted" => self.deleted = true,
            "lead.restored" if changes.contains_key(MERGED_INTO) => self.final_kind = Some("the end of a merge".into()),
            "lead.restored" => self.restored = true,
            "lead.merged" => self.merge(changes.0, before)?,
            _ => self.final_kind = Some(kind),
        }
        Ok(())
    }

    fn change(&mut self, changes: Changes, before: Option<Value>) -> Result<()> {
        if changes.contains_key(MERGED_FROM) && self.merged_from.is_none() {
            self.final_kind = Some("the end of a merge".into());
        }
        if self.kept.is_none() {
            self.kept = before.map(serde_json::from_value).transpose()?;
        }
        for (field, Change { from, to }) in changes {
            if field == POSITION {
                self.reordered = true;
                continue;
            }
            // Of several changes of a field, the way back leads from the last to the first.
            let known = self.changes.entry(field).or_insert(Change { from, to: Value::Null });
            known.to = to;
        }
        Ok(())
    }

    fn merge(&mut self, mut changes: Changes, before: Option<Value>) -> Result<()> {
        if let Some(Change { to, .. }) = changes.remove(MERGED_INTO) {
            let moved = before.and_then(|mut before| before.get_mut("moved").map(Value::take)).unwrap_or_default();
            self.merged_into = Some((serde_json::from_value(to)?, serde_json::from_value(moved)?));
            self.deleted = true;
            return Ok(());
        }
        self.merged_from = changes.remove(MERGED_FROM).map(|change| change.to);
        self.change(changes, before)
    }

    /// Whose the lead was before the request.
    pub(super) fn whose_before(&self, lead: &Lead) -> Whose {
        let before = |field: &str, now| match self.changes.get(field) {
            Some(change) => change.from.as_i64().map(UserId),
            None => now,
        };
        Whose {
            assigned_to: before("assignedTo", lead.assigned_to),
            assigned_engineer: before("assignedEngineer", lead.assigned_engineer),
            created_by: lead.created_by,
        }
    }

    /// Takes out of it what others have changed since, and names those fields. An error leaves all of the lead, for a
    /// reason or because nothing of it is left to take back.
    pub(super) fn spare(
        &mut self,
        lead: &Lead,
        is_deleted: bool,
        later: &[Later],
    ) -> std::result::Result<Vec<String>, Option<String>> {
        if is_deleted {
            return Err((!self.created).then(|| "was deleted since".to_owned()));
        }
        if self.created {
            let Some(event) = later.first() else { return Ok(Vec::new()) };
            return Err(Some(match event.entity.as_str() {
                "lead" => format!("was changed since{}", listed(&event.fields)),
                _ => "got notes or files since".to_owned(),
            }));
        }
        if later.iter().any(|event| event.kind == "lead.merged") {
            return Err(Some("was merged since".into()));
        }
        let now = fields_of(&LeadInput::of(lead)).unwrap_or_default();
        let touched = |field: &String| later.iter().any(|event| event.entity == "lead" && event.fields.contains(field));
        let mut spared = Vec::new();
        self.changes.retain(|field, change| {
            // It is what it was: somebody, or an attempt before this one, took it back already.
            if now.get(field) == Some(&change.from) {
                return false;
            }
            let stands = !touched(field) && now.get(field) == Some(&change.to);
            if !stands {
                spared.push(field.clone());
            }
            stands
        });
        for [one, other] in TOGETHER {
            for (spared_one, rest) in [(one, other), (other, one)] {
                let is_others = spared.iter().any(|field| field == spared_one) || touched(&spared_one.to_owned());
                if is_others && self.changes.remove(rest).is_some() {
                    spared.push(rest.to_owned());
                }
            }
        }
        Ok(spared)
    }

    /// Whether the lead is still as the request left it, as far as that matters.
    fn still_stands(&self, lead: &Lead, is_deleted: bool, later: &[Later]) -> Result<()> {
        if let Some(kind) = &self.final_kind {
            return Err(Error::conflict(format!("{kind} cannot be undone")));
        }
        let stays_deleted = self.deleted && !self.restored;
        if is_deleted != stays_deleted {
            return Err(Error::conflict(if is_deleted { "was deleted since" } else { "was restored since" }));
        }
        let about_lead = later.iter().filter(|event| event.entity == "lead");
        let whole = self.created || self.deleted || self.restored;
        if let Some(event) = about_lead.clone().find(|event| whole || event.kind == "lead.merged") {
            let how = if event.kind == "lead.merged" { "merged" } else { "changed" };
            return Err(Error::conflict(format!("was {how} since{}", listed(&event.fields))));
        }
        if self.created && !later.is_empty() {
            return Err(Error::conflict("got notes or files since"));
        }
        let now = fields_of(&LeadInput::of(lead))?;
        let mut since: Vec<String> = about_lead.flat_map(|event| event.fields.iter().cloned()).collect();
        since.retain(|field| {
            self.changes.contains_key(field) || (self.reordered && (field == POSITION || field == "status"))
        });
        // Writes without an event do not exist; were there one, it would not be overwritten either.
        since.extend(self.changes.iter().filter(|(f, c)| !whole && now.get(*f) != Some(&c.to)).map(|(f, _)| f.clone()));
        since.sort();
        since.dedup();
        if since.is_empty() { Ok(()) } else { Err(Error::conflict(format!("{} changed since", since.join(", ")))) }
    }
}

fn listed(fields: &[String]) -> String {
    if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
}

/// What takes a batch of deeds back.
#[derive(Default)]
pub(super) struct Reversal<'l> {
    deletions: Vec<&'l Lead>,
    restorations: Vec<(&'l Lead, Option<Parting>)>,
    revisions: Vec<Revision<'l>>,
}

impl<'l> Reversal<'l> {
    /// Adds one lead's way back.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lead has moved on, [`Error::Forbidden`] when the actor may not do this any more.
    pub(super) fn plan(
        &mut self,
        actor: &Actor,
        lead: &'l Lead,
        deed: Deed,
        is_deleted: bool,
        later: &[Later],
    ) -> Result<()> {
        deed.still_stands(lead, is_deleted, later)?;
        if deed.created || deed.deleted || deed.restored {
            policy::allow(actor.role(), Action::DeleteLead)?;
            policy::allow_delete(actor, lead)?;
        }
        if (deed.created || deed.restored) && !is_deleted {
            self.deletions.push(lead);
            return Ok(());
        }
        if deed.reordered || deed.merged_from.is_some() || !deed.changes.is_empty() {
            self.revisions.push(revise(actor, lead, &deed)?);
        }
        if deed.deleted && !deed.created {
            let parting = deed.merged_into.map(|(into, moved)| Parting { moved, holders: vec![into] });
            self.restorations.push((lead, parting));
        }
        Ok(())
    }

    pub(super) async fn write(self, writing: &mut Writing<'_>) -> Result<()> {
        let Reversal { deletions, restorations, mut revisions } = self;
        writing.remove(&deletions).await?;
        restore(writing, &restorations).await?;
        for revision in revisions.iter_mut().filter(|revision| revision.changes.contains_key(MERGED_FROM)) {
            // Whom it was talked to since, and not through the lead that has gone back, counts for it.
            let since = store::last_contact(&mut writing.tx, revision.before.id).await?;
            revision.last_contacted_at = revision.last_contacted_at.max(since);
        }
        // A slip that is taken back is no news: nothing is won a second time by it.
        writing.rings = false;
        writing.revise(revisions).await
    }
}

/// The way back of a lead that went into another.
#[derive(PartialEq)]
pub(super) struct Parting {
    moved: Moved,
    /// The lead it went into, and those that this one went on into since: what moved is with one of them.
    pub holders: Vec<LeadId>,
}

/// What a lead that is merged, and stayed so, would take back with it.
pub(super) async fn parting(tx: &mut Tx, id: LeadId) -> Result<Option<Parting>> {
    let (mut at, mut parting) = (id, None::<Parting>);
    while let Some(done) = undo_store::last_merge(tx, at).await? {
        let mut deed = Deed::default();
        deed.add(done)?;
        let Some((into, moved)) = deed.merged_into else { break };
        // Clocks of two copies may have told a merge after the end of it.
        if into == id || parting.as_ref().is_some_and(|parting| parting.holders.contains(&into)) {
            break;
        }
        at = into;
        parting.get_or_insert_with(|| Parting { moved, holders: Vec::new() }).holders.push(into);
    }
    Ok(parting)
}

/// Has the leads that gave something back to another be what they are without it: when they were talked to, and what
/// they score.
pub(super) async fn part(writing: &mut Writing<'_>, holders: &[LeadId], other: LeadId) -> Result<()> {
    let now = writing.now;
    for lead in store::read(&mut writing.tx, holders).await? {
        store::refresh_contact(&mut writing.tx, &lead, now).await?;
        score::refresh(&mut writing.tx, &[lead.id], writing.median_won, now).await?;
        let gone = Change { from: serde_json::to_value(other)?, to: Value::Null };
        let changes = Changes::from_iter([(MERGED_FROM.to_owned(), gone)]);
        let event = event("lead.updated", &lead, &changes, None);
        events::record(&mut writing.tx, writing.acting.actor(), now, event).await?;
    }
    Ok(())
}

/// Brings deleted leads back, and to those that were merged what was theirs.
pub(super) async fn restore(writing: &mut Writing<'_>, leads: &[(&Lead, Option<Parting>)]) -> Result<()> {
    if leads.is_empty() {
        return Ok(());
    }
    let ids: Vec<LeadId> = leads.iter().map(|(lead, _)| lead.id).collect();
    undo_store::restore(&mut writing.tx, &ids, writing.now).await?;
    let mut changes = Vec::with_capacity(leads.len());
    for (lead, parting) in leads {
        let mut change = Changes::new();
        if let Some(Parting { moved, holders }) = parting {
            merge_store::move_back(&mut writing.tx, holders, lead.id, moved).await?;
            change.insert(MERGED_INTO.into(), Change { from: serde_json::to_value(holders.first())?, to: Value::Null });
        }
        changes.push(change);
    }
    let events = leads.iter().zip(&changes).map(|((lead, _), changes)| event("lead.restored", lead, changes, None));
    events::record_all(&mut writing.tx, writing.acting.actor(), writing.now, events.collect()).await
}

/// The lead with every changed field as it was.
fn revise<'l>(actor: &Actor, lead: &'l Lead, deed: &Deed) -> Result<Revision<'l>> {
    let mut restored = fields_of(&LeadInput::of(lead))?;
    for (field, change) in &deed.changes {
        if restored.insert(field.clone(), change.from.clone()).is_none() {
            return Err(Error::conflict(format!("{field} cannot be undone")));
        }
    }
    let input: LeadInput = serde_json::from_value(Value::Object(restored))?;
    let mut stage = Stage { entered_at: lead.stage_entered_at, closed_at: lead.closed_at };
    if let Some(kept) = deed.kept.as_ref().filter(|_| deed.changes.contains_key("status")) {
        stage = Stage { entered_at: kept.stage_entered_at, closed_at: kept.closed_at };
    }
    let as_it_was = Lead { assigned_to: input.assigned_to, ..lead.clone() };
    let by_score = deed.kept.as_ref().filter(|_| deed.changes.contains_key("score")).map(|kept| kept.score);
    let mut revision = Revision::of(lead, input, stage)?;
    let position = deed.kept.as_ref().and_then(|kept| kept.position.clone());
    if deed.reordered && revision.changes.is_empty() {
        revision.reorder(position.unwrap_or_else(|| lead.position.clone()))?;
    } else if deed.reordered || deed.changes.contains_key("status") {
        revision.position = position;
    }
    match &deed.merged_from {
        // What came along with the other lead goes with it, whosever it was to write.
        Some(_) => policy::allow(actor.role(), Action::MergeLeads)?,
        None => policy::allow_undo(actor, lead, &as_it_was, &revision.changes)?,
    }
    revision.computed_score = by_score;
    if let Some(from) = &deed.merged_from {
        revision.changes.insert(MERGED_FROM.into(), Change { from: from.clone(), to: Value::Null });
        if let Some(kept) = &deed.kept {
            revision.last_contacted_at = kept.last_contacted_at;
        }
    }
    Ok(revision)
}
