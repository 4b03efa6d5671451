//! What keeps texts from repeating: every pool is gone through before anything in it comes again, no opening
//! comes twice, and an answer only a few times.

use super::{Setting, Topic, Voice};
use crate::places::{Network, Occasion};
use crate::random::{Random, mix};
use std::collections::{HashMap, HashSet};

/// How often the same answer may be given.
const OFTEN: u8 = 4;
/// Answers that are shorter, in bytes, are said by everybody, so many times at most.
const SHORT: usize = 22;
const SHORT_OFTEN: u8 = 14;

/// Writes, and remembers what it wrote.
pub(crate) struct Pen {
    random: Random,
    /// By pool: an order of its entries, and how far it was used.
    decks: HashMap<u64, (Vec<u16>, usize)>,
    openings: HashSet<u64>,
    answers: HashMap<u64, u8>,
    serial: u32,
}

impl Pen {
    pub(crate) fn new(seed: u64) -> Self {
        let (decks, openings, answers) = Default::default();
        Self { random: Random::new(seed), decks, openings, answers, serial: 4_100 }
    }

    /// A number that was not given before.
    pub(crate) fn serial(&mut self) -> u32 {
        self.serial += 1 + self.random.below(3) as u32;
        self.serial
    }

    /// The next entry of a pool; `name` tells pools apart that begin with the same words.
    fn deal(&mut self, name: u64, size: usize) -> usize {
        let random = &mut self.random;
        let deck = self.decks.entry(name).or_default();
        if deck.1 >= deck.0.len() {
            let last = deck.0.last().copied();
            deck.0 = (0..size as u16).collect();
            for at in (1..size).rev() {
                deck.0.swap(at, random.below(at as u64 + 1) as usize);
            }
            // The last of a round is not the first of the next.
            if size > 1 && deck.0.first().copied() == last {
                deck.0.swap(0, size - 1);
            }
            deck.1 = 0;
        }
        deck.1 += 1;
        usize::from(deck.0[deck.1 - 1])
    }

