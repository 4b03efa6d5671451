//! Texts put together from templates: what is said in a conversation follows from what was said before.
//!
//! A template holds slots in braces, whose words stay the same within a conversation, and alternatives in
//! brackets, of which one is taken: `[I get|There are] marks on a {part}[|, only in {mat}].`

mod english;
mod german;
mod pen;
pub(crate) mod plot;
mod scene;
mod spanish;

pub(crate) use pen::Pen;
pub(crate) use scene::{ACTS, Act};

use crate::places::Occasion;
use crate::random::Random;

/// A language of the community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    English,
    German,
    Spanish,
}

impl Language {
    pub(crate) fn voice(self) -> &'static Voice {
        match self {
            Self::English => &english::VOICE,
            Self::German => &german::VOICE,
            Self::Spanish => &spanish::VOICE,
        }
    }
}

/// Something people talk about. Its parts follow from one another: opening, more about it, a question back with
/// the opener's answer, replies.
pub(crate) struct Topic {
    pub(crate) occasion: Occasion,
    /// What it can be about: the slots `{a}` to `{d}`.
    pub(crate) things: &'static [[&'static str; 4]],
    pub(crate) titles: &'static [&'static str],
    pub(crate) open: &'static [&'static str],
    /// Said after the opening, more often where people write at length.
    pub(crate) more: &'static [&'static str],
    /// A piece of code or a log.
    pub(crate) snippet: &'static str,
    /// A question back, and what the opener says to it.
    pub(crate) back: &'static [(&'static str, &'static str)],
    /// Answers or remarks.
    pub(crate) replies: &'static [&'static str],
}

impl Topic {
    /// A topic with nothing but its occasion, to be filled.
    pub(crate) const fn of(occasion: Occasion) -> Self {
        Self {
            occasion,
            things: &[],
            titles: &[],
            open: &[],
            more: &[],
            snippet: "",
            back: &[],
            replies: &[],
        }
    }
}

/// Everything that is said in one language.
pub(crate) struct Voice {
    pub(crate) woods: &'static [&'static str],
    /// What else is turned.
    pub(crate) others: &'static [&'static str],
    pub(crate) parts: &'static [&'static str],
    /// Files of topics.
    pub(crate) topics: &'static [&'static [Topic]],
    /// Before an opening or an answer.
    pub(crate) greetings: &'static [&'static str],
    /// At the end of a letter.
    pub(crate) farewells: &'static [&'static str],
    /// How people talk about the program, about machines and about the work on the program.
    pub(crate) program: Manner,
    pub(crate) machine: Manner,
    pub(crate) contribute: Manner,
    /// And while Share and Sync are down.
    pub(crate) outage: Manner,
    /// What tells one opening from another that would be the same.
    pub(crate) asides: &'static [&'static str],
    pub(crate) welcome: &'static [&'static str],
    /// The newcomer to those who welcome.
    pub(crate) grateful: &'static [&'static str],
    pub(crate) praise: &'static [&'static str],
    /// The opener of a showcase, when praised.
    pub(crate) modest: &'static [&'static str],
    /// Said under news.
    pub(crate) heard: &'static [&'static str],
}

impl Voice {
    pub(crate) fn manner(&self, occasion: Occasion) -> &Manner {
        match occasion {
            Occasion::Machine => &self.machine,
            Occasion::Contribute => &self.contribute,
            Occasion::Outage => &self.outage,
            _ => &self.program,
        }
    }
}

/// What people say around a question and its answer.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// Questions at the end of a question, and ends that are none.
    pub(crate) asks: &'static [&'static str],
    pub(crate) closings: &'static [&'static str],
    /// What people add about their circumstances.
    pub(crate) context: &'static [&'static str],
    /// After an answer.
    pub(crate) tails: &'static [&'static str],
    pub(crate) thanks: &'static [&'static str],
    pub(crate) glad: &'static [&'static str],
    /// Before a question back.
    pub(crate) wonders: &'static [&'static str],
    /// The answer did not help; a second answer begins.
    pub(crate) failed: &'static [&'static str],
    pub(crate) again: &'static [&'static str],
    /// What bystanders add.
    pub(crate) agree: &'static [&'static str],
    /// What others say to the opener without using the reply button.
    pub(crate) loose: &'static [&'static str],
    /// The opener again, when nobody answered.
    pub(crate) nudge: &'static [&'static str],
}

/// What raiders write.
pub(crate) const SPAM: &[&str] = &[
    "FREE machine giveaway, first {rpm} only, claim at https://gift-lathe.example/{n}{rpm2}",
    "double your coins in {n} days, ask me how, {rpm} people already did",
    "everyone here is leaving to https://better-place.example/{rpm}{n} join now",
    "@everyone click before it is gone https://gift-lathe.example/{mm}-{rpm}",
    "cheap followers, cheap likes, {rpm} for {n} coins, message me",
    "{n}{n} hahaha this place is ours now {rpm}",
];

