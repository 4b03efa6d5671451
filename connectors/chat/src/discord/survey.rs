//! A first look at the files: which form of export they are.

use super::csv_wire::{Date, Layout};
use super::json_wire::Named;
use crate::guess;
use crate::json::{Piece, parse, split};
use base::{Error, Result};
use connect::{Entry, Files};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Json,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Survey {
    pub form: Form,
    /// The server's name, if it is the same in all files.
    pub guild: Option<String>,
    /// Whether times carry no zone.
    pub zoneless: bool,
}

impl Survey {
    /// Looks at the beginning of every CSV and JSON file.
    ///
    /// # Errors
    /// `Invalid` when there is no export, or both forms.
    pub fn of(files: &mut Files) -> Result<Self> {
        let mut seen = Seen::default();
        files.visit(&may_be_export, &mut |entry| seen.look(entry))?;
        let form = match (&seen.csv, &seen.json) {
            (Some(csv), Some(json)) => {
                return Err(Error::invalid(format!(
                    "{csv} is an export in CSV and {json} one in JSON. CSV has no message ids, so the same \
                     message could not be recognised in both: import one form only, best the JSON."
                )));
            }
            (Some(_), None) => Form::Csv,
            (None, Some(_)) => Form::Json,
            (None, None) => {
                return Err(guess::refusal(files, EXPECTED)?);
            }
        };
        if form == Form::Csv {
            refuse_same_names(files)?;
        }
        let guild = if seen.several_guilds { None } else { seen.guild };
        Ok(Self { form, guild, zoneless: form == Form::Csv && seen.zoneless })
    }
}

/// The form of the first export among the files: enough for those that [`Survey::of`] has passed.
///
/// # Errors
/// `Invalid` when there is no export.
pub(super) fn first_form(files: &mut Files) -> Result<Form> {
    let mut seen = Seen::default();
    files.visit_while(&may_be_export, &mut |entry| {
        seen.look(entry)?;
        Ok(seen.csv.is_none() && seen.json.is_none())
    })?;
    match (seen.csv, seen.json) {
        (Some(_), _) => Ok(Form::Csv),
        (None, Some(_)) => Ok(Form::Json),
        (None, None) => Err(guess::refusal(files, EXPECTED)?),
    }
}

const EXPECTED: &str = "A Discord export holds DiscordChatExporter's JSON or CSV files";

fn may_be_export(path: &str) -> bool {
    is_csv(path) || is_json(path)
}

pub(super) fn is_csv(path: &str) -> bool {
    ends_with(path, ".csv")
}

pub(super) fn is_json(path: &str) -> bool {
    ends_with(path, ".json")
}

fn ends_with(path: &str, end: &str) -> bool {
    path.len() > end.len() && path.as_bytes()[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

#[derive(Default)]
struct Seen {
    csv: Option<String>,
    json: Option<String>,
    guild: Option<String>,
    several_guilds: bool,
    zoneless: bool,
}

impl Seen {
    fn look(&mut self, entry: Entry<'_>) -> Result<()> {
        let path = entry.path.to_owned();
        let is_export = if is_csv(&path) { self.look_csv(entry) } else { self.look_json(entry)? };
        if is_export {
            if is_csv(&path) { &mut self.csv } else { &mut self.json }.get_or_insert(path);
        }
        Ok(())
    }

    fn look_csv(&mut self, entry: Entry<'_>) -> bool {
        let Some((layout, mut rows)) = Layout::of(entry.reader) else { return false };
        if !self.zoneless {
            let mut row = csv::ByteRecord::new();
            // A row that cannot be read is skipped with its reason later.
            let read = rows.read_byte_record(&mut row).unwrap_or(false);
            let date = row.get(layout.date).unwrap_or_default();
            self.zoneless = read && matches!(Date::read(date), Some(Date::Wall(_)));
        }
        true
    }

    fn look_json(&mut self, entry: Entry<'_>) -> Result<bool> {
        let (mut channel, mut messages, mut guild) = (false, false, None);
        split(entry.reader, Some("messages"), &mut |piece| {
            match piece {
                Piece::Member("channel", _) => channel = true,
                Piece::Member("guild", value) => {
                    guild = parse::<Named>(value).ok().and_then(|(g, _)| g.0.name)
                }
                Piece::Start => messages = true,
                _ => {}
            }
            Ok(!(channel && messages))
        })?;
        let is_export = channel && messages;
        if is_export && guild.is_some() {
            self.several_guilds |= self.guild.is_some() && self.guild != guild;
            self.guild = guild;
        }
        Ok(is_export)
    }
}

/// Single files of the same name would melt into one channel.
fn refuse_same_names(files: &Files) -> Result<()> {
    for pair in files.entries().windows(2) {
        let same = pair[0].path == pair[1].path && !pair[0].path.contains('/');
        if same && is_csv(&pair[0].path) {
            return Err(Error::invalid(format!(
                "two files are called {}: the channel is known by the folders above a CSV file, so hand over \
                 the folder that holds them all.",
                pair[0].path
            )));
        }
    }
    Ok(())
}
