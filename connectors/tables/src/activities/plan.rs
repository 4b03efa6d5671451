//! What will be read, and how: the mapping is held against the files before anything is taken.

use super::mapping::{Fields, Mapping, Part};
use super::rows::{Row, Start};
use base::{Error, Result};
use connect::{Entry, Files, ImportOptions};
use std::collections::HashSet;

/// Endings of files that are certainly no tables.
const OTHERS: [&str; 10] =
    [".md", ".html", ".htm", ".toml", ".png", ".jpg", ".jpeg", ".gif", ".pdf", ".xlsx"];

/// The mapping and the files that fit it.
#[derive(Debug)]
pub(super) struct Plan {
    pub mapping: Mapping,
    /// Positions of the files that are read.
    pub fitting: HashSet<usize>,
    /// Files that do not fit, and why.
    pub unfit: Vec<String>,
    /// Whether times carry no zone.
    pub zoneless: bool,
    /// Whether rows have ids, and conversations.
    pub ids: bool,
    pub replies: bool,
}

/// Whether a file may be a table at all.
pub(super) fn wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    !path.starts_with("__MACOSX/") && !name.starts_with('.') && !OTHERS.iter().any(|o| name.ends_with(o))
}

impl Plan {
    /// Reads the mapping and looks at the start of every file.
    ///
    /// # Errors
    /// `Invalid` when the mapping is wrong or no file fits it, with the file, the line and the columns found.
    pub fn make(files: &mut Files, options: &ImportOptions) -> Result<Self> {
        let mut plan = Self {
            mapping: Mapping::read(options.map.as_deref().unwrap_or("messages"))?,
            fitting: HashSet::new(),
            unfit: Vec::new(),
            zoneless: false,
            ids: false,
            replies: false,
        };
        files.visit(&wanted, &mut |entry| {
            plan.file(entry, options);
            Ok(())
        })?;
        if !plan.fitting.is_empty() {
            return Ok(plan);
        }
        let reason = plan.unfit.first().map_or("there is no table with rows in it.", String::as_str);
        Err(Error::invalid(if options.map.is_some() {
            reason.to_owned()
        } else {
            format!(
                "{reason} Without a mapping a table needs the columns time, person and text; for another one write \
                 a mapping file and name it with --map."
            )
        }))
    }

    fn file(&mut self, entry: Entry<'_>, options: &ImportOptions) {
        let path = entry.path;
        let start = match Start::read(entry.reader, self.mapping.form, self.mapping.delimiter) {
            Ok(Some(start)) => start,
            Ok(None) => return,
            Err(e) => return self.unfit.push(format!("{path}: {e}.")),
        };
        if let Err(reason) = self.fits(&start) {
            return self.unfit.push(format!("{path}, line 1: {reason}"));
        }
        self.fitting.insert(entry.index);
        for row in &start.sample {
            let row = Row::Json(row);
            let fields = self.fields_of(&row);
            let column = |part| fields.field(part).and_then(|f| f.column.as_deref());
            let time = column(Part::Time).and_then(|c| row.get(c));
            let read = time.and_then(|t| self.mapping.time_format.parse(&t, &options.zone));
            let has = |part| column(part).is_some_and(|c| row.get(c).is_some());
            let (zoneless, id, reply) =
                (read.is_some_and(|w| w.zoneless), has(Part::Id), has(Part::Conversation));
            self.zoneless |= zoneless;
            self.ids |= id;
            self.replies |= reply;
        }
    }

    /// Whether the columns that the mapping names are there.
    fn fits(&self, start: &Start) -> std::result::Result<(), String> {
        if start.list {
            return Err("it is one JSON list. Write one object a line (jq -c '.[]' does that).".into());
        }
        if !start.complete {
            return Ok(());
        }
        let json = start.form == super::mapping::Form::Jsonl;
        if json && start.sample.is_empty() {
            return Err("it is not JSON with one object a line.".into());
        }
        let used =
            self.mapping.variants.iter().filter(|(has, _)| start.columns.has(has)).map(|(_, fields)| fields);
        for fields in std::iter::once(&self.mapping.fields).chain(used) {
            // An object may leave out what is empty; the time it may not.
            let must = |(part, _): &(&str, &str)| !json || *part == "time";
            let there = |column: &str| {
                start.columns.has(column)
                    || (json && start.sample.iter().any(|row| Row::Json(row).get(column).is_some()))
            };
            if let Some((part, column)) = fields.required().filter(must).find(|(_, column)| !there(column)) {
                return Err(format!(
                    "there is no column \"{column}\", which the mapping names as the {part}. The columns are: {}.",
                    start.columns.listed()
                ));
            }
        }
        Ok(())
    }

    /// The fields that hold for a row: those of its variant over those of the mapping.
    pub fn fields_of(&self, row: &Row<'_>) -> Applied<'_> {
        let variant = self.mapping.variants.iter().find(|(has, _)| row.get(has).is_some());
        Applied { base: &self.mapping.fields, variant: variant.map(|(_, fields)| fields) }
    }
}

/// The fields that hold for one row.
pub(super) struct Applied<'m> {
    base: &'m Fields,
    variant: Option<&'m Fields>,
}

impl<'m> Applied<'m> {
    /// Where this part comes from.
    pub fn field(&self, part: Part) -> Option<&'m super::mapping::Field> {
        self.variant.and_then(|v| v.get(part)).or_else(|| self.base.get(part))
    }

    /// What the row says for this part.
    pub fn value(&self, part: Part, row: &Row<'_>) -> Option<String> {
        let field = self.field(part)?;
        let cell = field.column.as_deref().and_then(|column| row.get(column));
        match cell {
            Some(cell) if cell.starts_with(&field.prefix) => Some(cell.into_owned()),
            Some(cell) => Some(format!("{}{cell}", field.prefix)),
            None => field.value.clone(),
        }
    }
}