/// What the build robot reports.
pub(crate) const BUILD: &[&str] = &[
    "Build {ver}+{serial} passed on {os}[| in {n} min| after a second run].",
    "Build {ver}+{serial} failed on {os}: [two tests in `profile::offset`|a timeout in `sync::merge`|`preview` does not link].",
    "Nightly {ver}+{serial} is ready for download[|, {n} changes since yesterday].",
    "Merged #{serial}: [keep units of imported profiles|quieter tool table|no flicker when the section moves|retry in Bridge].",
    "Opened #{serial}: [preview of a {mm} mm thread is mirrored|wrong unit in the PDF|{os}: menu bar too tall|typo in the handbook].",
];

const MACHINES: &[&str] = &[
    "Midi 500",
    "Proxxa 250",
    "Turnado T3",
    "Holz 1218",
    "Mini 7x14",
    "Vario 42",
    "KX-1",
    "Norden 36",
    "Bantam 9",
];
const SYSTEMS: &[&str] =
    &["Windows 11", "macOS", "Debian", "Fedora", "Ubuntu", "Windows 10", "Linux Mint", "openSUSE"];
const SPEEDS: &[&str] =
    &["350", "450", "520", "600", "680", "720", "850", "900", "1100", "1250", "1400", "1800", "2200"];
const SIZES: &[&str] = &["0.2", "0.3", "0.5", "0.8", "1.2", "1.25", "1.5", "2", "2.5", "3", "4.5", "6"];
const NUMBERS: &[&str] = &["3", "4", "5", "6", "7", "8", "9", "11", "12", "14", "15", "18", "20", "24"];
const ERRORS: &[&str] =
    &["E-104", "E-118", "E-204", "E-207", "E-214", "E-231", "E-307", "E-311", "E-402", "E-415", "E-503"];

/// What stays the same within a conversation: the material, the machine, the version, the thing it is about.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) language: Language,
    words: Vec<(&'static str, &'static str)>,
    /// The first names of who began and who is spoken to.
    pub(crate) me: String,
    pub(crate) you: String,
    /// A number that only goes up.
    pub(crate) serial: u32,
}

impl Setting {
    /// A setting in a language; `versions` are the newest release at that time and the one before.
    pub(crate) fn new(language: Language, versions: [&'static str; 2], random: &mut Random) -> Self {
        let voice = language.voice();
        let rpm = random.below(SPEEDS.len() as u64 - 3) as usize + 2;
        let mm = random.below(SIZES.len() as u64 - 2) as usize + 1;
        let wood = random.pick(voice.woods);
        let words = vec![
            ("wood", wood),
            ("mat", if random.chance(720) { wood } else { random.pick(voice.others) }),
            ("part", random.pick(voice.parts)),
            ("mach", random.pick(MACHINES)),
            ("os", random.pick(SYSTEMS)),
            ("ver", versions[0]),
            ("old", versions[1]),
            ("rpm", SPEEDS[rpm]),
            // What is recommended is slower and finer than what was tried.
            ("rpm2", SPEEDS[rpm - 1 - random.below(2) as usize]),
            ("mm", SIZES[mm]),
            ("mm2", SIZES[mm - 1]),
            ("n", random.pick(NUMBERS)),
            ("err", random.pick(ERRORS)),
        ];
        Self { language, words, me: String::new(), you: String::new(), serial: 0 }
    }

    pub(crate) fn voice(&self) -> &'static Voice {
        self.language.voice()
    }

