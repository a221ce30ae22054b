//! Many new leads at once: they go into a table of the connection by `COPY`, and from there into place with one
//! statement each for leads, products and events. The table is the connection's own, so sqlx cannot check these
//! statements against it.

use std::fmt::Write;

use domain::{LeadId, Timestamp, leads::LeadInput};
use time::format_description::well_known::Rfc3339;

use crate::{Actor, Error, Result, db::Tx};

/// One lead to be made.
pub(super) struct Staged<'a> {
    pub id: LeadId,
    pub input: &'a LeadInput,
    pub computed_score: i16,
    /// Of its event, as JSON.
    pub changes: &'a str,
}

/// Numbers for so many new leads.
pub(super) async fn ids(tx: &mut Tx, count: usize) -> Result<Vec<LeadId>> {
    let count = i64::try_from(count).map_err(Error::internal)?;
    // The sequence is looked up once, not for each lead.
    let ids = sqlx::query_scalar(
        "select nextval(ids.of) from (select pg_get_serial_sequence('leads', 'id')::regclass as of offset 0) ids,
             generate_series(1, $1)",
    );
    Ok(ids.bind(count).fetch_all(&mut ***tx).await?)
}

/// Inserts leads with their products and events, and returns the numbers of the events in the order of the leads.
pub(super) async fn insert(tx: &mut Tx, actor: &Actor, leads: &[Staged<'_>], now: Timestamp) -> Result<Vec<i64>> {
    prepare(tx).await?;
    let mut rows = String::with_capacity(leads.len() * 512);
    for (at, lead) in leads.iter().enumerate() {
        write_row(&mut rows, lead)?;
        breathe(at).await;
    }
    tx.copy_in("copy lead_staging from stdin", rows).await?;
    sqlx::query(
        "insert into leads (id, name, email, phone, company, status, source, value, assigned_to, assigned_engineer,
             assigned_product, product_ids, notes, priority, score, score_is_set, scored_at, engineering_progress,
             engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, created_by, created_via,
             stage_entered_at, closed_at, created_at, updated_at, position)
         select id, name, email, phone, company, status, source, value, assigned_to, assigned_engineer,
             assigned_product, product_ids, notes, priority, coalesce(score, computed_score), score is not null,
             case when score is null then $1 end, engineering_progress, engineering_notes, blocked_reason,
             follow_up_at, follow_up_note, lost_reason, $2, $3, $1,
             case when status in ('won', 'lost') then $1 end, $1, $1, board_rank($1, nextval('lead_ranks'))
         from lead_staging",
    )
    .bind(now)
    .bind(actor.id())
    .bind(actor.door())
    .execute(&mut ***tx)
    .await?;
    if leads.iter().any(|lead| !lead.input.products.is_empty()) {
        sqlx::query("insert into lead_products (lead_id, product_id) select id, unnest(product_ids) from lead_staging")
            .execute(&mut ***tx)
            .await?;
    }
    let events = sqlx::query_scalar(
        "insert into events (at, actor_id, door, request_id, kind, entity, entity_id, lead_id, changes)
         select $1, $2, $3, $4, 'lead.created', 'lead', id, id, changes from lead_staging returning id",
    )
    .bind(now)
    .bind(actor.id())
    .bind(actor.door())
    .bind(actor.request_id())
    .fetch_all(&mut ***tx)
    .await?;
    sqlx::query("truncate lead_staging").execute(&mut ***tx).await?;
    Ok(events)
}

/// Lets others have the thread after a millisecond's worth of rows: requests must not wait for thousands of them.
pub(super) async fn breathe(at: usize) {
    if at % 128 == 127 {
        tokio::task::yield_now().await;
    }
}

/// The connection's own table, empty at the begin of every transaction: nobody else sees or waits for it, and it writes
/// no log.
async fn prepare(tx: &mut Tx) -> Result<()> {
    let there: bool =
        sqlx::query_scalar("select to_regclass('pg_temp.lead_staging') is not null").fetch_one(&mut ***tx).await?;
    if !there {
        sqlx::query(
            "create temporary table lead_staging (id bigint, name text, email text, phone text, company text,
                 status lead_status, source text, value numeric(14, 2), assigned_to bigint, assigned_engineer bigint,
                 assigned_product bigint, product_ids bigint[], notes text, priority lead_priority, score smallint,
                 computed_score smallint, engineering_progress smallint, engineering_notes text, blocked_reason text,
                 follow_up_at timestamptz, follow_up_note text, lost_reason text, changes jsonb) on commit delete rows",
        )
        .execute(&mut ***tx)
        .await?;
    }
    Ok(())
}

fn write_row(out: &mut String, lead: &Staged<'_>) -> Result<()> {
    let LeadInput { name, email, phone, company, status, source, value, assigned_to, .. } = lead.input;
    let LeadInput { assigned_engineer, assigned_product, products, notes, priority, score, .. } = lead.input;
    let LeadInput { engineering_progress, engineering_notes, blocked_reason, .. } = lead.input;
    let LeadInput { follow_up_at, follow_up_note, lost_reason, .. } = lead.input;
    let mut row = CopyRow::begin(out);
    row.shown(Some(lead.id)).text(Some(name)).text(email.as_deref()).text(phone.as_deref()).text(company.as_deref());
    row.shown(Some(status.as_str())).text(source.as_deref()).shown(*value);
    row.shown(*assigned_to).shown(*assigned_engineer).shown(*assigned_product);
    let products: Vec<String> = products.iter().map(ToString::to_string).collect();
    row.shown(Some(format_args!("{{{}}}", products.join(",")))).text(notes.as_deref()).shown(Some(priority.as_str()));
    row.shown(*score).shown(Some(lead.computed_score)).shown(Some(engineering_progress));
    row.text(engineering_notes.as_deref()).text(blocked_reason.as_deref());
    row.shown(follow_up_at.map(|at| at.format(&Rfc3339)).transpose().map_err(Error::internal)?);
    row.text(follow_up_note.as_deref()).text(lost_reason.as_deref()).text(Some(lead.changes));
    row.end();
    Ok(())
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

    pub fn end(self) {
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
