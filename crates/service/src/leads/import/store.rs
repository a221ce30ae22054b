//! SQL about imports: the file and its settings, and what becomes of each row. How far one is stands with its job.

use domain::{
    ImportId, JobId, LeadId, Timestamp, UserId,
    imports::{
        Import, ImportColumn, ImportCounts, ImportRow, ImportRows, ImportSettings, ImportState, ImportStep, Kept,
        RowOutcome, RowProblem, UnknownValue,
    },
    leads::{ExportFormat, JobState},
};
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow, types::Json};

use super::super::copying::CopyRow;
use crate::{Actor, Error, Result, db::Tx};

/// An import, its job, and the key of its file, which nobody outside gets to see.
pub(super) struct Stored {
    pub import: Import,
    pub key: Option<String>,
    pub job: JobId,
    pub run_request_id: Option<String>,
}

/// Columns of a list: without what only the page of one import shows.
const BRIEF: &str = "'[]'::jsonb as sheets, '[]'::jsonb as columns, '{}'::jsonb as settings, '[]'::jsonb as unknown, \
    '[]'::jsonb as kept";
const WHOLE: &str = "i.sheets, i.columns, i.settings, i.unknown, i.kept";

fn select(parts: &str) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(parts);
    sql.push(
        ", i.id, i.file_name, i.size_bytes, i.format, i.step, i.rows_total, i.rows_created, i.rows_updated, \
         i.rows_skipped, i.rows_failed, i.kept_total, i.file_path, i.created_by, i.created_at, i.job_id, \
         i.run_request_id, j.state, j.rows_done, j.failure, j.finished_at \
         from import_jobs i join bulk_jobs j on j.id = i.job_id where ",
    );
    sql
}

impl<'r> FromRow<'r, PgRow> for Stored {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let word = |name: &str| row.try_get::<String, _>(name);
        let wrong = |error: String| sqlx::Error::Decode(error.into());
        let step: ImportStep = word("step")?.parse().map_err(|e: &str| wrong(e.into()))?;
        let job: JobState = word("state")?.parse().map_err(|e: &str| wrong(e.into()))?;
        let format: ExportFormat = word("format")?.parse().map_err(|e: &str| wrong(e.into()))?;
        let key: Option<String> = row.try_get("file_path")?;
        let import = Import {
            id: ImportId(row.try_get("id")?),
            file_name: row.try_get("file_name")?,
            size_bytes: row.try_get("size_bytes")?,
            format,
            state: state(step, job),
            step,
            sheets: row.try_get::<Json<_>, _>("sheets")?.0,
            columns: row.try_get::<Json<_>, _>("columns")?.0,
            settings: row.try_get::<Json<_>, _>("settings")?.0,
            rows_total: row.try_get("rows_total")?,
            rows_done: row.try_get("rows_done")?,
            counts: ImportCounts {
                created: row.try_get("rows_created")?,
                updated: row.try_get("rows_updated")?,
                skipped: row.try_get("rows_skipped")?,
                failed: row.try_get("rows_failed")?,
            },
            unknown: row.try_get::<Json<_>, _>("unknown")?.0,
            failure: row.try_get("failure")?,
            kept: row.try_get::<Json<_>, _>("kept")?.0,
            kept_total: row.try_get("kept_total")?,
            has_file: key.is_some(),
            created_by: row.try_get::<Option<i64>, _>("created_by")?.map(UserId),
            created_at: row.try_get("created_at")?,
            finished_at: row.try_get("finished_at")?,
        };
        let (job, run_request_id) = (JobId(row.try_get("job_id")?), row.try_get("run_request_id")?);
        Ok(Stored { import, key, job, run_request_id })
    }
}

/// An import stands as its job does.
fn state(step: ImportStep, job: JobState) -> ImportState {
    match (job, step) {
        (JobState::Queued | JobState::Running, ImportStep::Check) => ImportState::Checking,
        (JobState::Queued | JobState::Running, ImportStep::Run) => ImportState::Running,
        (JobState::Queued | JobState::Running, ImportStep::Revert) => ImportState::Reverting,
        (JobState::Done, ImportStep::Check) => ImportState::Checked,
        (JobState::Done, ImportStep::Run) => ImportState::Done,
        (JobState::Done, ImportStep::Revert) => ImportState::Reverted,
        (JobState::Failed, _) => ImportState::Failed,
        (JobState::Cancelled, _) => ImportState::Cancelled,
    }
}

