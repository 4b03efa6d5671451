//! Files that are handed out: CSV whole, or read and sent in pieces, so that millions of rows fit as well.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::{Error, Result};
use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

struct Pieces(Receiver<Result<Bytes>>);

impl Stream for Pieces {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// A body of what arrives. An error breaks it off, so that nobody takes half of it for the whole.
pub fn pieces(receiver: Receiver<Result<Bytes>>) -> Body {
    Body::from_stream(Pieces(receiver))
}

/// A CSV file that is saved, not shown; `name` without its ending. The text is made with [`base::csv::File`].
///
/// ```ignore
/// let mut file = base::csv::File::new(&["member", "messages"]);
/// file.text(&row.name).figure(row.messages).end();
/// Ok(csv_file("members", file.take()))
/// ```
pub fn csv_file(name: &str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, body.into()).into_response()
}

/// The same for a file too long to be held: `write` runs on a thread that may block and hands each piece to
/// [`PieceSender::send`]. An error breaks the file off and is logged here.
pub fn csv_in_pieces(
    name: &str,
    write: impl FnOnce(&PieceSender) -> Result<()> + Send + 'static,
) -> Response {
    let (sender, receiver) = channel(2);
    let logged = name.to_owned();
    tokio::task::spawn_blocking(move || {
        let pieces = PieceSender(sender);
        if let Err(error) = write(&pieces) {
            tracing::warn!(file = %logged, %error, "a file of rows broke off");
            // Whoever reads sees a file that breaks off, not one that looks whole; or has gone already.
            let _ = pieces.0.blocking_send(Err(error));
        }
    });
    csv_file(name, pieces(receiver))
}

/// Where the pieces of a file go.
pub struct PieceSender(Sender<Result<Bytes>>);

impl PieceSender {
    /// Sends a piece; `false` when nobody reads any more and the rest need not be made.
    #[must_use]
    pub fn send(&self, piece: String) -> bool {
        self.0.blocking_send(Ok::<_, Error>(piece.into())).is_ok()
    }
}
