//! Notes on the time axis: what happened on a day, or between two days.

use base::{Day, Error, Micros, Result};

/// The longest text of a note, in characters.
pub const TEXT_MAX: usize = 120;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Something came out.
    Release,
    /// People met.
    Event,
    /// Something did not work.
    Outage,
    /// Something was promoted.
    Campaign,
    /// Anything else.
    Other,
}

/// Every kind, in the order in which they are offered.
pub const NOTE_KINDS: [NoteKind; 5] =
    [NoteKind::Release, NoteKind::Event, NoteKind::Outage, NoteKind::Campaign, NoteKind::Other];

impl NoteKind {
    /// Its word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Event => "event",
            Self::Outage => "outage",
            Self::Campaign => "campaign",
            Self::Other => "other",
        }
    }

    /// Its word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Release => "Release",
            Self::Event => "Event",
            Self::Outage => "Outage",
            Self::Campaign => "Campaign",
            Self::Other => "Note",
        }
    }

    /// Reads its word.
    ///
    /// # Errors
    /// `Invalid`, naming the words that there are.
    pub fn parse(text: &str) -> Result<Self> {
        NOTE_KINDS.into_iter().find(|kind| kind.word() == text.trim()).ok_or_else(|| {
            let words = NOTE_KINDS.map(NoteKind::word).join(", ");
            Error::invalid(format!("kind is \"{text}\"; use one of {words}"))
        })
    }
}

/// A note as it is written: the rules are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The first day.
    pub first: Day,
    /// The last day; the first for a single day.
    pub last: Day,
    /// What kind of thing happened.
    pub kind: NoteKind,
    /// What happened.
    pub text: String,
    /// Name or id of the one source that it is about; empty for all.
    pub source: String,
}

/// A note as somebody sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The first day, `2026-11-24`.
    pub first: String,
    /// The last day; empty for a single day.
    pub last: String,
    /// The word of its kind; empty for `other`.
    pub kind: String,
    /// What happened.
    pub text: String,
    /// Name or id of a source; empty for all.
    pub source: String,
}

impl Draft {
    /// Keeps the rules.
    ///
    /// # Errors
    /// `Invalid` with what to mend: a day that is none, an end before the beginning, no text or one that is too
    /// long, an unknown kind.
    pub fn checked(&self) -> Result<Note> {
        let day = |text: &str, name: &str| Day::parse(text).map_err(|e| e.at(name));
        let first = day(&self.first, "first day")?;
        let last = if self.last.trim().is_empty() { first } else { day(&self.last, "last day")? };
        if last < first {
            return Err(Error::invalid(format!(
                "the last day ({last}) lies before the first ({first}); exchange them"
            )));
        }
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = text.chars().count();
        if letters == 0 {
            return Err(Error::invalid("a note needs a text: say in a few words what happened"));
        }
        if letters > TEXT_MAX {
            return Err(Error::invalid(format!(
                "the text has {letters} characters; at most {TEXT_MAX} fit on a chart"
            )));
        }
        let kind = if self.kind.trim().is_empty() { NoteKind::Other } else { NoteKind::parse(&self.kind)? };
        Ok(Note { first, last, kind, text, source: self.source.trim().to_owned() })
    }
}

/// A stored note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its id, `ann_…`.
    pub public_id: String,
    /// What it says.
    pub note: Note,
    /// The id of its source; `None` for all.
    pub source_id: Option<String>,
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written_at: Micros,
    /// Who changed it last, and when.
    pub changed: Option<(String, Micros)>,
}

impl Annotation {
    /// Whether it belongs into what was chosen: it is about all sources, or about this one.
    pub fn concerns(&self, source: &str) -> bool {
        source.is_empty()
            || self.note.source.is_empty()
            || self.note.source == source
            || self.source_id.as_deref() == Some(source)
    }

    /// The same as the fields of a form.
    pub fn draft(&self) -> Draft {
        let note = &self.note;
        Draft {
            first: note.first.to_string(),
            last: if note.last == note.first { String::new() } else { note.last.to_string() },
            kind: note.kind.word().into(),
            text: note.text.clone(),
            source: note.source.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(first: &str, last: &str, kind: &str, text: &str) -> Draft {
        let own = |text: &str| text.to_owned();
        Draft { first: own(first), last: own(last), kind: own(kind), text: own(text), source: String::new() }
    }

    #[test]
    fn a_note_keeps_its_rules() {
        let note = draft("2026-11-24", "", "release", "  Lathe  4.0\nis out ").checked().expect("a note");
        assert_eq!(
            (note.first, note.text.as_str(), note.kind),
            (note.last, "Lathe 4.0 is out", NoteKind::Release)
        );
        let wrong = |d: Draft| d.checked().expect_err("an error").message;
        assert!(wrong(draft("2026-11-24", "2026-11-23", "", "x")).contains("exchange"));
        assert!(wrong(draft("yesterday", "", "", "x")).starts_with("first day"));
        assert!(wrong(draft("2026-11-24", "", "party", "x")).contains("release, event"));
        assert!(wrong(draft("2026-11-24", "", "", " ")).contains("what happened"));
        assert!(wrong(draft("2026-11-24", "", "", &"é".repeat(TEXT_MAX + 1))).contains("121 characters"));
        assert!(draft("2026-11-24", "", "", &"é".repeat(TEXT_MAX)).checked().is_ok());
    }
}
