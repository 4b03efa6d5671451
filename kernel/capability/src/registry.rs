//! Every manifest together, checked when the program starts: a registry that breaks a rule is a defect and
//! nothing is served with it.

use crate::{Manifest, Personal};
use base::{Error, Result};
use std::collections::BTreeSet;
use store::Migration;

/// Every manifest, in the order of the list in the binary.
pub struct Registry {
    manifests: Vec<Manifest>,
}

impl Registry {
    /// Takes the manifests and checks them.
    ///
    /// # Errors
    /// `Internal` with every rule that is broken, one a line.
    pub fn new(manifests: Vec<Manifest>) -> Result<Self> {
        let registry = Self { manifests };
        let broken = registry.broken_rules();
        if broken.is_empty() { Ok(registry) } else { Err(Error::internal(broken.join("\n"))) }
    }

    /// The manifests.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// The whole schema, in the order in which it is applied.
    pub fn migrations(&self) -> Vec<Migration> {
        self.manifests.iter().flat_map(|m| m.migrations).copied().collect()
    }

    /// The desk's navigation, sorted.
    pub fn navigation(&self) -> Vec<crate::NavEntry> {
        let mut entries: Vec<_> = self.manifests.iter().flat_map(|m| m.navigation.iter().copied()).collect();
        entries.sort_by_key(|e| e.order);
        entries
    }

    /// The pages under Settings, sorted.
    pub fn settings_pages(&self) -> Vec<crate::SettingsPage> {
        let mut pages: Vec<_> = self.manifests.iter().flat_map(|m| m.settings.iter().copied()).collect();
        pages.sort_by_key(|p| p.order);
        pages
    }

    fn broken_rules(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut ids = BTreeSet::new();
        for m in &self.manifests {
            let word = !m.id.is_empty() && m.id.bytes().all(|b| b.is_ascii_lowercase());
            if !word || m.title.is_empty() {
                broken.push(format!(
                    "capability \"{}\": the id is one lower-case word, and it has a title",
                    m.id
                ));
            }
            if !ids.insert(m.id) {
                broken.push(format!("capability {}: registered twice", m.id));
            }
            check_permissions(m, &mut broken);
            check_tables(m, &mut broken);
        }
        let mut unique = |what: &str, names: Vec<&'static str>| {
            let mut seen = BTreeSet::new();
            broken
                .extend(names.into_iter().filter(|n| !seen.insert(*n)).map(|n| format!("{what} {n}: twice")));
        };
        unique("table", self.manifests.iter().flat_map(|m| m.tables.iter().map(|t| t.name)).collect());
        unique(
            "permission",
            self.manifests.iter().flat_map(|m| m.permissions.iter().map(|p| p.id)).collect(),
        );
        unique(
            "navigation",
            self.manifests.iter().flat_map(|m| m.navigation.iter().map(|n| n.path)).collect(),
        );
        unique("chapter", self.manifests.iter().flat_map(|m| m.docs.iter().map(|d| d.slug)).collect());
        broken
    }
}

fn check_permissions(m: &Manifest, broken: &mut Vec<String>) {
    for p in &m.permissions {
        let local = p.id.strip_prefix(m.id).and_then(|rest| rest.strip_prefix('.'));
        if local.is_none_or(str::is_empty) || p.title.is_empty() {
            broken.push(format!("permission {}: begins with \"{}.\" and has a title", p.id, m.id));
        }
    }
    let asked = m.today.iter().map(|t| t.permission).chain(m.palette.iter().map(|p| p.permission));
    for permission in asked.filter(|p| !m.permissions.contains(p)) {
        broken.push(format!("{}: entries behind {}, which it does not declare", m.id, permission.id));
    }
    for routes in m.routes.iter().chain(&m.api) {
        if !m.permissions.contains(&routes.permission) {
            broken
                .push(format!("{}: routes behind {}, which it does not declare", m.id, routes.permission.id));
        }
    }
}

