//! Many consents at once, from a table: member, purpose, channel, given, and optionally basis, proof, said_at.

use super::{Said, add, purposes};
use crate::CONSENTS;
use crate::subject::signature;
use base::{Error, Result};
use capability::audit::{self, Change};
use capability::{App, Principal};
use community::people;
use store::{Conn, Priority};

/// Rows of a file at most.
const ROWS_MAX: usize = 20_000;
/// Rows that are written in one transaction.
const WRITTEN: usize = 200;
/// Columns that a file must have.
const NEEDED: [&str; 4] = ["member", "purpose", "channel", "given"];

/// What came of a file.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub(crate) struct Report {
    /// Rows that were written down, or would be.
    pub taken: usize,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Row and what is wrong with it; the first 100.
    pub problems: Vec<Problem>,
    /// How many rows have a problem.
    pub wrong: usize,
}

/// A row that was not taken.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Problem {
    /// Its line, the head being 1.
    pub row: usize,
    pub problem: String,
}

struct Line {
    row: usize,
    member: String,
    said: Said,
}

fn lines(text: &str) -> Result<Vec<Line>> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let wrong = |e: csv::Error| Error::invalid(format!("the table could not be read: {e}"));
    let head = reader.headers().map_err(wrong)?.clone();
    let column = |name: &str| head.iter().position(|h| h.eq_ignore_ascii_case(name));
    if let Some(missing) = NEEDED.iter().find(|n| column(n).is_none()) {
        return Err(Error::invalid(format!(
            "the first line must name the columns member, purpose, channel and given; {missing} is missing"
        )));
    }
    let mut lines = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(wrong)?;
        if at >= ROWS_MAX {
            return Err(Error::invalid(format!("a table has at most {ROWS_MAX} rows; divide it")));
        }
        let field = |name: &str| column(name).and_then(|c| record.get(c)).unwrap_or_default().to_owned();
        let proof = field("proof");
        lines.push(Line {
            row: at + 2,
            member: field("member"),
            said: Said {
                purpose: field("purpose"),
                channel: field("channel"),
                given: field("given"),
                basis: field("basis"),
                proof: if proof.is_empty() { "an imported table".to_owned() } else { proof },
                said_at: field("said_at"),
            },
        });
    }
    Ok(lines)
}

/// The identity that a row means: `idn_…`, `SOURCE:ID` or an e-mail address.
fn meant(c: &mut Conn<'_>, member: &str) -> Result<u32> {
    if member.contains('@') && !member.contains(':') {
        let found = c.query(
            "SELECT identity FROM identities WHERE lower(email) = $1 ORDER BY identity LIMIT 1",
            &[member.to_lowercase().as_str().into()],
            |r| Ok(r.int(0)? as u32),
        )?;
        return found
            .first()
            .copied()
            .ok_or_else(|| Error::not_found(format!("nobody has the address {member}")));
    }
    let identity = people::get_identity(c, member)?;
    if identity.is_erased() {
        return Err(Error::conflict("this member was erased"));
    }
    Ok(identity.identity)
}

/// Takes a table in; rows that are wrong are named and the others taken. With `dry_run` nothing is written.
///
/// # Errors
/// `Invalid` for what is no table.
pub(crate) fn import(app: &App, by: &Principal, text: &str, dry_run: bool) -> Result<Report> {
    let now = app.clock.now();
    let mut report = Report { dry_run, ..Report::default() };
    let signed = signature(by);
    for some in lines(text)?.chunks(WRITTEN) {
        let checked = app.db.read(|c| {
            let purposes = purposes(c)?;
            let mut good = Vec::new();
            for line in some {
                match line.said.checked(&purposes, now).and_then(|said| Ok((meant(c, &line.member)?, said))) {
                    Ok(one) => good.push(one),
                    Err(e) => {
                        report.wrong += 1;
                        if report.problems.len() < 100 {
                            report.problems.push(Problem { row: line.row, problem: e.message });
                        }
                    }
                }
            }
            Ok(good)
        })?;
        report.taken += checked.len();
        if !dry_run {
            app.db.write(Priority::Bulk, |tx| {
                checked
                    .iter()
                    .try_for_each(|(identity, said)| add(tx, *identity, said, &signed, now).map(|_| ()))
            })?;
        }
    }
    if !dry_run {
        let after = format!("{} rows, {} refused", report.taken, report.wrong);
        let change = Change {
            action: CONSENTS.id,
            subject: "consents",
            title: "Took in a table of consents",
            after: &after,
            ..Change::default()
        };
        app.db.write(Priority::Interactive, |tx| audit::record(tx, by, now, &change))?;
    }
    Ok(report)
}
