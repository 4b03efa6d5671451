//! The registry of metrics: a number with a definition, computed from what the log answers.

mod envelope;

pub use envelope::{Cohort, CohortCell, Envelope, Point, Pooled, State};
