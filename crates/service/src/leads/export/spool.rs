//! A file without a name that one side fills and the other reads behind it. It is gone when both let go.
//!
//! A channel would tie the database to the reader's line: a handful of slow readers would hold every connection.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::{sync::watch, task::JoinHandle};

use crate::{Error, Result};

/// Bytes that are read at a time.
const READ: usize = 128 << 10;

/// How far it is.
#[derive(Clone, Copy, Default)]
struct Progress {
    written: u64,
    is_whole: bool,
}

/// The side that writes. Dropped before [`Filling::finish`], it leaves the reader with an error.
pub(super) struct Filling {
    file: Arc<File>,
    written: AtomicU64,
    progress: watch::Sender<Progress>,
}

/// The side that reads.
pub(super) struct Spool {
    file: Arc<File>,
    progress: watch::Receiver<Progress>,
}

/// An empty file in the system's folder for such files.
pub(super) fn open() -> io::Result<(Filling, Spool)> {
    let file = Arc::new(tempfile::tempfile()?);
    let (sender, progress) = watch::channel(Progress::default());
    Ok((Filling { file: file.clone(), written: AtomicU64::new(0), progress: sender }, Spool { file, progress }))
}

impl Filling {
    /// The file itself, for a format that goes back and forth in it; what is written there shows with
    /// [`Filling::show`].
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// So many more bytes can be read from now on.
    pub(super) fn show(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Lets the reader have what was shown. False when nobody reads any more.
    pub(super) fn hand_over(&self) -> bool {
        let written = self.written.load(Ordering::Relaxed);
        self.progress.send(Progress { written, is_whole: false }).is_ok()
    }

    /// That was all.
    pub(super) fn finish(&self) {
        let written = self.written.load(Ordering::Relaxed);
        self.progress.send_replace(Progress { written, is_whole: true });
    }
}

/// Each write is handed over at once.
impl io::Write for &Filling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::Write::write(&mut &*self.file, bytes)?;
        self.show(written as u64);
        if self.hand_over() { Ok(written) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Spool {
    /// Waits for the first bytes. What fails before them is an error of the whole; later it is logged here.
    pub(super) async fn begun(mut self, filling: JoinHandle<Result<()>>) -> Result<Self> {
        let begun = self.progress.wait_for(|progress| progress.written > 0 || progress.is_whole).await.is_ok();
        if !begun {
            filling.await.map_err(Error::internal)??;
            return Err(Error::internal("an export ended before it began"));
        }
        tokio::spawn(async move {
            match filling.await.map_err(Error::internal) {
                Ok(Ok(())) => {}
                Ok(Err(error)) | Err(error) => tracing::warn!(%error, "an export broke off"),
            }
        });
        Ok(self)
    }

    /// Bytes of all of it, once that is known.
    pub(super) fn size(&self) -> Option<u64> {
        let Progress { written, is_whole } = *self.progress.borrow();
        is_whole.then_some(written)
    }

    /// All of it, as it comes.
    pub(super) fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, 0), |(mut spool, at)| async move {
            let piece = spool.piece(at).await?;
            Ok(piece.map(|piece| {
                let next = at + piece.len() as u64;
                (piece, (spool, next))
            }))
        })
    }

    /// What stands at this place; `None` behind the end.
    async fn piece(&mut self, at: u64) -> io::Result<Option<Bytes>> {
        let going = self.progress.wait_for(|progress| progress.written > at || progress.is_whole).await;
        let written = going.map_err(|_| io::Error::other("the export broke off"))?.written;
        // Whole numbers up to READ.
        let size = (written - at).min(READ as u64) as usize;
        if size == 0 {
            return Ok(None);
        }
        let file = self.file.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; size];
            file.read_exact_at(&mut piece, at).map(|()| Bytes::from(piece))
        });
        reading.await.map_err(io::Error::other)?.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn a_reader_gets_what_is_written_and_an_error_instead_of_a_short_file() {
        let (filling, spool) = open().unwrap();
        (&filling).write_all(b"one").unwrap();
        let mut pieces = Box::pin(spool.pieces());
        assert_eq!(pieces.next().await.unwrap().unwrap(), "one");
        (&filling).write_all(&[7; READ + 1]).unwrap();
        assert_eq!(pieces.next().await.unwrap().unwrap().len(), READ);
        assert_eq!(pieces.next().await.unwrap().unwrap().len(), 1);
        drop(filling);
        assert!(pieces.next().await.unwrap().is_err());
        assert!(pieces.next().await.is_none());
    }

    #[tokio::test]
    async fn a_file_is_whole_when_its_writer_says_so() {
        let (filling, spool) = open().unwrap();
        (&filling).write_all(b"one").unwrap();
        assert_eq!(spool.size(), None);
        filling.finish();
        assert_eq!(spool.size(), Some(3));
        drop(filling);
        let pieces: Vec<_> = spool.pieces().map(Result::unwrap).collect().await;
        assert_eq!(pieces, ["one"]);
    }

    #[test]
    fn nobody_writes_on_when_nobody_reads() {
        let (filling, spool) = open().unwrap();
        drop(spool);
        assert_eq!((&filling).write(b"one").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
