//! SQL about files: attachments, and keys that none of them holds.

use domain::{AttachmentId, LeadId, Timestamp, UserId, attachments::Attachment, attachments::MAX_LISTED};
use sqlx::{PgExecutor, PgPool, Postgres, Transaction};

use crate::Result;

/// An attachment and the key of its bytes, which nobody outside gets to see.
pub(super) struct Row {
    pub attachment: Attachment,
    pub key: String,
}

struct Columns {
    id: AttachmentId,
    lead_id: LeadId,
    file_name: String,
    file_path: String,
    content_type: String,
    size_bytes: i64,
    uploaded_by: Option<UserId>,
    created_at: Timestamp,
}

impl From<Columns> for Row {
    fn from(columns: Columns) -> Self {
        let Columns { id, lead_id, file_name, file_path: key, content_type, size_bytes, uploaded_by, created_at } =
            columns;
        let attachment = Attachment { id, lead_id, file_name, content_type, size_bytes, uploaded_by, created_at };
        Row { attachment, key }
    }
}

/// The newest files of a lead, newest first.
pub(super) async fn list(db: impl PgExecutor<'_>, lead: LeadId) -> Result<Vec<Attachment>> {
    let rows = sqlx::query_as!(
        Columns,
        r#"select id as "id: AttachmentId", lead_id as "lead_id: LeadId", file_name, file_path, content_type,
                  size_bytes, uploaded_by_id as "uploaded_by: UserId", created_at
           from lead_attachments where lead_id = $1 order by created_at desc, id desc limit $2"#,
        lead.0,
        MAX_LISTED,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|columns| Row::from(columns).attachment).collect())
}

/// The file, whoever may see it: its lead decides that.
pub(super) async fn find(db: impl PgExecutor<'_>, id: AttachmentId) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Columns,
        r#"select id as "id: AttachmentId", lead_id as "lead_id: LeadId", file_name, file_path, content_type,
                  size_bytes, uploaded_by_id as "uploaded_by: UserId", created_at
           from lead_attachments where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Row::from))
}

/// A file that was stored, before it has a row.
pub(super) struct New<'a> {
    pub lead: LeadId,
    pub file_name: &'a str,
    pub key: &'a str,
    pub content_type: &'a str,
    pub size_bytes: i64,
    pub uploaded_by: Option<UserId>,
}

pub(super) async fn insert(tx: &mut Transaction<'_, Postgres>, new: New<'_>, now: Timestamp) -> Result<Attachment> {
    let New { lead, file_name, key, content_type, size_bytes, uploaded_by } = new;
    let row = sqlx::query_as!(
        Columns,
        r#"insert into lead_attachments
               (lead_id, file_name, file_path, content_type, size_bytes, uploaded_by_id, created_at)
           values ($1, $2, $3, $4, $5, $6, $7)
           returning id as "id: AttachmentId", lead_id as "lead_id: LeadId", file_name, file_path, content_type,
                     size_bytes, uploaded_by_id as "uploaded_by: UserId", created_at"#,
        lead.0,
        file_name,
        key,
        content_type,
        size_bytes,
        uploaded_by.map(|id| id.0),
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Row::from(row).attachment)
}

pub(super) async fn rename(tx: &mut Transaction<'_, Postgres>, id: AttachmentId, name: &str) -> Result<()> {
    sqlx::query!("update lead_attachments set file_name = $2 where id = $1", id.0, name).execute(&mut **tx).await?;
    Ok(())
}

/// Takes the row away; a trigger notes its key as stray.
pub(super) async fn delete(tx: &mut Transaction<'_, Postgres>, id: AttachmentId) -> Result<()> {
    sqlx::query!("delete from lead_attachments where id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Bytes of all files of the installation.
pub(super) async fn total(pool: &PgPool) -> Result<i64> {
    let total = sqlx::query_scalar!(r#"select coalesce(sum(size_bytes), 0)::bigint as "total!" from lead_attachments"#)
        .fetch_one(pool)
        .await?;
    Ok(total)
}

/// Notes a key that is about to be written.
pub(super) async fn note_stray(pool: &PgPool, key: &str, now: Timestamp) -> Result<()> {
    sqlx::query!("insert into stray_files (key, noted_at) values ($1, $2)", key, now).execute(pool).await?;
    Ok(())
}

/// The keys of these that are still noted as stray, which they are no longer. Waits for whoever is about to decide it.
pub(super) async fn take_strays(tx: &mut Transaction<'_, Postgres>, keys: &[String]) -> Result<Vec<String>> {
    let taken = sqlx::query_scalar!("delete from stray_files where key = any($1) returning key", keys)
        .fetch_all(&mut **tx)
        .await?;
    Ok(taken)
}

/// The oldest keys that were noted before `before`.
pub(super) async fn old_strays(pool: &PgPool, before: Timestamp, most: i64) -> Result<Vec<String>> {
    let keys = sqlx::query_scalar!(
        "select key from stray_files where noted_at < $1 order by noted_at limit $2",
        before,
        most,
    )
    .fetch_all(pool)
    .await?;
    Ok(keys)
}
