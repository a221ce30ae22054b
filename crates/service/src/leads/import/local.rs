//! The file of an import on this machine's disk: sheets are read back and forth, which no bucket does.

use std::{fs::File, io::Write};

use futures_util::TryStreamExt;

use super::source::refused;
use crate::{Acting, Error, Result};

/// A copy without a name, gone with its reader.
pub(super) async fn copy(acting: &Acting, key: Option<&str>, size: i64) -> Result<File> {
    let key = key.ok_or_else(|| refused("was cleared away after 30 days; upload it again"))?;
    let size = u64::try_from(size).map_err(Error::internal)?;
    let mut pieces = acting.crm().files().read(key, size, 0..size).await?;
    let mut file = tempfile::tempfile().map_err(Error::files)?;
    while let Some(piece) = pieces.try_next().await.map_err(Error::files)? {
        // Into the cache of the system: too short a wait to leave the thread for.
        file.write_all(&piece).map_err(Error::files)?;
    }
    Ok(file)
}