/// The import, whoever may see it.
pub(super) async fn find(db: impl PgExecutor<'_>, id: ImportId) -> Result<Option<Stored>> {
    let mut sql = select(WHOLE);
    sql.push("i.id = ").push_bind(id.0);
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// What a job is about; `None` when the import has gone on with another one.
pub(super) async fn of_job(db: impl PgExecutor<'_>, job: JobId) -> Result<Option<Stored>> {
    let mut sql = select(WHOLE);
    sql.push("i.job_id = ").push_bind(job.0);
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// The import, held until the transaction ends, so that nobody else decides about it meanwhile.
pub(super) async fn lock(db: &mut PgConnection, id: ImportId) -> Result<Option<Stored>> {
    let mut sql = select(WHOLE);
    sql.push("i.id = ").push_bind(id.0).push(" for update of i");
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// The newest imports in brief, newest first: everyone's, or one person's.
pub(super) async fn list(db: &PgPool, of: Option<UserId>, most: i64) -> Result<Vec<Import>> {
    let mut sql = select(BRIEF);
    match of {
        Some(person) => sql.push("i.created_by = ").push_bind(person.0),
        None => sql.push("true"),
    };
    sql.push(" order by i.id desc limit ").push_bind(most);
    let stored: Vec<Stored> = sql.build_query_as().fetch_all(db).await?;
    Ok(stored.into_iter().map(|stored| stored.import).collect())
}

/// A file that has come.
pub(super) struct New<'a> {
    pub file_name: &'a str,
    pub key: &'a str,
    pub size_bytes: i64,
    pub format: ExportFormat,
    pub sheets: &'a [String],
    pub columns: &'a [ImportColumn],
    pub settings: &'a ImportSettings,
    pub job: JobId,
    pub step: ImportStep,
    pub run_request_id: Option<&'a str>,
}

pub(super) async fn insert(db: &mut PgConnection, actor: &Actor, new: New<'_>, now: Timestamp) -> Result<ImportId> {
    let New { file_name, key, size_bytes, format, sheets, columns, settings, job, step, run_request_id } = new;
    let id = sqlx::query_scalar!(
        r#"insert into import_jobs (created_by, file_name, file_path, size_bytes, format, sheets, columns, settings,
               job_id, step, run_request_id, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) returning id as "id: ImportId""#,
        actor.id().map(|id| id.0),
        file_name,
        key,
        size_bytes,
        format.as_str(),
        Json(sheets) as _,
        Json(columns) as _,
        Json(settings) as _,
        job.0,
        step.as_str(),
        run_request_id,
        now,
    )
    .fetch_one(db)
    .await?;
    Ok(id)
}

/// The import is read in another way from now on, by this job.
pub(super) async fn configure(
    db: &mut PgConnection,
    id: ImportId,
    columns: &[ImportColumn],
    settings: &ImportSettings,
    job: JobId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update import_jobs set columns = $2, settings = $3, job_id = $4, step = 'check', updated_at = $5 where id = $1",
        id.0,
        Json(columns) as _,
        Json(settings) as _,
        job.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The import goes on to this step, by this job.
pub(super) async fn step(
    db: &mut PgConnection,
    id: ImportId,
    step: ImportStep,
    job: JobId,
    run_request_id: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update import_jobs set step = $2, job_id = $3, run_request_id = coalesce($4, run_request_id),
             updated_at = $5 where id = $1",
        id.0,
        step.as_str(),
        job.0,
        run_request_id,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

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

/// All rows were read.
pub(super) async fn read_through(
    db: &mut PgConnection,
    id: ImportId,
    total: i64,
    unknown: &[UnknownValue],
) -> Result<()> {
    sqlx::query!(
        "update import_jobs set rows_total = $2, unknown = $3 where id = $1",
        id.0,
        total,
        Json(unknown) as _,
    )
    .execute(db)
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

/// A page of rows behind `after`, of one outcome or of all.
pub(super) async fn rows(
    db: impl PgExecutor<'_>,
    id: ImportId,
    outcome: Option<RowOutcome>,
    after: i64,
    most: i64,
) -> Result<ImportRows> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select row_no, outcome, lead_id, name, email, detail, problems from import_rows where import_id = ",
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

/// What a revert left.
pub(super) async fn add_kept(db: &mut PgConnection, id: ImportId, kept: &[Kept], total: i64) -> Result<()> {
    sqlx::query!("update import_jobs set kept = $2, kept_total = $3 where id = $1", id.0, Json(kept) as _, total,)
        .execute(db)
        .await?;
    Ok(())
}

/// Lets go of files and of reports that came before `before`; the sweep takes the files away.
pub(super) async fn clear_old(db: &PgPool, before: Timestamp) -> Result<i64> {
    let mut cleared = 0;
    loop {
        let now = sqlx::query_scalar!(
            r#"with old as (
                   update import_jobs set file_path = null where id in (
                       select i.id from import_jobs i join bulk_jobs j on j.id = i.job_id
                       where i.file_path is not null and i.created_at < $1 and j.state not in ('queued', 'running')
                       order by i.id limit 100)
                   returning id),
               gone as (delete from import_rows r using old where r.import_id = old.id)
               select count(*) as "count!" from old"#,
            before,
        )
        .fetch_one(db)
        .await?;
        if now == 0 {
            return Ok(cleared);
        }
        cleared += now;
    }
}
