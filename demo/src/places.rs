//! Where the made-up community talks: four sources and their channels.

use crate::texts::Language;

/// What a conversation is about; decides where it is held and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    Question,
    Show,
    Chat,
    Intro,
    News,
    Build,
    Team,
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
            Self::Discord => 210,
            Self::Slack => 160,
            Self::Discourse => 130,
            Self::Mail => 220,
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
    language: Option<Language>,
) -> Channel {
    Channel { id, name, category, private: false, occasions, language }
}

use Occasion::{Build, Chat, Intro, News, Question, Show, Team};

const ALL: &[Occasion] = &[Question, Show, Chat, Intro, News];

/// Numbers of the sources in [`PLACES`].
pub(crate) const DISCORD: usize = 0;
/// See [`DISCORD`].
pub(crate) const SLACK: usize = 1;
/// See [`DISCORD`].
pub(crate) const FORUM: usize = 2;

/// The sources, in the order in which they are handed over.
pub(crate) const PLACES: [Place; 4] = [
    Place {
        name: "Lathe Discord",
        network: Network::Discord,
        share: 640,
        pull: 10,
        channels: &[
            channel("810000000000000001", "welcome", "Start here", &[], None),
            channel("810000000000000007", "deutsch", "Languages", ALL, Some(Language::German)),
            channel("810000000000000008", "español", "Languages", ALL, Some(Language::Spanish)),
            channel("810000000000000002", "introductions", "Start here", &[Intro], None),
            channel("810000000000000003", "announcements", "Start here", &[News], None),
            channel("810000000000000004", "help", "Workshop", &[Question], None),
            channel("810000000000000005", "showcase", "Workshop", &[Show], None),
            channel("810000000000000006", "general", "Workshop", &[Chat, Team], None),
            channel("810000000000000009", "build-feed", "Project", &[Build], None),
        ],
    },
    Place {
        name: "Contributors Slack",
        network: Network::Slack,
        share: 270,
        pull: 9,
        channels: &[
            channel("C01GENERAL", "general", "", &[Chat, Intro, News], None),
            channel("C02DEVEL", "development", "", &[Question], None),
            channel("C03DESIGN", "design", "", &[Show], None),
            channel("C04BUILDS", "builds", "", &[Build], None),
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
        share: 560,
        pull: 8,
        channels: &[
            channel("12", "Deutsch", "Languages", ALL, Some(Language::German)),
            channel("13", "Español", "Languages", ALL, Some(Language::Spanish)),
            channel("5", "Help", "", &[Question], None),
            channel("6", "Showcase", "", &[Show], None),
            channel("4", "Announcements", "", &[News], None),
            channel("8", "Lounge", "", &[Chat, Intro, Team], None),
        ],
    },
    Place {
        name: "lathe-users",
        network: Network::Mail,
        share: 240,
        pull: 6,
        channels: &[channel(
            "lathe-users",
            "lathe-users",
            "",
            &[Question, Show, Chat, Intro, News, Team],
            None,
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
