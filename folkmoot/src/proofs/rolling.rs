//! A migration leaves what the version before needs, so that nodes can be brought to a new version one after the other
//! (docs/guide/run-on-postgresql.md): it adds. What nobody uses any more goes one version later, with a line here.

use crate::lists;
use capability::Registry;

/// Steps that take something away which no released version uses any more: owner, number.
const CONTRACTS: &[(&str, i64)] = &[];

/// What would break the version before.
fn taken_away(sql: &str) -> Option<String> {
    let text = sql.lines().filter(|l| !l.trim_start().starts_with("-- ") || l.contains("postgres: "));
    let text = text.collect::<Vec<_>>().join(" ").to_uppercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = ["DROP TABLE", "DROP COLUMN", "RENAME", "ALTER COLUMN", "TRUNCATE"];
    if let Some(word) = words.iter().find(|w| text.contains(**w)) {
        return Some((*word).to_owned());
    }
    // A column that must be filled, of which the version before knows nothing.
    let added = text.split("ADD COLUMN").skip(1).map(|rest| rest.split(';').next().unwrap_or_default());
    let mut must = added.filter(|c| c.contains("NOT NULL") && !c.contains("DEFAULT"));
    must.next().map(|c| format!("ADD COLUMN{c}"))
}

#[test]
fn migrations_leave_what_the_version_before_needs() {
    let registry = Registry::new(lists::manifests()).expect("a sound registry");
    for m in registry.migrations() {
        let listed = CONTRACTS.contains(&(m.owner, m.number));
        match taken_away(m.sql) {
            Some(what) => {
                assert!(listed, "{} {} has {what}: nodes of the version before would fail", m.owner, m.number)
            }
            None => assert!(!listed, "{} {} takes nothing away; take it off the list", m.owner, m.number),
        }
    }
}

#[test]
fn what_takes_away_is_found() {
    for (sql, found) in [
        ("ALTER TABLE a ADD COLUMN b INTEGER;", false),
        ("ALTER TABLE a ADD COLUMN b INTEGER NOT NULL DEFAULT 0;", false),
        ("ALTER TABLE a ADD COLUMN b\n INTEGER NOT NULL;", true),
        ("alter table a drop\n column b;", true),
        ("ALTER TABLE a RENAME TO b;", true),
        ("-- postgres: ALTER TABLE a ALTER COLUMN b TYPE TEXT;", true),
        ("-- What DROP TABLE did before.\nCREATE TABLE a (b TEXT) STRICT;", false),
    ] {
        assert_eq!(taken_away(sql).is_some(), found, "{sql}");
    }
}
