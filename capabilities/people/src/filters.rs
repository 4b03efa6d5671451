//! What a list of members is asked: read from an address, written into one, applied to everybody at a glance.

use base::{Day, Error, Result};
use community::read::{Glance, Roster, Standing};
use std::collections::HashSet;

/// Members on one page of the desk.
pub(crate) const PAGE: usize = 50;

/// Whether staff are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Who {
    /// Everybody but staff and bots.
    #[default]
    NotStaff,
    /// Staff too.
    All,
    /// Only staff.
    OnlyStaff,
    /// Only bots, which figures leave out.
    Bots,
}

impl Who {
    pub(crate) const ALL: [Self; 4] = [Self::NotStaff, Self::All, Self::OnlyStaff, Self::Bots];

    /// Its word in addresses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotStaff => "exclude",
            Self::All => "include",
            Self::OnlyStaff => "only",
            Self::Bots => "bots",
        }
    }

    /// As people read it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::NotStaff => "Without staff",
            Self::All => "With staff",
            Self::OnlyStaff => "Only staff",
            Self::Bots => "Only bots",
        }
    }
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Whoever was active last.
    #[default]
    Last,
    /// Whoever was not active for longest.
    LongestSilent,
    /// Whoever did most in the last 30 days.
    Recent,
    /// Whoever came last.
    Newest,
    /// Whoever came first.
    Oldest,
}

impl Sort {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Last, "last"),
        (Self::LongestSilent, "silent"),
        (Self::Recent, "active"),
        (Self::Newest, "newest"),
        (Self::Oldest, "oldest"),
    ];

    /// Its word in addresses.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|s| s.0 == self).map_or("last", |s| s.1)
    }

    /// Members ascend by this and their number; those without a day come last.
    fn key(self, g: &Glance) -> i64 {
        let end = i64::MAX / 2;
        let down = |day: Option<Day>| day.map_or(end, |d| -i64::from(d.0));
        let up = |day: Option<Day>| day.map_or(end, |d| i64::from(d.0));
        match self {
            Self::Last => down(g.last()),
            Self::LongestSilent => up(g.last()),
            Self::Recent => -i64::from(g.recent),
            Self::Newest => down(g.first()),
            Self::Oldest => up(g.first()),
        }
    }
}

/// A place between two members of a sorted list.
type Place = (i64, u32);

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// Part of a name, handle, e-mail address or external id.
    pub q: String,
    /// Names of sources.
    pub sources: Vec<String>,
    /// Names or ids of channels.
    pub channels: Vec<String>,
    /// Standings.
    pub states: Vec<Standing>,
    /// Tags, each of which is enough.
    pub tags: Vec<String>,
    /// Staff and bots.
    pub who: Who,
    /// First active on this day or later.
    pub since: Option<Day>,
    /// Last active before this day.
    pub before_day: Option<Day>,
    /// Only those with a question that nobody answered.
    pub waiting: bool,
    /// What comes first.
    pub sort: Sort,
    after: Option<Place>,
    before: Option<Place>,
}

