use super::html_to_markdown;

fn check(html: &str, expect: &str) {
    assert_eq!(html_to_markdown(html, Some("https://forum.example")), expect, "from {html}");
}

#[test]
fn paragraphs_spans_and_lists() {
    check("<p>One <b>two </b>three</p>\n<p>four<br>\nfive</p>", "One **two** three\n\nfour\nfive");
    check(
        "<ul>\n<li>a</li>\n<li><p>b</p><ol start=\"3\"><li>c<li>d</ol></li></ul>",
        "- a\n- b\n\n  3. c\n  4. d",
    );
    check("<h2>A <em>title</em></h2>text<hr>", "## A *title*\n\ntext\n\n---");
    check("<p>snake_case *not bold* 1. no</p><p>1. one</p>", "snake_case \\*not bold\\* 1. no\n\n1\\. one");
    check("a <span class=\"bbcode-b\"><span>x</span> y</span> z", "a **x y** z");
    check("<b></b><i> </i>x", "x");
}

#[test]
fn code_keeps_every_character() {
    check(
        "<pre><code class=\"lang-cpp\">if (a &lt; b)\n  *p = `x`;\n</code></pre>",
        "```cpp\nif (a < b)\n  *p = `x`;\n```",
    );
    check("<pre><code class=\"lang-auto\">```</code></pre>", "````\n```\n````");
    check("see <code>a`b</code>", "see ``a`b``");
}

#[test]
fn quotes_mentions_and_previews_of_discourse() {
    check(
        "<aside class=\"quote no-group\" data-username=\"ana\"><div class=\"title\"><div \
         class=\"quote-controls\"></div><img class=\"avatar\" src=\"/a.png\"> ana:</div>\
         <blockquote><p>first</p><p>second</p></blockquote></aside><p>yes</p>",
        "ana wrote:\n\n> first\n>\n> second\n\nyes",
    );
    check(
        "<p><a class=\"mention\" href=\"/u/ana\">@ana</a> hi <img class=\"emoji\" alt=\":wave:\"></p>",
        "@ana hi :wave:",
    );
    check(
        "<aside class=\"onebox x\" data-onebox-src=\"https://e.example/a\"><article><h3>\
         <a href=\"https://e.example/a\">A page</a></h3><p>Long words</p></article></aside>",
        "[A page](https://e.example/a)",
    );
    check(
        "<a class=\"lightbox\" href=\"https://e.example/b.png\"><img src=\"/s.png\" alt=\"shot\"><div class=\"meta\"><svg><use/></svg>9 kB</div></a>",
        "[shot](https://e.example/b.png)",
    );
    check("<img src=\"/up/x.png\" alt=\"\">", "[image](https://forum.example/up/x.png)");
    check("<a href=\"https://e.example/\">https://e.example</a>", "https://e.example/");
}

#[test]
fn tables_are_tables_unless_they_lay_out_a_page() {
    check(
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td>3</td></tr></table>",
        "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |",
    );
    check("<table><tr><td><p>x</p><p>y</p></td><td>z</td></tr></table>", "x\n\ny\n\nz");
}

#[test]
fn nothing_dangerous_passes() {
    check("<script>alert(1)</script><style>p{}</style>x<iframe src=\"javascript:1\"><p></iframe>", "x");
    check("<a href=\"javascript:alert(1)\">press</a>", "press");
    check("<a href=\"java&#10;script:alert(1)\">press</a>", "press");
    check("<img src=\"data:text/html,x\" alt=\"p\">", "p");
    check("&lt;script&gt;alert(1)&lt;/script&gt;", "\\<script>alert(1)\\</script>");
    check("[x]<i>(javascript:alert(1))</i>", "[x]*(javascript:alert(1))*");
    check("[x]<span>(javascript:alert(1))</span>", "[x]\\(javascript:alert(1))");
    check("[x]<!-- -->(javascript:alert(1))", "[x\\](javascript:alert(1))");
    check("[x]<u>(javascript:alert(1))</u>", "[x]\\(javascript:alert(1))");
    check("[x](javascript:alert(1))", "[x\\](javascript:alert(1))");
    check("&amp;lt;b&amp;gt;", "\\&lt;b\\&gt;");
    check("wow!<a href=\"https://e.example\">x</a>", "wow\\![x](https://e.example)");
    check(
        "<a href=\"https://e.example/)<img onerror=1>\">a](b)</a>",
        "[a\\](b)](https://e.example/%29%3Cimg%20onerror=1%3E)",
    );
}

#[test]
fn broken_and_hostile_markup_ends_well() {
    for html in [
        "<",
        "<p",
        "</",
        "<a href=",
        "<table><td><ul><li></table>x",
        "</li></ul>",
        "<pre>",
        "\0<!--",
        "&#x110000;",
    ] {
        let _ = html_to_markdown(html, None);
    }
    for tag in [
        "<blockquote>",
        "<ul><li>",
        "<b>",
        "<table><tr><td>",
        "<div>",
        "<svg>",
        "<a href=\"https://e.example\">",
    ] {
        let text = html_to_markdown(&format!("{}deep", tag.repeat(20_000)), None);
        assert!(text.len() < 20_000, "{tag}: {}", text.len());
    }
}
