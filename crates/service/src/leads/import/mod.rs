//! Files of leads from elsewhere. A file is stored, looked into, gone through without writing, and then brought in;
//! afterwards all of it can be taken back.
//!
//! The path of a row: `source` reads its cells, `draft` makes of them what they say, `plan` decides with `matching`
//! what becomes of it, and the same `Writing` as every other change writes it.

mod draft;
mod guess;
mod headers;
mod lanes;
mod local;
mod matching;
mod moments;
mod names;
mod plan;
mod problems;
mod revert;
mod row_store;
mod run;
mod settings;
mod source;
mod store;
mod template;
mod upload;
mod values;

use domain::{
    Cursor, Fields, ImportId, JobId, Page,
    events::{Change, Changes},
    imports::{Import, ImportRows, ImportState, ImportStep, MAX_PAGE, RowOutcome},
};
use serde_json::Value;

pub(super) use self::run::attempt;
use self::{guess::Inspected, source::Source, store::Stored};
pub use self::{problems::ProblemFile, upload::ImportUpload};
use super::{job_store, jobs};
use crate::{Acting, Crm, Error, Result, db::Tx, events, policy, policy::Action, secrets};

/// How long files and reports are kept.
const KEPT_FOR: time::Duration = time::Duration::days(30);

/// Imports of the actor's own; for admins everyone's.
pub struct Imports<'a>(pub(crate) &'a Acting);

