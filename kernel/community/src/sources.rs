//! Sources: the places that the community's history comes from.

use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its number.
    pub source_id: i64,
    /// Its id for people and programs, `src_…`.
    pub public_id: String,
    /// Its name.
    pub name: String,
    /// The network: `slack`, `discord`, `discourse`, `mail`, `other`. Decides the badge.
    pub network: String,
    /// The importer that made it.
    pub format: String,
    /// Which form of ids it uses; an import with another form is refused.
    pub id_form: String,
    /// The zone in which its times are read, where they carry none.
    pub zone: String,
    /// Whether its times carry no zone.
    pub zoneless: bool,
    /// Whether it has reply links.
    pub has_replies: bool,
    /// Whether it has message ids.
    pub has_message_ids: bool,
    /// Whether it has rows for people who leave.
    pub has_leaves: bool,
    /// When it was made.
    pub created_at: Micros,
}

const SELECT: &str = "source_id, public_id, name, network, format, id_form, zone, zoneless, has_replies, \
     has_message_ids, has_leaves, created_at";

impl Source {
    fn read(r: &Row<'_>) -> Result<Self> {
        Ok(Self {
            source_id: r.int(0)?,
            public_id: r.text(1)?,
            name: r.text(2)?,
            network: r.text(3)?,
            format: r.text(4)?,
            id_form: r.text(5)?,
            zone: r.text(6)?,
            zoneless: r.flag(7)?,
            has_replies: r.flag(8)?,
            has_message_ids: r.flag(9)?,
            has_leaves: r.flag(10)?,
            created_at: r.int(11)?,
        })
    }
}

/// Every source, by name.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>) -> Result<Vec<Source>> {
    c.query(&format!("SELECT {SELECT} FROM sources ORDER BY name"), &[], Source::read)
}

/// Every source, by name, and every channel, by source and name, in one statement.
///
/// # Errors
/// When the database says no.
pub fn places(c: &mut Conn<'_>) -> Result<(Vec<Source>, Vec<Channel>)> {
    let (mut sources, mut channels) = (Vec::<Source>::new(), Vec::new());
    c.for_each(
        "SELECT s.source_id, s.public_id, s.name, s.network, s.format, s.id_form, s.zone, s.zoneless,
           s.has_replies, s.has_message_ids, s.has_leaves, s.created_at,
           c.channel_id, c.source_id, c.external_id, c.name, c.category, c.private, c.first_at, c.last_at
         FROM sources s LEFT JOIN channels c ON c.source_id = s.source_id
         ORDER BY s.source_id, c.name, c.external_id",
        &[],
        |r| {
            if sources.last().map(|s| s.source_id) != Some(r.int(0)?) {
                sources.push(Source::read(r)?);
            }
            if r.opt_int(12)?.is_some() {
                channels.push(Channel::read(r, 12)?);
            }
            Ok(())
        },
    )?;
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((sources, channels))
}

/// The source of this name or public id.
///
/// # Errors
/// When the database says no.
pub fn find(c: &mut Conn<'_>, name: &str) -> Result<Option<Source>> {
    c.query_opt(
        &format!("SELECT {SELECT} FROM sources WHERE name = $1 OR public_id = $1"),
        &[name.into()],
        Source::read,
    )
}

/// The source of this name or public id.
///
/// # Errors
/// `NotFound`, naming those that exist.
pub fn get(c: &mut Conn<'_>, name: &str) -> Result<Source> {
    match find(c, name)? {
        Some(s) => Ok(s),
        None => {
            let names: Vec<String> = list(c)?.into_iter().map(|s| s.name).collect();
            Err(Error::not_found(match names.len() {
                0 => format!("there is no source \"{name}\": nothing has been imported yet"),
                _ => format!("there is no source \"{name}\"; there are: {}", names.join(", ")),
            }))
        }
    }
}

/// Makes a source; gives it number and id.
///
/// # Errors
/// `Conflict` when the name is taken.
pub fn create(tx: &mut Conn<'_>, mut source: Source, now: Micros) -> Result<Source> {
    source.public_id = TypeId::new("src", now).as_str().to_owned();
    source.created_at = now;
    source.source_id = tx.query_one(
        "INSERT INTO sources (public_id, name, network, format, id_form, zone, zoneless, has_replies,
           has_message_ids, has_leaves, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         RETURNING source_id",
        &[
            (&source.public_id).into(),
            (&source.name).into(),
            (&source.network).into(),
            (&source.format).into(),
            (&source.id_form).into(),
            (&source.zone).into(),
            source.zoneless.into(),
            source.has_replies.into(),
            source.has_message_ids.into(),
            source.has_leaves.into(),
            now.into(),
        ],
        |r| r.int(0),
    )?;
    Ok(source)
}

/// Writes what an import found out about a source's form.
///
/// # Errors
/// When the database says no.
pub fn update_form(tx: &mut Conn<'_>, s: &Source) -> Result<()> {
    tx.execute(
        "UPDATE sources SET id_form = $1, zoneless = $2, has_replies = $3, has_message_ids = $4, has_leaves = $5,
           zone = $6 WHERE source_id = $7",
        &[
            (&s.id_form).into(),
            s.zoneless.into(),
            s.has_replies.into(),
            s.has_message_ids.into(),
            s.has_leaves.into(),
            (&s.zone).into(),
            s.source_id.into(),
        ],
    )?;
    Ok(())
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its number.
    pub channel_id: i64,
    /// Its source.
    pub source_id: i64,
    /// The source's own id.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// The category it lies in.
    pub category: Option<String>,
    /// Whether only some see it.
    pub private: bool,
    /// Its first and last activity.
    pub span: Option<(Micros, Micros)>,
}

impl Channel {
    fn read(r: &Row<'_>, from: usize) -> Result<Self> {
        Ok(Self {
            channel_id: r.int(from)?,
            source_id: r.int(from + 1)?,
            external_id: r.text(from + 2)?,
            name: r.text(from + 3)?,
            category: r.opt_text(from + 4)?,
            private: r.flag(from + 5)?,
            span: r.opt_int(from + 6)?.zip(r.opt_int(from + 7)?),
        })
    }
}

/// Every channel, by source and name.
///
/// # Errors
/// When the database says no.
pub fn channels(c: &mut Conn<'_>) -> Result<Vec<Channel>> {
    c.query(
        "SELECT channel_id, source_id, external_id, name, category, private, first_at, last_at
         FROM channels ORDER BY source_id, name, external_id",
        &[],
        |r| Channel::read(r, 0),
    )
}
