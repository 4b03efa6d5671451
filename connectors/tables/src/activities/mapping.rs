//! The mapping file: which column is what.

use super::when::TimeFormat;
use base::{Error, Result};
use community::Kind;
use toml::{Table, Value};

/// The mappings that come with the program, by name.
pub const READY: [(&str, &str); 2] =
    [("messages", include_str!("maps/messages.toml")), ("reddit", include_str!("maps/reddit.toml"))];

/// What a row can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Time,
    Person,
    Name,
    Email,
    Channel,
    Kind,
    Text,
    Conversation,
    Id,
    Parent,
    Title,
    Permalink,
    Reactions,
}

/// Every part with its word in the mapping.
const PARTS: [(Part, &str); 13] = [
    (Part::Time, "time"),
    (Part::Person, "person"),
    (Part::Name, "name"),
    (Part::Email, "email"),
    (Part::Channel, "channel"),
    (Part::Kind, "kind"),
    (Part::Text, "text"),
    (Part::Conversation, "conversation"),
    (Part::Id, "id"),
    (Part::Parent, "parent"),
    (Part::Title, "title"),
    (Part::Permalink, "permalink"),
    (Part::Reactions, "reactions"),
];

const SETTINGS: [&str; 10] = [
    "rows",
    "delimiter",
    "time_format",
    "text_format",
    "unescape",
    "nobody",
    "bots",
    "deleted_text",
    "kinds",
    "variant",
];

/// Short words for kinds, for tables that people write by hand.
const SHORT: [(&str, Kind); 10] = [
    ("message", Kind::MESSAGE_POSTED),
    ("reply", Kind::REPLY_POSTED),
    ("topic", Kind::TOPIC_OPENED),
    ("question", Kind::QUESTION_ASKED),
    ("answer", Kind::ANSWER_POSTED),
    ("comment", Kind::COMMENT_POSTED),
    ("post", Kind::POST_PUBLISHED),
    ("join", Kind::MEMBER_JOINED),
    ("leave", Kind::MEMBER_LEFT),
    ("reaction", Kind::REACTION_ADDED),
];

/// Where one part of a row comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Field {
    /// The column that holds it.
    pub column: Option<String>,
    /// What it is where there is no column or the cell is empty.
    pub value: Option<String>,
    /// Put in front of what the column holds, unless it stands there already.
    pub prefix: String,
    /// Whether the column may be missing from the table.
    pub optional: bool,
}

/// The parts of a row that one mapping or variant names.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(Part, Field)>);

impl Fields {
    pub fn get(&self, part: Part) -> Option<&Field> {
        self.0.iter().find(|(p, _)| *p == part).map(|(_, field)| field)
    }

    /// The columns that a table must have for these, with the word of the part.
    pub fn required(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = self.0.iter().filter(|(_, field)| !field.optional);
        named.filter_map(|(part, field)| field.column.as_deref().map(|column| (part.word(), column)))
    }
}

impl Part {
    fn word(self) -> &'static str {
        PARTS.iter().find(|(part, _)| *part == self).map_or("", |(_, word)| word)
    }
}

/// What the cells of the text column are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextFormat {
    Plain,
    Markdown,
    Html,
}

/// The form of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Jsonl,
}

/// A checked mapping.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    pub form: Option<Form>,
    pub delimiter: Option<u8>,
    pub time_format: TimeFormat,
    pub text_format: TextFormat,
    /// Whether `&lt;`, `&gt;` and `&amp;` stand for signs.
    pub unescape: bool,
    /// What the person column says when there is nobody.
    pub nobody: Vec<String>,
    pub bots: Vec<String>,
    /// What the text column says when the author deleted the text.
    pub deleted_text: Vec<String>,
    kinds: Vec<(String, Kind)>,
    pub fields: Fields,
    /// Fields for rows that have something in a column; the first that fits is used.
    pub variants: Vec<(String, Fields)>,
}

