//! Elements with a meaning of their own: links, pictures, quotes and previews, items, rows and cells.

use super::inline::{self, collapse, escape_text};
use super::{Converter, Frame, Open, attribute};
use crate::markdown::safe_url;
use html5ever::tokenizer::Tag;

impl Converter {
    pub(super) fn language(&mut self, class: &str) {
        let word = class.split_ascii_whitespace().find_map(|c| c.strip_prefix("lang-"));
        let plain = |w: &&str| w.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-#.".contains(&b));
        let Some(word) = word.filter(plain).filter(|w| !matches!(*w, "auto" | "plaintext" | "nohighlight"))
        else {
            return;
        };
        if let Some(Open { frame: Frame::Pre { language }, .. }) = self.stack.last_mut() {
            *language = word.to_owned();
        }
    }

    pub(super) fn link(&mut self, tag: &Tag, has: &dyn Fn(&str) -> bool) {
        if let Some(at) = self.stack.iter().rposition(|o| matches!(o.frame, Frame::Link { .. })) {
            while self.stack.len() > at {
                self.close_top();
            }
        }
        // Mentions and tags are words, not places: their link would only say where a profile once was.
        let word = has("mention") || has("mention-group") || has("hashtag") || has("hashtag-cooked");
        let url = attribute(tag, "href").filter(|_| !word).and_then(|h| safe_url(h, self.base.as_deref()));
        if let Some(url) = url {
            self.open("a", Frame::Link { url });
        }
    }

    pub(super) fn image(&mut self, tag: &Tag, has: &dyn Fn(&str) -> bool) {
        let text = attribute(tag, "alt").or_else(|| attribute(tag, "title")).unwrap_or_default();
        let text = collapse(text).trim().to_owned();
        if has("avatar") || has("site-icon") || attribute(tag, "width") == Some("1") {
            return;
        }
        let url = attribute(tag, "src").and_then(|s| safe_url(s, self.base.as_deref()));
        let word = has("emoji") || self.inside(|f| matches!(f, Frame::Link { .. })) || url.is_none();
        let shown = if text.is_empty() && !has("emoji") { "image" } else { &text };
        let mut label = String::new();
        escape_text(shown, true, &mut label);
        if word {
            self.out().push_str(&label);
        } else {
            inline::link(&label, url.as_deref(), self.out());
        }
    }

    pub(super) fn media(&mut self, name: &str, tag: &Tag) {
        if name == "iframe" {
            self.skipping = Some((name.to_owned(), 1));
        }
        if let Some(url) = attribute(tag, "src").and_then(|s| safe_url(s, self.base.as_deref())) {
            self.block(&url);
        }
    }

    pub(super) fn quoted(&mut self, tag: &Tag) {
        if !self.block_edge() {
            return;
        }
        let author =
            attribute(tag, "data-username").map(|a| collapse(a).trim().to_owned()).unwrap_or_default();
        if !author.is_empty() {
            let mut name = String::new();
            escape_text(&author, false, &mut name);
            self.out().push_str(&name);
            self.out().push_str(" wrote:");
            self.block_edge();
        }
        self.open("aside", Frame::Group);
    }

    pub(super) fn onebox(&mut self, name: &str, tag: &Tag) {
        let video = attribute(tag, "data-youtube-id")
            .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
            .map(|id| format!("https://www.youtube.com/watch?v={id}"));
        let url = attribute(tag, "data-onebox-src").and_then(|s| safe_url(s, None)).or(video);
        let title = attribute(tag, "data-youtube-title").map(|title| {
            let mut text = String::new();
            escape_text(&collapse(title), true, &mut text);
            text
        });
        self.open_block(name, Frame::Onebox { url, title });
    }

    pub(super) fn item(&mut self) {
        let list = self.stack.iter().rposition(|o| matches!(o.frame, Frame::List { .. }));
        if let Some(at) = list {
            while self.stack.len() > at + 1 {
                self.close_top();
            }
        } else if !self.block_edge() {
            return;
        }
        let marker = match self.stack.last_mut().map(|o| &mut o.frame) {
            Some(Frame::List { next: Some(number) }) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1).min(999_999_999);
                marker
            }
            _ => "- ".to_owned(),
        };
        self.open("li", Frame::Item { marker });
    }

    /// Closes what lies open in the nearest table; whether there is one.
    fn back_to_table(&mut self) -> bool {
        let Some(at) = self.stack.iter().rposition(|o| matches!(o.frame, Frame::Table { .. })) else {
            return false;
        };
        while self.stack.len() > at + 1 {
            self.close_top();
        }
        true
    }

    pub(super) fn row(&mut self) {
        if self.back_to_table()
            && let Some(Frame::Table { rows }) = self.stack.last_mut().map(|o| &mut o.frame)
        {
            rows.push(Vec::new());
        } else {
            self.block_edge();
        }
    }

    pub(super) fn cell(&mut self, name: &str) {
        if self.back_to_table() {
            self.open(name, Frame::Cell);
        } else {
            self.block_edge();
        }
    }
}
