//! No control that somebody sees and can use leads to "you may not": every form of every page, for every role.

use super::gates::{self, Asker, Gates};
use super::source;
use capability::Principal;
use std::collections::BTreeSet;

/// What a page would send: method and address.
type Sent = BTreeSet<(&'static str, String)>;

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// What the page's forms and other controls send when they are used; what is switched off sends nothing.
fn sent(html: &str) -> Sent {
    let mut found = Sent::new();
    let mut add = |method, address: &str| {
        let address = address.replace("&amp;", "&");
        if address.starts_with('/') {
            found.insert((method, address));
        }
    };
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let head = form.split('>').next().unwrap_or_default();
        let method = attribute(head, "method").unwrap_or("get");
        let action = attribute(head, "action").unwrap_or_default();
        let plain = form.split("<button").skip(1).any(|button| {
            let button = button.split('>').next().unwrap_or_default();
            button.contains("type=\"submit\"")
                && !button.contains(" formaction=")
                && !button.contains("aria-disabled")
        });
        if method.eq_ignore_ascii_case("post") && plain {
            add("POST", action);
        }
    }
    for tag in html.split('<').filter(|t| !t.contains("aria-disabled=\"true\"")) {
        let tag = tag.split('>').next().unwrap_or_default();
        for (name, method) in
            [("formaction", "POST"), ("hx-post", "POST"), ("hx-delete", "DELETE"), ("hx-put", "PUT")]
        {
            if let Some(address) = attribute(tag, name) {
                add(method, address);
            }
        }
        // Links that look like buttons lead to pages where something is done.
        if let Some(address) = attribute(tag, "href").filter(|_| tag.contains("class=\"btn")) {
            add("GET", address.split('#').next().unwrap_or_default());
        }
    }
    found
}

async fn visit(
    who: &Asker,
    filled: &super::filled::Filled,
    gates: &Gates,
    pages: &[String],
) -> BTreeSet<String> {
    let router = gates::router(&filled.app);
    let principal: Principal =
        access::authenticate(&filled.app.access, &who.headers()).await.expect("somebody");
    let mut wrong = BTreeSet::new();
    for page in pages {
        let answer = gates::ask(&router, who, "GET", page).await;
        if !answer.let_in() {
            continue;
        }
        if answer.status.is_server_error() || answer.status == 403 {
            wrong.insert(format!("{}: {page} answers {}", who.name, answer.status));
        }
        for (method, address) in sent(&answer.text) {
            let path = address.split('?').next().unwrap_or_default();
            if let Some(permission) = gates.before(method, path).await.filter(|p| !principal.may(*p)) {
                wrong.insert(format!(
                    "{}: {page} offers {method} {path}, which needs {}",
                    who.name, permission.id
                ));
            }
        }
    }
    wrong
}

#[test]
fn nothing_that_is_offered_leads_to_you_may_not() {
    let (filled, askers) = gates::program();
    let routes = source::get_routes(&source::all());
    let pages: Vec<String> = routes
        .iter()
        .filter(|r| r.path.starts_with("/desk") && !r.path.ends_with("csv") && r.path != "/desk/events")
        .map(|r| gates::address(r, &filled))
        .collect();
    assert!(pages.len() > 30, "{pages:?}");
    let gates = Gates::new(&filled.app);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut wrong = BTreeSet::new();
    for who in askers.iter().filter(|a| a.name != "owner") {
        wrong.extend(runtime.block_on(visit(who, &filled, &gates, &pages)));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), Vec::from_iter(wrong).join("\n"));
}

#[test]
fn what_is_switched_off_is_no_offer() {
    let html = "<form method=\"post\" action=\"/a\"><button type=\"submit\">A</button></form>\
        <form method=\"post\" action=\"/b\"><button class=\"btn\" type=\"button\" aria-disabled=\"true\">B</button></form>\
        <form method=\"post\" action=\"/c\"><button type=\"submit\" formaction=\"/d?x=1&amp;y\">D</button></form>\
        <form method=\"get\" action=\"/e\"><button type=\"submit\">E</button></form><a class=\"btn primary\" href=\"/f#g\">F</a>";
    let expect = [("GET", "/f"), ("POST", "/a"), ("POST", "/d?x=1&y")];
    assert_eq!(sent(html), expect.map(|(m, a)| (m, a.to_owned())).into());
}