impl Mapping {
    /// The ready mapping of this name, or the mapping that the text is.
    ///
    /// # Errors
    /// `Invalid` with the line and what may stand there.
    pub fn read(text: &str) -> Result<Self> {
        let ready = READY.iter().find(|(name, _)| *name == text.trim());
        let text = ready.map_or(text, |(_, toml)| toml);
        let table: Table = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
            let names: Vec<&str> = READY.iter().map(|(name, _)| *name).collect();
            Error::invalid(format!(
                "the mapping, line {line}: {}. A mapping is TOML such as time = \"created\"; ready ones are: {}.",
                e.message(),
                names.join(", ")
            ))
        })?;
        Reader { text }.mapping(&table)
    }

    /// The kind that a cell means.
    pub fn kind(&self, cell: &str) -> Option<Kind> {
        let own = self.kinds.iter().find(|(value, _)| value == cell).map(|(_, kind)| *kind);
        own.or_else(|| kind_named(cell))
    }

    /// Whether rows may say that somebody left.
    pub fn has_leaves(&self) -> bool {
        self.kinds.iter().any(|(_, kind)| *kind == Kind::MEMBER_LEFT)
    }
}

fn kind_named(word: &str) -> Option<Kind> {
    Kind::named(word).or_else(|| SHORT.iter().find(|(short, _)| *short == word).map(|(_, kind)| *kind))
}

