//! Every table with a column that leads to a person says what it holds, and what it says can be carried out: the schema
//! of both databases is walked as it is after every migration, columns that were added later included.

use crate::lists;
use capability::{Erase, Found, Personal, Registry, Table};
use std::collections::BTreeMap;
use store::{Conn, Db, Dialect, Location, Priority};

/// Columns that lead to a person although they do not say so by their ending.
const NAMES: [&str; 4] = ["email", "avatar", "handle", "opener"];

/// Whether a column's name says that it leads to a member, an identity or an account.
fn leads_to_people(column: &str) -> bool {
    let word = column.strip_suffix("_id").unwrap_or(column);
    let ends = ["identity", "member", "account", "email"]
        .iter()
        .any(|w| word == *w || word.ends_with(&format!("_{w}")));
    ends || NAMES.contains(&word)
}

/// Every table of a database that is no part of an index or of the database itself.
fn tables(c: &mut Conn<'_>) -> Vec<String> {
    let sql = match c.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    let all = c.query(sql, &[], |r| r.text(0)).expect("a list of tables");
    all.into_iter()
        .filter(|t| !t.starts_with("search_") && t != "migrations" && !t.starts_with("schema_"))
        .collect()
}

fn declared(registry: &Registry) -> BTreeMap<&'static str, Table> {
    registry.manifests().iter().flat_map(|m| &m.tables).map(|t| (t.name, *t)).collect()
}

fn databases(registry: &Registry, folder: &std::path::Path) -> Vec<Db> {
    let locations = [
        Some(Location::Sqlite(folder.join("test.db"))),
        testkit::postgres::database_url().map(Location::Postgres),
    ];
    let open = |location: Location| {
        let db = Db::open(&location).expect("a fresh database");
        db.migrate(&registry.migrations(), 1).expect("the schema");
        db
    };
    locations.into_iter().flatten().map(open).collect()
}

/// What is wrong with a table, given its columns.
fn wrong(table: Option<&Table>, name: &str, columns: &[String]) -> Vec<String> {
    let people: Vec<&String> = columns.iter().filter(|c| leads_to_people(c)).collect();
    let Some(table) = table else {
        return vec![format!("{name} is declared in no manifest")];
    };
    let mut wrong = Vec::new();
    match table.personal {
        Personal::None if !people.is_empty() => {
            wrong.push(format!("{name} has {people:?} and says that it holds nobody"))
        }
        Personal::None => {}
        Personal::Held { columns: said, .. } => {
            let numbers = people.iter().filter(|c| said.contains(&c.as_str())).count();
            if numbers == 0 && !people.is_empty() {
                wrong.push(format!("{name} has {people:?} and declares {said:?}"));
            }
            let accounts = said.iter().any(|c| c.contains("account"));
            let nowhere = table.found == Found::ByColumns && table.identity_columns().is_empty();
            if nowhere && !accounts {
                wrong.push(format!(
                    "{name} says in words what is erased; say with .reached(…) how it is found"
                ));
            }
        }
    }
    let blank: &[&str] = if let Erase::Blank(blank) = table.erase { blank } else { &[] };
    let named: &[&str] = if let Found::Named(named) = table.found { named } else { &[] };
    for column in blank.iter().chain(named) {
        if !columns.iter().any(|c| c == column) {
            wrong.push(format!("{name} declares the column {column}, which it does not have"));
        }
    }
    wrong
}

#[test]
fn every_column_that_leads_to_people_is_declared_and_can_be_reached() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = Registry::new(lists::manifests()).expect("a sound registry");
    let declared = declared(&registry);
    let mut problems = Vec::new();
    for db in databases(&registry, folder.path()) {
        let schema: Vec<(String, Vec<String>)> = db
            .read(|c| {
                let names = tables(c);
                names
                    .into_iter()
                    .map(|t| Ok((t.clone(), c.columns(&t)?.into_iter().map(|c| c.name).collect())))
                    .collect()
            })
            .expect("a schema");
        assert!(schema.len() > 30, "only {} tables on {:?}", schema.len(), db.dialect());
        for (name, columns) in &schema {
            problems.extend(wrong(declared.get(name.as_str()), name, columns));
        }
        for table in declared.values() {
            let Some(condition) = table.condition(&[1], &["idn_1".to_owned()]) else { continue };
            let sql = format!("SELECT COUNT(*) FROM {} WHERE {condition}", table.name);
            let prepared = db.write(Priority::Bulk, |tx| tx.prepare_only(&sql));
            problems.extend(prepared.err().map(|e| format!("{} on {:?}: {e}", table.name, db.dialect())));
        }
    }
    problems.sort();
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_table_that_forgets_a_column_is_found() {
    let columns = ["thing_id", "owner_identity", "amount"].map(str::to_owned);
    let check = |table: Option<Table>| wrong(table.as_ref(), "things", &columns).join("; ");
    assert!(check(None).contains("no manifest"));
    assert!(check(Some(Table::impersonal("things"))).contains("holds nobody"));
    assert!(check(Some(Table::personal("things", &["amount"], "all", "gone"))).contains("declares"));
    assert_eq!(check(Some(Table::personal("things", &["owner_identity"], "all", "gone"))), "");
    let blank = Table::personal("things", &["owner_identity"], "all", "gone")
        .reached(Found::ByColumns, Erase::Blank(&["why"]));
    assert!(check(Some(blank)).contains("does not have"));
}
