//! An answer that is read and sent in pieces, so that millions of rows fit as well.

use axum::body::{Body, Bytes};
use base::Result;
use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;

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
