//! The figures of a truth file: every number, text, truth value and null, one by one.

use serde_json::Value;
use std::fmt;

/// A step into a truth file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// One figure and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) path: Vec<Step>,
    pub(crate) value: Value,
}

impl Leaf {
    /// The key at a depth; empty when there is none.
    pub(crate) fn key(&self, depth: usize) -> &str {
        match self.path.get(depth) {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }

    /// The index at a depth.
    pub(crate) fn index(&self, depth: usize) -> Option<usize> {
        match self.path.get(depth) {
            Some(Step::Index(index)) => Some(*index),
            _ => None,
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.path.iter().enumerate() {
            match step {
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The figures that are compared: all but those that the definitions name as not compared, and the parts left
/// out.
pub(crate) fn compared(truth: &Value, except: &[String]) -> Vec<Leaf> {
    let parts = truth.as_object().into_iter().flatten();
    parts
        .filter(|(name, _)| !except.contains(name))
        .flat_map(|(name, part)| of(name, part))
        .filter(|leaf| !only_names(leaf))
        .collect()
}

/// Every figure of one part.
pub(crate) fn of(name: &str, part: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(part, &mut vec![Step::Key(name.to_owned())], &mut found);
    found.retain(|leaf| !only_names(leaf));
    found
}

fn walk(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Leaf>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                path.push(Step::Key(key.clone()));
                walk(value, path, found);
                path.pop();
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                path.push(Step::Index(index));
                walk(value, path, found);
                path.pop();
            }
        }
        _ => found.push(Leaf { path: path.clone(), value: value.clone() }),
    }
}

/// What only names things, and what an import summary says.
fn only_names(leaf: &Leaf) -> bool {
    match (leaf.key(0), leaf.key(1)) {
        ("dataset" | "raw_rows" | "repeats_dropped", _) => true,
        (part, "columns") => part.starts_with("lifecycle_"),
        ("funnel", "steps" | "step_field") => true,
        _ => false,
    }
}
