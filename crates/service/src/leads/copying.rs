//! Many new leads at once, by `COPY`. All about them is decided and computed before, so they go straight to where they
//! belong: a table in between would only be written and read once more. sqlx cannot check these statements.

use std::fmt::Write;

use domain::{LeadId, Timestamp, leads::LeadInput};
use time::format_description::well_known::Rfc3339;

use super::rank;
use crate::{Actor, Error, Result, db::Tx};

/// What sequences give to a new lead.
pub(super) struct Numbers {
    pub lead: LeadId,
    /// Of the event that it was made.
    pub event: i64,
    /// Its rank on top of its column.
    pub position: String,
}

/// One lead to be made.
pub(super) struct NewRow<'a> {
    pub numbers: &'a Numbers,
    pub input: &'a LeadInput,
    pub computed_score: i16,
    /// Of its event, as JSON.
    pub changes: &'a str,
}

/// Numbers for so many new leads.
pub(super) async fn numbers(tx: &mut Tx, count: usize, now: Timestamp) -> Result<Vec<Numbers>> {
    let count = i64::try_from(count).map_err(Error::internal)?;
    // The sequences are looked up once, not for each lead.
    let numbers = sqlx::query_as(
        "select nextval(leads), nextval(events), nextval('lead_ranks')
         from (select pg_get_serial_sequence('leads', 'id')::regclass as leads,
                   pg_get_serial_sequence('events', 'id')::regclass as events offset 0) sequences,
             generate_series(1, $1)",
    );
    let numbers: Vec<(LeadId, i64, i64)> = numbers.bind(count).fetch_all(&mut ***tx).await?;
    let of = |(lead, event, n)| Numbers { lead, event, position: rank::entering(now, n) };
    Ok(numbers.into_iter().map(of).collect())
}

/// Inserts leads with their products and events.
pub(super) async fn insert(tx: &mut Tx, actor: &Actor, leads: &[NewRow<'_>], now: Timestamp) -> Result<()> {
    let now = now.format(&Rfc3339).map_err(Error::internal)?;
    let mut rows = String::with_capacity(leads.len() * 512);
    let mut products = String::new();
    for (at, lead) in leads.iter().enumerate() {
        write_lead(&mut rows, actor, lead, &now)?;
        for product in &lead.input.products {
            CopyRow::begin(&mut products).shown(Some(lead.numbers.lead)).shown(Some(product)).end();
        }
        breathe(at).await;
    }
    tx.copy_in(
        "copy leads (id, name, email, phone, company, status, source, value, assigned_to, assigned_engineer,
             assigned_product, product_ids, notes, priority, score, score_is_set, scored_at, engineering_progress,
             engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, position, created_by,
             created_via, stage_entered_at, closed_at, created_at, updated_at) from stdin",
        rows,
    )
    .await?;
    if !products.is_empty() {
        tx.copy_in("copy lead_products (lead_id, product_id) from stdin", products).await?;
    }
    let mut events = String::with_capacity(leads.len() * 512);
    for (at, lead) in leads.iter().enumerate() {
        write_event(&mut events, actor, lead, &now);
        breathe(at).await;
    }
    tx.copy_in(
        "copy events (id, at, actor_id, door, request_id, kind, entity, entity_id, lead_id, changes) from stdin",
        events,
    )
    .await
}

/// Lets others have the thread after a millisecond's worth of rows: requests must not wait for thousands of them.
pub(super) async fn breathe(at: usize) {
    if at % 128 == 127 {
        tokio::task::yield_now().await;
    }
}

fn write_lead(out: &mut String, actor: &Actor, lead: &NewRow<'_>, now: &str) -> Result<()> {
    let LeadInput {
        name,
        email,
        phone,
        company,
        status,
        source,
        value,
        assigned_to,
        assigned_engineer,
        assigned_product,
        products,
        notes,
        priority,
        score,
        engineering_progress,
        engineering_notes,
        blocked_reason,
        follow_up_at,
        follow_up_note,
        lost_reason,
    } = lead.input;
    let mut row = CopyRow::begin(out);
    row.shown(Some(lead.numbers.lead));
    row.text(Some(name)).text(email.as_deref()).text(phone.as_deref()).text(company.as_deref());
    row.shown(Some(status.as_str())).text(source.as_deref()).shown(*value);
    row.shown(*assigned_to).shown(*assigned_engineer).shown(*assigned_product);
    let products: Vec<String> = products.iter().map(ToString::to_string).collect();
    row.shown(Some(format_args!("{{{}}}", products.join(",")))).text(notes.as_deref()).shown(Some(priority.as_str()));
    row.shown(Some(score.unwrap_or(lead.computed_score))).shown(Some(score.is_some()));
    row.shown(score.is_none().then_some(now)).shown(Some(engineering_progress));
    row.text(engineering_notes.as_deref()).text(blocked_reason.as_deref());
    row.shown(follow_up_at.map(|at| at.format(&Rfc3339)).transpose().map_err(Error::internal)?);
    row.text(follow_up_note.as_deref()).text(lost_reason.as_deref()).text(Some(&lead.numbers.position));
    row.shown(actor.id()).shown(Some(actor.door().as_str())).shown(Some(now));
    row.shown(status.is_closed().then_some(now)).shown(Some(now)).shown(Some(now));
    row.end();
    Ok(())
}

fn write_event(out: &mut String, actor: &Actor, lead: &NewRow<'_>, now: &str) {
    let Numbers { lead: id, event, position: _ } = lead.numbers;
    let mut row = CopyRow::begin(out);
    row.shown(Some(event)).shown(Some(now)).shown(actor.id()).shown(Some(actor.door().as_str()));
    row.text(actor.request_id()).shown(Some("lead.created")).shown(Some("lead")).shown(Some(id)).shown(Some(id));
    row.text(Some(lead.changes)).end();
}

/// One row in the text format of `COPY`.
pub(super) struct CopyRow<'o> {
    out: &'o mut String,
    is_first: bool,
}

impl<'o> CopyRow<'o> {
    pub fn begin(out: &'o mut String) -> Self {
        CopyRow { out, is_first: true }
    }

    fn next(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push('\t');
        }
    }

    /// What can hold neither a tab nor a backslash.
    pub fn shown(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        self.next();
        match value {
            // Writing to a string does not fail.
            Some(value) => drop(write!(self.out, "{value}")),
            None => self.out.push_str("\\N"),
        }
        self
    }

    pub fn text(&mut self, value: Option<&str>) -> &mut Self {
        self.next();
        let Some(value) = value else {
            self.out.push_str("\\N");
            return self;
        };
        let mut rest = value;
        while let Some(at) = rest.find(['\\', '\n', '\r', '\t']) {
            self.out.push_str(&rest[..at]);
            self.out.push_str(match rest.as_bytes()[at] {
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                _ => "\\\\",
            });
            rest = &rest[at + 1..];
        }
        self.out.push_str(rest);
        self
    }

    pub fn end(&mut self) {
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_copy_reads_it() {
        let mut out = String::new();
        let mut row = CopyRow::begin(&mut out);
        row.text(Some("a\\b\tc\nd\re")).text(None).text(Some("")).shown(Some(7)).shown(None::<i64>);
        row.end();
        assert_eq!(out, "a\\\\b\\tc\\nd\\re\t\\N\t\t7\t\\N\n");
    }
}
