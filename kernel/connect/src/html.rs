//! HTML as safe Markdown: forum posts and mails that have no plain part.
//!
//! A streaming converter on html5ever's tokenizer (no tree): every element that needs its whole content
//! before it can be written (a quote, a list item, a link) has a buffer of its own, which is written into its
//! parent's when the element ends. No HTML passes, links lead to the web or a mailbox, pictures become links.

mod elements;
mod inline;
mod table;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use inline::{code_span, collapse, escape_text, fence, trim_blank};
use std::cell::RefCell;

/// How deep elements with a buffer of their own may lie in one another; deeper ones are read through.
const MAX_DEPTH: usize = 24;

/// Converts HTML to Markdown. Links that begin with `/` are completed with `base` (`https://forum.example`)
/// or, without one, shown as text.
pub fn html_to_markdown(html: &str, base: Option<&str>) -> String {
    let sink = Sink(RefCell::new(Converter::new(base)));
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Sink(RefCell<Converter>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut converter = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => converter.pending.push_str(&text),
            Token::TagToken(tag) => {
                let raw = (tag.kind == TagKind::StartTag).then(|| raw_content(&tag.name)).flatten();
                converter.tag(&tag);
                if let Some(kind) = raw {
                    return TokenSinkResult::RawData(kind);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

// What the tokenizer must be told: in these elements tags are not tags.
fn raw_content(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(Rawtext),
        "title" | "textarea" => Some(Rcdata),
        _ => None,
    }
}

/// An element whose content is collected before it is written.
#[derive(Debug, PartialEq)]
enum Frame {
    /// The whole, or a part whose blocks are the whole's.
    Group,
    Span,
    Strong,
    Emphasis,
    Strike,
    Code,
    Pre {
        language: String,
    },
    Link {
        url: String,
    },
    Heading(usize),
    Quote,
    List {
        next: Option<u64>,
    },
    Item {
        marker: String,
    },
    Onebox {
        url: Option<String>,
        title: Option<String>,
    },
    Summary,
    Table {
        rows: Vec<Vec<String>>,
    },
    Cell,
}

impl Frame {
    /// Whether it holds words and spans only, and is one line.
    fn is_phrase(&self) -> bool {
        matches!(self, Self::Link { .. } | Self::Heading(_) | Self::Summary)
    }

    fn is_span(&self) -> bool {
        matches!(self, Self::Span | Self::Strong | Self::Emphasis | Self::Strike)
    }
}

struct Open {
    element: String,
    frame: Frame,
    out: String,
}

struct Converter {
    base: Option<String>,
    stack: Vec<Open>,
    pending: String,
    /// The element whose content is left out, and how many of its name are open.
    skipping: Option<(String, usize)>,
}

impl Converter {
    fn new(base: Option<&str>) -> Self {
        let root = Open { element: String::new(), frame: Frame::Group, out: String::new() };
        Self { base: base.map(str::to_owned), stack: vec![root], pending: String::new(), skipping: None }
    }

    fn finish(mut self) -> String {
        self.flush();
        while self.stack.len() > 1 {
            self.close_top();
        }
        trim_blank(&self.stack[0].out).to_owned()
    }

    fn tag(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if self.skip(name, tag.kind) {
            self.pending.clear();
            return;
        }
        self.flush();
        match tag.kind {
            TagKind::StartTag => self.start(name, tag),
            TagKind::EndTag => self.end(name),
        }
    }

    /// Keeps count inside an element that is left out; whether this tag belongs to one.
    fn skip(&mut self, name: &str, kind: TagKind) -> bool {
        let Some((skipped, open)) = &mut self.skipping else { return false };
        if skipped == name {
            match kind {
                TagKind::StartTag => *open += 1,
                TagKind::EndTag => *open -= 1,
            }
            if *open == 0 {
                self.skipping = None;
            }
        }
        true
    }

    fn start(&mut self, name: &str, tag: &Tag) {
        let class = attribute(tag, "class").unwrap_or_default();
        let has = |word: &str| class.split_ascii_whitespace().any(|c| c == word);
        if left_out(name, &has) {
            self.skipping = Some((name.to_owned(), 1));
            return;
        }
        if self.verbatim() && !matches!(name, "br" | "code") {
            return;
        }
        match name {
            "br" => self.line_break(),
            "hr" => self.block("---"),
            "img" => self.image(tag, &has),
            "video" | "audio" | "iframe" => self.media(name, tag),
            "strong" | "b" => self.open(name, Frame::Strong),
            "em" | "i" => self.open(name, Frame::Emphasis),
            "s" | "strike" | "del" => self.open(name, Frame::Strike),
            "span" if has("bbcode-b") => self.open(name, Frame::Strong),
            "span" if has("bbcode-i") => self.open(name, Frame::Emphasis),
            // Without a frame of its own a nested span would end the frame of the outer one.
            "span" => self.open(name, Frame::Span),
            "code" if self.verbatim() => self.language(class),
            "code" | "kbd" | "tt" => self.open(name, Frame::Code),
            "pre" => self.open_block(name, Frame::Pre { language: String::new() }),
            "a" => self.link(tag, &has),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.open_block(name, Frame::Heading(level));
            }
            "blockquote" => self.open_block(name, Frame::Quote),
            "aside" if has("quote") => self.quoted(tag),
            "aside" | "div" if has("onebox") => self.onebox(name, tag),
            "ul" => self.open_block(name, Frame::List { next: None }),
            "ol" => {
                let first = attribute(tag, "start").and_then(|s| s.parse().ok()).unwrap_or(1);
                self.open_block(name, Frame::List { next: Some(first) });
            }
            "li" => self.item(),
            "summary" => self.open_block(name, Frame::Summary),
            "table" => self.open_block(name, Frame::Table { rows: Vec::new() }),
            "tr" => self.row(),
            "td" | "th" => self.cell(name),
            _ if is_block(name) => {
                self.block_edge();
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        // A table that was left open must not be ended by the end of something inside one of its cells.
        let floor = self.stack.iter().rposition(|o| o.frame == Frame::Cell).unwrap_or(0);
        let from = if matches!(name, "td" | "th" | "tr" | "table") { 0 } else { floor };
        let found = self.stack.iter().enumerate().skip(from.max(1)).rev().find(|(_, o)| o.element == name);
        match found.map(|(at, _)| at) {
            Some(at) => {
                while self.stack.len() > at {
                    self.close_top();
                }
            }
            None if is_block(name) => {
                self.block_edge();
            }
            None => {}
        }
    }

    fn out(&mut self) -> &mut String {
        &mut self.stack.last_mut().expect("the root is never closed").out
    }

    fn inside(&self, wanted: impl Fn(&Frame) -> bool) -> bool {
        self.stack.iter().any(|o| wanted(&o.frame))
    }

    /// Whether text is code, to be kept as it stands.
    fn verbatim(&self) -> bool {
        self.inside(|f| matches!(f, Frame::Pre { .. } | Frame::Code))
    }

    fn open(&mut self, element: &str, frame: Frame) {
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(Open { element: element.to_owned(), frame, out: String::new() });
        }
    }

    fn open_block(&mut self, element: &str, frame: Frame) {
        if self.block_edge() {
            self.open(element, frame);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        let verbatim = self.verbatim();
        let in_link = self.inside(|f| matches!(f, Frame::Link { .. }));
        let between =
            matches!(self.stack.last().map(|o| &o.frame), Some(Frame::List { .. } | Frame::Table { .. }));
        if between && text.trim().is_empty() {
            return;
        }
        let out = self.out();
        if verbatim {
            out.push_str(&text);
        } else {
            escape_text(&collapse(&text), in_link, out);
        }
    }

    fn line_break(&mut self) {
        let out = self.out();
        let end = out.trim_end_matches(' ').len();
        out.truncate(end);
        out.push('\n');
    }

    /// Ends the paragraph, if one is open; whether a block may begin here. Marks of spans end with it: in
    /// Markdown they cannot go over several blocks. At the start of a link or heading a block is only words.
    fn block_edge(&mut self) -> bool {
        if self.verbatim() {
            return false;
        }
        while let Some(at) = self.stack.iter().rposition(|o| o.frame.is_phrase()) {
            if self.stack[at..].iter().all(|o| o.out.trim().is_empty()) {
                return false;
            }
            while self.stack.len() > at {
                self.close_top();
            }
        }
        while self.stack.last().is_some_and(|o| o.frame.is_span()) {
            self.close_top();
        }
        let out = self.out();
        let end = out.trim_end_matches([' ', '\n']).len();
        out.truncate(end);
        if end > 0 {
            out.push_str("\n\n");
        }
        true
    }

    fn block(&mut self, text: &str) {
        if self.block_edge() {
            self.out().push_str(text);
            self.block_edge();
        }
    }

    fn close_top(&mut self) {
        if self.stack.len() < 2 {
            return;
        }
        let Some(Open { frame, out, .. }) = self.stack.pop() else { return };
        match frame {
            Frame::Group | Frame::Span => inline::append(&out, self.out()),
            Frame::Strong => inline::wrap(&out, "**", self.out()),
            Frame::Emphasis => inline::wrap(&out, "*", self.out()),
            Frame::Strike => inline::wrap(&out, "~~", self.out()),
            Frame::Code => code_span(&out, self.out()),
            Frame::Link { url } => inline::link(&out, Some(&url), self.out()),
            Frame::Pre { language } => self.block(&fence(&out, &language)),
            Frame::Heading(level) => {
                let text = inline::one_line(&out);
                let preview = self.stack.iter_mut().find_map(|o| match &mut o.frame {
                    Frame::Onebox { title, .. } => Some(title),
                    _ => None,
                });
                match preview {
                    _ if text.is_empty() => {}
                    Some(title) => {
                        title.get_or_insert(text);
                    }
                    None => self.block(&format!("{} {text}", "#".repeat(level))),
                }
            }
            Frame::Summary => {
                let text = inline::one_line(&out);
                if !text.is_empty() {
                    self.block(&format!("**{text}**"));
                }
            }
            Frame::Quote => self.block(&inline::prefix(trim_blank(&out), "> ", "> ")),
            Frame::Item { marker } => {
                let rest = " ".repeat(marker.len());
                let text = inline::prefix(trim_blank(&out), &marker, &rest);
                let list = self.out();
                if !list.is_empty() && !list.ends_with('\n') {
                    list.push('\n');
                }
                list.push_str(text.trim_end());
            }
            Frame::List { .. } => self.block(trim_blank(&out)),
            Frame::Onebox { url, title } => {
                self.block(&inline::preview(&out, title.as_deref(), url.as_deref()));
            }
            Frame::Table { rows } => {
                // Words between cells are bad markup, but still words.
                self.block(trim_blank(&out));
                self.block(&table::write(&rows));
            }
            Frame::Cell => match self.stack.last_mut().map(|o| &mut o.frame) {
                Some(Frame::Table { rows }) => {
                    if rows.is_empty() {
                        rows.push(Vec::new());
                    }
                    rows.last_mut().expect("a row was just made").push(trim_blank(&out).to_owned());
                }
                _ => self.block(trim_blank(&out)),
            },
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

fn left_out(name: &str, has: &dyn Fn(&str) -> bool) -> bool {
    match name {
        "script" | "style" | "head" | "title" | "svg" | "template" | "object" | "textarea" | "select"
        | "noembed" | "noframes" | "xmp" => true,
        // Parts of Discourse's quotes and pictures that repeat what is said elsewhere.
        "div" => has("title") || has("meta") || has("quote-controls"),
        "a" => has("anchor"),
        _ => false,
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "details"
            | "figure"
            | "figcaption"
            | "dl"
            | "dt"
            | "dd"
            | "form"
            | "fieldset"
            | "address"
            | "center"
            | "nav"
            | "tbody"
            | "thead"
            | "body"
    )
}

#[cfg(test)]
mod tests;
