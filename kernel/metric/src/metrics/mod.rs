//! One file a metric: its definition and its arithmetic.

use crate::Query;
use crate::registry::{OptionDef, Takes};
use base::Interval;
use serde_json::{Map, Value};

pub(crate) mod active_members;
pub(crate) mod answered_rate;
pub(crate) mod concentration;
pub(crate) mod conversations;
pub(crate) mod joins;
pub(crate) mod leaves;
pub(crate) mod lifecycle;
pub(crate) mod log_summary;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod net_growth;
pub(crate) mod newcomers_answered;
pub(crate) mod retention;
pub(crate) mod retention_day;
pub(crate) mod rolling_active_members;
pub(crate) mod stickiness;
pub(crate) mod time_to_first_response;

/// Day, week and month, weeks unless asked otherwise.
const ANY_INTERVAL: &[Interval] = &[Interval::Week, Interval::Day, Interval::Month];

/// One second in the log's unit.
const SECOND: i64 = 1_000_000;
/// One hour in the log's unit.
pub(crate) const HOUR: i64 = 3_600 * SECOND;
/// One day in the log's unit.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Within what time a response counts.
const WINDOW_MEANING: &str = "Within what time the first response counts, inclusive";

/// The time of a `window` option in the log's unit.
fn window_micros(query: &Query) -> i64 {
    match query.word("window") {
        "1h" => HOUR,
        "24h" => DAY,
        _ => 7 * DAY,
    }
}

/// Which openings count.
const POPULATION: OptionDef = OptionDef {
    name: "population",
    takes: Takes::Word(&["openings", "questions"]),
    default: Some("openings"),
    replaces: &[],
    meaning: "openings: every opening counts; questions: only those that ask, by their kind, a question mark that \
        ends a clause, words that begin a question (English, German, Spanish, French, Portuguese, Italian) or a \
        channel for help, unless a person said otherwise",
};

/// Exact or unbounded retention.
const MODE: OptionDef = OptionDef {
    name: "mode",
    takes: Takes::Word(&["exact", "unbounded"]),
    default: Some("exact"),
    replaces: &[],
    meaning: "exact: back in that very period; unbounded: back in it or in any later one",
};

/// Named figures in a map.
fn figures<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
