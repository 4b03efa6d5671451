//! Every manifest together, checked when the program starts: a registry that breaks a rule is a defect and
//! nothing is served with it.

use crate::{Manifest, Personal};
use base::{Error, Result};
use std::collections::BTreeSet;
use store::Migration;

/// Every manifest, in the order of the list in the binary.
pub struct Registry {
    manifests: Vec<Manifest>,
    pub(crate) api: crate::api::Index,
}

impl Registry {
    /// Takes the manifests and checks them.
    ///
    /// # Errors
    /// `Internal` with every rule that is broken, one a line.
    pub fn new(manifests: Vec<Manifest>) -> Result<Self> {
        let mut registry = Self { manifests, api: crate::api::Index::default() };
        let broken = registry.broken_rules();
        registry.api = crate::api::Index::new(&registry);
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

    /// What backups need to know of it: the migrations, and the tables in the order in which they are made, so that
    /// one that refers to another comes after it.
    pub fn backup_schema(&self) -> backup::Schema {
        let migrations = self.migrations();
        let declared: Vec<&crate::Table> = self.manifests.iter().flat_map(|m| &m.tables).collect();
        let mut tables: Vec<(&'static str, bool)> = Vec::new();
        for (name, _) in migrations.iter().flat_map(|m| tables_of(m.sql)) {
            // Every table is declared: `Registry::new` refuses others.
            if let Some(table) = declared.iter().find(|t| t.name == name)
                && !tables.iter().any(|t| t.0 == table.name)
            {
                tables.push((table.name, table.left_out_of_backups));
            }
        }
        backup::Schema { migrations, tables, check: agrees }
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

    /// Every permission that is registered, with the title of its capability.
    pub fn permissions(&self) -> Vec<(&'static str, access::Permission)> {
        let all = self.manifests.iter();
        all.flat_map(|m| m.permissions.iter().map(move |p| (m.title, *p))).collect()
    }

    /// Every kind of job and every schedule.
    pub fn work(&self) -> (Vec<crate::JobKind>, Vec<crate::Schedule>) {
        let all = || self.manifests.iter();
        (
            all().flat_map(|m| m.jobs.iter().copied()).collect(),
            all().flat_map(|m| m.schedules.iter().copied()).collect(),
        )
    }

    /// Everything that happens in the product, beside the kinds of activity.
    pub fn events(&self) -> Vec<crate::EventKind> {
        self.manifests.iter().flat_map(|m| m.events.iter().copied()).collect()
    }

    /// Every digest that people can get by mail.
    pub fn digests(&self) -> Vec<crate::digest::DigestKind> {
        self.manifests.iter().flat_map(|m| m.digests.iter().copied()).collect()
    }

    /// Every list whose saved views people can get by mail.
    pub fn views(&self) -> Vec<crate::digest::ViewKind> {
        self.manifests.iter().flat_map(|m| m.views.iter().copied()).collect()
    }

    /// Every list of mails that a link can end.
    pub fn mail_lists(&self) -> Vec<crate::MailList> {
        self.manifests.iter().flat_map(|m| m.mail_lists.iter().copied()).collect()
    }

    /// Every column with sealed texts.
    pub fn sealed(&self) -> Vec<crate::Sealed> {
        self.manifests.iter().flat_map(|m| m.sealed.iter().copied()).collect()
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
            check_work(m, &mut broken);
            crate::api::broken_rules(m, &mut broken);
        }
        broken.extend(crate::api::broken_together(self));
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
        unique("job or schedule", self.manifests.iter().flat_map(work_names).collect());
        unique("event", self.manifests.iter().flat_map(|m| m.events.iter().map(|e| e.id)).collect());
        unique("digest", self.manifests.iter().flat_map(|m| m.digests.iter().map(|d| d.id)).collect());
        unique("view of list", self.manifests.iter().flat_map(|m| m.views.iter().map(|v| v.list)).collect());
        unique(
            "list of mails",
            self.manifests.iter().flat_map(|m| m.mail_lists.iter().map(|l| l.id)).collect(),
        );
        unique("chapter", self.manifests.iter().flat_map(|m| m.docs.iter().map(|d| d.slug)).collect());
        broken
    }
}

/// What `folkmoot check` compares, for a store that was filled from elsewhere.
fn agrees(db: &store::Db) -> Result<community::Report> {
    db.read(|c| access::audit::verify(c).map(|_| ()))?;
    community::check(db)
}

fn check_permissions(m: &Manifest, broken: &mut Vec<String>) {
    for p in &m.permissions {
        let local = p.id.strip_prefix(m.id).and_then(|rest| rest.strip_prefix('.'));
        if local.is_none_or(str::is_empty) || p.title.is_empty() {
            broken.push(format!("permission {}: begins with \"{}.\" and has a title", p.id, m.id));
        }
    }
    let asked = m.today.iter().map(|t| t.permission).chain(m.palette.iter().map(|p| p.permission));
    let asked = asked.chain(m.navigation.iter().map(|n| n.permission));
    let asked = asked.chain(m.settings.iter().map(|s| s.permission));
    let asked = asked.chain(m.digests.iter().map(|d| d.permission));
    let asked = asked.chain(m.views.iter().map(|v| v.permission));
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

/// The names of a capability's jobs and schedules.
fn work_names(m: &Manifest) -> impl Iterator<Item = &'static str> {
    m.jobs.iter().map(|j| j.name).chain(m.schedules.iter().map(|s| s.name))
}

fn check_work(m: &Manifest, broken: &mut Vec<String>) {
    for name in work_names(m) {
        if name.strip_prefix(m.id).and_then(|rest| rest.strip_prefix('.')).is_none_or(str::is_empty) {
            broken.push(format!("job or schedule {name}: begins with \"{}.\"", m.id));
        }
    }
    for sealed in m.sealed.iter().filter(|s| !m.tables.iter().any(|t| t.name == s.table)) {
        broken.push(format!("{}: sealed texts in {}, which is not its table", m.id, sealed.table));
    }
}

fn check_tables(m: &Manifest, broken: &mut Vec<String>) {
    let mut schema: Vec<(String, Vec<String>)> = m.migrations.iter().flat_map(|g| tables_of(g.sql)).collect();
    schema.extend(m.migrations.iter().flat_map(|g| tables_of_one_database(g.sql)));
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
        if table.personal == Personal::None
            && let Some(column) = columns.iter().find(|c| WHAT_PEOPLE_WROTE.contains(&c.as_str()))
        {
            broken.push(format!("table {name}: column {column} holds what people wrote: it is personal"));
        }
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

/// Columns with these names hold what people wrote.
const WHAT_PEOPLE_WROTE: [&str; 6] = ["text", "words", "excerpt", "note", "comment", "reason"];

/// Whether a column's name says that it leads to a person.
fn names_people(column: &str) -> bool {
    // Whether somebody's addresses are trusted is no address.
    if column.starts_with("trusts_") {
        return false;
    }
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

/// The tables that a migration makes on one database only, in lines that the other takes for comments. An index of words
/// is one, too; a view of another's words holds nothing.
fn tables_of_one_database(sql: &str) -> Vec<(String, Vec<String>)> {
    const MARKS: [&str; 2] = ["-- sqlite: ", "-- postgres: "];
    let of_one = sql.lines().filter_map(|l| MARKS.iter().find_map(|mark| l.trim_start().strip_prefix(mark)));
    let plain = of_one.collect::<Vec<_>>().join("\n").replace("CREATE VIRTUAL TABLE", "CREATE TABLE");
    let held = tables_of(&plain).into_iter().filter(|(name, _)| !name.ends_with(" USING fts5vocab"));
    held.map(|(name, columns)| (name.split(' ').next().unwrap_or_default().to_owned(), columns)).collect()
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
    use crate::{Permission, Roles, Routes, Table};

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
    fn what_only_one_database_has_must_be_declared_as_personal_too() {
        const INDEX: &str = "-- sqlite: CREATE VIRTUAL TABLE things USING fts5 (words, content = '');\n\
            -- sqlite: CREATE VIRTUAL TABLE seen USING fts5vocab (things, instance);\n\
            -- postgres: CREATE TABLE things (doc BIGINT NOT NULL, words TSVECTOR NOT NULL);";
        const STEPS: &[Migration] = &[Migration { owner: "things", number: 1, name: "things", sql: INDEX }];
        let message = |tables: Vec<Table>| {
            let manifest = Manifest { migrations: STEPS, tables, ..manifest() };
            Registry::new(vec![manifest]).err().map(|e| e.message).unwrap_or_default()
        };
        assert!(message(vec![]).contains("table things of things: not declared"));
        assert!(message(vec![Table::impersonal("things")]).contains("words holds what people wrote"));
        assert_eq!(message(vec![Table::personal("things", &["words"], "the words", "removed")]), "");
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
        let see = Permission::new("things.see_things", "See things", Roles::EVERYBODY);
        let stray = Permission::new("other.see_things", "See things", Roles::EVERYBODY);
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
