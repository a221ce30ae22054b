//! Rows on their way into a table: PostgreSQL's text format of COPY, sent in pieces.

use sqlx::PgConnection;

use super::story::moment;
use crate::Result;

/// Large enough to make sending cheap, small enough for the server to work while the next piece is made.
const PIECE: usize = 256 * 1024;

/// Rows not sent yet. Fields come in the order of the statement's columns.
pub(super) struct Rows {
    text: String,
}

impl Rows {
    /// Text, or nothing.
    pub(super) fn text<'a>(&mut self, value: impl Into<Option<&'a str>>) -> &mut Self {
        let Some(value) = value.into() else { return self.nothing() };
        for c in value.chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                c => self.text.push(c),
            }
        }
        self.end_field()
    }

    /// A number, or nothing.
    pub(super) fn number(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        let Some(value) = value.into() else { return self.nothing() };
        self.text.push_str(&value.to_string());
        self.end_field()
    }

    /// Several ids in one field.
    pub(super) fn ids(&mut self, ids: &[i64]) -> &mut Self {
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        self.text.push_str(&format!("{{{}}}", ids.join(",")));
        self.end_field()
    }

    /// Cents as an amount, or nothing.
    pub(super) fn amount(&mut self, cents: Option<i64>) -> &mut Self {
        let Some(cents) = cents else { return self.nothing() };
        self.text.push_str(&domain::Money::from_cents(cents).to_string());
        self.end_field()
    }

    /// A moment in seconds since 1970, or nothing.
    pub(super) fn time(&mut self, at: impl Into<Option<i64>>) -> &mut Self {
        let Some(at) = at.into() else { return self.nothing() };
        let (date, time) = (moment(at).date(), moment(at).time());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        let (hour, minute, second) = time.as_hms();
        self.text.push_str(&format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}+00"));
        self.end_field()
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, value: bool) -> &mut Self {
        self.text.push(if value { 't' } else { 'f' });
        self.end_field()
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        // The last field's tab becomes the row's end.
        self.text.pop();
        self.text.push('\n');
    }

    fn nothing(&mut self) -> &mut Self {
        self.text.push_str("\\N");
        self.end_field()
    }

    fn end_field(&mut self) -> &mut Self {
        self.text.push('\t');
        self
    }
}

/// Runs a `copy … from stdin` with one row for each item.
pub(super) async fn copy<T>(
    db: &mut PgConnection,
    statement: &str,
    items: impl IntoIterator<Item = T, IntoIter: Send>,
    mut write: impl FnMut(&mut Rows, T) -> Result<()> + Send,
) -> Result<()> {
    let mut copy = db.copy_in_raw(statement).await?;
    let mut rows = Rows { text: String::with_capacity(PIECE + PIECE / 8) };
    let mut items = items.into_iter();
    loop {
        let written = items.by_ref().try_for_each(|item| {
            let full = write(&mut rows, item).map(|()| rows.text.len() >= PIECE);
            // Stopping is done by an error; a full piece is no failure.
            full.map_err(Some).and_then(|full| if full { Err(None) } else { Ok(()) })
        });
        match written {
            Err(Some(error)) => {
                copy.abort("the rows could not be made").await?;
                return Err(error);
            }
            Err(None) => {
                copy.send(rows.text.as_bytes()).await?;
                rows.text.clear();
            }
            Ok(()) => break,
        }
    }
    copy.send(rows.text.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}
