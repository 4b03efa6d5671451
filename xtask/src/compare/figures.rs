//! Where each figure of a truth file comes from: the table at the end of the metric definitions, as code.

use super::leaves::{Leaf, Step};
use serde_json::Value;
use std::rc::Rc;

/// Who answers: the API, or a test.
pub(crate) trait Source {
    /// The envelope of a metric with these parameters; an error in words when there is none.
    fn ask(&mut self, metric: &str, parameters: &[(&str, &str)]) -> Result<Rc<Value>, String>;
}

/// What was found for a figure.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// The product's figure; null when it says that the figure is unavailable.
    Figure(Value),
    /// The metric answers, but this figure is not in its answer.
    Missing(String),
    /// No metric is known for it, or the metric does not answer.
    Unmapped(String),
}

/// Finds the product's figure for one of the truth file.
pub(crate) fn find(truth: &Value, leaf: &Leaf, source: &mut dyn Source) -> Found {
    let mut part = Part { truth, leaf, source };
    match leaf.key(0) {
        "rows" | "bot_rows" | "no_member_rows" | "active_rows" | "active_members" | "channels" => {
            part.summary("log_summary", &[], 0)
        }
        "kinds" => part.kind(),
        "actives" => part.actives(),
        "retention_weekly" => part.retention("week"),
        "retention_monthly" => part.retention("month"),
        "retention_days" => part.retention_days(),
        "lifecycle_weekly" => part.lifecycle("week"),
        "lifecycle_monthly" => part.lifecycle("month"),
        "response" => part.summary("time_to_first_response", &[], 1),
        "concentration" => part.summary("concentration", &[], 1),
        "channel_rolling7_top5" => part.channel(),
        "funnel" => part.funnel(),
        "survival_gap90" => part.survival(),
        "graph" => part.summary("reply_graph", &[], 1),
        other => Found::Unmapped(format!("no metric is known for \"{other}\"")),
    }
}

struct Part<'a> {
    truth: &'a Value,
    leaf: &'a Leaf,
    source: &'a mut dyn Source,
}

