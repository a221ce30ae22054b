//! Use cases around files on leads. Names and sizes are rows; the bytes lie in the file store under random keys.

mod files;
mod sniff;
mod store;
mod sweep;
mod upload;

use std::ops::Range;

use bytes::Bytes;
use domain::{
    AttachmentId, LeadId,
    attachments::{Attachment, checked_name},
    events::{Change, Changes},
};
use futures_util::stream::BoxStream;
use serde_json::Value;
use sqlx::{Postgres, Transaction};

pub(crate) use self::upload::random;
pub use self::{files::Files, upload::Upload};
use crate::{Acting, Crm, Error, Result, events, events::Event, leads, policy, policy::Action};

/// The event of a file that got another name.
pub(crate) const RENAMED: &str = "attachment.renamed";

/// Files on the leads within one actor's scope.
pub struct Attachments<'a>(pub(crate) &'a Acting);

/// A file that the actor may read.
pub struct StoredFile {
    pub attachment: Attachment,
    key: String,
    files: Files,
}

impl Attachments<'_> {
    /// The newest files of a lead, newest first, at most 500.
    pub async fn list(&self, lead: LeadId) -> Result<Vec<Attachment>> {
        self.0.allow(Action::ViewLeads)?;
        leads::store::find(self.0.pool(), self.0.actor(), lead).await?.ok_or(Error::NotFound)?;
        store::list(self.0.pool(), lead).await
    }

    /// What is known of one file.
    pub async fn find(&self, id: AttachmentId) -> Result<Attachment> {
        Ok(self.open(id).await?.attachment)
    }

    /// One file with a way to its bytes.
    pub async fn open(&self, id: AttachmentId) -> Result<StoredFile> {
        self.0.allow(Action::ViewLeads)?;
        let store::Row { attachment, key } = store::find(self.0.pool(), id).await?.ok_or(Error::NotFound)?;
        let lead = leads::store::find(self.0.pool(), self.0.actor(), attachment.lead_id).await?;
        lead.ok_or(Error::NotFound)?;
        Ok(StoredFile { attachment, key, files: self.0.crm.files().clone() })
    }

    /// Begins to attach files to a lead: all of them, or none.
    pub async fn upload(&self, lead: LeadId) -> Result<Upload> {
        self.0.allow(Action::AttachFile)?;
        leads::store::find(self.0.pool(), self.0.actor(), lead).await?.ok_or(Error::NotFound)?;
        Ok(Upload::new(self.0.clone(), lead))
    }

    /// Gives a file another name. The same name writes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that some system could not keep, [`Error::Forbidden`] unless the actor uploaded
    /// it, or is the lead's agent, or an admin.
    pub async fn rename(&self, id: AttachmentId, name: &str) -> Result<Attachment> {
        self.0.allow(Action::ChangeFile)?;
        let mut tx = self.0.begin().await?;
        let mut attachment = self.lock(&mut tx, id).await?.attachment;
        let name = checked_name(name).map_err(Error::Invalid)?;
        if name == attachment.file_name {
            return Ok(attachment);
        }
        store::rename(&mut tx, id, &name).await?;
        let before = std::mem::replace(&mut attachment.file_name, name.clone());
        let changes = Changes::from([("fileName".into(), Change { from: before.into(), to: name.into() })]);
        record(&mut tx, self.0, RENAMED, &attachment, &changes, None).await?;
        tx.commit().await?;
        Ok(attachment)
    }

    /// Takes a file away: its row, then its bytes. There is no way back.
    ///
    /// # Errors
    /// As for [`Attachments::rename`].
    pub async fn delete(&self, id: AttachmentId) -> Result<()> {
        self.0.allow(Action::ChangeFile)?;
        let mut tx = self.0.begin().await?;
        let store::Row { attachment, key } = self.lock(&mut tx, id).await?;
        store::delete(&mut tx, id).await?;
        let row = serde_json::to_value(&attachment)?;
        record(&mut tx, self.0, "attachment.deleted", &attachment, &Changes::new(), Some(row)).await?;
        tx.commit().await?;
        // The file is deleted for everyone by now; bytes that a store in trouble keeps are swept later.
        self.0.crm.discard_or_leave(&[key]).await;
        Ok(())
    }

    /// The file, if the actor may change it. Held with its lead, so that lead before file is everyone's order.
    async fn lock(&self, tx: &mut Transaction<'_, Postgres>, id: AttachmentId) -> Result<store::Row> {
        let lead = store::find(&mut **tx, id).await?.ok_or(Error::NotFound)?.attachment.lead_id;
        let lead = leads::store::lock(tx, self.0.actor(), lead).await?.ok_or(Error::NotFound)?;
        // Whoever held the lead may have deleted the file or moved it to another lead.
        let row = store::find(&mut **tx, id).await?.filter(|row| row.attachment.lead_id == lead.id);
        let row = row.ok_or(Error::NotFound)?;
        policy::allow_file_change(self.0.actor(), &lead, row.attachment.uploaded_by)?;
        Ok(row)
    }
}

impl StoredFile {
    /// Names these very bytes: they never change, so it never does.
    pub fn tag(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        u64::try_from(self.attachment.size_bytes).unwrap_or_default()
    }

    /// Some of the bytes, read as they are asked for.
    ///
    /// # Errors
    /// [`Error::FileMissing`] when the store has lost them, [`Error::FilesUnavailable`] when it does not answer.
    pub async fn read(&self, range: Range<u64>) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        self.files.read(&self.key, self.size(), range).await
    }
}

async fn record(
    tx: &mut Transaction<'_, Postgres>,
    acting: &Acting,
    kind: &'static str,
    attachment: &Attachment,
    changes: &Changes,
    before: Option<Value>,
) -> Result<()> {
    let lead = Some(attachment.lead_id);
    let event = Event { kind, entity: "attachment", entity_id: attachment.id.0, lead, changes, before };
    events::record(tx, acting.actor(), acting.crm.now(), event).await
}

/// Notes a key that is about to be written: if nobody claims it, it is swept.
pub(crate) async fn note_stray(crm: &Crm, key: &str) -> Result<()> {
    store::note_stray(crm.pool(), key, crm.now()).await
}

/// Something holds the file from now on.
pub(crate) async fn claim_stray(tx: &mut Transaction<'_, Postgres>, key: &str) -> Result<()> {
    match store::take_strays(tx, &[key.to_owned()]).await?.len() {
        1 => Ok(()),
        _ => Err(Error::internal("a file was swept before anything held it")),
    }
}
