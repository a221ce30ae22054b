//! A file comes: its bytes to the store first, then a look into it, then its row and its job in one transaction.

use bytes::Bytes;
use domain::{
    Fields,
    attachments::clean_name,
    imports::{Import, ImportStep, MAX_FILE_BYTES, OnDuplicate},
};
use futures_util::Stream;
use serde_json::Value;

use super::{super::jobs, guess, guess::Inspected, local, problems, settings, source::Source, store};
use crate::{Acting, Error, Result, attachments, secrets};

/// A file on its way. Nothing is there before [`ImportUpload::finish`]; dropped before, nothing is left.
pub struct ImportUpload {
    acting: Acting,
    stored: Option<Stored>,
}

struct Stored {
    key: String,
    file_name: String,
    size: u64,
}

impl ImportUpload {
    pub(super) fn new(acting: Acting) -> Self {
        ImportUpload { acting, stored: None }
    }

    /// Stores the file. Holds a small part of it at a time.
    ///
    /// # Errors
    /// [`Error::TooLarge`] over 256 MiB, [`Error::Invalid`] for a second file, and the stream's own errors.
    pub async fn file(&mut self, came_as: &str, bytes: impl Stream<Item = Result<Bytes>>) -> Result<()> {
        if self.stored.is_some() {
            return Err(Error::Invalid(Fields::one("file", "one file at a time")));
        }
        let key = format!("imports/{}", attachments::random()?);
        let crm = self.acting.crm();
        attachments::note_stray(crm, &key).await?;
        let stored = self.stored.insert(Stored { key, file_name: clean_name(came_as), size: 0 });
        stored.size = crm.files().write(&stored.key, MAX_FILE_BYTES, bytes).await?.size;
        Ok(())
    }

    /// Looks into the file, guesses how it is to be read, puts `choices` (a merge patch of its settings) over that, and
    /// asks for the dry run, or for the import at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that cannot be read, with what is the matter, and for choices that do not fit it.
    pub async fn finish(mut self, choices: Value, on_duplicate: OnDuplicate, step: ImportStep) -> Result<Import> {
        let Some(stored) = &self.stored else { return Err(Error::Invalid(Fields::one("file", "is required"))) };
        let (key, file_name) = (stored.key.clone(), stored.file_name.clone());
        let size = i64::try_from(stored.size).map_err(Error::internal)?;
        let file = local::copy(&self.acting, Some(&key), size).await?;
        let looking = tokio::task::spawn_blocking(move || look(file, on_duplicate));
        let (source, sheets, guessed) = looking.await.map_err(Error::internal)??;
        let (format, guessed) = (source.format, problems::recall(&self.acting, guessed).await?);
        let choosing = tokio::task::spawn_blocking(move || {
            let inspected = settings::apply(&source, &sheets, guessed, &choices)?;
            Ok::<_, Error>((sheets, inspected))
        });
        let (sheets, Inspected { settings, columns }) = choosing.await.map_err(Error::internal)??;
        let acting = &self.acting;
        let now = acting.crm().now();
        let mut tx = acting.begin().await?;
        let request_id = secrets::token()?;
        let job = jobs::enqueue_import(&mut tx, acting, step, &request_id, 0).await?;
        let new = store::New {
            file_name: &file_name,
            key: &key,
            size_bytes: size,
            format,
            sheets: &sheets,
            columns: &columns,
            settings: &settings,
            job,
            step,
            run_request_id: (step == ImportStep::Run).then_some(request_id.as_str()),
        };
        let id = store::insert(&mut tx, acting.actor(), new, now).await?;
        attachments::claim_stray(&mut tx, &key).await?;
        tx.commit().await?;
        self.stored = None;
        self.acting.crm().import_rings();
        self.acting.imports().find(id).await
    }
}

fn look(file: std::fs::File, on_duplicate: OnDuplicate) -> Result<(Source, Vec<String>, Inspected)> {
    let source = Source::open(file)?;
    let sheets = source.sheets()?;
    let guessed = guess::all(&source, &sheets, on_duplicate)?;
    Ok((source, sheets, guessed))
}

impl Drop for ImportUpload {
    fn drop(&mut self) {
        if let Some(Stored { key, .. }) = self.stored.take() {
            let crm = self.acting.crm().clone();
            self.acting.crm().files().later(async move { crm.discard_or_leave(&[key]).await });
        }
    }
}
