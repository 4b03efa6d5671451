//! The rows behind a figure as a file, read and sent in pieces, so that millions of them fit as well.

use crate::answer::context;
use crate::behind::{Behind, Cell, machine_time, seconds};
use crate::desk::{Asked, file_headers};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base::{Result, Zone};
use capability::{App, Problem, pieces};
use serde_json::Value;
use tokio::sync::mpsc::{Sender, channel};

/// Rows read at a time.
const PIECE: usize = 5_000;

/// `GET /desk/health/{metric}/rows/csv`
pub(crate) async fn csv(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Response, Problem> {
    let asked = Asked::read(&id, pairs)?;
    let id = asked.definition.id;
    let (behind, zone) = app
        .blocking(move |app| {
            app.community.view(|view| {
                let query = asked.query(&context(view, &asked.filters)?)?;
                Ok((Behind::load(view, &query, asked.at)?, view.zone()))
            })
        })
        .await?;
    let (sender, receiver) = channel(2);
    tokio::task::spawn_blocking(move || {
        if let Err(e) = send(&app, &behind, &zone, &sender) {
            tracing::warn!(metric = id, error = %e, "a file of rows broke off");
            // Whoever reads sees a file that breaks off, not one that looks whole; or has gone already.
            let _ = sender.blocking_send(Err(e));
        }
    });
    Ok((file_headers(&format!("{id}-rows")), pieces(receiver)).into_response())
}

fn send(app: &App, behind: &Behind, zone: &Zone, sender: &Sender<Result<Bytes>>) -> Result<()> {
    let columns: Vec<String> = behind.columns().iter().map(|c| c.name.to_owned()).collect();
    let mut skip = 0;
    loop {
        let rows = app.community.view(|view| behind.page(view, skip, PIECE))?;
        let read = rows.len();
        let rows = rows.iter().map(|row| row.iter().map(|c| value(c, zone)).collect()).collect();
        let table = metric::Table { part: "rows", columns: columns.clone(), rows };
        let text = metric::csv_of(&table);
        // The names of the columns stand once, in front.
        let text =
            if skip == 0 { text.as_str() } else { text.split_once("\r\n").map_or("", |(_, rest)| rest) };
        let piece = Bytes::from(text.to_owned());
        if sender.blocking_send(Ok(piece)).is_err() || read < PIECE {
            return Ok(());
        }
        skip += read as u64;
    }
}

fn value(cell: &Cell, zone: &Zone) -> Value {
    match cell {
        Cell::Text(text) | Cell::Said { text, .. } => text.clone().into(),
        Cell::Count(n) => (*n).into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::Time(at) => machine_time(zone, *at).into(),
        Cell::Wait(wait) => wait.map(seconds).into(),
    }
}
