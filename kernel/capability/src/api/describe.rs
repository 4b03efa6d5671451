//! How a route of the API is described: plain values beside the routes, out of which the OpenAPI document, the pages
//! under `/api` and the tests of the examples are made.
//!
//! A field is `(name, kind, meaning)`. Kinds are words:
//!
//! | Word | Means |
//! |---|---|
//! | `text`, `text(1..80)` | a text, of so many characters |
//! | `integer`, `integer(1..200)`, `number`, `flag` | a whole number, within limits; a number; true or false |
//! | `day`, `time`, `micros` | `2026-11-24`; RFC 3339; microseconds since 1970 in UTC |
//! | `one\|of\|these` | one of these words |
//! | `any` | anything |
//! | `Note`, `[Note]`, `{integer}` | a shape by its name; a list; values by name |
//! | `page of Note` | `{"items": […], "next": …}` |
//! | `…?` | the same or null |
//!
//! A name that ends in `?` may be absent from a body or an answer; one in `!` must be in a query.

use serde_json::{Map, Value, json};

/// Name, kind, meaning.
pub type Field = (&'static str, &'static str, &'static str);

/// An object with a name, of which bodies and answers are made.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its name, `UpperCamelCase`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub meaning: &'static str,
    /// What is in it.
    pub fields: &'static [Field],
    /// Whether there may be more in it than is named here.
    pub open: bool,
}

impl Shape {
    /// A shape with exactly these fields.
    pub const fn new(name: &'static str, meaning: &'static str, fields: &'static [Field]) -> Self {
        Self { name, meaning, fields, open: false }
    }