    /// The next template of a pool.
    pub(crate) fn next<'t>(&mut self, pool: &[&'t str]) -> &'t str {
        if pool.is_empty() {
            return "";
        }
        let name = print(pool[0]) ^ mix(pool.len() as u64);
        pool[self.deal(name, pool.len())]
    }

    /// The next template of a pool with its slots filled.
    pub(crate) fn say(&mut self, setting: &Setting, pool: &[&str]) -> String {
        let template = self.next(pool);
        setting.fill(template, &mut self.random)
    }

    /// A topic for an occasion, and the thing that it is about, put into the setting.
    pub(crate) fn topic(&mut self, setting: &mut Setting, occasion: Occasion) -> Option<&'static Topic> {
        let voice: &'static Voice = setting.voice();
        let fitting: Vec<&Topic> =
            voice.topics.iter().copied().flatten().filter(|t| t.occasion == occasion).collect();
        let first = fitting.first()?;
        // Topics about many things come more often than those about one.
        let weights: Vec<usize> = fitting
            .iter()
            .enumerate()
            .flat_map(|(n, t)| std::iter::repeat_n(n, 1 + t.things.len() / 4))
            .collect();
        let topic = fitting[weights[self.deal(print(first.open[0]) ^ 0x70, weights.len())]];
        if !topic.things.is_empty() {
            let thing = self.deal(print(topic.open[0]) ^ 0x7e, topic.things.len());
            setting.about(&topic.things[thing]);
        }
        Some(topic)
    }

    /// The opening of a conversation that was never used before.
    pub(crate) fn opening(&mut self, setting: &Setting, topic: &Topic, network: Network) -> String {
        self.fresh(setting, |pen, aside| pen.compose(setting, topic, network, aside))
    }

    /// A text of one sentence or two that opens a conversation of its own and was never used before.
    pub(crate) fn single(&mut self, setting: &Setting, pool: &[&str]) -> String {
        self.fresh(setting, |pen, aside| {
            let mut text = pen.say(setting, pool);
            add(&mut text, aside);
            text
        })
    }

    /// Writes until the text is new, at first without an aside.
    fn fresh(&mut self, setting: &Setting, mut write: impl FnMut(&mut Self, &str) -> String) -> String {
        for turn in 0..40 {
            let aside = if turn < 7 { String::new() } else { self.say(setting, setting.voice().asides) };
            let text = write(self, &aside);
            if self.openings.insert(print(&text)) {
                return text;
            }
        }
        // In communities of millions even that runs out.
        let text = write(self, &format!("(#{})", self.serial + 1));
        self.serial += 1;
        self.openings.insert(print(&text));
        text
    }

    /// Notes an opening that stands as it is; whether it is new.
    pub(crate) fn note(&mut self, text: &str) -> bool {
        self.openings.insert(print(text))
    }

    /// An answer that was not given too often; where all of a pool were, two of them in a row.
    pub(crate) fn reply(&mut self, setting: &Setting, pool: &[&str]) -> String {
        self.seldom(|pen, turn| {
            let mut text = pen.say(setting, pool);
            if turn > 5 && pool.len() > 1 {
                let second = pen.say(setting, pool);
                if second != text {
                    add(&mut text, &second);
                }
            }
            text
        })
    }

    /// A question back, mostly with something before it.
    pub(crate) fn wonder(&mut self, setting: &Setting, ask: &str, wonders: &[&str]) -> String {
        self.seldom(|pen, turn| {
            let mut text =
                if turn > 0 || pen.chance(700) { pen.say(setting, wonders) } else { String::new() };
            let ask = setting.fill(ask, &mut pen.random);
            add(&mut text, &ask);
            text
        })
    }

    /// What is said to it, mostly with something behind it.
    pub(crate) fn detail(&mut self, setting: &Setting, say: &str, context: &[&str]) -> String {
        self.seldom(|pen, turn| {
            let mut text = setting.fill(say, &mut pen.random);
            if turn > 0 || pen.chance(700) {
                let more = pen.say(setting, context);
                add(&mut text, &more);
            }
            text
        })
    }

    /// Writes until the text is one that was not said too often; the writer is told the turn.
    fn seldom(&mut self, mut write: impl FnMut(&mut Self, u8) -> String) -> String {
        let mut text = String::new();
        for turn in 0..20 {
            text = write(self, turn);
            let often = if text.len() < SHORT { SHORT_OFTEN } else { OFTEN };
            if self.answers.get(&print(&text)).is_none_or(|n| *n < often) {
                break;
            }
        }
        let times = self.answers.entry(print(&text)).or_insert(0);
        *times = times.saturating_add(1);
        text
    }

    /// Whether something happens that happens `n` times in a thousand.
    pub(crate) fn chance(&mut self, n: u64) -> bool {
        self.random.chance(n)
    }

    fn compose(&mut self, setting: &Setting, topic: &Topic, network: Network, aside: &str) -> String {
        let voice = setting.voice();
        let manner = voice.manner(topic.occasion);
        let asks = topic.occasion.is_question();
        // Who writes a letter tells a little more.
        let letter = network == Network::Mail;
        let chances = chances(network);
        let mut text = String::new();
        if asks && self.chance(chances[0]) {
            text = self.say(setting, voice.greetings);
            text.push_str("\n\n");
        }
        text.push_str(&self.say(setting, topic.open));
        if self.chance(chances[1]) && !topic.more.is_empty() {
            add(&mut text, &self.say(setting, topic.more));
        }
        if asks {
            if self.chance(chances[2]) {
                add(&mut text, &self.say(setting, manner.context));
            }
            if letter && self.chance(700) {
                add(&mut text, &self.say(setting, manner.context));
            }
            if self.chance(chances[3]) && !topic.snippet.is_empty() {
                let snippet = setting.code(topic.snippet, &mut self.random);
                text.push_str(&format!("\n\n```\n{snippet}\n```\n\n"));
            }
            // An opening that asks needs no second question.
            match self.random.below(100) {
                0..12 if !text.contains('?') => add(&mut text, &self.say(setting, manner.asks)),
                0..52 => add(&mut text, &self.say(setting, manner.closings)),
                _ => {}
            }
        }
        add(&mut text, aside);
        if letter && !asks && self.chance(700) {
            add(&mut text, &self.say(setting, voice.asides));
        }
        if letter {
            let farewell = self.say(setting, voice.farewells);
            text = format!("{}\n\n{farewell}", text.trim_end());
        }
        text.trim_end().to_owned()
    }
}

/// How often, in a thousand, an opening has a greeting, more detail, circumstances, a snippet.
fn chances(network: Network) -> [u64; 4] {
    match network {
        Network::Discord => [230, 420, 260, 130],
        Network::Slack => [150, 480, 260, 250],
        Network::Discourse => [560, 820, 560, 330],
        Network::Mail => [900, 950, 800, 380],
    }
}

/// Adds a sentence.
fn add(text: &mut String, sentence: &str) {
    if !text.is_empty() && !text.ends_with('\n') && !sentence.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}

/// A number for a text.
fn print(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