impl Part<'_> {
    /// Asks, and reads the figure out of the answer; an unavailable metric is null.
    fn read(&mut self, metric: &str, with: &[(&str, &str)], pick: impl Fn(&Value) -> Option<Value>) -> Found {
        match self.source.ask(metric, with) {
            Err(why) => Found::Unmapped(why),
            Ok(envelope) if envelope["state"] == "unavailable" => Found::Figure(Value::Null),
            Ok(envelope) => match pick(&envelope) {
                Some(figure) => Found::Figure(figure),
                None => {
                    let options: Vec<String> = with.iter().map(|(n, v)| format!(" {n}={v}")).collect();
                    Found::Missing(format!("but {metric}{} has no such figure", options.concat()))
                }
            },
        }
    }

    /// A figure of the summary that has the truth file's own name, from a depth of the path on.
    fn summary(&mut self, metric: &str, with: &[(&str, &str)], depth: usize) -> Found {
        let path = self.leaf.path[depth.min(self.leaf.path.len())..].to_vec();
        self.read(metric, with, |envelope| {
            path.iter()
                .try_fold(&envelope["summary"], |value, step| match step {
                    Step::Key(key) => value.get(key),
                    Step::Index(index) => value.get(index),
                })
                .filter(|value| !value.is_object() && !value.is_array())
                .cloned()
        })
    }

    /// Kinds have longer names in the product; one that never occurs need not be listed.
    fn kind(&mut self) -> Found {
        let name = match self.leaf.key(1) {
            "message" => "message.posted",
            "reply" => "reply.posted",
            "topic" => "topic.opened",
            "post" => "post.published",
            "question" => "question.asked",
            "answer" => "answer.posted",
            "comment" => "comment.posted",
            "join" => "member.joined",
            "leave" => "member.left",
            "bot" => "message.relayed",
            "system" => "notice.posted",
            other => return Found::Unmapped(format!("no kind is known for \"{other}\"")),
        };
        self.read("log_summary", &[], |envelope| {
            let kinds = envelope["summary"]["kinds"].as_object()?;
            Some(kinds.get(name).cloned().unwrap_or_else(|| 0.into()))
        })
    }

    fn actives(&mut self) -> Found {
        let (name, last) = (self.leaf.key(1).to_owned(), self.leaf.key(2).to_owned());
        let daily = ("active_members", [("interval", "day")]);
        match name.as_str() {
            "first_day" => self.read(daily.0, &daily.1, |e| points(e)?.first()?.get("start").cloned()),
            "last_day" => self.read(daily.0, &daily.1, |e| points(e)?.last()?.get("start").cloned()),
            "days" => self.read(daily.0, &daily.1, |e| Some(points(e)?.len().into())),
            "dau" => {
                let index = self.leaf.index(3);
                self.read(daily.0, &daily.1, |e| of_series(points(e)?, &last, index))
            }
            "wau_iso" => self.read("active_members", &[("interval", "week")], |e| value_at(e, &last)),
            "mau_calendar" => self.read("active_members", &[("interval", "month")], |e| value_at(e, &last)),
            "rolling7" | "rolling28" | "rolling30" => {
                let window = name.trim_start_matches("rolling").to_owned();
                let with = [("window", window.as_str())];
                self.read("rolling_active_members", &with, |e| of_series(points(e)?, &last, None))
            }
            "stickiness_calendar_month" => {
                self.read("stickiness", &[("basis", "month")], |e| value_at(e, &last))
            }
            "stickiness_dau_over_rolling30_mean" => {
                self.read("stickiness", &[("basis", "rolling30")], |e| e["summary"].get("value").cloned())
            }
            "stickiness_days_histogram" => {
                let days: u64 = last.parse().unwrap_or(0);
                self.read("stickiness", &[("basis", "days")], |e| {
                    points(e)?.iter().find(|p| p["days"] == days)?.get("value").cloned()
                })
            }
            other => Found::Unmapped(format!("no metric is known for actives.{other}")),
        }
    }

    fn retention(&mut self, interval: &str) -> Found {
        let leaf = self.leaf;
        let (mode, pooled) = match leaf.key(1) {
            "pooled_exact" => ("exact", true),
            "pooled_unbounded" => ("unbounded", true),
            "rows" if leaf.key(3) == "unbounded" => ("unbounded", false),
            "rows" => ("exact", false),
            other => return Found::Unmapped(format!("no metric is known for retention {other}")),
        };
        let with = [("interval", interval), ("mode", mode), ("periods", "12")];
        if pooled {
            let (k, side) = (leaf.index(2), leaf.index(3));
            let name = if side == Some(0) { "retained" } else { "eligible" };
            return self.read("retention", &with, |e| {
                e["pooled"]
                    .as_array()?
                    .iter()
                    .find(|p| p["k"].as_u64() == k.map(|k| k as u64))?
                    .get(name)
                    .cloned()
            });
        }
        let start = first_day(leaf.key(2));
        let k = leaf.index(4).map(|k| k as u64);
        self.read("retention", &with, |e| {
            let cohort = e["cohorts"].as_array()?.iter().find(|c| c["start"] == start.as_str())?;
            match k {
                None => cohort.get("size").cloned(),
                Some(_) => cohort["values"]
                    .as_array()?
                    .iter()
                    .find(|v| v["k"].as_u64() == k)?
                    .get("retained")
                    .cloned(),
            }
        })
    }

    fn retention_days(&mut self) -> Found {
        let (what, figure) = (self.leaf.key(1).to_owned(), self.leaf.key(2).to_owned());
        let side = if self.leaf.index(3) == Some(1) { "high" } else { "low" };
        let mode = if figure.starts_with("unbounded") { "unbounded" } else { "exact" };
        let name = match figure.as_str() {
            "eligible" => "eligible",
            "exact" | "unbounded" | "retained" => "retained",
            _ => side,
        };
        let pick = |e: &Value| e["summary"].get(name).cloned();
        if let Some(bracket) = what.strip_prefix("bracket ") {
            self.read("retention_day", &[("bracket", bracket)], pick)
        } else if let Some(day) = what.strip_prefix('D') {
            self.read("retention_day", &[("day", day), ("mode", mode)], pick)
        } else {
            Found::Unmapped(format!("no metric is known for retention_days.{what}"))
        }
    }

    fn lifecycle(&mut self, interval: &str) -> Found {
        let leaf = self.leaf;
        let totals = leaf.key(1) == "totals";
        let index = leaf.index(if totals { 2 } else { 3 });
        let columns = self.truth[leaf.key(0)]["columns"].clone();
        let Some(column) = index.and_then(|i| columns[i].as_str()).map(str::to_owned) else {
            return Found::Unmapped("the file does not name this column".into());
        };
        let start = first_day(leaf.key(2));
        self.read("lifecycle", &[("interval", interval)], |e| {
            if totals {
                e["summary"].get(&column).cloned()
            } else {
                points(e)?.iter().find(|p| p["start"] == start.as_str())?.get(&column).cloned()
            }
        })
    }

    /// Rolling 7 of a channel over the community's whole series.
    fn channel(&mut self) -> Found {
        let (channel, figure) = (self.leaf.key(1).to_owned(), self.leaf.key(2).to_owned());
        let with = [("window", "7"), ("channel", channel.as_str())];
        self.read("rolling_active_members", &with, |e| match figure.as_str() {
            "members" => e["summary"].get("members").cloned(),
            other => of_series(points(e)?, other, None),
        })
    }

    fn funnel(&mut self) -> Found {
        let (window, order) = (self.leaf.key(1).to_owned(), self.leaf.key(2).to_owned());
        let index = self.leaf.index(3).unwrap_or(0);
        let names = self.truth["funnel"]["steps"].as_array().cloned().unwrap_or_default();
        let steps: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let steps = steps.join(",");
        let with = [("steps", steps.as_str()), ("window", window.as_str()), ("order", order.as_str())];
        self.read("funnel", &with, |e| e["steps"].as_array()?.get(index)?.get("members").cloned())
    }

    fn survival(&mut self) -> Found {
        let name = self.leaf.key(1).to_owned();
        let side = ["value", "low", "high"].get(self.leaf.index(2).unwrap_or(0)).copied().unwrap_or("value");
        let days =
            name.strip_prefix("S(").and_then(|n| n.strip_suffix(')')).and_then(|n| n.parse::<u64>().ok());
        self.read("survival", &[("gap", "90d")], |e| match days {
            None => e["summary"].get(&name).cloned(),
            Some(days) => e["curve"].as_array()?.iter().find(|c| c["t"] == days * 86_400)?.get(side).cloned(),
        })
    }
}

