//! What becomes of a stretch of rows. The dry run and the import decide here, by the same rules as every other write;
//! only the import then writes.

use std::collections::{HashMap, HashSet};

use domain::{
    Fields, LeadId, Problem, Timestamp,
    events::{Changes, differing},
    imports::{ImportRow, OnDuplicate, RowOutcome, RowProblem},
    leads::{Lead, LeadInput},
};
use serde_json::Value;
use time::PrimitiveDateTime;

use super::{
    super::{
        copying::{Numbers, breathe},
        references::References,
        store,
        write::{NewLead, Writing, plan_change, plan_new},
    },
    draft::{Columns, Draft, Drafted},
    matching::{Keys, Known, Match, Place, Same, Seen},
};
use crate::{Actor, Error, Result};

/// Signs of a row's detail.
const DETAIL: usize = 300;

/// What becomes of a stretch of rows, ready to be written.
pub(super) struct Plan {
    new: Vec<(Numbers, NewLead)>,
    changed: Vec<Changed>,
    pub rows: Vec<ImportRow>,
}

/// A stretch of rows about which is decided.
struct Deciding<'p> {
    actor: &'p Actor,
    columns: &'p Columns,
    on_duplicate: OnDuplicate,
    seen: &'p mut Seen,
    known: Known,
    references: References,
    new: Vec<New>,
    changed: Vec<Changed>,
    /// Where in `changed` a lead is.
    at: HashMap<LeadId, usize>,
    rows: Vec<ImportRow>,
}

struct New {
    lead: NewLead,
    /// Of the row, and of those that went into it.
    keys: Vec<Keys>,
    /// Its place in `rows`, and those of the rows behind it that are the same.
    places: Vec<usize>,
}

struct Changed {
    before: Lead,
    /// As the rows so far have it.
    input: LeadInput,
    is_written: bool,
}

impl Plan {
    /// Decides what becomes of each row. Holds the leads that may change when `writing` is going to write.
    pub async fn make(
        writing: &mut Writing<'_>,
        columns: &Columns,
        on_duplicate: OnDuplicate,
        seen: &mut Seen,
        mut drafted: Vec<Drafted>,
        writes: bool,
    ) -> Result<Self> {
        let actor = writing.acting.actor();
        localise(writing, &mut drafted).await?;
        let keys: Vec<Option<Keys>> = drafted.iter().map(|row| row.draft.as_ref().ok().map(Keys::of)).collect();
        let given: Vec<&Keys> = keys.iter().flatten().collect();
        let known = match on_duplicate {
            OnDuplicate::Create => Known::default(),
            OnDuplicate::Skip | OnDuplicate::Update => Known::load(&mut writing.tx, actor, &given).await?,
        };
        let leads = match on_duplicate {
            OnDuplicate::Create | OnDuplicate::Skip => Vec::new(),
            OnDuplicate::Update => {
                let candidates = known.candidates(seen, &given);
                let ids = if writes { store::lock_all(&mut writing.tx, actor, &candidates).await? } else { candidates };
                store::read(&mut writing.tx, &ids).await?
            }
        };
        let (people, products) = named(actor, &drafted, &leads);
        let references = References::find(&mut writing.tx, people, products).await?;
        let (at, changed) = leads
            .into_iter()
            .enumerate()
            .map(|(at, before)| ((before.id, at), Changed { input: LeadInput::of(&before), before, is_written: false }))
            .unzip();
        let (new, rows) = (Vec::new(), Vec::with_capacity(drafted.len()));
        let mut deciding = Deciding { actor, columns, on_duplicate, seen, known, references, new, changed, at, rows };
        for (at, (row, keys)) in drafted.into_iter().zip(keys).enumerate() {
            deciding.take(row, keys.unwrap_or_default());
            breathe(at).await;
        }
        let Deciding { seen, new, changed, mut rows, .. } = deciding;
        let new = if writes { number(writing, seen, new, &mut rows).await? } else { Vec::new() };
        Ok(Plan { new, changed, rows })
    }

    /// Writes what was decided.
    pub async fn write(&self, writing: &mut Writing<'_>) -> Result<()> {
        writing.insert_many(&self.new).await?;
        let written = self.changed.iter().filter(|changed| changed.is_written);
        let moving: Vec<(&Lead, LeadInput)> = written.map(|changed| (&changed.before, changed.input.clone())).collect();
        let mut revisions = writing.transition(moving).await?;
        revisions.retain(|revision| !revision.changes.is_empty());
        writing.revise(revisions).await
    }
}

