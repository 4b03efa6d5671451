//! Empty, loading, failing, working: what stands where the content would.

use super::lists::Tone;
use crate::Markup;
use crate::markup::{esc, icon};

fn state(icon_name: &str, title: &str, text: &str, action: &Markup) -> String {
    let text = if text.is_empty() { String::new() } else { format!("<p>{}</p>", esc(text)) };
    format!("{}<b>{}</b>{text}{action}", icon(icon_name), esc(title))
}

/// What would be here, why it is not, and one step.
pub fn empty(icon_name: &str, title: &str, text: &str, action: &Markup) -> Markup {
    Markup::raw(format!("<div class=\"state\">{}</div>", state(icon_name, title, text, action)))
}

/// What did not happen, what is safe, and what to do.
pub fn problem(title: &str, text: &str, action: &Markup) -> Markup {
    Markup::raw(format!(
        "<div class=\"state\" role=\"alert\">{}</div>",
        state("cloud-off", title, text, action)
    ))
}

/// An error with its own words.
pub fn problem_of(title: &str, error: &base::Error, action: &Markup) -> Markup {
    problem(title, &error.message, action)
}

/// Work under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress<'a> {
    /// What is being done.
    pub label: &'a str,
    /// Done and total in any unit; without a total the bar runs without end.
    pub done: u64,
    /// The whole; `None` when it is not known.
    pub total: Option<u64>,
    /// What is done and what is left in words: `1.92 of 3.01 million records, about 9 min left`.
    pub note: &'a str,
}

/// A bar with its words.
pub fn progress(p: &Progress<'_>) -> Markup {
    let (bar, share) = match p.total.filter(|total| *total > 0) {
        Some(total) => {
            let share = (p.done as f64 / total as f64).clamp(0.0, 1.0);
            (format!(" value=\"{}\" max=\"{total}\"", p.done.min(total)), crate::format::share(share))
        }
        None => (String::new(), String::new()),
    };
    Markup::raw(format!(
        "<div class=\"working\"><div class=\"row between\"><span class=\"strong\">{0}</span><span class=\"num muted\">{share}</span></div>\
         <progress class=\"progress\" aria-label=\"{0}\"{bar}></progress><p class=\"hint num\">{1}</p></div>",
        esc(p.label),
        esc(p.note)
    ))
}

/// A box in the page that says something about it. `body` may hold links and buttons.
pub fn notice(tone: Tone, title: &str, body: &Markup) -> Markup {
    let (icon_name, role) = match tone {
        Tone::Good => ("circle-check", "status"),
        Tone::Bad => ("circle-alert", "alert"),
        Tone::Warn => ("triangle-alert", "status"),
        _ => ("info", "note"),
    };
    let title = if title.is_empty() { String::new() } else { format!("<b>{}</b>", esc(title)) };
    Markup::raw(format!(
        "<div class=\"notice{}\" role=\"{role}\">{}<div class=\"grow\">{title}{body}</div></div>",
        tone.class(),
        icon(icon_name)
    ))
}

/// A short word after something was done. Sent as an answer to htmx it may be added to `#toasts`
/// (`hx-swap-oob="beforeend:#toasts"`); the script takes it away after some seconds.
pub fn toast(text: &str, action: &Markup) -> Markup {
    Markup::raw(format!("<div class=\"toast\" data-toast><span>{}</span>{action}</div>", esc(text)))
}

/// Rows that are still loading.
pub fn skeleton_rows(count: usize) -> Markup {
    let row = "<div class=\"skeleton-row\"><i class=\"skeleton w40\"></i><i class=\"skeleton w20\"></i><i class=\"skeleton w10\"></i></div>";
    Markup::raw(format!("<div class=\"skeletons\" aria-hidden=\"true\">{}</div>", row.repeat(count)))
}

/// Lead figures that are still loading, in their final shape.
pub fn skeleton_stats(count: usize) -> Markup {
    let tile = "<div class=\"stat\"><i class=\"skeleton w60\"></i><i class=\"skeleton tall w40\"></i><i class=\"skeleton w60\"></i></div>";
    let five = if count == 5 { " n5" } else { "" };
    Markup::raw(format!("<div class=\"stats{five}\" aria-hidden=\"true\">{}</div>", tile.repeat(count)))
}

/// A chart card that is still loading. The title is a link, so that it leads on without a script.
pub fn skeleton_card(title: &str, href: &str) -> Markup {
    Markup::raw(format!(
        "<div class=\"chart-head\"><div class=\"grow\"><h3 class=\"card-title\"><a href=\"{}\">{}</a></h3>\
         <i class=\"skeleton w60\" aria-hidden=\"true\"></i></div></div>\
         <div class=\"skeleton-plot\" aria-hidden=\"true\"><i></i><i></i><i></i><i></i></div>\
         <div class=\"card-foot\"><i class=\"skeleton w20\" aria-hidden=\"true\"></i></div>",
        esc(href),
        esc(title)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_announced_and_keeps_its_words() {
        let error = base::Error::unavailable("the disk is full");
        let html = problem_of("Not imported", &error, &Markup::empty());
        assert!(html.as_str().contains("role=\"alert\"") && html.as_str().contains("the disk is full"));
        assert!(empty("inbox", "No imports", "", &Markup::empty()).as_str().contains("No imports"));
    }

    #[test]
    fn progress_says_its_share_when_the_total_is_known() {
        let known = progress(&Progress { label: "Import", done: 1, total: Some(4), note: "" });
        assert!(known.as_str().contains("25\u{a0}%") && known.as_str().contains("max=\"4\""));
        let unknown = progress(&Progress { label: "Import", done: 1, total: None, note: "12 records" });
        assert!(!unknown.as_str().contains("max=") && unknown.as_str().contains("12 records"));
    }

    #[test]
    fn skeletons_and_notices_render() {
        assert!(skeleton_card("Messages", "/m").as_str().contains("<a href=\"/m\">Messages</a>"));
        assert_eq!(skeleton_stats(5).as_str().matches("stat\"").count(), 5);
        assert_eq!(skeleton_rows(2).as_str().matches("skeleton-row").count(), 2);
        assert!(notice(Tone::Warn, "Late", &Markup::text("x")).as_str().contains("notice warn"));
        assert!(toast("Saved", &Markup::empty()).as_str().contains("data-toast"));
    }
}