fn check_tables(m: &Manifest, broken: &mut Vec<String>) {
    let schema: Vec<(String, Vec<String>)> = m.migrations.iter().flat_map(|g| tables_of(g.sql)).collect();
    for g in m.migrations.iter().filter(|g| g.owner != m.id) {
        broken.push(format!("{}: migration {} belongs to {}", m.id, g.number, g.owner));
    }
    for (name, columns) in &schema {
        let Some(table) = m.tables.iter().find(|t| t.name == name) else {
            broken.push(format!("table {name} of {}: not declared in its manifest", m.id));
            continue;
        };
        let declared: &[&str] = match table.personal {
            Personal::None => &[],
            Personal::Held { columns, .. } => columns,
        };
        for column in columns.iter().filter(|c| names_people(c) && !declared.contains(&c.as_str())) {
            broken
                .push(format!("table {name}: column {column} names people and is not declared as personal"));
        }
        for column in declared.iter().filter(|c| !columns.iter().any(|k| k == *c)) {
            broken.push(format!("table {name}: declares the column {column}, which it does not have"));
        }
    }
    for table in &m.tables {
        if !schema.iter().any(|(name, _)| name == table.name) {
            broken.push(format!("table {}: declared by {} but in none of its migrations", table.name, m.id));
        }
        if let Personal::Held { columns, exported, erased } = table.personal
            && (columns.is_empty() || exported.is_empty() || erased.is_empty())
        {
            broken
                .push(format!("table {}: says which columns, what is exported, what is erased", table.name));
        }
    }
}

/// Whether a column's name says that it leads to a person.
fn names_people(column: &str) -> bool {
    ["identity", "member", "account", "email", "opener", "actor", "author"].iter().any(|word| {
        column == *word || column.strip_suffix("_id") == Some(word) || column.ends_with(&format!("_{word}"))
    })
}

/// The tables that a migration makes, with their columns.
fn tables_of(sql: &str) -> Vec<(String, Vec<String>)> {
    const CLAUSES: [&str; 5] = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"];
    let plain: String =
        sql.lines().map(|l| l.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    plain
        .split(';')
        .filter_map(|statement| {
            let rest = statement.trim().strip_prefix("CREATE TABLE ")?;
            let (name, body) = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest).split_once('(')?;
            let columns = split_top(body)
                .into_iter()
                .filter_map(|part| part.split_whitespace().next().map(str::to_owned))
                .filter(|word| !CLAUSES.iter().any(|c| word.starts_with(c)))
                .collect();
            Some((name.trim().to_owned(), columns))
        })
        .collect()
}

/// Splits at commas that lie in no further parentheses; ends where the outer one closes.
fn split_top(body: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Permission, Routes, Table};

    const SQL: &str = "-- things of people\nCREATE TABLE things (\n thing_id INTEGER PRIMARY KEY, -- a key\n \
        owner_identity INTEGER NOT NULL REFERENCES identities (identity), amount INTEGER, PRIMARY KEY (thing_id)\n) STRICT;";

    fn manifest() -> Manifest {
        const STEPS: &[Migration] = &[Migration { owner: "things", number: 1, name: "things", sql: SQL }];
        Manifest { id: "things", title: "Things", migrations: STEPS, ..Manifest::default() }
    }

    #[test]
    fn columns_are_read_from_the_schema() {
        assert_eq!(
            tables_of(SQL),
            [("things".to_owned(), vec!["thing_id".into(), "owner_identity".into(), "amount".into()])]
        );
    }

    #[test]
    fn tables_with_people_must_be_declared_with_export_and_erasure() {
        let check = |tables: Vec<Table>, expect: Option<&str>| {
            let result = Registry::new(vec![Manifest { tables, ..manifest() }]);
            match (result, expect) {
                (Ok(_), None) => {}
                (Err(e), Some(text)) => assert!(e.message.contains(text), "{}", e.message),
                (result, _) => panic!("{expect:?}: {:?}", result.err()),
            }
        };
        check(vec![], Some("not declared in its manifest"));
        check(vec![Table::impersonal("things")], Some("owner_identity names people"));
        check(vec![Table::personal("things", &["owner_identity"], "", "removed")], Some("what is exported"));
        check(vec![Table::personal("things", &["owner"], "all", "removed")], Some("does not have"));
        check(vec![Table::personal("things", &["owner_identity"], "all", "removed")], None);
    }

    #[test]
    fn ids_are_unique_and_prefixed_and_routes_declared() {
        let see = Permission { id: "things.see_things", title: "See things" };
        let stray = Permission { id: "other.see_things", title: "See things" };
        let with = |permissions: Vec<Permission>, routes: Vec<Routes>| Manifest {
            id: "things",
            title: "Things",
            permissions,
            routes,
            ..Manifest::default()
        };
        let message = |manifests| Registry::new(manifests).err().map(|e| e.message).unwrap_or_default();
        assert!(message(vec![with(vec![stray], vec![])]).contains("begins with \"things.\""));
        assert!(message(vec![with(vec![see], vec![]), with(vec![], vec![])]).contains("registered twice"));
        let routes = vec![Routes::new(see, axum::Router::new)];
        assert!(message(vec![with(vec![], routes.clone())]).contains("does not declare"));
        assert_eq!(message(vec![with(vec![see], routes)]), "");
    }
}
