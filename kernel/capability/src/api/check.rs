//! Values against their descriptions: what a request sends before its handler sees it, and, in tests, what the program
//! answers. So a description cannot say one thing and the program do another.

use super::describe::{Body, Field, Operation, plain, schema};
use crate::Registry;
use base::{Day, Error, Result};
use serde_json::{Map, Value};

/// Checks a value against a schema of this crate's own making. `shapes` are the schemas by name.
///
/// # Errors
/// `Invalid`, with the place in the value and what is expected there.
pub fn check(value: &Value, wanted: &Value, shapes: &Map<String, Value>, place: &str) -> Result<()> {
    if let Some(name) = wanted["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        let shape = shapes.get(name).ok_or_else(|| Error::internal(format!("there is no shape {name}")))?;
        return check(value, shape, shapes, place);
    }
    if let Some(any) = wanted["anyOf"].as_array() {
        // The first is the one that is meant; the others say that it may be null.
        return if any[1..].iter().any(|w| check(value, w, shapes, place).is_ok()) {
            Ok(())
        } else {
            check(value, &any[0], shapes, place)
        };
    }
    check_type(value, &wanted["type"], place)?;
    match value {
        Value::String(text) => check_text(text, wanted, place),
        Value::Number(number) => check_number(number.as_i64(), wanted, place),
        Value::Array(items) => {
            let each = &wanted["items"];
            items
                .iter()
                .enumerate()
                .try_for_each(|(n, item)| check(item, each, shapes, &format!("{place}[{n}]")))
        }
        Value::Object(fields) => check_fields(fields, wanted, shapes, place),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn wrong(place: &str, what: impl std::fmt::Display) -> Error {
    Error::invalid(format!("{place} {what}"))
}

fn check_type(value: &Value, wanted: &Value, place: &str) -> Result<()> {
    let is = |word: &str| match word {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|x| x.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    };
    let words: Vec<&str> = match wanted {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    if words.iter().any(|w| is(w)) {
        return Ok(());
    }
    Err(wrong(place, format!("is of the wrong kind; it is {}", words.join(" or "))))
}

fn check_text(text: &str, wanted: &Value, place: &str) -> Result<()> {
    if let Some(words) = wanted["enum"].as_array()
        && !words.iter().any(|w| w == text)
    {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return Err(wrong(place, format!("is \"{text}\"; it is one of {}", words.join(", "))));
    }
    let length = text.chars().count() as u64;
    if wanted["minLength"].as_u64().is_some_and(|least| length < least)
        || wanted["maxLength"].as_u64().is_some_and(|most| length > most)
    {
        return Err(wrong(
            place,
            format!("has {length} characters; it has {} to {}", wanted["minLength"], wanted["maxLength"]),
        ));
    }
    if wanted["format"] == "date" {
        Day::parse(text).map_err(|e| e.at(place))?;
    }
    Ok(())
}

fn check_number(number: Option<i64>, wanted: &Value, place: &str) -> Result<()> {
    let (Some(low), Some(high)) = (wanted["minimum"].as_i64(), wanted["maximum"].as_i64()) else {
        return Ok(());
    };
    match number {
        Some(n) if (low..=high).contains(&n) => Ok(()),
        _ => Err(wrong(place, format!("is a whole number from {low} to {high}"))),
    }
}

fn check_fields(
    fields: &Map<String, Value>,
    wanted: &Value,
    shapes: &Map<String, Value>,
    place: &str,
) -> Result<()> {
    let known = wanted["properties"].as_object();
    for name in wanted["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(wrong(place, format!("lacks {name}")));
        }
    }
    for (name, value) in fields {
        let inner = format!("{place}.{name}");
        match (known.and_then(|k| k.get(name)), &wanted["additionalProperties"]) {
            (Some(field), _) => check(value, field, shapes, &inner)?,
            (None, Value::Bool(false)) => {
                let names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
                return Err(wrong(place, format!("has no {name}; it has {}", names.join(", "))));
            }
            (None, every @ Value::Object(_)) => check(value, every, shapes, &inner)?,
            (None, _) => {}
        }
    }
    Ok(())
}

/// Checks a value against a shape of the manifests.
///
/// # Errors
/// As [`check`].
pub fn fits(registry: &Registry, shape: &str, value: &Value, place: &str) -> Result<()> {
    let schemas = &registry.api.schemas;
    check(value, &schema(shape).map_err(Error::internal)?, schemas, place)
}

/// Checks the query of a request.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub(crate) fn query(o: &Operation, pairs: &[(String, String)]) -> Result<()> {
    let fields = o.query();
    let named = |name: &str| fields.iter().find(|f| plain(f.0) == name);
    for (n, (name, value)) in pairs.iter().enumerate() {
        let Some(field) = named(name) else {
            if o.asks_more {
                continue;
            }
            let names: Vec<&str> = fields.iter().map(|f| plain(f.0)).collect();
            let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            return Err(Error::invalid(format!("there is no parameter {name}; this call takes {names}")));
        };
        if !field.1.starts_with('[') && pairs[..n].iter().any(|p| p.0 == *name) {
            return Err(Error::invalid(format!("{name} is there twice; once is enough")));
        }
        // What is empty is as if it was not there.
        if !value.is_empty() {
            parameter(field, value)?;
        }
    }
    match fields.iter().find(|f| f.0.ends_with('!') && !pairs.iter().any(|p| p.0 == plain(f.0))) {
        None => Ok(()),
        Some(field) => Err(Error::invalid(format!("{} is missing: {}", plain(field.0), field.2))),
    }
}

fn parameter((name, kind, _): &Field, text: &str) -> Result<()> {
    let kind = kind.trim_start_matches('[').trim_end_matches(']');
    let wanted = schema(kind).map_err(Error::internal)?;
    let value = match wanted["type"].as_str() {
        Some("integer" | "number") => {
            serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| Value::from(text))
        }
        Some("boolean") => match text {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => Value::from(text),
        },
        _ => Value::from(text),
    };
    check(&value, &wanted, &Map::new(), plain(name))
}

