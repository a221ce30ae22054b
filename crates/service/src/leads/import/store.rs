//! SQL about imports: the file and its settings. How far one is stands with its job; its rows are in `row_store`.

use domain::{
    Cursor, ImportId, JobId, Page, Timestamp, UserId,
    imports::{Import, ImportColumn, ImportCounts, ImportSettings, ImportState, ImportStep, Kept, UnknownValue},
    leads::{ExportFormat, JobState},
};
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow, types::Json};

use crate::{Actor, Result, pages::Newest};

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
    // Read only once it is held: whoever was faster has given it another job, with which it is joined.
    sqlx::query("select from import_jobs where id = $1 for update").bind(id.0).execute(&mut *db).await?;
    find(db, id).await
}

/// A page of imports in brief, newest first: everyone's, or one person's.
pub(super) async fn list(db: &PgPool, of: Option<UserId>, limit: u16, cursor: Option<&Cursor>) -> Result<Page<Import>> {
    let newest = Newest::of("imports", cursor, limit)?;
    let mut sql = select(BRIEF);
    match of {
        Some(person) => sql.push("i.created_by = ").push_bind(person.0),
        None => sql.push("true"),
    };
    newest.push(&mut sql, "i.created_at", "i.id");
    let stored: Vec<Stored> = sql.build_query_as().fetch_all(db).await?;
    let imports = stored.into_iter().map(|stored| stored.import).collect();
    newest.page(imports, |import: &Import| (import.created_at, import.id.0))
}

/// How a person read the newest of their files with these headers, `but` one.
pub(super) async fn settings_of(
    db: &PgPool,
    actor: &Actor,
    headers: &[&str],
    but: &str,
    newest: i64,
) -> Result<Option<ImportSettings>> {
    let found = sqlx::query_scalar!(
        r#"select settings as "settings: Json<ImportSettings>" from (
               select id, settings, columns from import_jobs where created_by is not distinct from $1
               order by id desc limit $4) i
           where array(select c ->> 'header' from jsonb_array_elements(columns) with ordinality as a(c, n)
                       where c ->> 'header' <> $3 order by n) = $2::text[]
           order by id desc limit 1"#,
        actor.id().map(|id| id.0),
        headers as _,
        but,
        newest,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|settings| settings.0))
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

/// What a revert left.
pub(super) async fn add_kept(db: &mut PgConnection, id: ImportId, kept: &[Kept], total: i64) -> Result<()> {
    let sql =
        sqlx::query!("update import_jobs set kept = $2, kept_total = $3 where id = $1", id.0, Json(kept) as _, total);
    sql.execute(db).await?;
    Ok(())
}

/// Takes the import away. Its rows and its file, which is noted as stray, are the caller's to clear.
pub(super) async fn delete(db: &mut PgConnection, id: ImportId) -> Result<()> {
    sqlx::query!("delete from import_jobs where id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Lets go of files and reports that came before `before`; the sweep takes the files away.
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