fn points(envelope: &Value) -> Option<&Vec<Value>> {
    envelope["points"].as_array()
}

/// The value of the point that starts on a day or month.
fn value_at(envelope: &Value, period: &str) -> Option<Value> {
    let start = first_day(period);
    points(envelope)?.iter().find(|p| p["start"] == start.as_str())?.get("value").cloned()
}

/// `2024-12` is named by its first day.
fn first_day(period: &str) -> String {
    if period.len() == 7 { format!("{period}-01") } else { period.to_owned() }
}

/// A figure about a series of counts.
fn of_series(points: &[Value], name: &str, index: Option<usize>) -> Option<Value> {
    let values: Vec<f64> = points.iter().map(|p| p["value"].as_f64()).collect::<Option<_>>()?;
    let max = values.iter().copied().fold(0.0, f64::max);
    let number = |value: f64| serde_json::Number::from_f64(value).map(Value::Number);
    match name {
        "series" => number(*values.get(index?)?),
        "sum" => number(values.iter().sum()),
        "max" => number(max),
        "max_day" => points.get(values.iter().position(|v| *v == max)?)?.get("start").cloned(),
        "last" => number(*values.last()?),
        "mean" => number(values.iter().sum::<f64>() / values.len() as f64),
        "median" => number(median(values)?),
        "zero_days" => Some(values.iter().filter(|v| **v == 0.0).count().into()),
        _ => None,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len().is_multiple_of(2) { (values[middle - 1] + upper) / 2.0 } else { upper })
}
