//! Tags. They stand on identities; a member has the tags of all of its identities.

use super::list;
use base::{Error, Micros, Result, TypeId};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::Conn;

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

/// The tags of these identities, by identity.
pub(crate) fn of(c: &mut Conn<'_>, identities: &[u32]) -> Result<HashMap<u32, Vec<String>>> {
    let mut tags: HashMap<u32, Vec<String>> = HashMap::new();
    for chunk in identities.chunks(2_000) {
        c.for_each(
            &format!(
                "SELECT identity, tag FROM member_tags WHERE identity IN ({}) AND removed_at IS NULL ORDER BY tag",
                list(chunk)
            ),
            &[],
            |r| {
                tags.entry(r.int(0)? as u32).or_default().push(r.text(1)?);
                Ok(())
            },
        )?;
    }
    Ok(tags)
}

/// Every tag in use with the number of identities that have it, by name.
pub(crate) fn in_use(c: &mut Conn<'_>) -> Result<BTreeMap<String, u64>> {
    let rows = c.query(
        "SELECT tag, COUNT(*) FROM member_tags WHERE removed_at IS NULL GROUP BY tag ORDER BY tag",
        &[],
        |r| Ok((r.text(0)?, r.int(1)? as u64)),
    )?;
    Ok(rows.into_iter().collect())
}

/// Identities with one of these tags.
pub(crate) fn having(c: &mut Conn<'_>, tags: &[String]) -> Result<HashSet<u32>> {
    let mut found = HashSet::new();
    for tag in tags {
        c.for_each(
            "SELECT identity FROM member_tags WHERE tag = $1 AND removed_at IS NULL",
            &[tag.into()],
            |r| {
                found.insert(r.int(0)? as u32);
                Ok(())
            },
        )?;
    }
    Ok(found)
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

/// The last act of somebody on several members since then that was not taken back.
pub(crate) fn last_act(c: &mut Conn<'_>, by: &str, since: Micros) -> Result<Option<Act>> {
    c.query_opt(
        "SELECT public_id, adds, tag, members, made_at FROM tag_acts
         WHERE made_by = $1 AND made_at >= $2 AND undone_at IS NULL ORDER BY act_id DESC LIMIT 1",
        &[by.into(), since.into()],
        |r| {
            Ok(Act {
                public_id: r.text(0)?,
                adds: r.flag(1)?,
                tag: r.text(2)?,
                members: r.int(3)? as u64,
                made_at: r.int(4)?,
            })
        },
    )
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
