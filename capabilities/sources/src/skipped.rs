//! The skipped lines of an import as a file, read and sent in pieces, so that millions of them fit as well.

use crate::store;
use axum::extract::{Path, State};
use axum::response::Response;
use base::{Result, csv};
use capability::{App, PieceSender, Problem, csv_in_pieces};
use connect::import;

/// Lines read at a time.
const PIECE: i64 = 2_000;

/// `GET /desk/sources/imports/{import}/skipped.csv`
pub(crate) async fn csv(
    State(app): State<App>,
    Path(id): Path<String>,
) -> std::result::Result<Response, Problem> {
    let import = app.blocking(move |app| app.db.read(|c| import::get(c, &id))).await?;
    let name = format!("skipped-{}", import.summary.import);
    Ok(csv_in_pieces(&name, move |pieces| send(&app, import.import_id, pieces)))
}

fn send(app: &App, import_id: i64, pieces: &PieceSender) -> Result<()> {
    let mut file = csv::File::new(&["reason", "place", "record"]);
    let mut after = 0;
    loop {
        let lines = app.db.read(|c| store::skips_after(c, import_id, after, PIECE))?;
        for (number, skipped) in &lines {
            after = *number;
            file.row([&skipped.reason, &skipped.place, &skipped.excerpt]);
        }
        if !pieces.send(file.take()) || lines.len() < PIECE as usize {
            return Ok(());
        }
    }
}
