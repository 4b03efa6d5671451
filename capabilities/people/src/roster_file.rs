//! A roster: a table (CSV) of people with several handles, one person a row. It makes suggestions and nothing else.
//!
//! Columns are found by their head, in whatever order and case: `name` is for people and not looked up, `email`
//! finds every identity with that address, and a column named like a source (or like its network, where only one
//! source is of it) finds the identity with that id, handle or name there.

use crate::store::pairs;
use base::{Error, Micros, Result};
use community::read::LogView;
use community::sources::Source;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// The most rows of a roster.
const ROWS_MAX: usize = 100_000;

/// What came of a roster, or would come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RosterReport {
    /// The file.
    pub file: String,
    /// Rows in it.
    pub rows: usize,
    /// Suggestions that are new.
    pub suggested: usize,
    /// Pairs that the same row suggested before.
    pub known: usize,
    /// Pairs that are one member already.
    pub linked: usize,
    /// Rows that could not be used, or not wholly, and why.
    pub problems: Vec<RowProblem>,
    /// Heads of columns that mean nothing here.
    pub ignored: Vec<String>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The row; the head is row 1.
    pub row: usize,
    /// What is wrong and what would help.
    pub problem: String,
}

/// Two identities and the words of the row that names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub pair: (u32, u32),
    pub evidence: String,
}

/// What a column is for.
enum Column {
    Name,
    Email,
    Source(usize),
    Ignored,
}

/// What a source or the addresses know, by text in lower case.
struct Known {
    emails: HashMap<String, Vec<u32>>,
    sources: Vec<(String, HashMap<String, Option<u32>>)>,
}

/// Reads a roster and says which pairs it names.
///
/// # Errors
/// `Invalid` for what is no table, or has no column that finds anybody.
pub(crate) fn read(view: &mut LogView<'_, '_>, file: &str, text: &str) -> Result<(RosterReport, Vec<Found>)> {
    let mut report = RosterReport { file: file.to_owned(), ..RosterReport::default() };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().map_err(|e| unreadable(&e))?.clone();
    let sources = view.sources().to_vec();
    let mut used: Vec<&Source> = Vec::new();
    let columns: Vec<Column> = heads.iter().map(|h| column(h, &sources, &mut used)).collect();
    report.ignored = heads
        .iter()
        .zip(&columns)
        .filter(|(head, c)| matches!(c, Column::Ignored) && !head.is_empty())
        .map(|(head, _)| head.to_owned())
        .collect();
    let finding = columns.iter().filter(|c| matches!(c, Column::Email | Column::Source(_))).count();
    let by_email = columns.iter().any(|c| matches!(c, Column::Email));
    if finding < 2 && !by_email {
        let names: Vec<&str> = sources.iter().map(|s| s.name.as_str()).collect();
        return Err(Error::invalid(format!(
            "a roster needs a first row with the heads of its columns: email, and one named like each source \
             (there are: {}). This one has: {}",
            names.join(", "),
            heads.iter().collect::<Vec<_>>().join(", ")
        )));
    }
    let roster = view.roster()?;
    let known = Known {
        emails: if by_email { pairs::by_email(view.conn())? } else { HashMap::new() },
        sources: used
            .iter()
            .map(|s| Ok((s.name.clone(), pairs::names_at(view.conn(), s.source_id)?)))
            .collect::<Result<_>>()?,
    };
    let mut found = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let row = at + 2;
        if at >= ROWS_MAX {
            return Err(Error::invalid(format!("a roster has at most {ROWS_MAX} rows; split the file")));
        }
        report.rows += 1;
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                report.problems.push(RowProblem { row, problem: unreadable(&e).message });
                continue;
            }
        };
        let who = identities(&record, &columns, &known, row, &mut report.problems);
        let Some(first) = who.first().copied().filter(|_| who.len() > 1) else {
            let problem = "names fewer than two identities that are known here".to_owned();
            report.problems.push(RowProblem { row, problem });
            continue;
        };
        let first_member = roster.member_of(first);
        for other in who.into_iter().skip(1) {
            if roster.member_of(other) == first_member {
                report.linked += 1;
            } else {
                found.push(Found { pair: (first, other), evidence: format!("roster {file}, row {row}") });
            }
        }
    }
    report.suggested = found.len();
    Ok((report, found))
}

/// Keeps what a roster names.
pub(crate) fn keep(
    tx: &mut store::Conn<'_>,
    report: &mut RosterReport,
    found: &[Found],
    by: &str,
    now: Micros,
) -> Result<()> {
    let mut new = 0;
    for f in found {
        new += usize::from(pairs::name(tx, f.pair, &f.evidence, by, now)?);
    }
    report.known = found.len() - new;
    report.suggested = new;
    Ok(())
}

fn unreadable(e: &csv::Error) -> Error {
    Error::invalid(format!("this is not a table (CSV, UTF-8, with commas): {e}"))
}

fn column<'s>(head: &str, sources: &'s [Source], used: &mut Vec<&'s Source>) -> Column {
    let word = head.to_lowercase();
    match word.as_str() {
        "name" => return Column::Name,
        "email" | "e-mail" => return Column::Email,
        _ => {}
    }
    let named = sources.iter().find(|s| s.name.to_lowercase() == word || s.public_id == word);
    let mut of_network = sources.iter().filter(|s| s.network == word);
    let source = named.or_else(|| of_network.next().filter(|_| of_network.next().is_none()));
    let Some(source) = source else { return Column::Ignored };
    let at = used.iter().position(|u| u.source_id == source.source_id).unwrap_or_else(|| {
        used.push(source);
        used.len() - 1
    });
    Column::Source(at)
}

/// The identities that a row names, ascending.
fn identities(
    record: &csv::StringRecord,
    columns: &[Column],
    known: &Known,
    row: usize,
    problems: &mut Vec<RowProblem>,
) -> BTreeSet<u32> {
    let mut who = BTreeSet::new();
    for (cell, column) in record.iter().zip(columns).filter(|(cell, _)| !cell.is_empty()) {
        match column {
            Column::Email => who.extend(known.emails.get(&cell.to_lowercase()).into_iter().flatten()),
            Column::Source(at) => {
                let (source, names) = &known.sources[*at];
                let text = cell.to_lowercase();
                match names.get(&text).or_else(|| names.get(text.trim_start_matches('@'))) {
                    Some(Some(identity)) => {
                        who.insert(*identity);
                    }
                    Some(None) => problems.push(RowProblem {
                        row,
                        problem: format!("several people at {source} are called {cell}; write the id"),
                    }),
                    None => problems.push(RowProblem {
                        row,
                        problem: format!("{source} has nobody with the id, handle or name {cell}"),
                    }),
                }
            }
            Column::Name | Column::Ignored => {}
        }
    }
    who
}