/// Gives new leads their numbers, so that rows that come later know where they belong.
async fn number(
    writing: &mut Writing<'_>,
    seen: &mut Seen,
    new: Vec<New>,
    rows: &mut [ImportRow],
) -> Result<Vec<(Numbers, NewLead)>> {
    let new = new.into_iter().map(|New { lead, keys, places }| (lead, (places, keys)));
    let (leads, whose): (Vec<NewLead>, Vec<_>) = new.unzip();
    let leads = writing.number(leads).await?;
    for ((places, keys), (Numbers { lead, .. }, _)) in whose.into_iter().zip(&leads) {
        places.iter().for_each(|place| rows[*place].lead = Some(*lead));
        keys.iter().for_each(|keys| seen.settle(keys, rows[places[0]].row, *lead));
    }
    Ok(leads)
}

impl Deciding<'_> {
    fn take(&mut self, drafted: Drafted, keys: Keys) {
        let Drafted { row, name, email, draft } = drafted;
        let number = i64::try_from(row.number).unwrap_or(i64::MAX);
        let mut out = ImportRow {
            row: number,
            outcome: RowOutcome::Failed,
            lead: None,
            name,
            email,
            detail: String::new(),
            problems: Vec::new(),
        };
        let decided = match draft {
            Err(problems) => Err(problems),
            Ok(mut draft) => self.decide(&mut out, &mut draft, &keys).map_err(|error| self.problems(&row, error)),
        };
        match decided {
            Ok(outcome) => out.outcome = outcome,
            Err(problems) => out.problems = problems,
        }
        self.rows.push(out);
    }

    fn problems(&self, row: &super::source::Row, error: Error) -> Vec<RowProblem> {
        match error {
            Error::Invalid(fields) | Error::Forbidden { fields, .. } if !fields.is_empty() => {
                self.columns.about(row, fields)
            }
            other => {
                let message = Problem::from(other).detail;
                vec![RowProblem { column: String::new(), value: String::new(), message }]
            }
        }
    }

    fn decide(&mut self, out: &mut ImportRow, draft: &mut Draft, keys: &Keys) -> Result<RowOutcome> {
        let found = match self.on_duplicate {
            OnDuplicate::Create => None,
            OnDuplicate::Skip | OnDuplicate::Update => self.known.find(self.seen, keys),
        };
        match (found, self.on_duplicate) {
            (None, _) | (Some(_), OnDuplicate::Create) => self.make_new(out, draft, keys),
            (Some(found), OnDuplicate::Skip) => {
                out.detail = match found {
                    Match::Lead(lead, same) => {
                        out.lead = Some(lead);
                        format!(
                            "{} has this {}",
                            self.known.names.get(&lead).map_or("A lead", String::as_str),
                            same.as_str()
                        )
                    }
                    Match::Row(place, same) => {
                        out.lead = place.lead;
                        let at = self.rows.len();
                        if let Some(new) = new_of(&mut self.new, &self.rows, place) {
                            new.places.push(at);
                        }
                        format!("Row {} has this {}", place.row, same.as_str())
                    }
                };
                Ok(RowOutcome::Skipped)
            }
            (Some(Match::Lead(lead, _)), OnDuplicate::Update) => self.update(out, draft, keys, lead, None),
            (Some(Match::Row(place, same)), OnDuplicate::Update) => self.fold(out, draft, keys, place, same),
        }
    }

    fn make_new(&mut self, out: &mut ImportRow, draft: &mut Draft, keys: &Keys) -> Result<RowOutcome> {
        if draft.input.name.is_empty() {
            return Err(Error::Invalid(Fields::one("name", "is required")));
        }
        let lead = match draft.new.take() {
            Some(lead) => (*lead)?,
            None => plan_new(self.actor, draft.input.clone())?,
        };
        self.references.check(&lead.input, &lead.changes)?;
        if self.on_duplicate != OnDuplicate::Create {
            self.seen.add(keys, Place { row: out.row, lead: None, is_new: true, has_email: keys.email.is_some() });
        }
        self.new.push(New { lead, keys: vec![keys.clone()], places: vec![self.rows.len()] });
        Ok(RowOutcome::Created)
    }

    /// Into a lead that an earlier row has made or changed.
    fn fold(
        &mut self,
        out: &mut ImportRow,
        draft: &Draft,
        keys: &Keys,
        place: Place,
        same: Same,
    ) -> Result<RowOutcome> {
        out.detail = format!("Goes into row {}, which has this {}", place.row, same.as_str());
        let at = self.rows.len();
        if let Some(new) = new_of(&mut self.new, &self.rows, place) {
            let lead = plan_new(self.actor, draft.over(&new.lead.input))?;
            self.references.check(&lead.input, &lead.changes)?;
            new.lead = lead;
            new.keys.push(keys.clone());
            new.places.push(at);
        } else if let Some(lead) = place.lead {
            return self.update(out, draft, keys, lead, Some(place));
        }
        // Otherwise the lead is only planned: a stretch before this one would have made it.
        self.seen.add(keys, Place { has_email: place.has_email || keys.email.is_some(), ..place });
        Ok(RowOutcome::Updated)
    }

    /// Into a lead that is there. Through which row, if through one of this file.
    fn update(
        &mut self,
        out: &mut ImportRow,
        draft: &Draft,
        keys: &Keys,
        lead: LeadId,
        by: Option<Place>,
    ) -> Result<RowOutcome> {
        out.lead = Some(lead);
        let Some(at) = self.at.get(&lead).copied() else {
            return Err(Error::forbidden("The lead was deleted meanwhile."));
        };
        let Changed { before, input, .. } = &self.changed[at];
        let next = draft.over(input).checked().map_err(Error::Invalid)?;
        let changes = match by {
            // The file made it: what may be made may be made complete.
            Some(place) if place.is_new => domain::events::changes(&LeadInput::of(before), &next)?,
            Some(_) | None => plan_change(self.actor, before, &next)?,
        };
        self.references.check(&next, &changes)?;
        let step = differing(&serde_json::to_value(input)?, serde_json::to_value(&next)?);
        if out.name.is_empty() {
            out.name.clone_from(&before.name);
        }
        if by.is_none() {
            if step.is_empty() {
                out.detail = "Nothing to change".into();
                return Ok(RowOutcome::Skipped);
            }
            out.detail = told(&step);
        }
        let place = by.unwrap_or(Place { row: out.row, lead: Some(lead), is_new: false, has_email: false });
        self.seen.add(keys, Place { has_email: next.email.is_some(), ..place });
        let changed = &mut self.changed[at];
        changed.input = next;
        changed.is_written = true;
        Ok(RowOutcome::Updated)
    }
}

