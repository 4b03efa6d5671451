//! Cells of several series in one statement, so that what a page needs of them is read once.

use super::{LogView, ids};
use base::{Day, Result};
use store::Param;

/// Cells that are read together: every pair of these scopes and kinds, on these days.
pub(super) struct Series {
    /// The inside of an `IN (…)`.
    scopes: String,
    /// The inside of an `IN (…)`.
    kinds: String,
    /// Both ends belong to it.
    days: (i32, i32),
    /// Only so many, from the first day on; of one scope and one kind.
    few: Option<usize>,
}

impl Series {
    /// Every pair of the scopes and the kinds.
    pub fn of(scopes: impl Iterator<Item = i64>, kinds: impl Iterator<Item = i64>, days: (i32, i32)) -> Self {
        Self { scopes: ids(scopes), kinds: ids(kinds), days, few: None }
    }

    /// The first cells of a series, up to a day.
    pub fn beginning((scope, kind): (i64, i64), last: i32, few: usize) -> Self {
        Self { scopes: scope.to_string(), kinds: kind.to_string(), days: (i32::MIN, last), few: Some(few) }
    }

    /// Not cells, but every identity: its source as the scope, its number as the kind. Not the first of a statement.
    pub fn identities() -> Self {
        Self { scopes: String::new(), kinds: String::new(), days: (i32::MIN, i32::MAX), few: None }
    }

    fn sql(&self, place: usize) -> String {
        let (scopes, kinds) = (&self.scopes, &self.kinds);
        let (from, to) = (place * 2 + 2, place * 2 + 3);
        if scopes.is_empty() {
            return format!(
                "SELECT CAST({place} AS BIGINT) AS series, source_id AS scope, identity AS kind, CAST(0 AS BIGINT) AS day,
                   NULL AS people, NULL AS counts
                 FROM identities WHERE CAST(0 AS BIGINT) >= ${from} AND CAST(0 AS BIGINT) <= ${to}"
            );
        }
        let cells = format!(
            "SELECT CAST({place} AS BIGINT) AS series, scope, kind, day, people, counts FROM cells
             WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds}) AND day >= ${from} AND day <= ${to}"
        );
        match self.few {
            None => cells,
            Some(few) => format!("SELECT * FROM ({cells} ORDER BY day LIMIT {few}) s{place}"),
        }
    }
}

/// A cell as it is stored.
pub(super) struct Cell<'r> {
    pub scope: i64,
    pub kind: i64,
    pub day: Day,
    pub people: &'r [u8],
    pub counts: &'r [u8],
}

impl LogView<'_, '_> {
    /// Calls `each` for the cells of all series, with the place of the series. One statement.
    pub(super) fn each_cell(
        &mut self,
        series: &[Series],
        mut each: impl FnMut(usize, &Cell<'_>) -> Result<()>,
    ) -> Result<()> {
        if series.is_empty() {
            return Ok(());
        }
        let arms: Vec<String> = series.iter().enumerate().map(|(place, s)| s.sql(place)).collect();
        let mut values: Vec<Param<'_>> = vec![self.frame.generation.into()];
        for s in series {
            values.extend([Param::from(s.days.0), Param::from(s.days.1)]);
        }
        self.conn.for_each(&arms.join(" UNION ALL "), &values, |r| {
            let cell = Cell {
                scope: r.int(1)?,
                kind: r.int(2)?,
                day: Day(r.int(3)? as i32),
                people: r.bytes(4)?,
                counts: r.bytes(5)?,
            };
            each(r.int(0)? as usize, &cell)
        })
    }
}
