//! Tags. They stand on identities; a member has the tags of all of its identities.

use super::list;
use base::{Error, Micros, Result, TypeId};
use std::collections::{BTreeMap, HashSet};
use store::{Conn, Param};

/// The longest tag, in characters.
pub(crate) const TAG_MAX: usize = 40;

/// A tag given or taken, to one member or to many at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    /// What addresses hold (`tac_…`).
    pub public_id: String,
    /// Whether the tag was given.
    pub adds: bool,
    /// The tag.
    pub tag: String,
    /// To how many members.
    pub members: u64,
    /// When.
    pub made_at: Micros,
}

/// A tag as it is stored: without white space around and in it doubled.
///
/// # Errors
/// `Invalid` for an empty or long one.
pub(crate) fn named(text: &str) -> Result<String> {
    let tag = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if tag.is_empty() || tag.chars().count() > TAG_MAX || tag.contains(',') {
        return Err(Error::invalid(format!("a tag has 1 to {TAG_MAX} characters and no comma")));
    }
    Ok(tag)
}

/// What the list of members shows and asks of tags.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// Every tag in use with the number of identities that have it, by name.
    pub in_use: BTreeMap<String, u64>,
    /// Identities with one of the chosen tags.
    pub having: HashSet<u32>,
    /// The last act of somebody on several members that was not taken back.
    pub last_act: Option<Act>,
}

/// Tags in use, who has one of the chosen, and the last act of `by` since then. One statement.
pub(crate) fn look(c: &mut Conn<'_>, chosen: &[String], (by, since): (&str, Micros)) -> Result<Look> {
    let mut look = Look::default();
    let mut params: Vec<Param<'_>> = vec![by.into(), since.into()];
    params.extend(chosen.iter().map(Param::from));
    let marks = marks(3, chosen.len());
    c.for_each(
        &format!(
            "SELECT CAST(0 AS BIGINT), public_id, tag, members, adds, made_at FROM (
               SELECT * FROM tag_acts WHERE made_by = $1 AND made_at >= $2 AND undone_at IS NULL
               ORDER BY act_id DESC LIMIT 1) last
             UNION ALL SELECT 1, '', tag, COUNT(*), 0, 0 FROM member_tags WHERE removed_at IS NULL GROUP BY tag
             UNION ALL SELECT 2, '', '', identity, 0, 0 FROM member_tags WHERE removed_at IS NULL AND tag IN ({marks})"
        ),
        &params,
        |r| {
            match r.int(0)? {
                0 => {
                    look.last_act = Some(Act {
                        public_id: r.text(1)?,
                        adds: r.flag(4)?,
                        tag: r.text(2)?,
                        members: r.int(3)? as u64,
                        made_at: r.int(5)?,
                    });
                }
                1 => _ = look.in_use.insert(r.text(2)?, r.int(3)? as u64),
                _ => _ = look.having.insert(r.int(3)? as u32),
            }
            Ok(())
        },
    )?;
    Ok(look)
}

/// Identities with one of these tags.
pub(crate) fn having(c: &mut Conn<'_>, tags: &[String]) -> Result<HashSet<u32>> {
    let params: Vec<Param<'_>> = tags.iter().map(Param::from).collect();
    let marks = marks(1, tags.len());
    let sql = format!("SELECT identity FROM member_tags WHERE removed_at IS NULL AND tag IN ({marks})");
    Ok(c.query(&sql, &params, |r| Ok(r.int(0)? as u32))?.into_iter().collect())
}

/// So many parameters from a number on, as the inside of an `IN (…)`; never empty.
fn marks(from: usize, count: usize) -> String {
    let marks: Vec<String> = (from..from + count).map(|n| format!("${n}")).collect();
    if marks.is_empty() { "NULL".to_owned() } else { marks.join(", ") }
}

/// Begins an act; gives its number and id.
pub(crate) fn begin(
    tx: &mut Conn<'_>,
    adds: bool,
    tag: &str,
    members: u64,
    (by, now): (&str, Micros),
) -> Result<(i64, String)> {
    let id = TypeId::new("tac", now);
    let number = tx.query_one(
        "INSERT INTO tag_acts (public_id, adds, tag, members, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING act_id",
        &[id.as_str().into(), adds.into(), tag.into(), (members as i64).into(), by.into(), now.into()],
        |r| r.int(0),
    )?;
    Ok((number, id.as_str().to_owned()))
}

/// Gives a tag to these identities; one that has it already keeps it.
pub(crate) fn add(
    tx: &mut Conn<'_>,
    act: i64,
    tag: &str,
    identities: &[u32],
    (by, now): (&str, Micros),
) -> Result<()> {
    for identity in identities {
        tx.execute(
            "INSERT INTO member_tags (identity, tag, added_by, added_at, added_act) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            &[(*identity).into(), tag.into(), by.into(), now.into(), act.into()],
        )?;
    }
    Ok(())
}

/// Takes a tag from these identities.
pub(crate) fn remove(
    tx: &mut Conn<'_>,
    act: i64,
    tag: &str,
    identities: &[u32],
    (by, now): (&str, Micros),
) -> Result<()> {
    for chunk in identities.chunks(500) {
        tx.execute(
            &format!(
                "UPDATE member_tags SET removed_by = $1, removed_at = $2, removed_act = $3
                 WHERE tag = $4 AND removed_at IS NULL AND identity IN ({})",
                list(chunk)
            ),
            &[by.into(), now.into(), act.into(), tag.into()],
        )?;
    }
    Ok(())
}

/// Takes an act back: what it gave is taken, what it took is given again.
///
/// # Errors
/// `NotFound` for an unknown id, `Conflict` when it was taken back already.
pub(crate) fn undo(tx: &mut Conn<'_>, id: &str, by: &str, now: Micros) -> Result<()> {
    let act = tx
        .query_opt("SELECT act_id, undone_at FROM tag_acts WHERE public_id = $1", &[id.into()], |r| {
            Ok((r.int(0)?, r.opt_int(1)?))
        })?
        .ok_or_else(|| Error::not_found(format!("there is no change of tags {id}")))?;
    if act.1.is_some() {
        return Err(Error::conflict("this change of tags was taken back already"));
    }
    tx.execute(
        "UPDATE tag_acts SET undone_by = $1, undone_at = $2 WHERE act_id = $3",
        &[by.into(), now.into(), act.0.into()],
    )?;
    tx.execute(
        "UPDATE member_tags SET removed_by = $1, removed_at = $2 WHERE added_act = $3 AND removed_at IS NULL",
        &[by.into(), now.into(), act.0.into()],
    )?;
    // Somebody may have given the tag again meanwhile.
    tx.execute(
        "INSERT INTO member_tags (identity, tag, added_by, added_at)
         SELECT identity, tag, added_by, added_at FROM member_tags WHERE removed_act = $1 AND NOT EXISTS (
           SELECT 1 FROM member_tags held WHERE held.identity = member_tags.identity
             AND held.tag = member_tags.tag AND held.removed_at IS NULL)",
        &[act.0.into()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_short_and_plain() {
        assert_eq!(named("  plugin \t author ").expect("a tag"), "plugin author");
        for wrong in ["", "  ", "a,b", &"x".repeat(41)] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }
}
