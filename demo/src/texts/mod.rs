//! Texts put together from templates: what is said in a conversation follows from what was said before.

mod english;
mod german;
mod spanish;

use crate::random::Random;

/// A language of the community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A problem people ask about. Its parts follow from one another: opening, a question back, the opener's
/// detail, answers.
pub(crate) struct Topic {
    pub(crate) titles: &'static [&'static str],
    pub(crate) open: &'static [&'static str],
    pub(crate) ask: &'static [&'static str],
    pub(crate) detail: &'static [&'static str],
    pub(crate) answer: &'static [&'static str],
}

/// Everything that is said in one language, by occasion.
pub(crate) struct Voice {
    pub(crate) materials: &'static [&'static str],
    pub(crate) parts: &'static [&'static str],
    /// Before a question; empty ones leave it out.
    pub(crate) greetings: &'static [&'static str],
    /// After a question.
    pub(crate) closings: &'static [&'static str],
    pub(crate) topics: &'static [Topic],
    pub(crate) intro: &'static [&'static str],
    pub(crate) welcome: &'static [&'static str],
    pub(crate) show: &'static [&'static str],
    pub(crate) praise: &'static [&'static str],
    pub(crate) chat: &'static [&'static str],
    pub(crate) banter: &'static [&'static str],
    pub(crate) news: &'static [&'static str],
    /// Said under news.
    pub(crate) heard: &'static [&'static str],
    pub(crate) thanks: &'static [&'static str],
    /// What bystanders add to an answer.
    pub(crate) agree: &'static [&'static str],
    /// The opener again, when nobody answered.
    pub(crate) nudge: &'static [&'static str],
}

/// What raiders write.
pub(crate) const SPAM: &[&str] = &[
    "FREE machine giveaway, first 100 only, claim at https://gift-lathe.example/{rpm}",
    "double your coins in one day, ask me how, {rpm} people already did",
    "everyone here is leaving to https://better-place.example join now",
    "@everyone click before it is gone https://gift-lathe.example/{mm}",
    "cheap followers, cheap likes, message me",
    "hahaha this place is ours now",
];

/// What members write while a raid goes on.
pub(crate) const RAID_TALK: &[&str] = &[
    "Where do all these accounts come from?",
    "Do not click on those links, please.",
    "Can a moderator have a look? This is the third link in a minute.",
    "I muted the channel for now.",
    "Thank you to whoever is cleaning up.",
];

/// What the build robot reports.
pub(crate) const BUILD: &[&str] = &[
    "Build {ver}+{rpm} passed on {os}.",
    "Build {ver}+{rpm} failed on {os}: two tests in `profile::offset`.",
    "Nightly {ver}+{rpm} is ready for download.",
    "Merged: keep units of imported profiles (#{rpm}).",
    "Opened: preview of a {mm} mm thread is mirrored (#{rpm}).",
];

const MACHINES: &[&str] =
    &["Midi 500", "Proxxa 250", "Turnado T3", "Holz 1218", "Mini 7x14", "Vario 42", "KX-1"];
const SYSTEMS: &[&str] = &["Windows 11", "macOS", "Debian", "Fedora", "Ubuntu"];
const SPEEDS: &[&str] = &["450", "600", "720", "900", "1100", "1400", "1800", "2200"];
const SIZES: &[&str] = &["0.3", "0.5", "0.8", "1.25", "1.5", "2", "3", "4.5", "6"];

/// What stays the same within a conversation: the material, the machine, the version.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    voice: &'static Voice,
    material: &'static str,
    part: &'static str,
    machine: &'static str,
    system: &'static str,
    version: &'static str,
}

impl Setting {
    /// A setting in a language; `version` is the newest release at that time.
    pub(crate) fn new(language: Language, version: &'static str, random: &mut Random) -> Self {
        let voice = language.voice();
        Self {
            voice,
            material: random.pick(voice.materials),
            part: random.pick(voice.parts),
            machine: random.pick(MACHINES),
            system: random.pick(SYSTEMS),
            version,
        }
    }

    pub(crate) fn voice(&self) -> &'static Voice {
        self.voice
    }

    /// A question: greeting, opening of the topic, closing.
    pub(crate) fn question(&self, topic: &Topic, random: &mut Random) -> String {
        let greeting = random.pick(self.voice.greetings);
        let opening = random.pick(topic.open);
        let closing = random.pick(self.voice.closings);
        let after = if greeting.is_empty() { "" } else { "\n\n" };
        let before = if closing.is_empty() { "" } else { " " };
        self.fill(&format!("{greeting}{after}{opening}{before}{closing}"), random)
    }

    /// One of the templates with its slots filled.
    pub(crate) fn say(&self, pool: &[&'static str], random: &mut Random) -> String {
        self.fill(random.pick(pool), random)
    }

    fn fill(&self, template: &str, random: &mut Random) -> String {
        let mut out = String::with_capacity(template.len() + 24);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|c| open + c) else { break };
            out.push_str(&rest[..open]);
            let starts = out.is_empty() || out.ends_with('\n') || out.ends_with(". ") || out.ends_with("? ");
            let word = match &rest[open + 1..close] {
                "mat" => self.material,
                "part" => self.part,
                "mach" => self.machine,
                "os" => self.system,
                "ver" => self.version,
                "rpm" => random.pick(SPEEDS),
                "mm" => random.pick(SIZES),
                other => other,
            };
            // A sentence begins with a capital, whatever stands in its first slot.
            let mut letters = word.chars();
            match letters.next().filter(|_| starts) {
                Some(letter) => out.extend(letter.to_uppercase().chain(letters)),
                None => out.push_str(word),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_template_keeps_an_unknown_slot() {
        let mut random = Random::new(7);
        for language in [Language::English, Language::German, Language::Spanish] {
            let setting = Setting::new(language, "2.4", &mut random);
            let v = setting.voice();
            let mut pools = vec![
                v.intro, v.welcome, v.show, v.praise, v.chat, v.banter, v.news, v.heard, v.thanks, v.agree,
                v.nudge, SPAM, RAID_TALK, BUILD,
            ];
            for t in v.topics {
                pools.extend([t.titles, t.open, t.ask, t.detail, t.answer]);
            }
            for template in pools.into_iter().flatten() {
                let slots = template.split('{').skip(1).filter_map(|s| s.split('}').next());
                for slot in slots {
                    assert!(["mat", "part", "mach", "os", "ver", "rpm", "mm"].contains(&slot), "{template}");
                }
                assert!(!setting.fill(template, &mut random).contains('{'), "{template}");
            }
        }
    }
}
