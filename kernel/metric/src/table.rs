//! The table view of an answer, on the page and as CSV: the values are those of the JSON, in rows.

use crate::Envelope;
use serde::Serialize;
use serde_json::{Map, Value};

/// Columns that come first, in this order; all others follow by name, `state` last.
const ORDER: &[&str] = &[
    "start",
    "days",
    "t",
    "size",
    "k",
    "value",
    "low",
    "high",
    "n",
    "new",
    "returning",
    "resurrecting",
    "dormant",
    "active",
    "retained",
    "eligible",
];

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it holds: `points`, `summary`, `cohorts`, `pooled`, `curve`.
    pub part: &'static str,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// One value a column; numbers, texts or null.
    pub rows: Vec<Vec<Value>>,
}

/// Every part of an answer as a table, the main one first: series or cohorts, then the rest.
pub fn tables(envelope: &Envelope) -> Vec<Table> {
    let mut all = Vec::new();
    if let Some(points) = &envelope.points {
        all.push(of_objects("points", objects(points)));
    }
    if let Some(cohorts) = &envelope.cohorts {
        all.push(of_objects("cohorts", objects(cohorts).into_iter().flat_map(cells).collect()));
    }
    if let Some(pooled) = &envelope.pooled {
        all.push(of_objects("pooled", objects(pooled)));
    }
    if let Some(summary) = &envelope.summary {
        all.push(of_summary(summary));
    }
    if let Some(curve) = &envelope.curve {
        all.push(of_objects("curve", objects(curve)));
    }
    all
}

/// The main table of an answer: the series, else the cohorts, else the named figures. An unavailable answer
/// has one row with the reason.
pub fn table(envelope: &Envelope) -> Table {
    tables(envelope).into_iter().next().unwrap_or_else(|| Table {
        part: "summary",
        columns: vec!["state".into(), "reason".into()],
        rows: vec![vec!["unavailable".into(), envelope.reason.clone().into()]],
    })
}

/// The main table as CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe.
pub fn csv(envelope: &Envelope) -> String {
    csv_of(&table(envelope))
}

/// A table as CSV.
pub fn csv_of(table: &Table) -> String {
    let header = table.columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",");
    let mut out = header + "\r\n";
    for row in &table.rows {
        let line = row.iter().map(cell).collect::<Vec<_>>().join(",");
        out.push_str(&line);
        out.push_str("\r\n");
    }
    out
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => quoted(&value.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let guarded = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

fn objects<T: Serialize>(items: &[T]) -> Vec<Map<String, Value>> {
    let object = |item| match serde_json::to_value(item) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    };
    items.iter().filter_map(object).collect()
}

/// A cohort as one object a cell.
fn cells(mut cohort: Map<String, Value>) -> Vec<Map<String, Value>> {
    let Some(Value::Array(values)) = cohort.remove("values") else { return Vec::new() };
    cohort.remove("state");
    let cell = |value| match value {
        Value::Object(map) => Some(cohort.clone().into_iter().chain(map).collect()),
        _ => None,
    };
    values.into_iter().filter_map(cell).collect()
}

fn of_objects(part: &'static str, objects: Vec<Map<String, Value>>) -> Table {
    let mut names: Vec<String> = Vec::new();
    for name in objects.iter().flat_map(Map::keys) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let place = |name: &str| match (ORDER.iter().position(|o| *o == name), name) {
        (Some(place), _) => place,
        (None, "state") => usize::MAX,
        (None, _) => ORDER.len(),
    };
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    let row =
        |o: &Map<String, Value>| names.iter().map(|n| o.get(n).cloned().unwrap_or(Value::Null)).collect();
    Table { part, rows: objects.iter().map(row).collect(), columns: names }
}

fn of_summary(summary: &Map<String, Value>) -> Table {
    let mut rows = Vec::new();
    flatten("", summary, &mut rows);
    Table { part: "summary", columns: vec!["figure".into(), "value".into()], rows }
}

/// Nested figures get a dotted name, list items their place from 1.
fn flatten(prefix: &str, map: &Map<String, Value>, rows: &mut Vec<Vec<Value>>) {
    for (name, value) in map {
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(inner) => flatten(&format!("{name}."), inner, rows),
            Value::Array(items) => {
                let named = items.iter().enumerate();
                rows.extend(named.map(|(i, v)| vec![format!("{name}.{}", i + 1).into(), v.clone()]));
            }
            _ => rows.push(vec![name.into(), value.clone()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => unreachable!("only objects are given"),
        }
    }

    #[test]
    fn columns_are_in_reading_order_and_missing_values_empty() {
        let rows = vec![
            object(json!({"state": "complete", "value": 3, "start": "2024-01-01", "basis": "join rows"})),
            object(json!({"state": "partial", "value": null, "start": "2024-01-08"})),
        ];
        let csv = csv_of(&of_objects("points", rows));
        assert_eq!(
            csv,
            "start,value,basis,state\r\n2024-01-01,3,join rows,complete\r\n2024-01-08,,,partial\r\n"
        );
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        let summary = object(json!({"=SUM(A1)": -2, "a,\"b\"": "@x", "list": [1, 0.5], "in": {"ner": null}}));
        let csv = csv_of(&of_summary(&summary));
        assert_eq!(
            csv,
            "figure,value\r\n'=SUM(A1),-2\r\n\"a,\"\"b\"\"\",'@x\r\nin.ner,\r\nlist.1,1\r\nlist.2,0.5\r\n"
        );
    }
}
