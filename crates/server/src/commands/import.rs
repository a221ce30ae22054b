//! `siwaht import`: a file of leads, for whoever holds the server's own command line.

use std::{convert::Infallible, io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::imports::{Import as Brought, ImportState, ImportStep, OnDuplicate, RowOutcome};
use futures_util::TryStreamExt;
use serde_json::{Map, Value};
use service::{Acting, Error, ImportUpload};
use tokio_util::io::ReaderStream;

use super::say;
use crate::stop::Stop;

/// How often it is asked how far the import is.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Rows with errors that are shown.
const SHOWN: i64 = 10;

#[derive(Args)]
pub struct Import {
    /// The CSV or XLSX file
    file: PathBuf,
    /// Go through the file and write nothing
    #[arg(long)]
    dry_run: bool,
    /// skip, update or create: what happens to rows whose e-mail or phone is there already
    #[arg(long, default_value = "skip")]
    on_duplicate: OnDuplicate,
    /// Which column is what, as JSON: {"Deal Name": "name", "Owner": "assignedTo"}; by default recognised by the headers
    #[arg(long)]
    mapping: Option<String>,
    /// Anything else that was guessed, as JSON: {"delimiter": ";", "dateOrder": "dmy"}
    #[arg(long)]
    settings: Option<String>,
}

impl Import {
    /// Told to stop, it cancels what it has begun, or the next server would go on with it; told twice, it leaves that to
    /// whoever comes next.
    pub async fn run(self, me: &Acting, stop: &mut Stop) -> Result<()> {
        let mut settings: Map<String, Value> = match &self.settings {
            Some(json) => serde_json::from_str(json).context("--settings is no JSON object")?,
            None => Map::new(),
        };
        if let Some(mapping) = &self.mapping {
            settings.insert("mapping".into(), serde_json::from_str(mapping).context("--mapping is no JSON object")?);
        }
        let upload = stop.or(self.upload(me)).await?;
        let step = if self.dry_run { ImportStep::Check } else { ImportStep::Run };
        // To its end, or nobody would know what was begun.
        let import = upload.finish(Value::Object(settings), self.on_duplicate, step).await?;
        // A server that is running may take it up as well; one of the two does. A step that has to wait for something
        // is put back, and taken up again.
        let working = async {
            loop {
                me.crm().run_imports().await?;
                me.crm().import_waits().await;
            }
        };
        let mut working = std::pin::pin!(working);
        let (mut import, mut is_told) = (import, false);
        let mut errors = std::io::stderr();
        while import.state.is_busy() {
            tokio::select! {
                failed = &mut working => {
                    let Err(error): Result<Infallible, Error> = failed;
                    return Err(error.into());
                }
                () = stop.told() => match is_told {
                    true => bail!("stopped before it was done"),
                    false => {
                        is_told = true;
                        me.imports().cancel(import.id).await?;
                    }
                },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            import = me.imports().find(import.id).await?;
            // How far it is, for whoever looks.
            let _ = write!(errors, "\r{} rows", import.rows_done);
        }
        let _ = writeln!(errors);
        if import.counts.failed > 0 {
            let failed = me.imports().rows(import.id, Some(RowOutcome::Failed), 0, SHOWN).await?;
            failed.items.iter().for_each(|row| say(format_args!("Row {}: {}", row.row, row.reason())));
            if failed.next.is_some() {
                say(format_args!("and {} more", import.counts.failed - SHOWN));
            }
        }
        report(&import)
    }

    async fn upload(&self, me: &Acting) -> Result<ImportUpload> {
        let file = tokio::fs::File::open(&self.file).await;
        let file = file.with_context(|| format!("cannot read {}", self.file.display()))?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = ReaderStream::with_capacity(file, 256 << 10).map_err(|error| Error::FilesUnavailable(error.into()));
        let mut upload = me.imports().upload().await?;
        upload.file(&name, bytes).await?;
        Ok(upload)
    }
}

fn report(import: &Brought) -> Result<()> {
    let counts = import.counts;
    let would = if import.step == ImportStep::Check { "would be " } else { "" };
    say(format_args!(
        "Import {}: {} {would}created, {} {would}updated, {} {would}skipped, {} failed.",
        import.id, counts.created, counts.updated, counts.skipped, counts.failed
    ));
    match import.state {
        ImportState::Done | ImportState::Checked => Ok(()),
        ImportState::Checking
        | ImportState::Running
        | ImportState::Cancelled
        | ImportState::Failed
        | ImportState::Reverting
        | ImportState::Reverted => bail!("{}", import.failure.as_deref().unwrap_or("it did not come to its end")),
    }
}
