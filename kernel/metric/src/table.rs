//! The table view of an answer, on the page and as CSV: the values are those of the JSON, in rows.

use crate::envelope::{Envelope, Figures, Part, Point};
use base::csv;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Range;

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
    "before",
    "before_start",
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
    /// What it holds: `points`, `summary`, `cohorts`, `pooled`, `curve`, `change`.
    pub part: &'static str,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// One value a column; numbers, texts or null.
    pub rows: Vec<Vec<Value>>,
    /// Which columns are the whole and the parts of a split, under their own names; empty when nothing is split.
    pub split: Range<usize>,
}

/// Every part of an answer as a table, the main one first: series or cohorts, then the rest. A split answer has
/// a column for the whole and one for each part.
pub fn tables(envelope: &Envelope) -> Vec<Table> {
    if let Some(parts) = &envelope.parts {
        return split_tables(envelope, parts);
    }
    let mut all = Vec::new();
    if let Some(points) = &envelope.points {
        all.push(of_objects("points", with_earlier(envelope, points)));
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
    if let Some(change) = envelope.comparison.as_ref().and_then(|c| c.change.as_ref()) {
        let columns = ["figure", "value", "was", "difference", "low", "high", "verdict", "method"];
        let object = objects(std::slice::from_ref(change)).pop().unwrap_or_default();
        all.push(Table {
            part: "change",
            rows: vec![columns.iter().map(|c| object.get(*c).cloned().unwrap_or(Value::Null)).collect()],
            columns: columns.map(String::from).to_vec(),
            split: 0..0,
        });
    }
    all
}

/// The points as objects, each beside its counterpart of the earlier days.
fn with_earlier(envelope: &Envelope, points: &[Point]) -> Vec<Map<String, Value>> {
    let mut rows = objects(points);
    if envelope.comparison.is_some() {
        for (row, earlier) in rows.iter_mut().zip(envelope.earlier()) {
            let value = earlier.and_then(|p| p.value).and_then(|v| serde_json::to_value(v).ok());
            row.insert("before".into(), value.unwrap_or(Value::Null));
            row.insert("before_start".into(), earlier.and_then(|p| p.start.clone()).into());
        }
    }
    rows
}

/// One table for each kind of figures that the whole has: what it is of, the whole, the parts.
fn split_tables(envelope: &Envelope, parts: &[Part]) -> Vec<Table> {
    let whole = Figures {
        points: envelope.points.clone(),
        summary: envelope.summary.clone(),
        pooled: envelope.pooled.clone(),
        ..Figures::default()
    };
    let all: Vec<&Figures> = std::iter::once(&whole).chain(parts.iter().map(|p| &p.figures)).collect();
    let mut out = Vec::new();
    if let Some(points) = &whole.points {
        let first = if points.iter().any(|p| p.start.is_none()) { "days" } else { "start" };
        let of = |f: &Figures| keyed(f.points.as_deref().unwrap_or_default(), first);
        let mut table = side_by_side("points", first, parts, &all.iter().map(|f| of(f)).collect::<Vec<_>>());
        table.columns.push("state".into());
        let states = objects(points);
        for (row, point) in table.rows.iter_mut().zip(states) {
            row.push(point.get("state").cloned().unwrap_or(Value::Null));
        }
        out.push(table);
    }
    if whole.pooled.is_some() {
        let of = |f: &Figures| keyed(f.pooled.as_deref().unwrap_or_default(), "k");
        out.push(side_by_side("pooled", "k", parts, &all.iter().map(|f| of(f)).collect::<Vec<_>>()));
    }
    if whole.summary.is_some() {
        let of = |f: &Figures| {
            let mut rows = Vec::new();
            if let Some(summary) = &f.summary {
                flatten("", summary, &mut rows);
            }
            rows.into_iter().map(|mut row| (row.swap_remove(0), row.swap_remove(0))).collect()
        };
        out.push(side_by_side("summary", "figure", parts, &all.iter().map(|f| of(f)).collect::<Vec<_>>()));
    }
    out
}

/// Values by what they are of.
type Keyed = Vec<(Value, Value)>;

fn keyed<T: Serialize>(items: &[T], key: &str) -> Keyed {
    let pair =
        |o: Map<String, Value>| Some((o.get(key)?.clone(), o.get("value").cloned().unwrap_or(Value::Null)));
    objects(items).into_iter().filter_map(pair).collect()
}

/// The rows are those of the whole, the first list; what a part does not have is empty.
fn side_by_side(part: &'static str, first: &str, parts: &[Part], all: &[Keyed]) -> Table {
    let mut columns = vec![first.to_owned(), "all".to_owned()];
    for label in parts.iter().map(|p| &p.label) {
        let same = columns.iter().filter(|c| *c == label).count();
        columns.push(if same == 0 { label.clone() } else { format!("{label} ({})", same + 1) });
    }
    let by_key =
        |list: &Keyed| list.iter().map(|(k, v)| (k.to_string(), v.clone())).collect::<HashMap<_, _>>();
    let found: Vec<_> = all.iter().map(by_key).collect();
    let keys = all.first().into_iter().flatten().map(|(key, _)| key);
    let row = |key: &Value| {
        let name = key.to_string();
        let values = found.iter().map(|list| list.get(&name).cloned().unwrap_or(Value::Null));
        std::iter::once(key.clone()).chain(values).collect()
    };
    Table { part, rows: keys.map(row).collect(), split: 1..columns.len(), columns }
}

/// The main table of an answer: the series, else the cohorts, else the named figures. An unavailable answer
/// has one row with the reason.
pub fn table(envelope: &Envelope) -> Table {
    tables(envelope).into_iter().next().unwrap_or_else(|| Table {
        part: "summary",
        columns: vec!["state".into(), "reason".into()],
        rows: vec![vec!["unavailable".into(), envelope.reason.clone().into()]],
        split: 0..0,
    })
}

/// The main table as CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe.
pub fn csv(envelope: &Envelope) -> String {
    csv_of(&table(envelope))
}

/// A table as CSV.
pub fn csv_of(table: &Table) -> String {
    let mut file = csv::File::default();
    file.row(&table.columns);
    for row in &table.rows {
        for value in row {
            match value {
                Value::Null => file.empty(),
                Value::String(text) => file.text(text),
                Value::Number(_) | Value::Bool(_) => file.figure(value),
                Value::Array(_) | Value::Object(_) => file.text(&value.to_string()),
            };
        }
        file.end();
    }
    file.take()
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
    Table { part, rows: objects.iter().map(row).collect(), columns: names, split: 0..0 }
}

fn of_summary(summary: &Map<String, Value>) -> Table {
    let mut rows = Vec::new();
    flatten("", summary, &mut rows);
    Table { part: "summary", columns: vec!["figure".into(), "value".into()], rows, split: 0..0 }
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
