//! The body of an upload: handed on in small pieces, within time limits that a slow line keeps and a dead one does not.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::{HeaderMap, header},
};
use domain::Fields;
use futures_util::{Stream, StreamExt, stream};
use multer::Field;
use service::Error;
use tokio::time::{Instant, Sleep, sleep};

/// How long a body may stand still.
const IDLE: Duration = Duration::from_secs(30);
/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(3600);
/// Bytes of a piece at the most.
const PIECE: usize = 64 << 10;
/// Bytes between two files, or before the first.
const BETWEEN: usize = 256 << 10;
/// Bytes that are read and thrown away after a refusal.
const DRAINED: usize = 64 << 20;

/// Why a body ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the upload broke off; nothing was kept")]
    Off,
    #[error("no byte came for 30 s; nothing was kept")]
    Still,
    #[error("the upload took longer than an hour; nothing was kept")]
    Long,
    #[error("the parts around the files hold too much; nothing was kept")]
    Around,
}

/// A body that can be read as a stream, and drained when nobody wants the rest.
#[derive(Clone)]
pub struct Incoming(Arc<Mutex<Pieces>>);

impl Incoming {
    pub fn new(body: Body) -> Self {
        Incoming(Arc::new(Mutex::new(Pieces::new(body))))
    }

    /// The body in pieces.
    pub fn pieces(&self) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'static {
        let pieces = self.0.clone();
        stream::poll_fn(move |cx| pieces.lock().unwrap_or_else(PoisonError::into_inner).poll(cx))
    }

    /// What came so far belongs to a file: the count of what stands between files begins anew.
    pub fn claim(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).between = 0;
    }

    /// Reads on for a while: a client that is still sending does not hear a refusal, it only sees the line go dead.
    /// One that asked first (`Expect`) hears it without sending anything.
    pub async fn drain(self, headers: &HeaderMap) {
        if headers.contains_key(header::EXPECT) && !self.0.lock().unwrap_or_else(PoisonError::into_inner).is_begun {
            return;
        }
        let mut pieces = self.pieces();
        let mut left = DRAINED;
        while let Some(Ok(piece)) = pieces.next().await {
            self.claim();
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    }
}

/// The name that the file came with. Some programs send one beyond ASCII as `filename*`, which wins (RFC 6266).
pub fn name(part: &Field<'_>) -> Option<String> {
    let disposition = part.headers().get(header::CONTENT_DISPOSITION).map(|value| value.as_bytes()).unwrap_or_default();
    let extended = String::from_utf8_lossy(disposition).into_owned();
    let extended = extended.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        let value = if name.trim().eq_ignore_ascii_case("filename*") { value.trim() } else { return None };
        let (charset, value) = value.split_once('\'')?;
        let (_, value) = value.split_once('\'')?;
        charset.eq_ignore_ascii_case("utf-8").then(|| unescaped(value)).flatten()
    });
    extended.or_else(|| part.file_name().map(str::to_owned))
}

fn unescaped(value: &str) -> Option<String> {
    let pair = format!("name={}", value.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, name)| name.into_owned())
}

pub fn broken(error: multer::Error) -> Error {
    let broken = match &error {
        multer::Error::StreamReadFailed(inner) => inner.downcast_ref::<Broken>().copied().unwrap_or(Broken::Off),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteFieldData { .. } => Broken::Off,
        other => return Error::BadRequest(Fields::one("file", format!("the upload cannot be read: {other}"))),
    };
    Error::BadRequest(Fields::one("file", broken.to_string()))
}

struct Pieces {
    body: BodyDataStream,
    rest: Bytes,
    is_begun: bool,
    is_over: bool,
    /// A piece was given, and nobody has waited since.
    is_given: bool,
    between: usize,
    idle: Pin<Box<Sleep>>,
    whole: Pin<Box<Sleep>>,
}

impl Pieces {
    fn new(body: Body) -> Self {
        Pieces {
            body: body.into_data_stream(),
            rest: Bytes::new(),
            is_begun: false,
            is_over: false,
            is_given: false,
            between: 0,
            idle: Box::pin(sleep(IDLE)),
            whole: Box::pin(sleep(WHOLE)),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut self.is_given) {
            // The multipart reader takes in all there is until it has to wait. Made to wait after each piece, it hands
            // that on first, and holds a piece instead of a file.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = std::task::ready!(self.poll_piece(cx));
        self.is_over = !matches!(piece, Some(Ok(_)));
        self.is_given = !self.is_over;
        Poll::Ready(piece)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        if self.whole.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(Broken::Long)));
        }
        self.is_begun = true;
        while self.rest.is_empty() {
            match self.body.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(bytes))) => {
                    self.rest = bytes;
                    self.idle.as_mut().reset(Instant::now() + IDLE);
                }
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Err(Broken::Off))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {
                    std::task::ready!(self.idle.as_mut().poll(cx));
                    return Poll::Ready(Some(Err(Broken::Still)));
                }
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        self.between += piece.len();
        Poll::Ready(Some(if self.between > BETWEEN + PIECE { Err(Broken::Around) } else { Ok(piece) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(chunks: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static) -> Incoming {
        Incoming::new(Body::from_stream(chunks))
    }

    /// Reads all of it, as if all belonged to a file.
    async fn read(incoming: &Incoming) -> (usize, Option<Broken>) {
        let mut size = 0;
        let mut pieces = incoming.pieces();
        while let Some(piece) = pieces.next().await {
            incoming.claim();
            match piece {
                Ok(piece) => size += piece.len(),
                Err(broken) => return (size, Some(broken)),
            }
        }
        (size, None)
    }

    /// A byte each so often.
    fn every(pause: Duration, bytes: usize) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
        stream::iter(0..bytes).then(move |_| async move {
            sleep(pause).await;
            Ok(Bytes::from_static(b"x"))
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_may_take_its_time_and_a_dead_one_may_not() {
        assert_eq!(read(&incoming(every(Duration::from_secs(29), 100))).await, (100, None));
        assert_eq!(read(&incoming(every(Duration::from_secs(31), 100))).await, (0, Some(Broken::Still)));
        assert_eq!(read(&incoming(every(Duration::from_secs(29), 1000))).await, (124, Some(Broken::Long)));
    }

    #[tokio::test]
    async fn pieces_are_small_and_what_is_no_file_is_bounded() {
        let large = Bytes::from(vec![0; 1 << 20]);
        let whole = incoming(stream::iter([Ok(large.clone())]));
        assert_eq!(read(&whole).await, (1 << 20, None));
        let unclaimed = incoming(stream::iter([Ok(large)]));
        let pieces: Vec<_> = unclaimed.pieces().collect().await;
        assert_eq!(pieces.last(), Some(&Err(Broken::Around)));
        assert!(pieces.iter().flatten().all(|piece| piece.len() <= PIECE));
    }
}
