//! The examples of answers: what the program answered to each example request in a test (`folkmoot/src/proofs/api.rs`),
//! which writes them down and fails when they are not true any more.

use serde_json::{Map, Value};

/// Operations by id, each with the address of its example and the answer to it.
#[derive(Clone, Debug, Default)]
pub struct Examples(Map<String, Value>);

impl Examples {
    /// Reads what the test wrote; that it can be read is part of the test.
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// What the program answered to the example of an operation; none where the answer has no body.
    pub(crate) fn answer_of(&self, id: &str) -> Option<Value> {
        self.0.get(id).and_then(|e| e.get("answer")).filter(|a| !a.is_null()).cloned()
    }

    /// The address of the example, with everything filled in.
    pub(crate) fn address_of(&self, id: &str) -> Option<&str> {
        self.0.get(id).and_then(|e| e.get("address")).and_then(Value::as_str)
    }
}
