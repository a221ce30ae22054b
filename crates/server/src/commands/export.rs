//! `siwaht export`: leads as a file, for whoever holds the server's own command line.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    pin::pin,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use domain::leads::{ExportFormat, ExportInput};
use futures_util::StreamExt;
use service::{Acting, Error};

#[derive(Args)]
pub struct Export {
    /// The file to write; it must not exist yet. `-` is standard output
    file: PathBuf,
    /// csv or xlsx; by default what the file's name ends in, otherwise csv
    #[arg(long)]
    format: Option<ExportFormat>,
    /// Which leads, in which order and columns: a query string as of a list, e.g. "status=won&sort=-value&columns=id,name"
    #[arg(long, default_value = "")]
    query: String,
}

impl Export {
    pub async fn run(self, me: &Acting) -> Result<()> {
        let mut input = ExportInput::parse(&self.query).map_err(|fields| readable(Error::BadRequest(fields)))?;
        let by_name = self.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"));
        match self.format {
            Some(format) => input.format = format,
            None if by_name => input.format = ExportFormat::Xlsx,
            None => {}
        }
        if self.file == Path::new("-") {
            return copy(me, input, &mut io::stdout().lock()).await;
        }
        if self.file.exists() {
            bail!("{} exists already; choose another name", self.file.display());
        }
        // Under another name until it is whole, so that a file with the right name is always a good one.
        let mut partial = self.file.clone().into_os_string();
        partial.push(".partial");
        let written = self.write(me, input, Path::new(&partial)).await;
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written?;
        println!("{} holds the leads: {} KiB.", self.file.display(), fs::metadata(&self.file)?.len().div_ceil(1024));
        Ok(())
    }

    async fn write(&self, me: &Acting, input: ExportInput, partial: &Path) -> Result<()> {
        let cannot = || format!("cannot write {}", self.file.display());
        let mut out = File::create(partial).with_context(cannot)?;
        copy(me, input, &mut out).await?;
        out.sync_all().and_then(|()| fs::rename(partial, &self.file)).with_context(cannot)
    }
}

async fn copy(me: &Acting, input: ExportInput, out: &mut impl Write) -> Result<()> {
    let export = me.leads().export(input).await.map_err(readable)?;
    let mut pieces = pin!(export.pieces());
    while let Some(piece) = pieces.next().await {
        out.write_all(&piece?).context("writing the file")?;
    }
    out.flush().context("writing the file")
}

fn readable(error: Error) -> anyhow::Error {
    match error {
        Error::BadRequest(fields) => {
            let list: Vec<String> = fields.0.iter().map(|(field, message)| format!("{field}: {message}")).collect();
            anyhow!(list.join("; "))
        }
        other => anyhow!(other),
    }
}
