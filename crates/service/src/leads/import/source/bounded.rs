//! Reads no further than a row may reach.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use super::ROW_BYTES;

/// A reader that gives up when nobody says for too long that a row is complete.
pub(super) struct Bounded<R> {
    inner: R,
    since: Rc<Cell<usize>>,
}

/// Says that a row is complete.
pub(super) struct Completed(Rc<Cell<usize>>);

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
        self.since.set(self.since.get() + read);
        Ok(read)
    }
}