/// Reads a table of TOML and says where something is wrong.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn wrong(&self, key: &str, what: impl std::fmt::Display) -> Error {
        let found =
            self.text.lines().position(|l| l.trim_start().trim_start_matches(['[', '"']).starts_with(key));
        let line = found.map_or(String::new(), |at| format!(", line {}", at + 1));
        Error::invalid(format!("the mapping{line}: {what}"))
    }

    fn mapping(&self, table: &Table) -> Result<Mapping> {
        let mut mapping = Mapping {
            form: None,
            delimiter: None,
            time_format: TimeFormat::Auto,
            text_format: TextFormat::Plain,
            unescape: false,
            nobody: self.words(table, "nobody")?,
            bots: self.words(table, "bots")?,
            deleted_text: self.words(table, "deleted_text")?,
            kinds: self.kinds(table)?,
            fields: self.fields(table, &SETTINGS)?,
            variants: self.variants(table)?,
        };
        if let Some(word) = self.word(table, "rows")? {
            mapping.form = Some(self.one_of("rows", word, &[("csv", Form::Csv), ("jsonl", Form::Jsonl)])?);
        }
        if let Some(word) = self.word(table, "text_format")? {
            let known = [
                ("plain", TextFormat::Plain),
                ("markdown", TextFormat::Markdown),
                ("html", TextFormat::Html),
            ];
            mapping.text_format = self.one_of("text_format", word, &known)?;
        }
        if let Some(word) = self.word(table, "delimiter")? {
            let [mark] = word.as_bytes() else {
                return Err(self.wrong("delimiter", "delimiter is one character, such as \";\" or \"\\t\""));
            };
            mapping.delimiter = Some(*mark);
        }
        if let Some(word) = self.word(table, "time_format")? {
            mapping.time_format = TimeFormat::read(word).map_err(|e| self.wrong("time_format", e))?;
        }
        mapping.unescape = match table.get("unescape") {
            None => false,
            Some(Value::Boolean(b)) => *b,
            Some(_) => return Err(self.wrong("unescape", "unescape is true or false")),
        };
        if mapping.fields.get(Part::Time).is_none()
            && mapping.variants.iter().any(|v| v.1.get(Part::Time).is_none())
            || (mapping.variants.is_empty() && mapping.fields.get(Part::Time).is_none())
        {
            return Err(
                self.wrong("time", "it does not say which column is the time. Add time = \"COLUMN\".")
            );
        }
        Ok(mapping)
    }

    fn fields(&self, table: &Table, others: &[&str]) -> Result<Fields> {
        let mut fields = Vec::new();
        for (key, value) in table {
            if let Some((part, _)) = PARTS.iter().find(|(_, word)| word == key) {
                fields.push((*part, self.field(key, value)?));
            } else if !others.contains(&key.as_str()) {
                let known: Vec<&str> =
                    PARTS.iter().map(|(_, word)| *word).chain(others.iter().copied()).collect();
                return Err(self
                    .wrong(key, format!("\"{key}\" means nothing here. Use one of: {}.", known.join(", "))));
            }
        }
        Ok(Fields(fields))
    }

    fn field(&self, key: &str, value: &Value) -> Result<Field> {
        let table = match value {
            Value::String(column) => return Ok(Field { column: Some(column.clone()), ..Field::default() }),
            Value::Table(table) => table,
            _ => {
                return Err(self.wrong(
                    key,
                    format!("{key} is the name of a column, or {{ column = \"…\", value = \"…\" }}"),
                ));
            }
        };
        if let Some(unknown) =
            table.keys().find(|k| !["column", "value", "prefix", "optional"].contains(&k.as_str()))
        {
            let message =
                format!("\"{unknown}\" means nothing in {key}. Use column, value, prefix or optional.");
            return Err(self.wrong(key, message));
        }
        let field = Field {
            column: self.word(table, "column")?.map(str::to_owned),
            value: self.word(table, "value")?.map(str::to_owned),
            prefix: self.word(table, "prefix")?.unwrap_or_default().to_owned(),
            optional: table.get("optional").and_then(Value::as_bool).unwrap_or(false),
        };
        if field.column.is_none() && field.value.is_none() {
            return Err(self.wrong(key, format!("{key} needs a column or a value")));
        }
        let constant = field.value.as_deref().filter(|_| key == "kind");
        if let Some(unknown) = constant.filter(|v| kind_named(v).is_none() && field.column.is_none()) {
            return Err(
                self.wrong(key, format!("there is no kind \"{unknown}\". Use one of: {}.", kind_names()))
            );
        }
        Ok(field)
    }

    fn variants(&self, table: &Table) -> Result<Vec<(String, Fields)>> {
        let Some(value) = table.get("variant") else { return Ok(Vec::new()) };
        let wrong = || self.wrong("variant", "a variant is a [[variant]] section with has = \"COLUMN\"");
        let mut variants = Vec::new();
        for entry in value.as_array().ok_or_else(wrong)? {
            let section = entry.as_table().ok_or_else(wrong)?;
            let has = self.word(section, "has")?.ok_or_else(wrong)?;
            variants.push((has.to_owned(), self.fields(section, &["has"])?));
        }
        Ok(variants)
    }

    fn kinds(&self, table: &Table) -> Result<Vec<(String, Kind)>> {
        let Some(value) = table.get("kinds") else { return Ok(Vec::new()) };
        let wrong =
            || self.wrong("kinds", "kinds is a section of lines such as \"wall post\" = \"topic.opened\"");
        let mut kinds = Vec::new();
        for (cell, kind) in value.as_table().ok_or_else(wrong)? {
            let name = kind.as_str().ok_or_else(wrong)?;
            let kind = kind_named(name).ok_or_else(|| {
                self.wrong(cell, format!("there is no kind \"{name}\". Use one of: {}.", kind_names()))
            })?;
            kinds.push((cell.clone(), kind));
        }
        Ok(kinds)
    }

    fn word<'v>(&self, table: &'v Table, key: &str) -> Result<Option<&'v str>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::String(word)) => Ok(Some(word)),
            Some(_) => Err(self.wrong(key, format!("{key} is a text in quotation marks"))),
        }
    }

    fn words(&self, table: &Table, key: &str) -> Result<Vec<String>> {
        let Some(value) = table.get(key) else { return Ok(Vec::new()) };
        let words = value.as_array().map(|a| a.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        words.flatten().ok_or_else(|| self.wrong(key, format!("{key} is a list of texts: [\"…\", \"…\"]")))
    }

    fn one_of<T: Copy>(&self, key: &str, word: &str, known: &[(&str, T)]) -> Result<T> {
        known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.wrong(key, format!("\"{word}\" is not a {key}. Use one of: {}.", names.join(", ")))
        })
    }
}

fn kind_names() -> String {
    community::KINDS.iter().map(|k| k.name).collect::<Vec<_>>().join(", ")
}
