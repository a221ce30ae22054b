//! What Salesforce writes below the rows of a report: its name, a copyright, who made it. None of it is a lead.

use std::ops::ControlFlow;

use super::{Cell, Row};
use crate::Result;

/// Lines that it has at the most.
const LINES: usize = 10;

/// Holds rows back that may be a footer: lines of one cell, behind a blank one.
#[derive(Default)]
pub(super) struct Footer {
    held: Vec<Row>,
    /// The number of the row before.
    last: u64,
}

impl Footer {
    /// Hands the row on, or holds it back until it shows what it is.
    pub fn pass(&mut self, row: Row, take: &mut impl FnMut(Row) -> Result<ControlFlow<()>>) -> Result<ControlFlow<()>> {
        let is_behind_blank = row.number > self.last + 1;
        self.last = row.number;
        let is_line = row.cells.iter().filter(|cell| !cell.is_blank()).count() == 1;
        let holds = is_line && (is_behind_blank || (1..LINES).contains(&self.held.len()));
        if (is_behind_blank || !holds) && self.release(take)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if !holds {
            return take(row);
        }
        self.held.push(row);
        Ok(ControlFlow::Continue(()))
    }

    /// The file is over: what is held back is a footer if it says so.
    pub fn end(&mut self, take: &mut impl FnMut(Row) -> Result<ControlFlow<()>>) -> Result<()> {
        let is_mark = |cell: &Cell| {
            let text = cell.shown().to_ascii_lowercase();
            text.starts_with("copyright") && text.contains("salesforce.com")
        };
        if self.held.iter().flat_map(|row| &row.cells).any(is_mark) { Ok(()) } else { self.release(take).map(drop) }
    }

    fn release(&mut self, take: &mut impl FnMut(Row) -> Result<ControlFlow<()>>) -> Result<ControlFlow<()>> {
        for row in self.held.drain(..) {
            if take(row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
