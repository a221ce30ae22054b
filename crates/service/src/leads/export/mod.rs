//! Leads as a file. However many they are, and however slow their reader is, the server holds a few hundred of them.
//!
//! One task reads the rows, in one snapshot; another thread writes the file, which the answer follows (see `spool`). So
//! a connection is taken for as long as PostgreSQL needs, not for as long as a download takes.

mod cell;
mod sheet;
mod spool;
mod workbook;

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    LeadId, Timestamp,
    events::{Change, Changes},
    leads::{ExportFormat, ExportInput, Lead, LeadQuery},
};
use futures_util::{Stream, TryStreamExt};
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

pub(super) use self::sheet::serial;
use self::{
    cell::Names,
    spool::{Filling, Spool},
};
use super::{Leads, row::LeadRow, stretch};
use crate::{Acting, Error, Result, events, policy, policy::Action};

/// Files that one copy of the server writes at the same time: each takes a connection and much of a processor.
pub(crate) const AT_ONCE: usize = 3;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// Leads that travel together from the reading task to the writing thread.
const BATCH: usize = 500;
/// The same in bytes of long text: 500 leads may carry ten megabytes of notes.
const BATCH_BYTES: usize = 512 << 10;

/// Rows for the writing thread; `None` says that these were all.
type Batches = mpsc::Sender<Option<Vec<Lead>>>;

/// A file of leads, to be read from its beginning while it is still being written.
pub struct Export {
    pub format: ExportFormat,
    /// With the day it was made, as the actor's calendar has it.
    pub file_name: String,
    spool: Spool,
}

impl Export {
    /// Bytes of the whole file, where they are known already.
    pub fn size(&self) -> Option<u64> {
        self.spool.size()
    }

    /// The file in pieces. A file that could not be finished ends with an error.
    pub fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        self.spool.pieces()
    }
}

impl Leads<'_> {
    /// Writes the leads that match into a file: the same ones in the same order as a list shows, all of its pages.
    ///
    /// With `ids` only those among them; ids of leads that the actor does not see, or that do not match, are left out.
    /// That it was asked for is recorded before anything is read. Whoever drops the [`Export`] stops it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the query uses a field the actor does not see, [`Error::BadRequest`] when a sheet
    /// cannot hold so many rows, [`Error::Unavailable`] when too many exports are running. What goes wrong later ends
    /// the pieces.
    pub async fn export(&self, input: ExportInput) -> Result<Export> {
        let me = self.0;
        me.allow(Action::ExportLeads)?;
        policy::allow_query(me.actor(), &input.query)?;
        let turn = tokio::time::timeout(PATIENCE, me.crm().exports().acquire_owned());
        let permit = turn.await.map_err(|_| Error::Unavailable("too many exports at once".into()))?;
        let permit = permit.map_err(Error::internal)?;
        let day = record(me, &input).await?;
        let (filling, spool) = spool::open().map_err(Error::files)?;
        let format = input.format;
        let writing = tokio::spawn(fill(me.clone(), input, filling, permit));
        let spool = spool.begun(writing).await?;
        Ok(Export { format, file_name: format!("leads-{day}.{}", format.as_str()), spool })
    }
}

/// Who took what out, for the audit. Says which day it is where the actor is.
async fn record(me: &Acting, input: &ExportInput) -> Result<time::Date> {
    let ExportInput { format, columns, ids, query } = input;
    let list = LeadQuery { sort: query.sort.clone(), filter: query.filter.clone(), ..LeadQuery::default() };
    let columns: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let mut asked = vec![
        ("format", Value::from(format.as_str())),
        ("query", Value::from(list.to_query())),
        ("columns", Value::from(columns)),
    ];
    if let Some(ids) = ids {
        asked.push(("ids", serde_json::to_value(ids)?));
    }
    let change = |to| Change { from: Value::Null, to };
    let changes: Changes = asked.into_iter().map(|(name, value)| (name.to_owned(), change(value))).collect();
    let now: Timestamp = me.crm().now();
    let mut tx = me.begin().await?;
    // Of no lead's history: nothing about any of them changed. An undo of the request passes it by.
    let (kind, entity) = ("leads.exported", "export");
    let event = events::Event { kind, entity, entity_id: 0, lead: None, changes: &changes, before: None };
    events::record(&mut tx, me.actor(), now, event).await?;
    let day = sqlx::query_scalar!(
        r#"select ($1::timestamptz at time zone $2)::date as "day!""#,
        now,
        me.actor().time_zone(),
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.commit().await?;
    Ok(day)
}

/// Reads on one side, writes on the other, and says how it ended.
async fn fill(me: Acting, input: ExportInput, filling: Filling, _permit: OwnedSemaphorePermit) -> Result<()> {
    let ExportInput { format, columns, ids, query } = input;
    let mut tx = me.begin().await?;
    // Both stretches of a list, and the names, as of one moment.
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut **tx).await?;
    // The usual limit is for requests that somebody waits for without seeing anything.
    sqlx::query("set local statement_timeout = '10min'").execute(&mut **tx).await?;
    let names = Names::load(&mut tx).await?;
    let (batches, taken) = mpsc::channel(2);
    let filling = Arc::new(filling);
    let out = filling.clone();
    let writing = tokio::task::spawn_blocking(move || sheet::write(taken, format, &columns, &names, &out));
    let read = read(&me, &query, ids, &mut tx, batches).await;
    let written = writing.await.map_err(Error::internal);
    read?;
    written??;
    filling.finish();
    Ok(())
}

/// Sends every row, and a `None` behind the last. Stops early when nobody takes them any more.
async fn read(
    me: &Acting,
    query: &LeadQuery,
    ids: Option<Vec<LeadId>>,
    tx: &mut Transaction<'_, Postgres>,
    batches: Batches,
) -> Result<()> {
    let (mut batch, mut weight) = (Vec::with_capacity(BATCH), 0);
    for mut sql in stretch::whole(me, query, ids.as_deref()) {
        let mut rows = sql.build_query_as::<LeadRow>().fetch(&mut **tx);
        while let Some(LeadRow(lead)) = rows.try_next().await? {
            let lead = policy::redact(me.actor(), lead);
            weight += long_text(&lead);
            batch.push(lead);
            if batch.len() == BATCH || weight >= BATCH_BYTES {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                weight = 0;
                if batches.send(Some(full)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    for last in [Some(batch), None] {
        if batches.send(last).await.is_err() {
            break;
        }
    }
    Ok(())
}

fn long_text(lead: &Lead) -> usize {
    [&lead.notes, &lead.engineering_notes].into_iter().flatten().map(String::len).sum()
}