impl Filters {
    /// Reads an address. What is empty is as if it was not there; names that mean nothing here are passed over.
    ///
    /// # Errors
    /// `Invalid` for a value that cannot be understood.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut f = Self::default();
        for (name, value) in pairs.iter().filter(|p| !p.1.trim().is_empty()) {
            let text = value.trim();
            match name.as_str() {
                "q" => text.clone_into(&mut f.q),
                "source" => f.sources.push(text.to_owned()),
                "channel" => f.channels.push(text.to_owned()),
                "tag" => f.tags.push(text.to_owned()),
                "state" => f.states.push(Standing::named(text).ok_or_else(|| {
                    let words: Vec<&str> = Standing::ALL.iter().map(|s| s.word()).collect();
                    Error::invalid(format!("\"{text}\" is not a state; use {}", words.join(", ")))
                })?),
                "staff" => {
                    f.who = Who::ALL.into_iter().find(|w| w.word() == text).ok_or_else(|| {
                        Error::invalid(format!(
                            "\"{text}\" is not a choice of staff; use exclude, include, only or bots"
                        ))
                    })?;
                }
                "first_since" => f.since = Some(Day::parse(text)?),
                "last_before" => f.before_day = Some(Day::parse(text)?),
                "waiting" => f.waiting = matches!(text, "1" | "true" | "yes"),
                "sort" => {
                    f.sort = Sort::ALL.iter().find(|s| s.1 == text).map(|s| s.0).ok_or_else(|| {
                        Error::invalid(format!(
                            "\"{text}\" is not an order; use last, silent, active, newest or oldest"
                        ))
                    })?;
                }
                "after" | "cursor" => f.after = Some(place(text)?),
                "before" => f.before = Some(place(text)?),
                _ => {}
            }
        }
        f.states.sort_unstable();
        f.states.dedup();
        Ok(f)
    }

    /// The pairs of an address that asks the same, without the place in the list.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let mut put = |name, value: &str| {
            if !value.is_empty() {
                out.push((name, value.to_owned()));
            }
        };
        put("q", &self.q);
        self.sources.iter().for_each(|s| put("source", s));
        self.channels.iter().for_each(|c| put("channel", c));
        self.states.iter().for_each(|s| put("state", s.word()));
        self.tags.iter().for_each(|t| put("tag", t));
        if self.who != Who::default() {
            put("staff", self.who.word());
        }
        put("first_since", &self.since.map(|d| d.to_string()).unwrap_or_default());
        put("last_before", &self.before_day.map(|d| d.to_string()).unwrap_or_default());
        put("waiting", if self.waiting { "1" } else { "" });
        if self.sort != Sort::default() {
            put("sort", self.sort.word());
        }
        out
    }

    /// The address that asks the same, without the place in the list.
    pub(crate) fn query(&self) -> String {
        ui::query(&self.pairs())
    }

    /// Whether anything but the order was asked.
    pub(crate) fn is_narrow(&self) -> bool {
        let plain = Self { sort: self.sort, after: self.after, before: self.before, ..Self::default() };
        *self != plain
    }

    /// Whether somebody fits, as far as it can be told at a glance.
    fn fits(&self, roster: &Roster, sources: &[i64], g: &Glance) -> bool {
        let bot = roster.is_bot(g.member);
        let who = match self.who {
            Who::Bots => bot,
            Who::All => !bot,
            Who::NotStaff => !bot && !roster.is_staff(g.member),
            Who::OnlyStaff => !bot && roster.is_staff(g.member),
        };
        who && (self.states.is_empty() || self.states.contains(&roster.standing(g)))
            && (sources.is_empty() || sources.iter().any(|s| roster.is_at(g.member, *s)))
            && self.since.is_none_or(|day| g.first().is_some_and(|first| first >= day))
            && self.before_day.is_none_or(|day| g.last().is_none_or(|last| last < day))
    }

    /// Those who fit: everybody in each of the sets, and at one of the sources when any are given.
    pub(crate) fn apply<'r>(
        &self,
        roster: &'r Roster,
        sources: &[i64],
        sets: &[HashSet<u32>],
    ) -> Vec<&'r Glance> {
        let fits =
            |g: &&Glance| sets.iter().all(|set| set.contains(&g.member)) && self.fits(roster, sources, g);
        // A small set is looked up instead of going through everybody.
        match sets.iter().min_by_key(|set| set.len()).filter(|set| set.len() < 10_000) {
            Some(small) => small.iter().filter_map(|m| roster.get(*m)).filter(fits).collect(),
            None => roster.members().iter().filter(fits).collect(),
        }
    }

    /// The page of these that the place in the address means.
    pub(crate) fn page<'r>(&self, found: &[&'r Glance], limit: usize) -> Page<'r> {
        let mut keyed: Vec<(Place, &Glance)> =
            found.iter().map(|g| ((self.sort.key(g), g.member), *g)).collect();
        let total = keyed.len();
        let earlier = match (self.after, self.before) {
            (Some(after), _) => keyed.iter().filter(|k| k.0 <= after).count(),
            (None, Some(before)) => keyed.iter().filter(|k| k.0 < before).count().saturating_sub(limit),
            (None, None) => 0,
        };
        let end = (earlier + limit).min(total);
        // Only as much as is shown has to be in order.
        for cut in [end, earlier] {
            if cut > 0 && cut < keyed.len() {
                keyed.select_nth_unstable_by_key(cut, |k| k.0);
            }
            if cut == end {
                keyed.truncate(end);
            }
        }
        let mut rows = keyed.split_off(earlier.min(keyed.len()));
        rows.sort_unstable_by_key(|k| k.0);
        let text = |k: Option<&(Place, &Glance)>| k.map(|k| format!("{}.{}", k.0.0, k.0.1));
        Page {
            before: text(rows.first()).filter(|_| earlier > 0),
            after: text(rows.last()).filter(|_| end < total),
            rows: rows.into_iter().map(|k| k.1).collect(),
            earlier,
            total,
        }
    }
}

/// A page of a list.
pub(crate) struct Page<'r> {
    /// The members, in order.
    pub rows: Vec<&'r Glance>,
    /// How many lie before it.
    pub earlier: usize,
    /// How many there are in all.
    pub total: usize,
    /// The place of the page before.
    pub before: Option<String>,
    /// The place of the page after.
    pub after: Option<String>,
}

fn place(text: &str) -> Result<Place> {
    let wrong =
        || Error::invalid("the place in the list is what an earlier page gave; begin at its first page");
    let (key, member) = text.split_once('.').ok_or_else(wrong)?;
    Ok((key.parse().map_err(|_| wrong())?, member.parse().map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Filters> {
        let pairs: Vec<(String, String)> = text
            .split('&')
            .filter_map(|p| p.split_once('='))
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        Filters::read(&pairs)
    }

    #[test]
    fn an_address_is_read_and_written_again() {
        for text in [
            "",
            "q=ana&source=Forum&state=quiet&state=gone&tag=expert&staff=only&first_since=2026-01-02&waiting=1&sort=active",
        ] {
            let filters = read(text).expect("an address");
            assert_eq!(filters.query().trim_start_matches('?'), text);
        }
        assert!(!read("sort=active&after=1.2").expect("an address").is_narrow());
        assert!(read("q=+").expect("an address").q.contains('+'));
        assert!(read("tag=a").expect("an address").is_narrow());
        for wrong in ["state=asleep", "staff=maybe", "first_since=soon", "after=x", "after=1", "sort=name"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
