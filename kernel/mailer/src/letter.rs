//! What a mail looks like: one letter, drawn as plain text and as simple HTML that says the same.
//!
//! The HTML is a table with styles in it, as that is what mail programs understand; no picture, no script, nothing that is
//! loaded, so that opening a mail tells nobody anything.

use crate::address::one_line;
use std::fmt::Write as _;

/// Characters in a line of the text (RFC 5322 recommends at most 78).
const WIDTH: usize = 72;

/// A letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The community's name; stands at the top.
    pub community: String,
    /// The heading.
    pub heading: String,
    /// Paragraphs under the heading.
    pub lead: Vec<String>,
    /// The one thing to do; its address stands in the text, too.
    pub button: Option<Link>,
    /// Parts with a title of their own.
    pub sections: Vec<Section>,
    /// Paragraphs behind everything.
    pub after: Vec<String>,
    /// Small links at the end.
    pub foot: Vec<Link>,
}

/// Words that lead somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// The whole address.
    pub href: String,
}

/// A part of a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// A sentence under the title; may be empty.
    pub note: String,
    /// What stands in it.
    pub items: Vec<Item>,
    /// Where all of it is.
    pub more: Option<Link>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it is, in one line.
    pub title: String,
    /// Where it leads: the whole address; may be empty.
    pub href: String,
    /// Why it is here; may be empty.
    pub note: String,
}

impl Link {
    /// Words that lead somewhere.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

impl Letter {
    /// As plain text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        paragraph(&mut out, "", &self.heading);
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{}\n", "=".repeat(self.heading.chars().count().clamp(3, WIDTH)));
        for text in &self.lead {
            paragraph(&mut out, "", text);
            out.push('\n');
        }
        if let Some(link) = &self.button {
            let _ = writeln!(out, "{}:\n{}\n", one_line(&link.label, 200), link.href);
        }
        for section in &self.sections {
            section_text(&mut out, section);
        }
        for text in &self.after {
            paragraph(&mut out, "", text);
            out.push('\n');
        }
        // "-- " is how mail programs know where a signature begins (RFC 3676, 4.3).
        let _ = writeln!(out, "-- \n{}", one_line(&self.community, 200));
        for link in &self.foot {
            let _ = writeln!(out, "{}: {}", one_line(&link.label, 200), link.href);
        }
        out
    }

    /// As HTML.
    pub fn html(&self) -> String {
        let mut body = format!(
            "<p style=\"{SMALL};margin:0 0 16px\">{}</p><h1 style=\"font-size:22px;line-height:1.3;margin:0 0 16px;font-weight:600\">{}</h1>",
            esc(&self.community),
            esc(&self.heading)
        );
        for text in &self.lead {
            let _ = write!(body, "<p style=\"{PARAGRAPH}\">{}</p>", esc(text));
        }
        if let Some(link) = &self.button {
            let _ = write!(
                body,
                "<p style=\"margin:24px 0\"><a href=\"{0}\" style=\"{BUTTON}\">{1}</a></p>\
                 <p style=\"{SMALL};margin:0 0 20px;word-break:break-all\">{0}</p>",
                esc(&link.href),
                esc(&link.label)
            );
        }
        for section in &self.sections {
            section_html(&mut body, section);
        }
        for text in &self.after {
            let _ = write!(body, "<p style=\"{PARAGRAPH}\">{}</p>", esc(text));
        }
        let foot: Vec<String> = self
            .foot
            .iter()
            .map(|l| format!("<a href=\"{}\" style=\"color:#5d6673\">{}</a>", esc(&l.href), esc(&l.label)))
            .collect();
        let foot = if foot.is_empty() {
            String::new()
        } else {
            format!("<p style=\"{SMALL};margin:24px 0 0\">{}</p>", foot.join(" &#183; "))
        };
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head>\
             <body style=\"margin:0;padding:0;background:#f3f4f6\"><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" \
             cellspacing=\"0\" style=\"background:#f3f4f6\"><tr><td align=\"center\" style=\"padding:24px 12px\">\
             <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:600px;background:#ffffff;\
             border:1px solid #dfe3e8;border-radius:8px\"><tr><td style=\"{FONT};padding:28px 28px 24px;color:#1c2430;text-align:left\">\
             {body}{foot}</td></tr></table></td></tr></table></body></html>",
            esc(&self.heading)
        )
    }
}

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
const SMALL: &str = "font-size:13px;line-height:1.5;color:#5d6673";
const PARAGRAPH: &str = "margin:0 0 14px";
const BUTTON: &str = "display:inline-block;padding:11px 20px;background:#1f5fbf;color:#ffffff;text-decoration:none;\
                      border-radius:6px;font-weight:600";

