//! Takes away bytes that nothing holds: of broken uploads, deleted attachments, purged leads and old imports.

use time::Duration;

use super::store;
use crate::{Crm, Result};

/// How long a key may be without an attachment: much longer than any upload takes.
const GRACE: Duration = Duration::hours(24);
/// Files that one round takes away at the most.
const ROUND: i64 = 500;

impl Crm {
    /// Takes away what has been stray for a day, and says how many files that were. For a worker.
    ///
    /// # Errors
    /// [`crate::Error::FilesUnavailable`] when the store does not answer; the next round goes on from there.
    pub async fn sweep_files(&self) -> Result<usize> {
        let keys = store::old_strays(self.pool(), self.now() - GRACE, ROUND).await?;
        let mut swept = 0;
        // A few at a time, so that no transaction waits long for the store.
        for keys in keys.chunks(10) {
            swept += self.discard(keys).await?;
        }
        Ok(swept)
    }

    /// Bytes of all files of the installation.
    pub async fn files_total(&self) -> Result<u64> {
        Ok(u64::try_from(store::total(self.pool()).await?).unwrap_or_default())
    }

    /// Where the bytes of files are kept.
    pub fn files_handle(&self) -> crate::Files {
        self.files().clone()
    }

    /// Takes away those of the files that no attachment holds. If the store fails, they stay noted.
    async fn discard(&self, keys: &[String]) -> Result<usize> {
        let mut tx = self.begin().await?;
        let stray = store::take_strays(&mut tx, keys).await?;
        self.files().delete(&stray).await?;
        tx.commit().await?;
        Ok(stray.len())
    }

    /// The same where nobody can do anything about a failure: the sweep tries again.
    pub(crate) async fn discard_or_leave(&self, keys: &[String]) {
        if let Err(error) = self.discard(keys).await {
            tracing::warn!(%error, files = keys.len(), "files that nobody needs stay until they are swept");
        }
    }
}
