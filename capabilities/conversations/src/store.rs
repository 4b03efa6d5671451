//! Every query of this capability: assignments, targets, and what pages need beside the log.

use crate::hours::Hours;
use crate::model::Target;
use ::store::{Conn, Param, Priority, Row};
use base::{Error, Micros, Result, Zone};
use capability::{App, Permission, Principal, audit, require_in};
use community::marks::{self, Change, ConversationRef, Mark, MarkRow};
use community::questions::in_help_list;
use community::read::{LogView, Said};
use std::collections::HashMap;

/// The target where nothing was decided: 24 hours, around the clock.
pub(crate) const DEFAULT_MINUTES: i64 = 24 * 60;

/// A target as people wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetRow {
    /// 0 for every channel without a row of its own.
    pub channel_id: i64,
    pub minutes: i64,
    pub zone: String,
    pub hours: String,
    pub holidays: String,
    pub set_by: String,
    pub set_at: Micros,
}

/// Whose a conversation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The number that the conversation has now; 0 while it is not there.
    pub conversation: i64,
    pub account: i64,
    pub name: String,
    pub by: String,
    pub at: Micros,
}

/// What was decided about conversations, read in one statement.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// The community's name.
    pub community: String,
    /// Marks, and the channels for help.
    pub said: Said,
    /// Whose conversations are.
    pub assigned: HashMap<ConversationRef, Assignment>,
    /// Targets by channel; 0 for the others.
    pub targets: Vec<TargetRow>,
    /// Accounts that a conversation can be given to, by name.
    pub accounts: Vec<(i64, String)>,
    /// Whom somebody of the team wrote to since the asked moment: identity, when, who.
    pub contacted: Vec<(u32, Micros, String)>,
    zone: String,
}

impl Decided {
    pub(crate) fn load(view: &mut LogView<'_, '_>) -> Result<Self> {
        Self::load_with(view, Micros::MAX)
    }

