//! CSV as the product writes it (RFC 4180), for every list, table and file of rows.
//!
//! Whatever people wrote may begin with a sign that a spreadsheet runs as a formula; such a text gets an
//! apostrophe in front. Figures do not, so that a negative number stays a number.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

/// A file under way: one call a cell, [`File::end`] after each row.
///
/// ```
/// let mut file = base::csv::File::new(&["name", "messages"]);
/// file.text("Ana, of the harbour").figure(12).end();
/// file.text("=SUM(A1)").empty().end();
/// assert_eq!(file.take(), "name,messages\r\n\"Ana, of the harbour\",12\r\n'=SUM(A1),\r\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct File {
    text: String,
    begun: bool,
}

impl File {
    /// A file that begins with the names of its columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut file = Self::default();
        file.row(columns);
        file
    }

    /// A cell with a text, quoted where needed and never a formula.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.comma();
        self.text.push_str(&cell(value));
        self
    }

    /// A cell with a figure or a word of our own, as it prints itself.
    pub fn figure(&mut self, value: impl Display) -> &mut Self {
        self.comma();
        // Writing into a `String` cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    /// A cell without anything in it.
    pub fn empty(&mut self) -> &mut Self {
        self.comma();
        self
    }

    /// The end of a row.
    pub fn end(&mut self) {
        self.text.push_str("\r\n");
        self.begun = false;
    }

    /// A whole row of texts.
    pub fn row<T: AsRef<str>>(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.text(value.as_ref());
        }
        self.end();
    }

    /// What was written since the last call; for files that are sent in pieces, and at the end.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn comma(&mut self) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
    }
}

/// One cell: quoted where needed, and with an apostrophe in front where a spreadsheet would take it for a
/// formula.
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = text.contains([',', '"', '\n', '\r']);
    if !formula && !quoted {
        return Cow::Borrowed(text);
    }
    let guarded = if formula { format!("'{text}") } else { text.to_owned() };
    Cow::Owned(if quoted { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell("+1,2"), "\"'+1,2\"");
        assert_eq!(cell("＝1+1"), "'＝1+1");
        assert_eq!(cell("\t=1"), "'\t=1");
        assert_eq!(cell("a \"b\"\nc"), "\"a \"\"b\"\"\nc\"");
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn a_row_keeps_its_empty_cells_and_figures_stay_figures() {
        let mut file = File::new(&["a", "b", "c"]);
        file.empty().empty().figure(-2.5).end();
        file.text("-2").figure(true).empty().end();
        assert_eq!(file.take(), "a,b,c\r\n,,-2.5\r\n'-2,true,\r\n");
        file.row(["next", "piece", ""]);
        assert_eq!(file.take(), "next,piece,\r\n");
        assert_eq!(file.take(), "");
    }
}
