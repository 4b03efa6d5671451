//! The registry of metrics: a number with a definition, computed from what the log answers.
//!
//! A metric is one file in `metrics/` and one line in `registry.rs`. Its file holds the definition (words,
//! formula, options, how others count) and one function from [`Inputs`] to [`Parts`]. Everything that reads
//! the log is in `inputs.rs`; everything below it is arithmetic on plain values.

mod answer;
mod channels;
mod compare;
mod day_sets;
mod envelope;
mod inputs;
mod metrics;
mod query;
mod registry;
mod retention;
mod series;
mod split;
mod stats;
mod table;
mod usual;
mod waits;

pub use answer::{answer, envelope, plan};
pub use channels::answer_channels;
pub use compare::{Compare, days_before, judge};
pub use envelope::{
    Change, Cohort, CohortCell, Comparison, CurvePoint, Envelope, Figure, Figures, Part, Parts, Point,
    Pooled, State, Verdict,
};
pub use inputs::{Conversations, Inputs, Needs, Passing, Reach};
pub use query::{Query, Value};
pub use registry::{
    Definition, Direction, OptionDef, Parameter, RowKind, Shape, Takes, definition, registry, rows_behind,
};
pub use split::Split;
pub use table::{Table, csv, csv_of, table, tables};
pub use usual::Expected;
pub use waits::{Firsts, Sorter, Waits};