    /// The same, and who was written to since then.
    pub(crate) fn load_with(view: &mut LogView<'_, '_>, contacted_since: Micros) -> Result<Self> {
        let mut all = Self {
            community: "Our community".into(),
            zone: view.zone().name().to_owned(),
            ..Self::default()
        };
        let mut help = String::new();
        let (mut asking, mut not_asking) = (Vec::new(), Vec::new());
        let mut contacted = Vec::new();
        view.conn().for_each(
            "SELECT 'setting', 0, 0, 0, 0, 0, name, value, '', '', 0
             FROM settings WHERE name IN ('name', 'question_channels')
             UNION ALL SELECT 'target', channel_id, minutes, set_at, 0, 0, zone, hours, holidays, set_by, 0
             FROM answer_targets WHERE ended_at IS NULL
             UNION ALL SELECT 'mark', m.place, m.ordering, m.key_hash, m.set_at, m.seen_at, m.mark, m.reason, m.set_by,
               COALESCE(CAST(m.ended_at AS TEXT), ''), COALESCE(v.conversation_id, 0)
             FROM conversation_marks m LEFT JOIN conversations v ON m.ended_at IS NULL
               AND m.mark IN ('question', 'not_question')
               AND v.place = m.place AND v.ordering = m.ordering AND v.key_hash = m.key_hash
             UNION ALL SELECT 'account', account_id, 0, 0, 0, 0, name, '', '', '', 0
             FROM accounts WHERE removed_at IS NULL
             UNION ALL SELECT 'contact', identity, made_at, contact_id, 0, 0, made_by, '', '', '', 0
             FROM contacts WHERE made_at >= $1 AND removed_at IS NULL
             UNION ALL SELECT 'assignment', a.place, a.ordering, a.key_hash, a.account_id, a.assigned_at, c.name, a.assigned_by,
               CAST(COALESCE(v.conversation_id, 0) AS TEXT), '', 0
             FROM assignments a JOIN accounts c ON c.account_id = a.account_id
             LEFT JOIN conversations v ON v.place = a.place AND v.ordering = a.ordering AND v.key_hash = a.key_hash
             WHERE a.ended_at IS NULL",
            &[contacted_since.into()],
            |r| {
                match r.text(0)?.as_str() {
                    "setting" if r.text(6)? == "name" => all.community = r.text(7)?,
                    "setting" => help = r.text(7)?,
                    "target" => all.targets.push(TargetRow {
                        channel_id: r.int(1)?,
                        minutes: r.int(2)?,
                        set_at: r.int(3)?,
                        zone: r.text(6)?,
                        hours: r.text(7)?,
                        holidays: r.text(8)?,
                        set_by: r.text(9)?,
                    }),
                    "mark" => {
                        all.take_mark(r)?;
                        match (r.int(10)?, Mark::named(&r.text(6)?)) {
                            (0, _) => {}
                            (id, Some(Mark::Question)) => asking.push(id),
                            (id, _) => not_asking.push(id),
                        }
                    }
                    "contact" => {
                        let made = (r.int(2)?, r.int(3)?);
                        contacted.push((made, (r.int(1)? as u32, made.0, r.text(6)?)));
                    }
                    "account" => all.accounts.push((r.int(1)?, r.text(6)?)),
                    _ => {
                        let to = Assignment {
                            conversation: r.text(8)?.parse().unwrap_or(0),
                            account: r.int(4)?,
                            name: r.text(6)?,
                            by: r.text(7)?,
                            at: r.int(5)?,
                        };
                        all.assigned.insert((r.int(1)?, r.int(2)?, r.int(3)?), to);
                    }
                }
                Ok(())
            },
        )?;
        contacted.sort_unstable_by_key(|c| std::cmp::Reverse(c.0));
        all.contacted = contacted.into_iter().map(|c| c.1).collect();
        view.know_overruled(asking, not_asking);
        all.accounts.sort_by(|a, b| a.1.cmp(&b.1));
        all.said.help = view
            .channels()
            .iter()
            .filter(|c| in_help_list(&help, &c.name, &c.external_id))
            .map(|c| c.channel_id)
            .collect();
        // Oldest first, as they were set.
        all.said.marks.values_mut().for_each(|m| m.sort_by_key(|m| m.set_at));
        Ok(all)
    }

    fn take_mark(&mut self, r: &Row<'_>) -> Result<()> {
        let times = (r.int(4)?, r.int(5)?, r.text(9)?.parse().ok());
        if let Some(mark) = MarkRow::of_stored(&r.text(6)?, r.text(7)?, r.text(8)?, times) {
            self.said.marks.entry((r.int(1)?, r.int(2)?, r.int(3)?)).or_default().push(mark);
        }
        Ok(())
    }

    /// The target of a channel, as it is written: its own, else the one for all, else the usual one.
    pub(crate) fn written(&self, channel_id: i64) -> TargetRow {
        let of = |id: i64| self.targets.iter().find(|t| t.channel_id == id).cloned();
        of(channel_id).or_else(|| of(0)).unwrap_or_else(|| TargetRow {
            channel_id: 0,
            minutes: DEFAULT_MINUTES,
            zone: self.zone.clone(),
            hours: String::new(),
            holidays: String::new(),
            set_by: String::new(),
            set_at: 0,
        })
    }

    /// The target of a channel.
    ///
    /// # Errors
    /// `Internal` when a stored one cannot be read any more.
    pub(crate) fn target(&self, channel_id: i64) -> Result<Target> {
        let row = self.written(channel_id);
        read_target(&row).map_err(|e| Error::internal(format!("a stored answer target cannot be read: {e}")))
    }
}

/// Reads a target that people wrote.
///
/// # Errors
/// `Invalid`, naming the field.
pub(crate) fn read_target(row: &TargetRow) -> Result<Target> {
    let zone = Zone::named(&row.zone).map_err(|e| e.at("zone"))?;
    Ok(Target { minutes: row.minutes, hours: Hours::parse(zone, &row.hours, &row.holidays)? })
}