fn section_text(out: &mut String, section: &Section) {
    let title = one_line(&section.title, 200);
    let _ = writeln!(out, "{title}\n{}", "-".repeat(title.chars().count().clamp(3, WIDTH)));
    if !section.note.is_empty() {
        paragraph(out, "", &section.note);
    }
    out.push('\n');
    for item in &section.items {
        paragraph(out, "* ", &item.title);
        if !item.note.is_empty() {
            paragraph(out, "  ", &item.note);
        }
        if !item.href.is_empty() {
            let _ = writeln!(out, "  {}", item.href);
        }
        out.push('\n');
    }
    if let Some(more) = &section.more {
        let _ = writeln!(out, "{}:\n{}\n", one_line(&more.label, 200), more.href);
    }
}

fn section_html(out: &mut String, section: &Section) {
    let _ = write!(
        out,
        "<h2 style=\"font-size:17px;line-height:1.3;margin:26px 0 8px;font-weight:600\">{}</h2>",
        esc(&section.title)
    );
    if !section.note.is_empty() {
        let _ = write!(out, "<p style=\"{SMALL};margin:0 0 10px\">{}</p>", esc(&section.note));
    }
    for item in &section.items {
        let title = if item.href.is_empty() {
            esc(&item.title)
        } else {
            format!(
                "<a href=\"{}\" style=\"color:#1f5fbf;text-decoration:none\">{}</a>",
                esc(&item.href),
                esc(&item.title)
            )
        };
        let note = if item.note.is_empty() {
            String::new()
        } else {
            format!("<br><span style=\"{SMALL}\">{}</span>", esc(&item.note))
        };
        let _ =
            write!(out, "<p style=\"margin:0;padding:9px 0;border-top:1px solid #e8ebef\">{title}{note}</p>");
    }
    if let Some(more) = &section.more {
        let _ = write!(
            out,
            "<p style=\"margin:0;padding:9px 0;border-top:1px solid #e8ebef\"><a href=\"{}\" style=\"color:#1f5fbf\">{}</a></p>",
            esc(&more.href),
            esc(&more.label)
        );
    }
}

/// A paragraph in lines of at most [`WIDTH`], the first behind `mark`, the others under its first word. Words that are
/// longer, such as addresses, stay whole.
fn paragraph(out: &mut String, mark: &str, text: &str) {
    let text = one_line(text, 4_000);
    let indent = " ".repeat(mark.chars().count());
    let mut line = mark.to_owned();
    let mut begun = false;
    for word in text.split(' ') {
        if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line.clone_from(&indent);
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

/// A text within HTML.
fn esc(text: &str) -> String {
    let text = one_line(text, 4_000);
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            community: "Lathe & friends".into(),
            heading: "3 things need somebody".into(),
            lead: vec!["As of Friday, the last activity.".into()],
            button: Some(Link::new("Open Today", "https://c.example/desk/today")),
            sections: vec![Section {
                title: "Questions".into(),
                note: "Past their time first.".into(),
                items: vec![Item {
                    title: "How do I harvest <kelp>? ".repeat(5),
                    href: "https://c.example/desk/conversations/4?a=1&b=2".into(),
                    note: "Ana, 3 h over".into(),
                }],
                more: Some(Link::new("All 12", "https://c.example/desk/conversations")),
            }],
            after: vec!["Bye.".into()],
            foot: vec![Link::new("Stop these mails", "https://c.example/mail/unsubscribe/x")],
        }
    }

    #[test]
    fn text_is_wrapped_and_says_the_same_as_html() {
        let (text, html) = (letter().text(), letter().html());
        for words in
            ["3 things need somebody", "Past their time first.", "Ana, 3 h over", "All 12", "Stop these"]
        {
            assert!(text.contains(words) && html.contains(words), "{words}: {text}");
        }
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH || l.contains("https://")), "{text}");
        assert!(
            text.contains("\n* How do I harvest <kelp>?") && text.contains("\n-- \nLathe & friends\n"),
            "{text}"
        );
        assert!(html.contains("Lathe &amp; friends") && html.contains("&lt;kelp&gt;"));
        assert!(html.contains("href=\"https://c.example/desk/conversations/4?a=1&amp;b=2\""));
        assert!(!html.contains("<script") && !html.contains("src="));
    }

    #[test]
    fn what_people_wrote_breaks_nothing() {
        let nasty = "</a><script>alert(1)</script>\r\n\r\nBcc: eve@example.org\u{202e}";
        let bad = Letter {
            heading: nasty.into(),
            sections: vec![Section {
                title: nasty.into(),
                items: vec![Item { title: nasty.into(), note: nasty.into(), ..Item::default() }],
                ..Section::default()
            }],
            ..letter()
        };
        assert!(!bad.html().contains("<script") && !bad.html().contains('\u{202e}'));
        assert!(bad.text().lines().all(|l| !l.starts_with("Bcc:")), "{}", bad.text());
    }
}
