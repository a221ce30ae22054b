//! `/api/leads/export`: a file that is sent while it is written.

use std::{io, pin::pin, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::RawQuery,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::leads::{ExportFormat, ExportInput};
use futures_util::{Stream, StreamExt, stream};
use service::Error;
use tokio::{sync::mpsc, time::timeout};

use crate::{problem::Problem, session::As};

/// Where files of leads come from: an address without the usual time limit.
pub const EXPORTS: &str = "/api/leads/export";
/// How long a reader may stand still before the file is taken from it.
const IDLE: Duration = Duration::from_secs(60);

/// Leads as a file: all that match, in the order of the list, within the caller's scope.
///
/// Takes the query string of `GET /api/leads`; page and total in it are ignored. Text that a spreadsheet would run
/// begins with an apostrophe, see the documentation.
#[utoipa::path(get, path = "/api/leads/export", tag = "Leads", operation_id = "exportLeads",
    params(
        ("format" = Option<String>, Query, description = "csv (default) or xlsx"),
        ("columns" = Option<String>, Query, description = "Which columns in which order, with commas; all by default"),
        ("ids" = Option<String>, Query, description = "Only these of the leads that match, at most 10,000; those the caller does not see are left out"),
    ),
    responses(
        (status = 200, description = "The file. A connection that breaks off is a file that is not whole", content_type = "text/csv"),
        (status = 400, description = "A parameter cannot be used; or more than 1,048,575 leads for a sheet"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The query uses a field the caller may not see"),
        (status = 503, description = "Too many exports at once, or no room for the file"),
    ))]
pub async fn export(As(me): As, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let input = ExportInput::parse(query.as_deref().unwrap_or_default()).map_err(Error::BadRequest)?;
    let export = me.leads().export(input).await?;
    let (format, name, size) = (export.format, export.file_name.clone(), export.size());
    Ok(download(Body::from_stream(in_motion(export.pieces())), format, &name, size))
}

/// A file of leads to be saved. Its name holds letters, digits, `-`, `_` and `.` only.
pub(super) fn download(body: Body, format: ExportFormat, name: &str, size: Option<u64>) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(
        header::CONTENT_DISPOSITION,
        disposition.unwrap_or(HeaderValue::from_static("attachment; filename=\"leads\"")),
    );
    if let Some(size) = size {
        headers.insert(header::CONTENT_LENGTH, size.into());
    }
    response
}

/// The pieces, for as long as somebody takes them: a file on the disk must not wait for a reader who has fallen asleep.
fn in_motion(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, taken) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut pieces = pin!(pieces);
        loop {
            let piece = pieces.next().await;
            let is_over = !matches!(piece, Some(Ok(_)));
            if !matches!(timeout(IDLE, sender.send(piece)).await, Ok(Ok(()))) || is_over {
                return;
            }
        }
    });
    stream::unfold(Some(taken), |taken| async move {
        let mut taken = taken?;
        match taken.recv().await {
            Some(Some(Ok(piece))) => Some((Ok(piece), Some(taken))),
            Some(Some(Err(error))) => Some((Err(error), None)),
            Some(None) => None,
            // Without its end: this must not look like a whole file.
            None => Some((Err(io::Error::other("nobody read for a minute")), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(count: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::iter((0..count).map(|_| Ok(Bytes::from_static(b"x"))))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_all_of_it_and_one_who_fell_asleep_an_error() {
        let mut slow = Box::pin(in_motion(pieces(5)));
        let mut taken = 0;
        while let Some(piece) = slow.next().await {
            piece.unwrap();
            taken += 1;
            tokio::time::sleep(IDLE - Duration::from_secs(1)).await;
        }
        assert_eq!(taken, 5);
        let mut asleep = Box::pin(in_motion(pieces(5)));
        asleep.next().await.unwrap().unwrap();
        tokio::time::sleep(IDLE * 2).await;
        let rest: Vec<_> = asleep.collect().await;
        assert!(rest.last().unwrap().is_err());
        assert!(rest.len() < 4);
    }

    #[tokio::test]
    async fn a_broken_file_ends_with_its_error() {
        let broken = stream::iter([Ok(Bytes::from_static(b"x")), Err(io::Error::other("broken"))]);
        let all: Vec<_> = in_motion(broken).collect().await;
        assert!(all.len() == 2 && all[1].is_err());
    }
}