/// Sets the target of a channel (0: of all without their own); the one before ends. `None` takes a channel's own
/// one away.
///
/// # Errors
/// `Invalid` when it cannot be read, `NotFound` for a channel that there is not.
pub(crate) fn set_target(
    tx: &mut Conn<'_>,
    channel_id: i64,
    row: Option<&TargetRow>,
    by: &str,
    now: Micros,
) -> Result<()> {
    if channel_id != 0 {
        let known = tx.query_opt(
            "SELECT channel_id FROM channels WHERE channel_id = $1",
            &[channel_id.into()],
            |r| r.int(0),
        )?;
        known.ok_or_else(|| Error::not_found(format!("there is no channel {channel_id}")))?;
    }
    tx.execute(
        "UPDATE answer_targets SET ended_by = $1, ended_at = $2 WHERE channel_id = $3 AND ended_at IS NULL",
        &[by.into(), now.into(), channel_id.into()],
    )?;
    let Some(row) = row else { return Ok(()) };
    read_target(row)?;
    tx.execute(
        "INSERT INTO answer_targets (channel_id, minutes, zone, hours, holidays, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            channel_id.into(),
            row.minutes.into(),
            (&row.zone).into(),
            row.hours.trim().into(),
            row.holidays.trim().into(),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Gives a conversation to an account, or to nobody. Giving it to whose it is changes nothing.
///
/// # Errors
/// `NotFound` when there is no such conversation or account.
pub(crate) fn assign(
    tx: &mut Conn<'_>,
    conversation: i64,
    account: Option<i64>,
    by: &str,
    now: Micros,
) -> Result<()> {
    let key = marks::key_of(tx, conversation)?;
    let place: [Param<'_>; 3] = [key.0.into(), key.1.into(), key.2.into()];
    let held = tx.query_opt(
        "SELECT account_id FROM assignments
         WHERE place = $1 AND ordering = $2 AND key_hash = $3 AND ended_at IS NULL",
        &place,
        |r| r.int(0),
    )?;
    if held == account {
        return Ok(());
    }
    tx.execute(
        "UPDATE assignments SET ended_by = $1, ended_at = $2
         WHERE place = $3 AND ordering = $4 AND key_hash = $5 AND ended_at IS NULL",
        &[by.into(), now.into(), key.0.into(), key.1.into(), key.2.into()],
    )?;
    let Some(account) = account else { return Ok(()) };
    let known =
        tx.query_opt("SELECT account_id FROM accounts WHERE account_id = $1", &[account.into()], |r| {
            r.int(0)
        })?;
    known.ok_or_else(|| Error::not_found("there is no such account; Settings lists those that there are"))?;
    tx.execute(
        "INSERT INTO assignments (place, ordering, key_hash, account_id, assigned_by, assigned_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[key.0.into(), key.1.into(), key.2.into(), account.into(), by.into(), now.into()],
    )?;
    Ok(())
}

/// The mark that a conversation has of the family of a change, in words; empty when nothing was said.
fn marked(tx: &mut Conn<'_>, conversation: i64, change: Change) -> Result<&'static str> {
    let family = match change {
        Change::Set(mark) => mark.family(),
        Change::End(family) => family,
    };
    let key = marks::key_of(tx, conversation)?;
    let set = tx.query(
        "SELECT mark FROM conversation_marks
         WHERE place = $1 AND ordering = $2 AND key_hash = $3 AND ended_at IS NULL",
        &[key.0.into(), key.1.into(), key.2.into()],
        |r| r.text(0),
    )?;
    let mut set = set.iter().filter_map(|word| Mark::named(word));
    Ok(set.find(|mark| mark.family() == family).map_or("", Mark::title))
}

/// The target of a channel in words, for the audit log; empty when it has none of its own.
pub(crate) fn target_words(tx: &mut Conn<'_>, channel_id: i64) -> Result<String> {
    let found = tx.query_opt(
        "SELECT minutes, zone, hours FROM answer_targets WHERE channel_id = $1 AND ended_at IS NULL",
        &[channel_id.into()],
        |r| Ok((r.int(0)?, r.text(1)?, r.text(2)?)),
    )?;
    Ok(found.map_or_else(String::new, |(minutes, zone, hours)| {
        let hours = if hours.is_empty() { "around the clock".to_owned() } else { hours.replace('\n', ", ") };
        format!("{} h, {hours}, {zone}", minutes as f64 / 60.0)
    }))
}

/// Tells the audit log of a change; the subject is a conversation's or a channel's number.
pub(crate) fn tell(
    tx: &mut Conn<'_>,
    (by, now): (&Principal, Micros),
    (permission, subject): (Permission, &str),
    title: &str,
    (before, after): (&str, &str),
) -> Result<()> {
    audit::record(tx, by, now, &audit::Change { action: permission.id, subject, title, before, after })
}

/// Gives a conversation to an account, or to nobody, and tells it.
///
/// # Errors
/// As [`assign`].
pub(crate) fn assign_telling(
    tx: &mut Conn<'_>,
    conversation: i64,
    account: Option<i64>,
    who: &Principal,
    now: Micros,
) -> Result<()> {
    within_reach(tx, who, conversation)?;
    let key = marks::key_of(tx, conversation)?;
    let holder = "SELECT a.name FROM assignments s JOIN accounts a ON a.account_id = s.account_id
         WHERE s.place = $1 AND s.ordering = $2 AND s.key_hash = $3 AND s.ended_at IS NULL";
    let place: [Param<'_>; 3] = [key.0.into(), key.1.into(), key.2.into()];
    let before = tx.query_opt(holder, &place, |r| r.text(0))?.unwrap_or_default();
    assign(tx, conversation, account, &crate::acts::signature(who), now)?;
    let after = tx.query_opt(holder, &place, |r| r.text(0))?.unwrap_or_default();
    let subject = conversation.to_string();
    tell(tx, (who, now), (crate::MARK, &subject), "Assigned a conversation", (&before, &after))
}

/// Whether somebody may mark and assign in the place of a conversation.
fn within_reach(tx: &mut Conn<'_>, who: &Principal, conversation: i64) -> Result<()> {
    if who.reach(crate::MARK).is_everything() {
        return Ok(());
    }
    let place = "SELECT source_id, channel_id FROM conversations WHERE conversation_id = $1";
    let found = tx.query_opt(place, &[conversation.into()], |r| Ok((r.int(0)?, r.int(1)?)))?;
    // One that is not there is told of by whoever looks for it.
    found.map_or(Ok(()), |place| require_in(who, crate::MARK, place))
}

/// Marks conversations, all or none.
///
/// # Errors
/// As [`marks::change`].
pub(crate) fn mark_many(
    app: &App,
    numbers: &[i64],
    change: Change,
    reason: &str,
    who: &Principal,
) -> Result<()> {
    let (now, by) = (app.clock.now(), crate::acts::signature(who));
    app.db.write(Priority::Interactive, |tx| {
        numbers.iter().try_for_each(|id| {
            within_reach(tx, who, *id)?;
            let before = marked(tx, *id, change)?;
            marks::change(tx, *id, change, reason, &by, now)?;
            let after = marked(tx, *id, change)?;
            tell(tx, (who, now), (crate::MARK, &id.to_string()), "Marked a conversation", (before, after))
        })
    })?;
    app.events.tell("today");
    Ok(())
}

/// The identity of a public id (`idn_…`).
///
/// # Errors
/// `NotFound` when there is none.
pub(crate) fn identity_of(c: &mut Conn<'_>, public_id: &str) -> Result<(u32, String)> {
    c.query_opt(
        "SELECT identity, COALESCE(name, handle, external_id) FROM identities WHERE public_id = $1",
        &[public_id.into()],
        |r| Ok((r.int(0)? as u32, r.text(1)?)),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no member {public_id}")))
}