/// Checks the body of a request, if it is JSON that can be read; what cannot is for the handler to refuse.
///
/// # Errors
/// `Invalid`, with the place in the body.
pub(crate) fn body(o: &Operation, bytes: &[u8], shapes: &Map<String, Value>) -> Result<()> {
    let Some(Body::Json(kind)) = o.takes else { return Ok(()) };
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(()) };
    check(&value, &schema(kind).map_err(Error::internal)?, shapes, "the body")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OPERATION: Operation = Operation::get("listThings", "/api/v1/things", "Things")
        .asks(&[
            ("state", "new|old", ""),
            ("source", "[text]", ""),
            ("from!", "day", ""),
            ("big", "flag", ""),
        ])
        .gives(200, "page of Thing");

    #[test]
    fn queries_are_held_against_their_description() {
        let check = |text: &str| {
            let pairs: Vec<(String, String)> = text
                .split('&')
                .filter_map(|p| p.split_once('='))
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect();
            query(&OPERATION, &pairs).err().map(|e| e.message)
        };
        for good in ["from=2024-01-02", "from=2024-01-02&state=new&source=a&source=b&limit=3&big=1&cursor=x"]
        {
            assert_eq!(check(good), None, "{good}");
        }
        for (bad, said) in [
            ("", "from is missing"),
            ("from=x", "from"),
            ("from=2024-01-02&state=gone", "one of new, old"),
            ("from=2024-01-02&state=new&state=old", "there twice"),
            ("from=2024-01-02&limit=900", "1 to 200"),
            ("from=2024-01-02&limit=x", "integer"),
            ("from=2024-01-02&colour=red", "no parameter colour"),
        ] {
            assert!(check(bad).is_some_and(|m| m.contains(said)), "{bad}: {:?}", check(bad));
        }
    }

    #[test]
    fn bodies_are_held_against_their_description() {
        let mut shapes = Map::new();
        let thing = json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": { "name": { "type": "string", "minLength": 1, "maxLength": 3 }, "n": { "type": ["integer", "null"] } },
        });
        shapes.insert("Thing".into(), thing);
        let wanted = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Thing" } });
        let check = |value: Value| check(&value, &wanted, &shapes, "the body").err().map(|e| e.message);
        assert_eq!(check(json!([{ "name": "a", "n": null }, { "name": "b", "n": 1 }])), None);
        for (bad, said) in [
            (json!({}), "wrong kind"),
            (json!([{}]), "the body[0] lacks name"),
            (json!([{ "name": "" }]), "0 characters"),
            (json!([{ "name": "a", "n": 1.5 }]), "the body[0].n"),
            (json!([{ "name": "a", "m": 1 }]), "has no m"),
        ] {
            let got = check(bad.clone()).unwrap_or_default();
            assert!(got.contains(said), "{bad}: {got}");
        }
    }
}
