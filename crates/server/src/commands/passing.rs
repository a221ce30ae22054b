//! Files under a passing name: whatever ends a command, what is not whole goes with it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tokio_util::sync::CancellationToken;

/// A file that is removed when this is dropped, unless it got its name before.
pub struct Passing(PathBuf);

impl Passing {
    /// An empty file that nobody else on the machine reads; one that was left behind makes room for it.
    pub fn create(path: PathBuf) -> io::Result<(Self, File)> {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok((Passing(path), file))
    }

    /// The same beside a file that must not exist yet: one with the right name is always a good one.
    pub fn of_new(file: &Path) -> Result<(Self, File)> {
        if file.exists() {
            bail!("{} exists already; choose another name", file.display());
        }
        Self::create(beside(file, ".partial")).with_context(|| format!("cannot write {}", file.display()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// It is whole, and gets its name.
    pub fn keep_as(self, name: &Path) -> io::Result<()> {
        fs::rename(&self.0, name)
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // Not there under this name when it was kept.
        let _ = fs::remove_file(&self.0);
    }
}

/// The file's name with something behind it.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Does what blocks. Unlike a future it cannot be dropped: it is told instead that nobody waits for it any more.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce(CancellationToken) -> Result<T> + Send + 'static,
) -> Result<T> {
    let given_up = CancellationToken::new();
    let _told = given_up.clone().drop_guard();
    tokio::task::spawn_blocking(move || work(given_up)).await?
}

/// A file of such work: reading and writing it breaks off when that is given up.
pub struct Heeding {
    pub file: File,
    pub given_up: CancellationToken,
}

impl Heeding {
    fn heed(&self) -> io::Result<()> {
        if self.given_up.is_cancelled() { Err(io::Error::other("given up")) } else { Ok(()) }
    }
}

impl Read for Heeding {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.heed()?;
        self.file.read(bytes)
    }
}

impl Write for Heeding {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heed()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_given_up_breaks_off_and_leaves_nothing() {
        let name = std::env::temp_dir().join(format!("siwaht-passing-{}", std::process::id()));
        let (begun, is_begun) = tokio::sync::oneshot::channel();
        let (over, is_over) = tokio::sync::oneshot::channel();
        let partial = name.clone();
        let endless = blocking(move |given_up| {
            let (passing, file) = Passing::of_new(&partial)?;
            assert!(passing.path().exists());
            let _ = begun.send(());
            let copied = io::copy(&mut io::repeat(0).take(u64::MAX), &mut Heeding { file, given_up });
            drop(passing);
            let _ = over.send(copied.is_err());
            Ok(())
        });
        tokio::select! {
            _ = endless => panic!("it has no end"),
            _ = is_begun => {}
        }
        assert!(is_over.await.unwrap());
        assert!(!beside(&name, ".partial").exists());
    }
}