impl Imports<'_> {
    /// Begins to bring a file in.
    pub async fn upload(&self) -> Result<ImportUpload> {
        self.0.allow(Action::ImportLeads)?;
        Ok(ImportUpload::new(self.0.clone()))
    }

    /// A page of imports, newest first, in brief: sheets, columns, settings, unknown values and what a revert left are
    /// empty.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for a limit that is not from 1 to 200, and for a cursor of another list.
    pub async fn list(&self, limit: u16, cursor: Option<&Cursor>) -> Result<Page<Import>> {
        self.0.allow(Action::ImportLeads)?;
        let of = if policy::sees_all_imports(self.0.actor()) { None } else { self.0.actor().id() };
        store::list(self.0.pool(), of, limit, cursor).await
    }

    /// How an import stands.
    pub async fn find(&self, id: ImportId) -> Result<Import> {
        Ok(self.stored(id).await?.import)
    }

    /// Changes how the file is read or what becomes of its rows (a merge patch of its settings), and goes through it
    /// again. An empty patch only goes through it again.
    ///
    /// # Errors
    /// [`Error::Invalid`] for settings that do not fit the file; [`Error::Conflict`] once leads were written, and when
    /// they were changed at the same moment; [`Error::Forbidden`] for a file of someone else's.
    pub async fn configure(&self, id: ImportId, choices: Value) -> Result<Import> {
        let Stored { import, key, .. } = self.stored(id).await?;
        policy::allow_going_on(self.0.actor(), &import)?;
        let file = local::copy(self.0, key.as_deref(), import.size_bytes).await?;
        let before = import.settings.clone();
        let so_far = Inspected { settings: import.settings, columns: import.columns };
        let sheets = import.sheets;
        let looking =
            tokio::task::spawn_blocking(move || settings::apply(&Source::reopen(file)?, &sheets, so_far, &choices));
        let Inspected { settings, columns } = looking.await.map_err(Error::internal)??;
        let mut tx = self.0.begin().await?;
        let stored = self.lock(&mut tx, id).await?;
        if !stored.import.can_be_read_again() {
            return Err(Error::conflict(
                "Leads were written already; upload the file again to read it in another way.",
            ));
        }
        if stored.import.settings != before {
            return Err(Error::conflict("Someone changed how this file is read meanwhile. Look at it again."));
        }
        let now = self.0.crm().now();
        job_store::cancel(&mut **tx, stored.job, "Begun again with other settings.", now).await?;
        row_store::clear_rows(&mut tx, id).await?;
        let job = jobs::enqueue_import(&mut tx, self.0, ImportStep::Check, &secrets::token()?, 0).await?;
        store::configure(&mut tx, id, &columns, &settings, job, now).await?;
        self.committed(tx, id).await
    }

    /// Writes what the dry run has shown.
    ///
    /// # Errors
    /// [`Error::Conflict`] while the dry run goes on, and when leads were written already; [`Error::Forbidden`] for a
    /// file of someone else's.
    pub async fn run(&self, id: ImportId) -> Result<Import> {
        let mut tx = self.0.begin().await?;
        let stored = self.lock(&mut tx, id).await?;
        policy::allow_going_on(self.0.actor(), &stored.import)?;
        if stored.import.state != ImportState::Checked {
            return Err(Error::conflict(
                "Only a file that was gone through, and not yet brought in, can be brought in.",
            ));
        }
        let request_id = secrets::token()?;
        let total = stored.import.rows_total.unwrap_or_default();
        row_store::clear_rows(&mut tx, id).await?;
        let job = jobs::enqueue_import(&mut tx, self.0, ImportStep::Run, &request_id, total).await?;
        store::step(&mut tx, id, ImportStep::Run, job, Some(&request_id), self.0.crm().now()).await?;
        self.committed(tx, id).await
    }

    /// Stops what goes on, within two seconds. What was written before stays, and can be reverted.
    pub async fn cancel(&self, id: ImportId) -> Result<Import> {
        let stored = self.stored(id).await?;
        jobs::stop(self.0, stored.job).await?;
        self.find(id).await
    }

    /// Takes back what the import wrote: the leads it made are deleted, those it changed become what they were. What
    /// others have changed since stays, and is listed.
    ///
    /// # Errors
    /// [`Error::Conflict`] while it is running, when it wrote nothing, and when it was reverted already.
    pub async fn revert(&self, id: ImportId) -> Result<Import> {
        let mut tx = self.0.begin().await?;
        let stored = self.lock(&mut tx, id).await?;
        let (import, wrote) = (&stored.import, stored.run_request_id.is_some());
        let is_over = !import.state.is_busy() && import.state != ImportState::Reverted;
        if !(wrote && is_over && import.counts.created + import.counts.updated > 0) {
            return Err(Error::conflict("There is nothing to revert now."));
        }
        let job = jobs::enqueue_import(&mut tx, self.0, ImportStep::Revert, &secrets::token()?, 0).await?;
        store::step(&mut tx, id, ImportStep::Revert, job, None, self.0.crm().now()).await?;
        self.committed(tx, id).await
    }

    /// Lets go of a file that was not brought in, and of all that is known of it.
    ///
    /// # Errors
    /// [`Error::Conflict`] once leads were written.
    pub async fn discard(&self, id: ImportId) -> Result<()> {
        let mut tx = self.0.begin().await?;
        let Stored { import, key, job, .. } = self.lock(&mut tx, id).await?;
        if !import.can_be_read_again() {
            return Err(Error::conflict(
                "Leads were written already: what came of this file stays, and can be reverted.",
            ));
        }
        let now = self.0.crm().now();
        job_store::cancel(&mut **tx, job, "The file was discarded.", now).await?;
        row_store::clear_rows(&mut tx, id).await?;
        store::delete(&mut tx, id).await?;
        let name = Change { from: import.file_name.into(), to: Value::Null };
        let changes = Changes::from([("fileName".to_owned(), name)]);
        let (kind, entity) = ("import.discarded", "import");
        let event = events::Event { kind, entity, entity_id: id.0, lead: None, changes: &changes, before: None };
        events::record(&mut tx, self.0.actor(), now, event).await?;
        tx.commit().await?;
        self.0.crm().discard_or_leave(&Vec::from_iter(key)).await;
        self.0.crm().announce_import(id, import.created_by, false).await;
        Ok(())
    }

    /// Rows and what becomes of them, in the order of the file: those behind row `after`, `limit` at the most.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for a limit that is not from 1 to 200.
    pub async fn rows(&self, id: ImportId, outcome: Option<RowOutcome>, after: i64, limit: i64) -> Result<ImportRows> {
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(Error::BadRequest(Fields::one("limit", format!("expected 1 to {MAX_PAGE}"))));
        }
        self.stored(id).await?;
        row_store::rows(self.0.pool(), id, outcome, after, limit).await
    }

    /// The import, if it is the actor's to see.
    async fn stored(&self, id: ImportId) -> Result<Stored> {
        self.0.allow(Action::ImportLeads)?;
        self.theirs(store::find(self.0.pool(), id).await?)
    }

    async fn lock(&self, tx: &mut Tx, id: ImportId) -> Result<Stored> {
        self.0.allow(Action::ImportLeads)?;
        self.theirs(store::lock(tx, id).await?)
    }

    fn theirs(&self, found: Option<Stored>) -> Result<Stored> {
        let stored = found.filter(|stored| policy::may_follow(self.0.actor(), stored.import.created_by));
        stored.ok_or(Error::NotFound)
    }

    async fn committed(&self, tx: Tx, id: ImportId) -> Result<Import> {
        tx.commit().await?;
        self.0.crm().import_rings();
        self.find(id).await
    }
}

impl Crm {
    /// A step of the import of this job has come to its end, in whatever way.
    pub(super) async fn announce_end(&self, job: JobId) -> Result<()> {
        if let Some(Stored { import, .. }) = store::of_job(self.pool(), job).await? {
            self.announce_import(import.id, import.created_by, import.step != ImportStep::Check).await;
        }
        Ok(())
    }

    /// Lets go of files and reports of imports that are older than 30 days.
    pub async fn sweep_imports(&self) -> Result<i64> {
        store::clear_old(self.pool(), self.now() - KEPT_FOR).await
    }
}
