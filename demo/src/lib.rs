//! The made-up community of the demo, the tests and the benchmarks: Lathe, a free program for designing turned
//! parts, and the people around it, in four sources, three languages and two years.
//!
//! Nobody in it exists. The same seed, size, length and end give the same bytes on every machine.

mod bench;
mod calendar;
mod drafts;
mod people;
mod places;
mod random;
mod story;
mod texts;

pub use bench::{Bench, Order, fill};

use base::{Day, Micros, Result};
use calendar::Calendar;
use community::{ActivityDraft, ChannelDraft, IdentityDraft};
use connect::{Fingerprint, Sink};
use places::{Network, PLACES};
use random::Random;

/// The e-mail domain of the people who run the community: the rule by which staff can be marked.
pub const STAFF_DOMAIN: &str = "lathe.example";

/// Which community is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many people, raiders not counted; at least 10.
    pub size: u32,
    /// How many days, up to and with `end`; at least 30.
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

impl Demo {
    /// The community of `folkmoot demo`: two years up to `end`.
    pub fn ending(end: Day) -> Self {
        Self { seed: 1, size: 1_200, days: 730, end }
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

    /// Accounts that belong to one person: about half of the pairs that there are, so that there is something
    /// left to find.
    pub fn links(&self) -> Vec<Link> {
        let demo = self.at_least();
        let calendar = Calendar::new(&demo);
        let people = people::people(&demo, &calendar, &mut Random::new(demo.seed));
        let mut links = Vec::new();
        for (number, person) in people.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            let here: Vec<usize> = (0..PLACES.len()).filter(|p| person.since[*p].is_some()).collect();
            for pair in here.windows(2) {
                let by_mail = (pair[0], pair[1]) == (places::SLACK, PLACES.len() - 1);
                let by_handle =
                    person.handles[pair[0]] == person.handles[pair[1]] && pair[1] < PLACES.len() - 1;
                let account = |place: usize| (PLACES[place].name, drafts::identity_id(place, number, person));
                if by_mail || by_handle {
                    let reason = if by_mail { "same e-mail address" } else { "same handle" };
                    links.push(Link { one: account(pair[0]), other: account(pair[1]), reason });
                }
            }
        }
        links
    }

    /// The day of the big release, for a note in the charts.
    pub fn launch(&self) -> Day {
        let calendar = Calendar::new(&self.at_least());
        calendar.first.plus(calendar.launch)
    }

    /// The day of the raid, for a note in the charts.
    pub fn raid(&self) -> Day {
        let calendar = Calendar::new(&self.at_least());
        calendar.first.plus(calendar.raid)
    }

    fn at_least(&self) -> Self {
        Self { size: self.size.max(10), days: self.days.max(30), ..*self }
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
