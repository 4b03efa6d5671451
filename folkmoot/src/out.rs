//! Where a command's words go: the terminal, or the line to whoever asked a running server.

use base::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use std::io::{IsTerminal as _, Write as _};

/// How far long work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is being done.
    pub label: String,
    /// How much is done, in bytes or rows.
    pub done: u64,
    /// Of how much; 0 when that is not known.
    pub total: u64,
}

/// Where a command's words go.
pub trait Out {
    /// A line of the answer.
    ///
    /// # Errors
    /// When nobody reads any more.
    fn line(&mut self, text: &str) -> Result<()>;
    /// A remark beside the answer.
    ///
    /// # Errors
    /// As [`Out::line`].
    fn note(&mut self, text: &str) -> Result<()>;
    /// How far long work is. May be said often.
    ///
    /// # Errors
    /// As [`Out::line`].
    fn progress(&mut self, step: &Step) -> Result<()>;
}

/// The terminal: the answer on standard output, everything else on standard error.
#[derive(Default)]
pub struct Terminal {
    bar: Option<ProgressBar>,
}

impl Terminal {
    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Out for Terminal {
    fn line(&mut self, text: &str) -> Result<()> {
        self.clear();
        match writeln!(std::io::stdout().lock(), "{text}") {
            // Whoever read along (`| head`) has enough; there is nobody left to tell.
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            written => Ok(written?),
        }
    }

    fn note(&mut self, text: &str) -> Result<()> {
        self.clear();
        writeln!(std::io::stderr().lock(), "{text}")?;
        Ok(())
    }

    fn progress(&mut self, step: &Step) -> Result<()> {
        if !std::io::stderr().is_terminal() {
            return Ok(());
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(step.total);
            let style = ProgressStyle::with_template("{msg}  {wide_bar}  {percent} %  {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_message(step.label.clone());
        bar.set_length(step.total);
        bar.set_position(step.done);
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Rows as lines with aligned columns; the first row is the head. Columns of figures stand right.
pub fn aligned(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let width = |i: usize| {
        let cells = rows.iter().map(|r| r.get(i).map_or(0, |c| c.chars().count()));
        cells.chain([head[i].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let right: Vec<bool> = (0..head.len())
        .map(|i| !rows.is_empty() && rows.iter().all(|r| r.get(i).is_some_and(|c| is_figure(c))))
        .collect();
    let line = |cells: &[&str]| {
        let mut out = String::new();
        for (i, cell) in cells.iter().enumerate() {
            let pad = " ".repeat(widths[i].saturating_sub(cell.chars().count()));
            let (before, after) = if right[i] { (pad.as_str(), "") } else { ("", pad.as_str()) };
            out.push_str(&format!("{}{before}{cell}{after}", if i == 0 { "" } else { "  " }));
        }
        out.trim_end().to_owned()
    };
    let head_line = line(head);
    let body = rows.iter().map(|r| line(&r.iter().map(String::as_str).collect::<Vec<_>>()));
    std::iter::once(head_line).chain(body).collect()
}

fn is_figure(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit() || ".,-–%".contains(c))
}

/// A time as people read it in a terminal, in UTC.
pub fn when(at: base::Micros) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads() {
        let rows = vec![vec!["Chat".into(), "7".into()], vec!["Ünder".into(), "1,200".into()]];
        assert_eq!(aligned(&["name", "rows"], &rows), ["name    rows", "Chat       7", "Ünder  1,200"]);
        assert_eq!(aligned(&["name", "rows"], &[]), ["name  rows"]);
        assert_eq!(when(1_700_000_000_000_000), "2023-11-14 22:13");
    }
}
