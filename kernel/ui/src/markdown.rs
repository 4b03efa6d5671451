//! Markdown as safe HTML: messages of people, and pages of the guide.
//!
//! HTML in the text is shown as text. Links lead to `http`, `https`, `mailto` or to places of this site; pictures
//! of other sites become links, as no page asks another host for anything.

use crate::Markup;
use comrak::nodes::{AstNode, NodeLink, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};

fn options(ids: bool) -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.header_id_prefix = ids.then(String::new);
    options.render.escape = true;
    options
}

/// What somebody wrote. Headings become bold lines, so that a message has no place in the page's outline; a line
/// break stays one.
pub fn message(text: &str) -> Markup {
    let mut options = options(false);
    options.render.hardbreaks = true;
    render(text, &options, &|node| {
        if matches!(node, NodeValue::Heading(_)) {
            *node = NodeValue::Paragraph;
        }
        outside(node, &|_| None);
    })
}

/// A page of our own, without its first heading, which the page's head shows. `place` turns a link into the
/// address it has here; `None` leaves it.
pub fn page(text: &str, place: &dyn Fn(&str) -> Option<String>) -> Markup {
    render(without_title(text), &options(true), &|node| outside(node, place))
}

/// The title of a page: its first heading.
pub fn title(text: &str) -> &str {
    text.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or_default().trim()
}

fn without_title(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("# ") => rest,
        _ => text,
    }
}

fn is_local(url: &str) -> bool {
    (url.starts_with('/') && !url.starts_with("//")) || url.starts_with('#')
}

/// Links and pictures: to where they lie here; foreign pictures become links.
fn outside(node: &mut NodeValue, place: &dyn Fn(&str) -> Option<String>) {
    let moved = |link: &mut NodeLink| {
        if let Some(here) = place(&link.url) {
            link.url = here;
        }
    };
    match node {
        NodeValue::Link(link) => moved(link),
        NodeValue::Image(link) => {
            moved(link);
            if !is_local(&link.url) {
                *node = NodeValue::Link(link.clone());
            }
        }
        _ => {}
    }
}

fn each<'a>(node: &'a AstNode<'a>, change: &dyn Fn(&mut NodeValue)) {
    change(&mut node.data.borrow_mut().value);
    for child in node.children() {
        each(child, change);
    }
}

fn render(text: &str, options: &Options<'_>, change: &dyn Fn(&mut NodeValue)) -> Markup {
    let arena = Arena::new();
    let root = parse_document(&arena, text, options);
    each(root, change);
    let mut html = String::new();
    if format_html(root, options, &mut html).is_err() {
        // Writing into a string does not fail; the plain text is still better than nothing.
        return Markup::text(text);
    }
    // Only the renderer writes `<`: what people wrote is escaped.
    let html = html
        .replace("<a href=\"http", "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"http")
        .replace("<table>", "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table class=\"table flat\">")
        .replace("</table>", "</table></div>")
        .replace("<pre>", "<pre class=\"code\" tabindex=\"0\">");
    Markup::raw(format!("<div class=\"prose\">{html}</div>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_cannot_become_html_or_scripts() {
        for (text, must, must_not) in [
            ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
            ("[x](javascript:alert(1))", "href=\"\"", "javascript"),
            ("[x](data:text/html,1)", "x", "data:text"),
            ("![x](https://evil.example/p.png)", "<a target=", "<img"),
            ("# Big\n\ntext", "<p>Big</p>", "<h1"),
            ("a <b onclick=x>b</b>", "&lt;b", "<b "),
            ("[x](https://a.example/\"onmouseover=\"x)", "x", "\" onmouseover"),
        ] {
            let html = message(text).into_string();
            assert!(html.contains(must) && !html.contains(must_not), "{text}: {html}");
        }
        assert!(message("one\ntwo **three** `four`").as_str().contains("<br />"));
        assert!(message("see https://a.example").as_str().contains("rel=\"noopener noreferrer nofollow\""));
    }

    #[test]
    fn a_page_has_its_own_addresses_and_no_second_title() {
        let text = "# Read Health\n\n## As of when\n\n[zone](correct-a-zone.md) ![p](pictures/a.png)\n";
        let place = |url: &str| {
            let slug = url.strip_suffix(".md").map(|s| format!("/desk/help/{s}"));
            slug.or_else(|| url.strip_prefix("pictures/").map(|p| format!("/desk/help/pictures/{p}")))
        };
        let html = page(text, &place).into_string();
        assert_eq!(title(text), "Read Health");
        assert!(!html.contains("Read Health") && html.contains("id=\"as-of-when\""), "{html}");
        assert!(html.contains("href=\"/desk/help/correct-a-zone\""), "{html}");
        assert!(html.contains("<img src=\"/desk/help/pictures/a.png\""), "{html}");
    }
}
