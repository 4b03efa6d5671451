//! The made-up community of the demo, the tests and the benchmarks: Lathe, a free program for designing turned
//! parts, and the people around it, in four sources, three languages and two years.
//!
//! Nobody in it exists. The same seed, size, length and end give the same bytes on every machine.

mod bench;
mod calendar;
mod cast;
mod drafts;
mod names;
mod people;
mod places;
mod plot;
mod random;
mod story;
mod talk;
mod texts;

pub use bench::{Bench, Order, fill};

use base::{Day, Micros, Result};
use calendar::Calendar;
use community::{ActivityDraft, ChannelDraft, IdentityDraft};
use connect::{Fingerprint, Sink};
use people::{Person, Tie};
use places::{Network, PLACES};
use random::Random;

/// The e-mail domain of the people who run the community: the rule by which staff can be marked.
pub const STAFF_DOMAIN: &str = "lathe.example";

/// How many activities the community of `folkmoot demo` has, roughly.
pub const ACTIVITIES: u64 = 44_000;

/// Which community is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many activities, roughly; the people with a part in the story do some thousand in any case.
    pub activities: u64,
    /// How many days, up to and with `end`; at least 240.
    pub days: u32,
    /// The last day.
    pub end: Day,
}

/// One source with everything in it, as an importer would hand it over.
#[derive(Debug)]
pub struct DemoSource {
    /// Its name.
    pub name: &'static str,
    network: Network,
    /// The accounts.
    pub identities: Vec<IdentityDraft>,
    /// The channels.
    pub channels: Vec<ChannelDraft>,
    /// The activities, channel by channel, in order of time within each (a reaction follows its message).
    pub activities: Vec<ActivityDraft>,
}

/// Two accounts of one person, and how one can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Source name and external id of the one.
    pub one: (&'static str, String),
    /// Source name and external id of the other.
    pub other: (&'static str, String),
    /// Why they are one person, in words.
    pub reason: &'static str,
}

/// Something that happened to the community as a whole, for a note in the charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub day: Day,
    /// What, in a few words.
    pub text: &'static str,
    /// What kind of thing it was: `release`, `event`, `outage` or `other`.
    pub kind: &'static str,
}

impl Demo {
    /// The community of `folkmoot demo`: two years up to `end`.
    pub fn ending(end: Day) -> Self {
        Self { seed: 1, activities: ACTIVITIES, days: 730, end }
    }

    /// The last day of a demo that is shown on `today`: the Thursday before. Weeks then look like weeks, and the
    /// demo of every day tells the same to the word; only its dates move on by whole weeks.
    pub fn last_day(today: Day) -> Day {
        // Day 0 was a Thursday.
        today.plus(-1 - (today.0 - 1).rem_euclid(7))
    }

    /// The sources with everything in them.
    pub fn sources(&self) -> Vec<DemoSource> {
        let demo = self.at_least();
        let calendar = Calendar::new(&demo);
        let people = people::people(&demo, &calendar, &mut Random::new(demo.seed));
        let story = story::Story::tell(&calendar, &people, demo.seed.wrapping_add(0x57));
        let mut random = Random::new(demo.seed.wrapping_add(0xd7));
        (0..PLACES.len())
            .map(|place| drafts::Writer::new(place, &calendar, &people, &story.posts).source(&mut random))
            .collect()
    }

    /// Accounts that the team has recognised as one person's. Some pairs are left to be found, some look like
    /// one person and are two.
    pub fn links(&self) -> Vec<Link> {
        let demo = self.at_least();
        let calendar = Calendar::new(&demo);
        let people = people::people(&demo, &calendar, &mut Random::new(demo.seed));
        let mut links = Vec::new();
        for (number, person) in people.iter().enumerate().filter(|(_, p)| p.tie == Tie::Linked) {
            let here: Vec<usize> = (0..PLACES.len()).filter(|p| person.since[*p].is_some()).collect();
            let account = |place: usize| (PLACES[place].name, drafts::identity_id(place, number, person));
            for pair in here.windows(2) {
                let reason = reason(person, pair[0], pair[1], number);
                links.push(Link { one: account(pair[0]), other: account(pair[1]), reason });
            }
        }
        links
    }

