//! `folkmoot metric` and `folkmoot metrics`: figures with their definitions.

use super::json;
use crate::cli::MetricArgs;
use crate::out::{Out, aligned};
use base::{Error, Result};
use capability::App;
use metric::Envelope;
use serde_json::Value;

/// What the parameters behind a metric's id say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    json: bool,
    pairs: Vec<(String, String)>,
}

/// Prints a metric.
pub fn metric(app: &App, args: &MetricArgs, out: &mut dyn Out) -> Result<()> {
    let asked = parse(&args.parameters)?;
    let envelope = insights::answer(&app.community, &args.id, asked.pairs)?;
    if asked.json { out.line(&json(&envelope)?) } else { print(&envelope, out) }
}

/// Reads `--name value`, `--name=value` and `--json`.
fn parse(parameters: &[String]) -> Result<Asked> {
    let mut asked = Asked::default();
    let mut rest = parameters.iter();
    while let Some(word) = rest.next() {
        let Some(flag) = word.strip_prefix("--") else {
            return Err(Error::invalid(format!(
                "\"{word}\" stands alone; options are written as --name value"
            )));
        };
        if flag == "json" {
            asked.json = true;
        } else if let Some((name, value)) = flag.split_once('=') {
            asked.pairs.push((name.to_owned(), value.to_owned()));
        } else {
            let value = rest.next().ok_or_else(|| Error::invalid(format!("--{flag} needs a value")))?;
            asked.pairs.push((flag.to_owned(), value.clone()));
        }
    }
    Ok(asked)
}

fn print(envelope: &Envelope, out: &mut dyn Out) -> Result<()> {
    out.line(&envelope.title)?;
    out.line(&envelope.definition)?;
    let filters: Vec<String> = envelope
        .filters
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => format!("--{name} {text}"),
            other => format!("--{name} {other}"),
        })
        .collect();
    out.line(&format!("{} · zone {}", filters.join(" "), envelope.zone))?;
    if let Some(now) = &envelope.now {
        out.line(&format!("as of {now}"))?;
    }
    if let Some(reason) = &envelope.reason {
        out.line(reason)?;
    }
    for table in metric::tables(envelope) {
        out.line("")?;
        let head: Vec<&str> = table.columns.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        aligned(&head, &rows).iter().try_for_each(|l| out.line(l))?;
    }
    Ok(())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "–".into(),
        Value::String(text) => text.clone(),
        Value::Number(n) if n.is_f64() => format!("{:.4}", n.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// Lists the metrics; as JSON with all that the API says of each.
pub fn metrics(as_json: bool, out: &mut dyn Out) -> Result<()> {
    if as_json {
        let items: Vec<_> = metric::registry().iter().map(insights::definition_json).collect();
        return out.line(&serde_json::json!({ "items": items }).to_string());
    }
    let rows: Vec<Vec<String>> = metric::registry()
        .iter()
        .map(|d| vec![d.id.to_owned(), d.unit.to_owned(), d.title.to_owned()])
        .collect();
    aligned(&["metric", "unit", "title"], &rows).iter().try_for_each(|l| out.line(l))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_both_forms() {
        let words = |line: &str| parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let asked = words("--window 7 --from=2024-01-01 --json --source a --source b").expect("read");
        assert!(asked.json);
        let pairs: Vec<_> = asked.pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(pairs, ["window=7", "from=2024-01-01", "source=a", "source=b"]);
        assert!(words("--window").is_err() && words("7").is_err());
    }
}
