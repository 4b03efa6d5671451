//! The rows behind a figure as a file, read and sent in pieces, so that millions of them fit as well.

use crate::answer::context;
use crate::behind::{Behind, Cell, machine_time, seconds};
use crate::desk::Asked;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base::{Result, Zone, csv};
use capability::{App, PieceSender, Problem, csv_in_pieces};

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
    let (behind, first, zone) = app
        .blocking(move |app| {
            app.community.view(|view| {
                let query = asked.query(&context(view, &asked.filters)?)?;
                let behind = Behind::load(view, &query, asked.at)?;
                let first = behind.page(view, 0, PIECE)?;
                Ok((behind, first, view.zone()))
            })
        })
        .await?;
    Ok(csv_in_pieces(&format!("{id}-rows"), move |pieces| send(&app, &behind, first, &zone, pieces)))
}

fn send(app: &App, behind: &Behind, first: Vec<Vec<Cell>>, zone: &Zone, pieces: &PieceSender) -> Result<()> {
    let columns: Vec<&str> = behind.columns().iter().map(|c| c.name).collect();
    let mut file = csv::File::new(&columns);
    let mut rows = first;
    let mut skip = 0;
    loop {
        for row in &rows {
            row.iter().for_each(|cell| write(&mut file, cell, zone));
            file.end();
        }
        if !pieces.send(file.take()) || rows.len() < PIECE {
            return Ok(());
        }
        skip += rows.len() as u64;
        rows = app.community.view(|view| behind.page(view, skip, PIECE))?;
    }
}

fn write(file: &mut csv::File, cell: &Cell, zone: &Zone) {
    match cell {
        Cell::Text(text) | Cell::Said { text, .. } => file.text(text),
        Cell::Count(n) => file.figure(n),
        Cell::Day(day) => file.figure(day),
        Cell::Time(at) => file.text(&machine_time(zone, *at)),
        // As the API prints it: `2400.0`.
        Cell::Wait(Some(wait)) => file.figure(serde_json::Value::from(seconds(*wait))),
        Cell::Wait(None) => file.empty(),
    };
}