    /// What marked the two years, old to new.
    pub fn moments(&self) -> Vec<Moment> {
        let calendar = Calendar::new(&self.at_least());
        let at = |day: i32, kind: &'static str, text: &'static str| Moment {
            day: calendar.first.plus(day),
            text,
            kind,
        };
        vec![
            at(calendar.launch, "release", "Lathe 2.0 released"),
            at(calendar.raid, "other", "Raid on Discord"),
            at(calendar.conference, "event", "Talk at Chips & Curves"),
            at(calendar.outage, "outage", "Share and Sync down for six hours"),
            at(calendar.away, "other", "Team week begins"),
        ]
    }

    fn at_least(&self) -> Self {
        Self { days: self.days.max(240), ..*self }
    }

    /// How many people it takes, raiders not counted.
    fn people(&self) -> u32 {
        let cast = cast::CAST.len() as u64;
        let others = self.activities.saturating_sub(STORY) * PER_THOUSAND / 1_000;
        u32::try_from(cast + 30 + others).unwrap_or(u32::MAX)
    }
}

/// How many activities the people with a part and the story account for, and how many others there are for a
/// thousand activities more: both measured.
const STORY: u64 = 17_209;
const PER_THOUSAND: u64 = 43;

/// Why two accounts are one person's, in words.
fn reason(person: &Person, one: usize, other: usize, number: usize) -> &'static str {
    if (one, other) == (places::SLACK, places::MAIL) {
        "same e-mail address"
    } else if person.handles[one] != person.handles[other] || other == places::MAIL {
        ["said so in the introductions", "listed in the contributors' roster", "told us in a direct message"]
            [number % 3]
    } else if person.shown[one] == person.shown[other] {
        "same handle and name"
    } else {
        "same handle, and the same machine in the pictures"
    }
}

impl DemoSource {
    /// The network's word: `discord`, `slack`, `discourse`, `mail`.
    pub fn network(&self) -> &'static str {
        match self.network {
            Network::Discord => "discord",
            Network::Slack => "slack",
            Network::Discourse => "discourse",
            Network::Mail => "mail",
        }
    }

    /// The form of its ids; an export of another form does not fit into the source.
    pub fn id_form(&self) -> &'static str {
        match self.network {
            Network::Discord => "discord-json",
            Network::Slack => "slack",
            Network::Discourse => "discourse",
            Network::Mail => "mbox",
        }
    }

    /// What it does not hold, in words.
    pub fn lacks(&self) -> &'static [&'static str] {
        match self.network {
            Network::Discord | Network::Slack => &[],
            Network::Discourse => &["Joins and leaves: a forum's topics do not tell"],
            Network::Mail => &["Joins and leaves: an archive does not tell", "Reactions: e-mail has none"],
        }
    }

    /// What an importer would say about it.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            id_form: self.id_form().to_owned(),
            suggested_name: Some(self.name.to_owned()),
            zoneless: false,
            replies: true,
            message_ids: true,
            leaves: self.network.is_chat(),
        }
    }

    /// The last moment at which something happens; 0 when nothing does.
    pub fn last(&self) -> Micros {
        self.activities.iter().map(|a| a.at).max().unwrap_or(0)
    }

    /// Hands everything to a sink: channels, accounts, activities.
    ///
    /// # Errors
    /// What the sink returns.
    pub fn emit(&self, sink: &mut dyn Sink) -> Result<()> {
        for channel in &self.channels {
            sink.channel(channel.clone())?;
        }
        for identity in &self.identities {
            sink.identity(identity.clone())?;
        }
        for (number, activity) in self.activities.iter().enumerate() {
            sink.activity(activity.clone())?;
            if number % 512 == 511 {
                sink.progress(number as u64 + 1);
            }
        }
        sink.progress(self.activities.len() as u64);
        Ok(())
    }
}