    /// The same with further fields, which `meaning` explains.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

/// What the body of a request is.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// JSON of a kind.
    Json(&'static str),
    /// Text of a media type.
    Text(&'static str),
    /// Fields and files of a form, by a shape's name.
    Multipart(&'static str),
}

/// One call: a method at a path.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name in programs, `lowerCamelCase`.
    pub id: &'static str,
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: &'static str,
    /// As the route has it.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else is worth knowing; may be empty.
    pub more: &'static str,
    /// What stands in the path.
    pub at: &'static [Field],
    /// What may stand in the query.
    pub asks: &'static [Field],
    /// Whether the query may hold further names, which `more` explains.
    pub asks_more: bool,
    /// The body; none where there is none.
    pub takes: Option<Body>,
    /// Whether the body may be left out.
    pub body_optional: bool,
    /// The status when it went well.
    pub status: u16,
    /// The kind of the answer; empty where there is none.
    pub gives: &'static str,
    /// An example: the query with its `?` (parameters of the path are filled in), and the body.
    pub example: (&'static str, &'static str),
    /// Whether it is not for API tokens.
    pub by_session: bool,
    /// Whether the handler judges the body itself, piece by piece.
    pub lenient: bool,
}

impl Operation {
    const fn new(id: &'static str, method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            summary,
            more: "",
            at: &[],
            asks: &[],
            asks_more: false,
            takes: None,
            body_optional: false,
            status: 200,
            gives: "",
            example: ("", ""),
            by_session: false,
            lenient: false,
        }
    }

    /// A reading.
    pub const fn get(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self::new(id, "GET", path, summary)
    }

    /// Something is made or done.
    pub const fn post(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self::new(id, "POST", path, summary)
    }

    /// Something takes the place of what was there.
    pub const fn put(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self::new(id, "PUT", path, summary)
    }

    /// Something is changed in part.
    pub const fn patch(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self::new(id, "PATCH", path, summary)
    }

    /// Something is removed or taken back; by itself the answer is 204 without a body.
    pub const fn delete(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        let mut operation = Self::new(id, "DELETE", path, summary);
        operation.status = 204;
        operation
    }

    /// With more to know.
    #[must_use]
    pub const fn more(mut self, text: &'static str) -> Self {
        self.more = text;
        self
    }

    /// With what stands in the path.
    #[must_use]
    pub const fn at(mut self, fields: &'static [Field]) -> Self {
        self.at = fields;
        self
    }

    /// With what may stand in the query.
    #[must_use]
    pub const fn asks(mut self, fields: &'static [Field]) -> Self {
        self.asks = fields;
        self
    }

    /// With further names in the query.
    #[must_use]
    pub const fn asks_more(mut self) -> Self {
        self.asks_more = true;
        self
    }

    /// With a body of JSON of a kind.
    #[must_use]
    pub const fn takes(mut self, kind: &'static str) -> Self {
        self.takes = Some(Body::Json(kind));
        self
    }

    /// With another body.
    #[must_use]
    pub const fn takes_body(mut self, body: Body) -> Self {
        self.takes = Some(body);
        self
    }

    /// The body may be left out.
    #[must_use]
    pub const fn body_optional(mut self) -> Self {
        self.body_optional = true;
        self
    }

    /// What it answers when it went well.
    #[must_use]
    pub const fn gives(mut self, status: u16, kind: &'static str) -> Self {
        self.status = status;
        self.gives = kind;
        self
    }

    /// An example: the query with its `?`, and the body.
    #[must_use]
    pub const fn example(mut self, query: &'static str, body: &'static str) -> Self {
        self.example = (query, body);
        self
    }

    /// Not for API tokens: whoever asks is signed in with a browser.
    #[must_use]
    pub const fn by_session(mut self) -> Self {
        self.by_session = true;
        self
    }

    /// The handler judges the body itself, piece by piece.
    #[must_use]
    pub const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Whether it changes nothing.
    pub fn is_reading(&self) -> bool {
        self.method == "GET"
    }

    /// Whether its body is JSON.
    pub fn takes_json(&self) -> bool {
        matches!(self.takes, Some(Body::Json(_)))
    }

    /// Whether it takes the header `Idempotency-Key`: every act whose body is no upload.
    pub fn takes_key(&self) -> bool {
        !self.is_reading() && !matches!(self.takes, Some(Body::Multipart(_)))
    }

    /// Whether it answers a page of a list.
    pub fn is_list(&self) -> bool {
        self.gives.starts_with("page of ") || self.asks.iter().any(|f| f.0 == "cursor")
    }

    /// Everything in the query, with what every list takes.
    pub fn query(&self) -> Vec<Field> {
        let mut all = self.asks.to_vec();
        if self.gives.starts_with("page of ") {
            for field in [CURSOR, LIMIT] {
                if !all.iter().any(|f| f.0 == field.0) {
                    all.push(field);
                }
            }
        }
        all
    }
}

/// Where a list goes on.
pub const CURSOR: Field = ("cursor", "text", "Where the list goes on: `next` of the answer before");
/// How much of it.
pub const LIMIT: Field = ("limit", "integer(1..200)", "How many, 1 to 200; 50 when it is absent");

/// The name of a field without its mark.
pub(crate) fn plain(name: &str) -> &str {
    name.trim_end_matches(['?', '!'])
}

/// A kind as a JSON Schema.
///
/// # Errors
/// What cannot be understood of it.
pub fn schema(kind: &str) -> Result<Value, String> {
    if let Some(inner) = kind.strip_suffix('?') {
        return Ok(nullable(schema(inner)?));
    }
    if let Some(inner) = kind.strip_prefix("page of ") {
        return Ok(json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": schema(inner)? },
                "next": { "type": ["string", "null"], "description": "What `cursor` takes for the next page; null at the end" },
            },
            "required": ["items", "next"],
            "additionalProperties": false,
        }));
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|k| k.strip_suffix(']')) {
        return Ok(json!({ "type": "array", "items": schema(inner)? }));
    }
    if let Some(inner) = kind.strip_prefix('{').and_then(|k| k.strip_suffix('}')) {
        return Ok(json!({ "type": "object", "additionalProperties": schema(inner)? }));
    }
    if let Some((word, limits)) = kind.strip_suffix(')').and_then(|k| k.split_once('(')) {
        let (low, high) = limits.split_once("..").ok_or_else(|| format!("{kind}: limits are LOW..HIGH"))?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| format!("{kind}: {text} is no number"));
        return match word {
            "text" => Ok(json!({ "type": "string", "minLength": number(low)?, "maxLength": number(high)? })),
            "integer" => Ok(json!({ "type": "integer", "minimum": number(low)?, "maximum": number(high)? })),
            _ => Err(format!("{kind}: only text and integer have limits")),
        };
    }
    if kind.contains('|') {
        return Ok(json!({ "type": "string", "enum": kind.split('|').collect::<Vec<_>>() }));
    }
    Ok(match kind {
        "text" => json!({ "type": "string" }),
        "integer" => json!({ "type": "integer" }),
        "number" => json!({ "type": "number" }),
        "flag" => json!({ "type": "boolean" }),
        "day" => json!({ "type": "string", "format": "date" }),
        "time" => json!({ "type": "string", "format": "date-time" }),
        "micros" => {
            json!({ "type": "integer", "format": "int64", "description": "Microseconds since 1970 in UTC" })
        }
        "any" => json!({}),
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
            json!({ "$ref": format!("#/components/schemas/{name}") })
        }
        other => return Err(format!("there is no kind \"{other}\"")),
    })
}

