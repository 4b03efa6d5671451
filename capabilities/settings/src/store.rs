//! Every query of this capability; accounts, sessions and tokens are asked of `access`.

use base::Result;
use community::settings;
use store::Conn;

/// A change of the zone that is under way.
pub(crate) struct Rebuild {
    /// The zone to come.
    pub zone: String,
    /// Cells made anew so far, and about how many there will be.
    pub done: u64,
    pub total: u64,
}

/// The change of the zone that is under way, if there is one.
pub(crate) fn rebuild(c: &mut Conn<'_>) -> Result<Option<Rebuild>> {
    let Some(zone) = settings::get(c, "work.rebuild")? else { return Ok(None) };
    let now = settings::get(c, "generation")?.and_then(|g| g.parse::<i64>().ok()).unwrap_or(1);
    let (total, done) = c.query_one(
        "SELECT CAST(COALESCE(sum(CASE WHEN generation = $1 THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(sum(CASE WHEN generation > $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM cells",
        &[now.into()],
        |r| Ok((r.int(0)?, r.int(1)?)),
    )?;
    Ok(Some(Rebuild { zone, done: done.max(0) as u64, total: total.max(0) as u64 }))
}

/// The two lists, and whom they match.
pub(crate) struct Lists {
    pub staff: String,
    pub bots: String,
    /// How many identities are staff, on the list of bots, marked as bots by their source.
    pub matched: (u64, u64, u64),
    /// Some of the staff, as people read them.
    pub some: Vec<String>,
}

/// The lists of staff and bots.
pub(crate) fn lists(c: &mut Conn<'_>) -> Result<Lists> {
    let staff = settings::get_or_default(c, "staff")?;
    let bots = settings::get_or_default(c, "bots")?;
    let matched = c.query_one(
        "SELECT CAST(COALESCE(sum(staff), 0) AS BIGINT), CAST(COALESCE(sum(marked_bot), 0) AS BIGINT),
                CAST(COALESCE(sum(bot), 0) AS BIGINT)
         FROM identities WHERE bot = 1 OR marked_bot = 1 OR staff = 1",
        &[],
        |r| Ok((r.int(0)? as u64, r.int(1)? as u64, r.int(2)? as u64)),
    )?;
    let some = c.query(
        "SELECT COALESCE(name, handle, external_id) FROM identities
         WHERE (bot = 1 OR marked_bot = 1 OR staff = 1) AND staff = 1 ORDER BY identity LIMIT 12",
        &[],
        |r| r.text(0),
    )?;
    Ok(Lists { staff, bots, matched, some })
}
