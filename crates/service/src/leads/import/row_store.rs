//! SQL about the rows of an import: what becomes of each.

use domain::{
    ImportId, LeadId, Timestamp,
    imports::{ImportCounts, ImportRow, ImportRows, RowOutcome, RowProblem},
};
use sqlx::{PgConnection, PgExecutor, Postgres, QueryBuilder, Row, postgres::PgRow, types::Json};

use super::super::copying::CopyRow;
use crate::{Error, Result, db::Tx};

/// Forgets what an earlier step found out about rows; for whoever lets another step begin.
pub(super) async fn clear_rows(db: &mut PgConnection, id: ImportId) -> Result<()> {
    sqlx::query!("delete from import_rows where import_id = $1", id.0).execute(&mut *db).await?;
    sqlx::query!(
        "update import_jobs set rows_created = 0, rows_updated = 0, rows_skipped = 0, rows_failed = 0, unknown = '[]'
         where id = $1",
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes what became of a stretch of rows, and of all so far.
pub(super) async fn add_rows(
    tx: &mut Tx,
    id: ImportId,
    rows: &[ImportRow],
    counts: ImportCounts,
    now: Timestamp,
) -> Result<()> {
    let mut out = String::with_capacity(rows.len() * 96);
    for ImportRow { row, outcome, lead, name, email, detail, problems } in rows {
        let problems = if problems.is_empty() { None } else { Some(serde_json::to_string(problems)?) };
        let mut line = CopyRow::begin(&mut out);
        line.shown(Some(id)).shown(Some(row)).shown(Some(outcome.as_str())).shown(*lead);
        line.text(Some(name)).text(Some(email)).text(Some(detail)).text(problems.as_deref());
        line.end();
    }
    tx.copy_in("copy import_rows (import_id, row_no, outcome, lead_id, name, email, detail, problems) from stdin", out)
        .await?;
    let ImportCounts { created, updated, skipped, failed } = counts;
    sqlx::query!(
        "update import_jobs set rows_created = $2, rows_updated = $3, rows_skipped = $4, rows_failed = $5,
             updated_at = $6 where id = $1",
        id.0,
        created,
        updated,
        skipped,
        failed,
        now,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Which rows were written before, and where to.
pub(super) async fn written(db: impl PgExecutor<'_>, id: ImportId) -> Result<Vec<(i64, Option<LeadId>, bool)>> {
    let rows = sqlx::query!(
        r#"select row_no, lead_id as "lead: LeadId", outcome = 'created' as "is_new!" from import_rows
           where import_id = $1 and outcome in ('created', 'updated')"#,
        id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.row_no.into(), row.lead, row.is_new)).collect())
}

/// A page of rows behind `after`, of one outcome or of all. A lead that is deleted by now is none of theirs.
pub(super) async fn rows(
    db: impl PgExecutor<'_>,
    id: ImportId,
    outcome: Option<RowOutcome>,
    after: i64,
    most: i64,
) -> Result<ImportRows> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select row_no, outcome, (select l.id from leads l where l.id = r.lead_id and l.deleted_at is null) as lead_id, \
         r.name, r.email, detail, problems from import_rows r where import_id = ",
    );
    sql.push_bind(id.0).push(" and row_no > ").push_bind(after);
    if let Some(outcome) = outcome {
        // Written out rather than bound: only so does the partial index answer.
        sql.push(format!(" and outcome = '{}'", outcome.as_str()));
    }
    sql.push(" order by row_no limit ").push_bind(most + 1);
    let found = sql.build().fetch_all(db).await?;
    let mut items = found.iter().map(row_of).collect::<Result<Vec<_>>>()?;
    let fits = usize::try_from(most).unwrap_or_default();
    let more = items.len() > fits;
    items.truncate(fits);
    Ok(ImportRows { next: items.last().filter(|_| more).map(|row| row.row), items })
}

fn row_of(row: &PgRow) -> Result<ImportRow> {
    Ok(ImportRow {
        row: row.try_get::<i32, _>("row_no")?.into(),
        outcome: row.try_get::<String, _>("outcome")?.parse().map_err(|e: &str| Error::internal(e))?,
        lead: row.try_get::<Option<i64>, _>("lead_id")?.map(LeadId),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        detail: row.try_get("detail")?,
        problems: row.try_get::<Option<Json<Vec<RowProblem>>>, _>("problems")?.map(|json| json.0).unwrap_or_default(),
    })
}

/// Cells for which rows failed with one of these messages: header, value and in how many rows, the most frequent first.
pub(super) async fn failing(
    db: impl PgExecutor<'_>,
    id: ImportId,
    messages: &[&str],
    most: i64,
) -> Result<Vec<(String, String, i64)>> {
    let found = sqlx::query!(
        r#"select p ->> 'column' as "column!", min(p ->> 'value') as "value!", count(*) as "rows!"
           from import_rows r cross join lateral jsonb_array_elements(r.problems) p
           where r.import_id = $1 and r.outcome = 'failed' and p ->> 'message' = any($2)
           group by p ->> 'column', lower(p ->> 'value') order by count(*) desc, min(p ->> 'value') limit $3"#,
        id.0,
        messages as _,
        most,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.column, row.value, row.rows)).collect())
}