fn nullable(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        Some(kind) if schema.get("enum").is_none() => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// A shape as a JSON Schema.
///
/// # Errors
/// What cannot be understood of one of its fields.
pub(crate) fn shape_schema(shape: &Shape) -> Result<Value, String> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, kind, meaning) in shape.fields {
        let plain = plain(name);
        let mut field = schema(kind).map_err(|e| format!("{}.{plain}: {e}", shape.name))?;
        if !meaning.is_empty() {
            field["description"] = json!(meaning);
        }
        if !name.ends_with('?') {
            required.push(plain);
        }
        properties.insert(plain.to_owned(), field);
    }
    let mut whole = json!({
        "type": "object",
        "description": shape.meaning,
        "properties": properties,
        "additionalProperties": shape.open,
    });
    if !required.is_empty() {
        whole["required"] = json!(required);
    }
    Ok(whole)
}

/// The shapes that a kind names.
pub(crate) fn names_in(kind: &str) -> impl Iterator<Item = &str> {
    kind.trim_start_matches("page of ")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_become_schemas() {
        let check = |kind: &str, expect: Value| assert_eq!(schema(kind), Ok(expect), "{kind}");
        check("text(1..80)", json!({ "type": "string", "minLength": 1, "maxLength": 80 }));
        check("text?", json!({ "type": ["string", "null"] }));
        check("a|b", json!({ "type": "string", "enum": ["a", "b"] }));
        check("[Note]", json!({ "type": "array", "items": { "$ref": "#/components/schemas/Note" } }));
        check("{integer}", json!({ "type": "object", "additionalProperties": { "type": "integer" } }));
        let or_null = json!({ "anyOf": [{ "$ref": "#/components/schemas/Note" }, { "type": "null" }] });
        check("Note?", or_null);
        assert!(schema("txet").is_err() && schema("flag(1..2)").is_err());
        assert_eq!(names_in("page of Note").collect::<Vec<_>>(), ["Note"]);
        assert_eq!(names_in("{[Note?]}").collect::<Vec<_>>(), ["Note"]);
        assert_eq!(names_in("page of text").count(), 0);
    }

    #[test]
    fn what_is_marked_may_be_absent() {
        const NOTE: Shape = Shape::new("Note", "A note.", &[("text", "text", "What"), ("more?", "flag", "")]);
        let made = shape_schema(&NOTE).expect("a schema");
        assert_eq!(made["required"], json!(["text"]));
        assert_eq!(made["additionalProperties"], json!(false));
        assert_eq!(made["properties"]["text"]["description"], json!("What"));
    }
}
