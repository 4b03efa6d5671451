//! Whether a figure is right, and the count of those that are.

use super::figures::Found;
use super::leaves::Leaf;
use serde_json::Value;
use std::collections::BTreeMap;

/// Truth files are rounded to six decimals; the rest is room for the last bit.
const SHARE: f64 = 1e-6 + 1e-12;
const SECONDS: f64 = 1.0;

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) equal: usize,
    pub(crate) differing: usize,
    pub(crate) unmapped: usize,
    /// Lines to print, by part of the file.
    lines: BTreeMap<String, Vec<String>>,
    left_out: Vec<String>,
}

impl Tally {
    pub(crate) fn left_out(&mut self, name: &str, figures: usize) {
        self.left_out.push(format!("{name} ({figures} figures)"));
    }

    pub(crate) fn add(&mut self, leaf: &Leaf, found: Found) {
        let line = match found {
            Found::Figure(figure) if is_equal(leaf, &figure) => {
                self.equal += 1;
                return;
            }
            Found::Figure(figure) => {
                self.differing += 1;
                format!("differs   {leaf}: expected {}, got {figure}", leaf.value)
            }
            Found::Missing(why) => {
                self.differing += 1;
                format!("missing   {leaf}: expected {}, {why}", leaf.value)
            }
            Found::Unmapped(why) => {
                self.unmapped += 1;
                format!("unmapped  {leaf}: {why}")
            }
        };
        self.lines.entry(leaf.key(0).to_owned()).or_default().push(line);
    }

    pub(crate) fn is_equal(&self) -> bool {
        self.differing + self.unmapped == 0
    }

    /// Every difference, part by part, and the last line.
    pub(crate) fn report(&self) -> String {
        let mut out = String::new();
        for line in self.lines.values().flatten() {
            out.push_str(line);
            out.push('\n');
        }
        if !self.left_out.is_empty() {
            out.push_str(&format!("left out by --except: {}\n", self.left_out.join(", ")));
        }
        let figures = self.equal + self.differing + self.unmapped;
        out.push_str(&format!(
            "figures {figures}, equal {}, differing {}, unmapped {}\n",
            self.equal, self.differing, self.unmapped
        ));
        out
    }
}

/// Counts and texts must be equal, fractions to a millionth, seconds to one.
fn is_equal(leaf: &Leaf, figure: &Value) -> bool {
    let (Some(expected), Some(got)) = (leaf.value.as_f64(), figure.as_f64()) else {
        return leaf.value == *figure;
    };
    if is_seconds(leaf) {
        return (expected - got).abs() <= SECONDS;
    }
    if leaf.value.is_i64() || leaf.value.is_u64() {
        // 3 and 3.0 are one count.
        return expected == got;
    }
    (expected - got).abs() <= SHARE
}

fn is_seconds(leaf: &Leaf) -> bool {
    leaf.key(0) == "response" && (1..leaf.path.len()).any(|depth| leaf.key(depth).ends_with("_s"))
}
