//! Where the bytes of files lie: a folder, a bucket, or memory. Knows keys and bytes, neither leads nor names of files.

use std::{
    io::SeekFrom,
    ops::Range,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path as FsPath, PathBuf},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use object_store::{
    ClientOptions, GetOptions, GetRange, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload,
    RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory, path::Path, prefix::PrefixStore,
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::{io::ReaderStream, task::TaskTracker};

use super::sniff;
use crate::{Error, Result};

/// Bytes of a part in a folder or in memory: what an upload holds at a time.
const PART: usize = 1 << 20;
/// The same for a bucket: S3 takes no smaller part but the last.
const BUCKET_PART: usize = 5 << 20;
/// Bytes of a download that are read at a time.
const READ: usize = 128 << 10;
/// A bucket that has not answered by then is away.
const BUCKET_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle to the store. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    part: usize,
    folder: Option<PathBuf>,
    /// What still has to be taken away after requests that were given up.
    clearing: TaskTracker,
}

/// What was written: its size, and what it is.
pub(crate) struct Written {
    pub size: u64,
    pub content_type: &'static str,
}

impl Files {
    /// In memory, gone with the process: for tests.
    pub fn in_memory() -> Self {
        Self::over(Arc::new(InMemory::new()), PART, None)
    }

    /// In a folder, which is made if it is missing, and closed to others either way.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn in_folder(folder: &FsPath) -> Result<Self> {
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent).map_err(Error::internal)?;
        }
        // What people attach is nobody else's on this machine.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::internal)?;
        let is_open = std::fs::metadata(folder).map_err(Error::internal)?.permissions().mode() & 0o077 != 0;
        if is_open && let Err(error) = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)) {
            // Somebody else's folder, who has the say over it.
            tracing::warn!(%error, "others on this machine can look into the folder of files");
        }
        let store = LocalFileSystem::new_with_prefix(folder).map_err(Error::internal)?;
        // Synced to the disk before the row says that it is there; folders of leads go with their last file.
        let store = store.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self::over(Arc::new(store), PART, Some(folder.to_owned())))
    }

    /// In a bucket that speaks S3: `s3://bucket/prefix`. Region, endpoint and keys come from the `AWS_*` variables.
    ///
    /// # Errors
    /// The address or a variable cannot be used. Nothing is asked of the bucket yet.
    pub fn in_bucket(url: &str) -> Result<Self> {
        // One TLS for everything: the one the database connection uses too. Fails when it is set already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let prefix = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).map_or("", |(_, prefix)| prefix);
        let retry =
            RetryConfig { max_retries: 2, retry_timeout: BUCKET_TIMEOUT.saturating_mul(2), ..RetryConfig::default() };
        let patience = ClientOptions::new().with_connect_timeout(BUCKET_TIMEOUT).with_timeout(BUCKET_TIMEOUT * 3);
        let insecure = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value == "true");
        let bucket = AmazonS3Builder::from_env()
            .with_url(url)
            .with_retry(retry)
            .with_client_options(patience.with_allow_http(insecure))
            .build()
            .map_err(Error::internal)?;
        let prefix = Path::parse(prefix.trim_matches('/')).map_err(Error::internal)?;
        Ok(Self::over(Arc::new(PrefixStore::new(bucket, prefix)), BUCKET_PART, None))
    }

    fn over(store: Arc<dyn ObjectStore>, part: usize, folder: Option<PathBuf>) -> Self {
        let clearing = TaskTracker::new();
        // Closed from the start: waiting then ends as soon as nothing is under way.
        clearing.close();
        Files { store, part, folder, clearing }
    }

    /// How many files there are, of which somebody knows or not. For tests; the server never lists its store.
    pub async fn count(&self) -> Result<usize> {
        self.store.list(None).try_fold(0, async |count, _| Ok(count + 1)).await.map_err(Error::files)
    }

    /// Waits until what was given up is taken away.
    pub async fn settle(&self) {
        self.clearing.wait().await;
    }

    /// Does this even if the request that asks for it is given up.
    pub(crate) fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.clearing.spawn(work);
    }

    /// Writes a stream, holding one part of it at a time. Unless the whole of it comes, nothing stays behind.
    pub(crate) async fn write(
        &self,
        key: &str,
        most: u64,
        bytes: impl Stream<Item = Result<Bytes>>,
    ) -> Result<Written> {
        let mut bytes = pin!(bytes);
        let (mut size, mut content_type, mut part) = (0, None, Vec::new());
        let mut writing = None;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            size += chunk.len() as u64;
            if size > most {
                return Err(Error::TooLarge(format!("A file may hold {} MiB. Nothing was saved.", most >> 20)));
            }
            part.extend_from_slice(&chunk);
            while part.len() > self.part {
                content_type.get_or_insert_with(|| sniff::content_type(&part));
                let rest = part.split_off(self.part);
                let whole = std::mem::replace(&mut part, rest);
                self.started(&mut writing, key).await?.put(whole).await?;
            }
        }
        let content_type = content_type.unwrap_or_else(|| sniff::content_type(&part));
        match writing {
            Some(writing) => writing.finish(part).await?,
            None => self.store.put(&path(key)?, part.into()).await.map(drop).map_err(Error::files)?,
        }
        Ok(Written { size, content_type })
    }

    async fn started<'a>(&self, writing: &'a mut Option<Writing>, key: &str) -> Result<&'a mut Writing> {
        if writing.is_none() {
            let upload = self.store.put_multipart(&path(key)?).await.map_err(Error::files)?;
            *writing = Some(Writing { upload: Some(upload), files: self.clone() });
        }
        writing.as_mut().ok_or_else(|| Error::internal("an upload that was started"))
    }

    /// Reads a part of a file, as it is asked for.
    ///
    /// # Errors
    /// [`Error::FileMissing`] when there is no such file, or it is not of this size.
    pub(crate) async fn read(
        &self,
        key: &str,
        size: u64,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        let is_empty = range.is_empty();
        let options = GetOptions { range: (!is_empty).then_some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = match self.store.get_opts(&path(key)?, options).await {
            Err(object_store::Error::NotFound { .. }) => None,
            other => Some(other.map_err(Error::files)?).filter(|found| found.meta.size == size),
        };
        let Some(found) = found else {
            tracing::error!(key, size, "a file is missing from the store, or cut short");
            return Err(Error::FileMissing);
        };
        if is_empty {
            return Ok(stream::empty().boxed());
        }
        let (start, length) = (found.range.start, found.range.end - found.range.start);
        Ok(match found.payload {
            // Read here in larger steps than the store's own, each of which is a trip to another thread.
            GetResultPayload::File(file, _) => {
                let mut file = tokio::fs::File::from_std(file);
                file.seek(SeekFrom::Start(start)).await.map_err(Error::files)?;
                ReaderStream::with_capacity(file.take(length), READ).boxed()
            }
            GetResultPayload::Stream(stream) => stream.map_err(std::io::Error::other).boxed(),
        })
    }

    /// Takes files away, and what writing them may have left. Fine when there are none.
    pub(super) async fn delete(&self, keys: &[String]) -> Result<()> {
        for key in keys {
            match self.store.delete(&path(key)?).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(Error::files(error)),
            }
            if let Some(folder) = &self.folder {
                // A server that was killed while it wrote leaves the file under its passing name.
                let _ = tokio::fs::remove_file(folder.join(format!("{key}#1"))).await;
            }
        }
        Ok(())
    }
}

/// An upload in parts. One that is dropped before it is finished takes its parts away.
struct Writing {
    upload: Option<Box<dyn MultipartUpload>>,
    files: Files,
}

impl Writing {
    async fn put(&mut self, part: Vec<u8>) -> Result<()> {
        let Some(upload) = &mut self.upload else { return Ok(()) };
        upload.put_part(PutPayload::from(part)).await.map_err(Error::files)
    }

    async fn finish(mut self, rest: Vec<u8>) -> Result<()> {
        self.put(rest).await?;
        let Some(upload) = &mut self.upload else { return Ok(()) };
        upload.complete().await.map_err(Error::files)?;
        self.upload = None;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(mut upload) = self.upload.take() else { return };
        self.files.later(async move {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "parts of a broken upload stay in the store until it clears them itself");
            }
        });
    }
}

fn path(key: &str) -> Result<Path> {
    Path::parse(key).map_err(Error::internal)
}