/// What the row at this place makes, if it is of this stretch.
fn new_of<'n>(new: &'n mut [New], rows: &[ImportRow], place: Place) -> Option<&'n mut New> {
    let at = new.binary_search_by_key(&place.row, |new| rows[new.places[0]].row).ok()?;
    Some(&mut new[at])
}

/// People and products that the rows name, or that their leads have already.
fn named(actor: &Actor, drafted: &[Drafted], leads: &[Lead]) -> (HashSet<i64>, HashSet<i64>) {
    let mut people: HashSet<i64> = actor.id().iter().map(|id| id.0).collect();
    let mut products: HashSet<i64> = leads.iter().flat_map(|lead| &lead.products).map(|id| id.0).collect();
    for draft in drafted.iter().filter_map(|row| row.draft.as_ref().ok()) {
        people.extend([draft.input.assigned_to, draft.input.assigned_engineer].iter().flatten().map(|id| id.0));
        products.extend(draft.input.products.iter().map(|id| id.0));
    }
    (people, products)
}

/// Moments without a zone are those of whoever imports.
async fn localise(writing: &mut Writing<'_>, drafted: &mut [Drafted]) -> Result<()> {
    let drafts = || drafted.iter().filter_map(|row| row.draft.as_ref().ok());
    let mut local: Vec<PrimitiveDateTime> = drafts().filter_map(|draft| draft.local).collect();
    if local.is_empty() {
        return Ok(());
    }
    local.sort_unstable();
    local.dedup();
    let zone = writing.acting.actor().time_zone();
    let moments: Vec<Timestamp> = sqlx::query_scalar!(
        r#"select at at time zone $2 as "at!" from unnest($1::timestamp[]) with ordinality as l(at, n) order by n"#,
        &local,
        zone,
    )
    .fetch_all(&mut **writing.tx)
    .await?;
    let moments: HashMap<PrimitiveDateTime, Timestamp> = local.into_iter().zip(moments).collect();
    for draft in drafted.iter_mut().filter_map(|row| row.draft.as_mut().ok()) {
        if let Some(at) = draft.local.take().and_then(|local| moments.get(&local)) {
            draft.input.follow_up_at = Some(at.to_offset(time::UtcOffset::UTC));
        }
    }
    Ok(())
}

/// `value 100 → 200, status new → won`; long texts and ids by their field alone.
fn told(changes: &Changes) -> String {
    let shown = |field: &str, value: &Value| match value {
        Value::Null => Some("none".to_owned()),
        Value::String(text) if text.chars().count() <= 40 => Some(text.clone()),
        Value::Number(number) => match number.as_f64().filter(|_| field == "value") {
            Some(amount) => Some(format!("{amount:.2}")),
            None => Some(number.to_string()),
        },
        Value::String(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let parts = changes.iter().map(|(field, change)| match (shown(field, &change.from), shown(field, &change.to)) {
        (Some(from), Some(to)) if !field.starts_with("assigned") => format!("{field} {from} → {to}"),
        _ => field.clone(),
    });
    parts.collect::<Vec<_>>().join(", ").chars().take(DETAIL).collect()
}
