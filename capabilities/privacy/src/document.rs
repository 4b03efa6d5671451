//! A file with everything that is held about a member: JSON for programs and a page for people, in one archive. Both are
//! written row by row, so that memory does not grow with what somebody wrote.

mod html;
mod json;
mod readable;

use crate::declared::{self, Held};
use crate::subject::Subject;
use base::{Error, Micros, Result};
use capability::App;
use community::erase::{self, Said, Walk};
use serde_json::{Map, Value};
use std::io::{Seek, Write};
use zip::write::SimpleFileOptions;

/// Activities read at a time.
const PIECE: usize = 500;

/// What stands in front.
pub(crate) struct Head {
    pub community: String,
    pub made_at: Micros,
    pub subject: Subject,
    /// What is not in it, and why.
    pub left_out: Vec<(&'static str, &'static str)>,
}

/// A form of the file: it is told piece by piece what is held.
trait Form {
    fn begin(&mut self, out: &mut dyn Write, head: &Head) -> Result<()>;
    fn table(&mut self, out: &mut dyn Write, held: &Held) -> Result<()>;
    fn row(&mut self, out: &mut dyn Write, row: &Map<String, Value>) -> Result<()>;
    fn activities(&mut self, out: &mut dyn Write) -> Result<()>;
    fn activity(&mut self, out: &mut dyn Write, said: &Said) -> Result<()>;
    fn end(&mut self, out: &mut dyn Write, head: &Head) -> Result<()>;
}

/// Writes the archive; how many rows are in it.
///
/// # Errors
/// `Unavailable` when the program is about to end or the disk says no; what the database says.
pub(crate) fn write(app: &App, subject: &Subject, file: impl Write + Seek) -> Result<u64> {
    // Whatever arrived is in the members' index from here on.
    app.community.fold_all()?;
    let community = app.db.read(|c| community::settings::get_or_default(c, "name"))?;
    let tables = declared::all(&app.registry);
    let left_out = tables.iter().filter(|h| !h.is_exported() && h.words().0.starts_with("nothing"));
    let head = Head {
        community,
        made_at: app.clock.now(),
        left_out: left_out.map(|h| (h.table.name, h.words().0)).collect(),
        subject: subject.clone(),
    };
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut zip = zip::ZipWriter::new(file);
    let mut rows = 0;
    let forms: [(&str, Box<dyn Form>); 2] =
        [("data.json", Box::new(json::Json::default())), ("index.html", Box::new(html::Html::default()))];
    for (name, mut form) in forms {
        zip.start_file(name, options).map_err(broken)?;
        // Small writes in front of a compressor are gathered.
        let mut out = std::io::BufWriter::with_capacity(64 << 10, &mut zip);
        rows = fill(app, &head, &tables, form.as_mut(), &mut out)?;
        out.flush()?;
    }
    zip.finish().map_err(broken)?;
    Ok(rows)
}

fn fill(app: &App, head: &Head, tables: &[Held], form: &mut dyn Form, out: &mut dyn Write) -> Result<u64> {
    let places = readable::Places::load(app)?;
    let mut rows = 0;
    form.begin(out, head)?;
    for held in tables.iter().filter(|h| h.is_exported()) {
        form.table(out, held)?;
        declared::rows(&app.db, &held.table, &head.subject, &mut |columns, values| {
            rows += 1;
            form.row(out, &readable::row(&places, &head.subject, columns, values))
        })?;
    }
    form.activities(out)?;
    for identity in head.subject.numbers() {
        let mut walk = Walk::default();
        while !walk.done {
            if app.is_stopping() {
                return Err(Error::unavailable(
                    "the program is about to end; the export goes on after the next start",
                ));
            }
            for said in app.db.read(|c| erase::said(c, identity, &mut walk, PIECE))? {
                rows += 1;
                form.activity(out, &said)?;
            }
        }
    }
    form.end(out, head)?;
    Ok(rows)
}

fn broken(e: zip::result::ZipError) -> Error {
    Error::unavailable(format!("the file of an export could not be written: {e}"))
}
