//! Attaching files: bytes to the store first, then all rows and events in one transaction, so that a row never promises
//! bytes that are not there. What breaks off on the way is taken away, also when nobody waits for it any more.

use bytes::Bytes;
use domain::{
    Fields, LeadId,
    attachments::{Attachment, MAX_BYTES, MAX_FILES, clean_name},
    events::{Change, Changes},
};
use futures_util::Stream;
use serde_json::Value;

use super::{record, store};
use crate::{Acting, Error, Result, leads};

/// Files on their way onto a lead. None of them is there before [`Upload::finish`]; dropped before, none is left.
pub struct Upload {
    acting: Acting,
    lead: LeadId,
    /// Every key that may hold bytes.
    keys: Vec<String>,
    stored: Vec<Stored>,
}

struct Stored {
    key: String,
    file_name: String,
    content_type: &'static str,
    size_bytes: i64,
}

impl Upload {
    pub(super) fn new(acting: Acting, lead: LeadId) -> Self {
        Upload { acting, lead, keys: Vec::new(), stored: Vec::new() }
    }

    /// Stores one file under what is fit to keep of the name it came with. Holds a small part of it at a time.
    ///
    /// # Errors
    /// [`Error::TooLarge`] over 25 MiB, [`Error::Invalid`] for an eleventh file, and the stream's own errors.
    pub async fn file(&mut self, came_as: &str, bytes: impl Stream<Item = Result<Bytes>>) -> Result<()> {
        if self.stored.len() == MAX_FILES {
            return Err(Error::Invalid(Fields::one("file", format!("at most {MAX_FILES} files at a time"))));
        }
        let key = format!("leads/{}/{}", self.lead, random()?);
        let crm = &self.acting.crm;
        store::note_stray(crm.pool(), &key, crm.now()).await?;
        self.keys.push(key.clone());
        let written = crm.files().write(&key, MAX_BYTES, bytes).await?;
        let size_bytes = i64::try_from(written.size).map_err(Error::internal)?;
        let file_name = clean_name(came_as);
        self.stored.push(Stored { key, file_name, content_type: written.content_type, size_bytes });
        Ok(())
    }

    /// Makes the files attachments of the lead, in the order they came.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none, [`Error::NotFound`] when the lead has gone meanwhile.
    pub async fn finish(mut self) -> Result<Vec<Attachment>> {
        if self.stored.is_empty() {
            return Err(Error::Invalid(Fields::one("file", "is required")));
        }
        let (acting, lead) = (self.acting.clone(), self.lead);
        let (keys, stored) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.stored));
        // In a task of its own: whoever sent the files may hang up now, and the outcome must still be one or the other.
        let task = tokio::spawn(async move {
            let attached = attach(&acting, lead, &stored).await;
            if attached.is_err() {
                acting.crm.discard_or_leave(&keys).await;
            }
            attached
        });
        task.await.map_err(Error::internal)?
    }

    /// Takes away what was stored.
    pub async fn abandon(mut self) {
        let keys = std::mem::take(&mut self.keys);
        self.acting.crm.files().settle().await;
        self.acting.crm.discard_or_leave(&keys).await;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        if !keys.is_empty() {
            let crm = self.acting.crm.clone();
            self.acting.crm.files().later(async move { crm.discard_or_leave(&keys).await });
        }
    }
}

async fn attach(acting: &Acting, lead: LeadId, stored: &[Stored]) -> Result<Vec<Attachment>> {
    let now = acting.crm.now();
    let mut tx = acting.begin().await?;
    leads::store::lock(&mut tx, acting.actor(), lead).await?.ok_or(Error::NotFound)?;
    let mut attachments = Vec::with_capacity(stored.len());
    for Stored { key, file_name, content_type, size_bytes } in stored {
        let (size_bytes, uploaded_by) = (*size_bytes, acting.actor().id());
        let new = store::New { lead, file_name, key, content_type, size_bytes, uploaded_by };
        let attachment = store::insert(&mut tx, new, now).await?;
        let to = |to: Value| Change { from: Value::Null, to };
        let changes = Changes::from([
            ("fileName".into(), to(file_name.as_str().into())),
            ("sizeBytes".into(), to(size_bytes.into())),
        ]);
        record(&mut tx, acting, "attachment.created", &attachment, &changes, None).await?;
        attachments.push(attachment);
    }
    let keys: Vec<String> = stored.iter().map(|file| file.key.clone()).collect();
    if store::take_strays(&mut tx, &keys).await?.len() != keys.len() {
        return Err(Error::internal("a file was swept before it was attached"));
    }
    tx.commit().await?;
    Ok(attachments)
}

/// 32 hexadecimal digits. The key of a file says nothing of its name, and cannot be guessed.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
