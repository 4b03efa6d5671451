//! What a set of files looks like, for the message when it is not what was asked for.

use base::{Error, Result};
use connect::Files;
use std::io::Read;

/// Refuses an export: says what was expected, what was found, and which format would fit.
pub(crate) fn refusal(files: &mut Files, expected: &str) -> Result<Error> {
    let count = files.entries().len();
    if count == 0 {
        return Ok(Error::invalid(format!("{expected}, but there are no files at all.")));
    }
    let found = match look(files)? {
        Some((what, format)) => format!("this looks like {what}. Import it with the format {format}."),
        None => {
            let names: Vec<&str> = files.entries().iter().take(3).map(|e| e.path.as_str()).collect();
            let more = if count > 3 { format!(" and {} more", count - 3) } else { String::new() };
            format!("found {}{more}. Check that you chose the right file and format.", names.join(", "))
        }
    };
    Ok(Error::invalid(format!("{expected}; {found}")))
}

/// What the first files look like, and the format for it.
fn look(files: &mut Files) -> Result<Option<(&'static str, &'static str)>> {
    if files.entries().iter().any(|e| is_slack_list(&e.path)) {
        return Ok(Some(("a Slack export", "slack")));
    }
    let (mut seen, mut answer) = (0, None);
    files.visit_while(&|_| true, &mut |entry| {
        let mut start = Vec::new();
        // What cannot be read says so through the archive reader.
        let _ = entry.reader.take(4096).read_to_end(&mut start);
        let start = String::from_utf8_lossy(&start);
        answer = by_content(&start);
        seen += 1;
        Ok(answer.is_none() && seen < 20)
    })?;
    Ok(answer)
}

fn by_content(start: &str) -> Option<(&'static str, &'static str)> {
    let line = start.lines().next().unwrap_or_default();
    if line.contains("AuthorID") {
        return Some(("a Discord export in CSV", "discord"));
    }
    if start.contains("\"guild\"") && start.contains("\"channel\"") {
        return Some(("a Discord export in JSON", "discord"));
    }
    if start.contains("\"post_stream\"") {
        return Some(("a Discourse topic", "discourse"));
    }
    if line.starts_with("From ") {
        return Some(("a mailing-list archive", "mbox"));
    }
    if start.contains("<html") && start.contains("chatlog__") {
        return Some((
            "a Discord export in HTML, which is for reading only; export it again as JSON",
            "discord",
        ));
    }
    None
}

/// Whether this is one of the lists at the top of a Slack export.
pub(crate) fn is_slack_list(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "users.json" | "org_users.json")
}
