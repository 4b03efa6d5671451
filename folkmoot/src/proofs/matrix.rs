//! Every route, asked by everybody through the real program, and compared with `matrix.txt`, which people reviewed.
//! A route that is not in it fails the test; its line stands in the message, to be read and then pasted.

use super::gates::{self, Asker, Gates, IN_PLACE, ROLES};
use super::source;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("matrix.txt");

/// The lines of the table, without remarks.
fn reviewed() -> BTreeSet<String> {
    let lines = TABLE.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Who was let in, in words: `anybody`, `everybody` (who has a role), or the roles.
fn words(let_in: &[&str]) -> String {
    if let_in.contains(&"nobody") {
        return "anybody".into();
    }
    let roles: Vec<&str> = ROLES.into_iter().filter(|r| let_in.contains(r)).collect();
    let mut words = if roles.len() == ROLES.len() { vec!["everybody"] } else { roles };
    if let_in.contains(&IN_PLACE) {
        words.push("in-place");
    }
    words.join(" ")
}

#[test]
fn every_route_lets_in_whom_the_reviewed_table_names() {
    let (filled, mut askers) = gates::program();
    askers.push(Asker { name: "nobody", cookie: String::new() });
    let routes = source::all_routes(&source::all());
    assert!(routes.len() > 120, "only {} routes were found", routes.len());
    let router = gates::router(&filled.app);
    let gates = Gates::new(&filled.app);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let present: BTreeSet<String> = runtime.block_on(async {
        let mut lines = BTreeSet::new();
        for (method, route) in &routes {
            let address = gates::address(route, &filled);
            let mut let_in = Vec::new();
            for who in &askers {
                if gates::ask(&router, who, method, &address).await.let_in() {
                    let_in.push(who.name);
                }
            }
            let permission = gates.before(method, &address).await.map_or("-", |p| p.id);
            lines.insert(format!("{method} {} {permission} {}", route.path, words(&let_in)));
        }
        lines
    });
    let reviewed = reviewed();
    let new: Vec<&str> = present.difference(&reviewed).map(String::as_str).collect();
    let gone: Vec<&str> = reviewed.difference(&present).map(String::as_str).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "folkmoot/src/proofs/matrix.txt differs from the program. Read each line: may exactly these people do this? Then \
         put in:\n{}\n\nand take out:\n{}",
        new.join("\n"),
        gone.join("\n")
    );
}

#[test]
fn what_is_open_to_anybody_is_a_short_list() {
    // Signing in, probes, style sheets, what sends on to the sign-in page, and what a signed link opens. Whatever else
    // comes here is a mistake.
    let open: Vec<String> =
        reviewed().into_iter().filter(|l| l.ends_with(" anybody") || l.contains(" - ")).collect();
    assert!(open.len() <= 25, "{} routes have no permission:\n{}", open.len(), open.join("\n"));
    assert!(open.iter().all(|l| !l.contains(" /api/")), "{open:?}");
}
