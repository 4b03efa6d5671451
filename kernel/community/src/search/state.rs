//! How far the index is, in one statement with whatever else every search needs to know.

use super::index::Doc;
use base::{Micros, Result, Zone};
use store::{Conn, Dialect};

/// The state in rows of a name and a value.
const STATE: &str = "SELECT name, value FROM settings WHERE name IN ('name', 'zone')
             UNION ALL SELECT name, CAST(value AS TEXT) FROM counters WHERE name IN ('searched', 'names')
             UNION ALL SELECT 'backlog', CAST(MAX(before_doc) AS TEXT) FROM search_backlog
             UNION ALL SELECT 'newest', CAST(MAX(seq) AS TEXT) FROM activities";

/// On PostgreSQL the statements after it are planned for the words that they are asked for: a plan for any word reads
/// the index for rare and frequent words alike, and took 440 ms where its own takes 27.
fn state_sql(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => STATE.to_owned(),
        Dialect::Postgres => format!(
            "{STATE} UNION ALL SELECT 'plan', set_config('plan_cache_mode', 'force_custom_plan', true)"
        ),
    }
}

/// How far the index is, and what stands beside it.
#[derive(Clone, Debug)]
pub struct State {
    /// The community's name.
    pub community: String,
    /// The community's zone.
    pub zone: Zone,
    /// Whether everything is indexed but for what arrived a moment ago.
    pub complete: bool,
    /// While it is not: everything from this moment on is found already. `None` when that is nothing yet.
    pub back_to: Option<Micros>,
    /// The version of names.
    pub(crate) names: i64,
}

impl State {
    pub(crate) fn load(c: &mut Conn<'_>) -> Result<Self> {
        let mut state =
            Self { community: String::new(), zone: Zone::utc(), complete: true, back_to: None, names: 0 };
        let (mut searched, mut newest) = (0, 0);
        let sql = state_sql(c.dialect());
        c.for_each(&sql, &[], |r| {
            let Some(value) = r.opt_text(1)? else { return Ok(()) };
            let number = value.parse().unwrap_or(0);
            match r.text(0)?.as_str() {
                "name" => state.community = value,
                "zone" => state.zone = Zone::named(&value)?,
                "searched" => searched = number,
                "names" => state.names = number,
                "newest" => newest = number,
                "plan" => {}
                _ => {
                    state.complete = false;
                    state.back_to = (number < Doc::MAX).then(|| super::index::time_of(number));
                }
            }
            Ok(())
        })?;
        if state.community.is_empty() {
            state.community = crate::settings::SETTINGS[0].default.to_owned();
        }
        if searched == 0 && newest > 0 {
            state.complete = false;
        }
        Ok(state)
    }
}
