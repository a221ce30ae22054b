//! Reads no further than a row may reach.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// Bytes of a row at the most. A quotation mark that is never closed would make one row of all that follows.
const ROW_BYTES: u64 = 4 << 20;

/// A reader that gives up when nobody says for too long that a row is complete.
pub(super) struct Bounded<R> {
    inner: R,
    since: Rc<Cell<u64>>,
}

/// Says that a row is complete.
pub(super) struct Completed(Rc<Cell<u64>>);

impl Completed {
    pub fn row(&self) {
        self.0.set(0);
    }
}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R) -> (Self, Completed) {
        let since = Rc::new(Cell::new(0));
        (Bounded { inner, since: since.clone() }, Completed(since))
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > ROW_BYTES {
            return Err(io::Error::other("a row of more than 4 MiB; is a quotation mark not closed?"));
        }
        let read = self.inner.read(buffer)?;
        self.since.set(self.since.get() + read as u64);
        Ok(read)
    }
}
