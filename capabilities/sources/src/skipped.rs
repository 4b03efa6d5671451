//! The skipped lines of an import as a file, read and sent in pieces, so that millions of them fit as well.

use crate::model::csv_cell;
use crate::store;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::Result;
use capability::{App, Problem, pieces};
use connect::Skipped;
use connect::import;
use tokio::sync::mpsc::{Sender, channel};

/// Lines read at a time.
const PIECE: i64 = 2_000;

/// `GET /desk/sources/imports/{import}/skipped.csv`
pub(crate) async fn csv(
    State(app): State<App>,
    Path(id): Path<String>,
) -> std::result::Result<Response, Problem> {
    let import = app.blocking(move |app| app.db.read(|c| import::get(c, &id))).await?;
    let (sender, receiver) = channel(2);
    let name = format!("attachment; filename=\"skipped-{}.csv\"", import.summary.import);
    tokio::task::spawn_blocking(move || {
        if let Err(e) = send(&app, import.import_id, &sender) {
            tracing::warn!(import = %import.summary.import, error = %e, "the file of skipped lines broke off");
            // Whoever reads sees a file that breaks off, not one that looks whole; or has gone already.
            let _ = sender.blocking_send(Err(e));
        }
    });
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, pieces(receiver)).into_response())
}

fn send(app: &App, import_id: i64, sender: &Sender<Result<Bytes>>) -> Result<()> {
    let mut text = String::from("reason,place,record\r\n");
    let mut after = 0;
    loop {
        let lines = app.db.read(|c| store::skips_after(c, import_id, after, PIECE))?;
        for (number, skipped) in &lines {
            after = *number;
            line(&mut text, skipped);
        }
        let piece = Bytes::from(std::mem::take(&mut text));
        if sender.blocking_send(Ok(piece)).is_err() || lines.len() < PIECE as usize {
            return Ok(());
        }
    }
}

fn line(text: &mut String, skipped: &Skipped) {
    for (i, cell) in [&skipped.reason, &skipped.place, &skipped.excerpt].into_iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push_str(&csv_cell(cell));
    }
    text.push_str("\r\n");
}
