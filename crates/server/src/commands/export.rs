//! `siwaht export`: leads as a file, for whoever holds the server's own command line.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    pin::pin,
};

use anyhow::{Context, Result};
use clap::Args;
use domain::leads::{ExportFormat, ExportInput};
use futures_util::StreamExt;
use service::{Acting, Error};

use super::{passing::Passing, say};

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
        let mut input = ExportInput::parse(&self.query).map_err(Error::BadRequest)?;
        let by_name = self.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"));
        match self.format {
            Some(format) => input.format = format,
            None if by_name => input.format = ExportFormat::Xlsx,
            None => {}
        }
        if self.file == Path::new("-") {
            return copy(me, input, &mut io::stdout().lock()).await;
        }
        let (partial, mut out) = Passing::of_new(&self.file)?;
        copy(me, input, &mut out).await?;
        let kept = out.sync_all().and_then(|()| partial.keep_as(&self.file));
        kept.with_context(|| format!("cannot write {}", self.file.display()))?;
        let size = fs::metadata(&self.file)?.len().div_ceil(1024);
        say(format_args!("{} holds the leads: {size} KiB.", self.file.display()));
        Ok(())
    }
}

async fn copy(me: &Acting, input: ExportInput, out: &mut impl Write) -> Result<()> {
    let export = me.leads().export(input).await?;
    let mut pieces = pin!(export.pieces());
    while let Some(piece) = pieces.next().await {
        out.write_all(&piece?).context("writing the file")?;
    }
    out.flush().context("writing the file")
}
