//! Where the made-up community talks: four sources and their channels.

use crate::texts::Language;

/// What a conversation is about; decides where it is held and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Occasion {
    /// A question about the program.
    Program,
    /// A question about machines, tools and material.
    Machine,
    /// A question about working on the program.
    Contribute,
    /// While Share and Sync are down.
    Outage,
    Show,
    Chat,
    /// Anything but turning.
    Off,
    Idea,
    Job,
    Intro,
    News,
    Build,
    Team,
}

impl Occasion {
    /// Whether an answer is expected.
    pub(crate) fn is_question(self) -> bool {
        matches!(self, Self::Program | Self::Machine | Self::Contribute | Self::Outage)
    }
}

/// How ids are made and which rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Discord,
    Slack,
    Discourse,
    Mail,
}

impl Network {
    pub(crate) fn is_chat(self) -> bool {
        matches!(self, Self::Discord | Self::Slack)
    }

    /// The time until somebody answers, in seconds, as a typical value.
    pub(crate) fn answer_seconds(self) -> i64 {
        match self {
            Self::Discord => 700,
            Self::Slack => 1_500,
            Self::Discourse => 11_000,
            Self::Mail => 19_000,
        }
    }

    /// How many questions in a thousand nobody answers.
    pub(crate) fn unanswered(self) -> u64 {
        match self {
            Self::Discord => 180,
            Self::Slack => 150,
            Self::Discourse => 120,
            Self::Mail => 190,
        }
    }
}

/// A source of the community.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) network: Network,
    pub(crate) channels: &'static [Channel],
    /// How many people in a thousand are here.
    pub(crate) share: u64,
    /// How much of what people do happens here, when they have a choice.
    pub(crate) pull: u64,
    /// How many days its export is older than the newest.
    pub(crate) behind: i32,
}

/// A channel; the first that fits an occasion and a language is used.
pub(crate) struct Channel {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) private: bool,
    pub(crate) occasions: &'static [Occasion],
    /// Only for this language; the others of the source speak English.
    pub(crate) language: Option<Language>,
}

const fn channel(
    id: &'static str,
    name: &'static str,
    category: &'static str,
    occasions: &'static [Occasion],
) -> Channel {
    Channel { id, name, category, private: false, occasions, language: None }
}

const fn spoken(id: &'static str, name: &'static str, language: Language) -> Channel {
    Channel {
        id,
        name,
        category: "Languages",
        private: false,
        occasions: &[Program, Machine, Outage, Show, Chat, Off, Idea, Intro, News],
        language: Some(language),
    }
}

use Occasion::{Build, Chat, Contribute, Idea, Intro, Job, Machine, News, Off, Outage, Program, Show, Team};

/// Numbers of the sources in [`PLACES`].
pub(crate) const DISCORD: usize = 0;
/// See [`DISCORD`].
pub(crate) const SLACK: usize = 1;
/// See [`DISCORD`].
pub(crate) const FORUM: usize = 2;
/// See [`DISCORD`].
pub(crate) const MAIL: usize = 3;

/// The sources, in the order in which they are handed over.
pub(crate) const PLACES: [Place; 4] = [
    Place {
        name: "Lathe Discord",
        network: Network::Discord,
        share: 560,
        pull: 10,
        behind: 0,
        channels: &[
            channel("810000000000000001", "welcome", "Start here", &[]),
            channel("810000000000000002", "introductions", "Start here", &[Intro]),
            channel("810000000000000003", "announcements", "Start here", &[News]),
            channel("810000000000000004", "help", "Workshop", &[Program, Outage]),
            channel("810000000000000010", "machines", "Workshop", &[Machine]),
            channel("810000000000000005", "showcase", "Workshop", &[Show]),
            channel("810000000000000011", "ideas", "Workshop", &[Idea]),
            channel("810000000000000006", "general", "Talk", &[Chat, Team]),
            channel("810000000000000012", "off-topic", "Talk", &[Off]),
            spoken("810000000000000007", "deutsch", Language::German),
            spoken("810000000000000008", "español", Language::Spanish),
            channel("810000000000000009", "build-feed", "Project", &[Build]),
        ],
    },
    Place {
        name: "Contributors Slack",
        network: Network::Slack,
        share: 190,
        pull: 7,
        behind: 0,
        channels: &[
            channel("C01GENERAL", "general", "", &[Chat, Off, Intro, News, Outage]),
            channel("C02DEVEL", "development", "", &[Contribute]),
            channel("C03DESIGN", "design", "", &[Show, Idea]),
            channel("C04BUILDS", "builds", "", &[Build]),
            Channel {
                id: "G05CORE",
                name: "core-team",
                category: "",
                private: true,
                occasions: &[Team],
                language: None,
            },
        ],
    },
    Place {
        name: "Lathe Forum",
        network: Network::Discourse,
        share: 480,
        pull: 8,
        behind: 0,
        channels: &[
            channel("5", "Help", "", &[Program, Outage]),
            channel("9", "Machines & material", "", &[Machine]),
            channel("6", "Showcase", "", &[Show]),
            channel("7", "Ideas", "", &[Idea]),
            channel("4", "Announcements", "", &[News]),
            channel("10", "Jobs & workshops", "", &[Job]),
            channel("8", "Lounge", "", &[Chat, Off, Intro, Team]),
            spoken("12", "Deutsch", Language::German),
            spoken("13", "Español", Language::Spanish),
        ],
    },
    Place {
        name: "lathe-users",
        network: Network::Mail,
        share: 170,
        pull: 5,
        behind: 5,
        channels: &[channel(
            "lathe-users",
            "lathe-users",
            "",
            &[Program, Machine, Contribute, Outage, Show, Chat, Idea, Job, Intro, News],
        )],
    },
];

/// The channel of a source for an occasion in a language, and the language that is spoken there.
pub(crate) fn channel_for(place: usize, occasion: Occasion, language: Language) -> Option<(usize, Language)> {
    let fits = |c: &&Channel| c.occasions.contains(&occasion);
    let channels = PLACES[place].channels;
    let own = channels.iter().position(|c| fits(&c) && c.language == Some(language));
    if let Some(index) = own {
        return Some((index, language));
    }
    channels.iter().position(|c| fits(&c) && c.language.is_none()).map(|index| (index, Language::English))
}