    /// Says which of a topic's things the conversation is about.
    pub(crate) fn about(&mut self, thing: &[&'static str; 4]) {
        self.words.extend(["a", "b", "c", "d"].into_iter().zip(*thing));
    }

    /// A template with its alternatives decided and its slots filled.
    pub(crate) fn fill(&self, template: &str, random: &mut Random) -> String {
        let mut out = String::with_capacity(template.len() + 24);
        self.write(template, random, true, &mut out);
        out
    }

    /// As [`Setting::fill`], for code: no word gets a capital.
    pub(crate) fn code(&self, template: &str, random: &mut Random) -> String {
        let mut out = String::with_capacity(template.len() + 24);
        self.write(template, random, false, &mut out);
        out
    }

    fn write(&self, template: &str, random: &mut Random, prose: bool, out: &mut String) {
        let mut rest = template;
        while let Some(at) = rest.find(['{', '[']) {
            out.push_str(&rest[..at]);
            let close = closing(&rest[at..]).map_or(rest.len() - 1, |c| at + c);
            let inside = &rest[at + 1..close];
            if rest.as_bytes()[at] == b'[' {
                let choices = choices(inside);
                self.write(choices[random.below(choices.len() as u64) as usize], random, prose, out);
            } else {
                self.word(inside, prose, out);
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
    }

    fn word(&self, slot: &str, prose: bool, out: &mut String) {
        let starts = prose
            && (out.is_empty() || out.ends_with('\n') || [". ", "? ", "! "].iter().any(|e| out.ends_with(e)));
        let serial = self.serial.to_string();
        let word = match slot {
            "me" => self.me.as_str(),
            "you" => self.you.as_str(),
            "serial" => serial.as_str(),
            _ => self.words.iter().find(|(name, _)| *name == slot).map_or(slot, |(_, word)| *word),
        };
        // A sentence begins with a capital, whatever stands in its first slot.
        let mut letters = word.chars();
        match letters.next().filter(|_| starts && word != "macOS") {
            Some(letter) => out.extend(letter.to_uppercase().chain(letters)),
            None => out.push_str(word),
        }
    }
}

/// Where the brace or bracket that a text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The alternatives within brackets, inner ones left whole.
fn choices(inside: &str) -> Vec<&str> {
    let (mut depth, mut start, mut list) = (0, 0, Vec::new());
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'|' if depth == 0 => {
                list.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    list.push(&inside[start..]);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOTS: [&str; 20] = [
        "wood", "mat", "part", "mach", "os", "ver", "old", "rpm", "rpm2", "mm", "mm2", "n", "err", "a", "b",
        "c", "d", "me", "you", "serial",
    ];

    fn slots(template: &str) -> Vec<&str> {
        template.split('{').skip(1).filter_map(|s| s.split('}').next()).collect()
    }

    #[test]
    fn alternatives_nest_and_sentences_begin_with_capitals() {
        let mut random = Random::new(7);
        let mut setting = Setting::new(Language::English, ["2.3", "2.2"], &mut random);
        setting.about(&["the preview", "", "", ""]);
        let all: std::collections::BTreeSet<String> =
            (0..60).map(|_| setting.fill("{a} [is [very |]slow|stops]. {a}!", &mut random)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(
            all,
            [
                "The preview is slow. The preview!",
                "The preview is very slow. The preview!",
                "The preview stops. The preview!"
            ]
        );
    }

    #[test]
    fn every_template_can_be_filled() {
        let mut random = Random::new(7);
        for language in [Language::English, Language::German, Language::Spanish] {
            let v = language.voice();
            let setting = Setting::new(language, ["2.3", "2.2"], &mut random);
            let mut pools =
                vec![v.greetings, v.farewells, v.asides, v.welcome, v.grateful, v.praise, v.modest, v.heard];
            pools.extend([SPAM, BUILD]);
            for m in [v.program, v.machine, v.contribute, v.outage] {
                pools.extend([
                    m.asks, m.closings, m.context, m.tails, m.thanks, m.glad, m.failed, m.again, m.wonders,
                ]);
                pools.extend([m.agree, m.loose, m.nudge]);
            }
            for template in pools.into_iter().flatten() {
                for slot in slots(template) {
                    assert!(SLOTS.contains(&slot) && !["a", "b", "c", "d"].contains(&slot), "{template}");
                }
                let text = setting.fill(template, &mut random);
                assert!(!text.contains(['{', '[', ']', '|', '}']), "{template}: {text}");
            }
            for topic in v.topics.iter().copied().flatten() {
                let backs = topic.back.iter().flat_map(|(ask, say)| [*ask, *say]);
                let snippet = (!topic.snippet.is_empty()).then_some(topic.snippet);
                let all =
                    [topic.titles, topic.open, topic.more, topic.replies].into_iter().flatten().copied();
                for template in all.chain(backs).chain(snippet) {
                    for slot in slots(template) {
                        assert!(SLOTS.contains(&slot), "{template}");
                        let thing = ["a", "b", "c", "d"].iter().position(|s| *s == slot);
                        let missing = |at: usize| {
                            topic.things.is_empty() || topic.things.iter().any(|t| t[at].is_empty())
                        };
                        assert!(!thing.is_some_and(missing), "{template} has nothing for {slot}");
                    }
                    let mut setting = setting.clone();
                    topic.things.first().iter().for_each(|t| setting.about(t));
                    let text = setting.fill(template, &mut random);
                    assert!(!text.contains(['{', '[', ']', '}']), "{template}: {text}");
                }
                assert!(!topic.open.is_empty(), "a topic without an opening");
                assert!(
                    topic.things.iter().flatten().all(|t| !t.contains(['{', '['])),
                    "slots of slots are not filled"
                );
            }
        }
    }
}
