//! The record of processing (GDPR, article 30): what is held of people, for what, for how long and who receives it.
//! Everything in it comes from the declarations of the manifests, the rules that hold, and who is told of events.

use crate::declared;
use crate::retention;
use base::Result;
use capability::{App, Registry};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::Conn;

/// What is held for one purpose.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub purpose: String,
    /// Table, capability, what it holds, what an erasure does.
    pub tables: Vec<[&'static str; 4]>,
}

/// The record.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub community: String,
    pub activities: Vec<Activity>,
    /// For how long: the rules, in words.
    pub retention: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// Who receives something.
    pub recipients: Vec<String>,
}

/// What the declarations say, by purpose.
pub(crate) fn activities(registry: &Registry) -> Vec<Activity> {
    let mut by_purpose: BTreeMap<String, Vec<[&'static str; 4]>> = BTreeMap::new();
    for held in declared::all(registry) {
        let (exported, erased) = held.words();
        by_purpose.entry(held.purpose()).or_default().push([
            held.table.name,
            held.capability,
            exported,
            erased,
        ]);
    }
    by_purpose.into_iter().map(|(purpose, tables)| Activity { purpose, tables }).collect()
}

/// The record as it stands.
pub(crate) fn load(app: &App, c: &mut Conn<'_>) -> Result<Record> {
    let mut retention: Vec<String> = retention::list(c)?.iter().map(|r| format!("{}.", r.words())).collect();
    if retention.is_empty() {
        retention.push(
            "No rule is set: texts are kept until somebody is erased or an import is taken back.".into(),
        );
    }
    let audit = community::settings::get_or_default(c, "audit_years")?;
    retention.push(match audit.as_str() {
        "" => "The audit log is kept for ever.".to_owned(),
        years => format!("The audit log is kept for {years} years."),
    });
    retention.push("Exports of members are kept for a week.".into());
    let sources =
        community::sources::list(c)?.into_iter().map(|s| format!("{} ({})", s.name, s.network)).collect();
    let mut recipients = vec!["The team: accounts of this installation, each within its roles.".to_owned()];
    for recipients_of in app.registry.manifests().iter().filter_map(|m| m.recipients) {
        recipients.extend(recipients_of(c)?);
    }
    let community = community::settings::get_or_default(c, "name")?;
    Ok(Record { community, activities: activities(&app.registry), retention, sources, recipients })
}

impl Record {
    pub(crate) fn json(&self) -> Value {
        let activities: Vec<Value> = self
            .activities
            .iter()
            .map(|a| {
                let tables: Vec<Value> = a
                    .tables
                    .iter()
                    .map(|[table, part, what, erased]| json!({ "table": table, "part": part, "holds": what, "erased": erased }))
                    .collect();
                json!({ "purpose": a.purpose, "tables": tables })
            })
            .collect();
        json!({
            "community": self.community, "activities": activities, "retention": self.retention,
            "sources": self.sources, "recipients": self.recipients,
        })
    }
}
