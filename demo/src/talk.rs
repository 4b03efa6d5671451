//! How a conversation goes on once it has begun.

use crate::calendar::SECOND;
use crate::places::{Network, Occasion, PLACES};
use crate::story::{Author, Post, Story};
use crate::texts::{Language, Setting, Topic};
use base::Micros;

/// A conversation while it goes on.
pub(crate) struct Thread {
    pub(crate) place: usize,
    pub(crate) channel: usize,
    pub(crate) day: i32,
    pub(crate) root: usize,
    pub(crate) occasion: Occasion,
    pub(crate) opener: Author,
    /// Who wrote in it.
    pub(crate) voices: Vec<Author>,
    pub(crate) language: Language,
    pub(crate) setting: Setting,
    /// When the newest post was written.
    pub(crate) at: Micros,
}

/// What a reply needs beside its thread.
struct Reply {
    author: usize,
    parent: usize,
    text: String,
    /// Typical seconds after the post before.
    gap: i64,
}

impl Story<'_> {
    /// Lets a conversation go on in the way of its occasion.
    pub(crate) fn go_on(&mut self, mut thread: Thread, topic: &'static Topic) {
        let root = thread.root;
        let (mean, cheers) = match topic.occasion {
            Occasion::Show => (2_300, 2_300),
            Occasion::Intro => (1_900, 1_100),
            Occasion::News => (3_900, 6_000),
            Occasion::Idea => (2_300, 1_500),
            Occasion::Job => (700, 400),
            Occasion::Off => (2_600, 500),
            Occasion::Chat | Occasion::Team => (2_400, 450),
            _ => (0, 250),
        };
        if topic.occasion.is_question() {
            self.answer(&mut thread, topic);
        } else {
            self.remarks(&mut thread, topic, mean);
        }
        self.react(root, cheers);
    }

    /// The course of a question: perhaps a question back, an answer that helps or not, thanks, a bystander; or
    /// silence, a reaction, a word in passing.
    fn answer(&mut self, thread: &mut Thread, topic: &'static Topic) {
        let network = PLACES[thread.place].network;
        let Author::Person(opener) = thread.opener else { return };
        if self.random.chance(network.unanswered() + self.calendar.silence(thread.day)) {
            self.passed_by(thread, opener);
            return;
        }
        let manner = thread.setting.voice().manner(thread.occasion);
        let gap = network.answer_seconds();
        let slow = gap * self.calendar.slowness(thread.day) / 1_000;
        let Some(guide) = self.guide(thread, topic.occasion) else { return };
        if network.is_chat() && self.random.chance(90) {
            // An answer in the channel, not in the thread.
            thread.setting.you.clone_from(&thread.setting.me);
            self.talk_on(thread, guide, slow);
            return;
        }
        let mut parent = thread.root;
        let mut wait = slow;
        if !topic.back.is_empty() && self.random.chance(330) {
            let Some(told) = self.ask_back(thread, topic, guide, slow) else { return };
            parent = told;
            wait = gap;
        }
        let text = self.solution(thread, topic, guide, parent);
        let Some(answer) = self.reply(thread, Reply { author: guide, parent, text, gap: wait }) else {
            return;
        };
        self.react(answer, 650);
        let mut helped = answer;
        if self.random.chance(170) {
            let Some(second) = self.second_try(thread, topic, guide, answer) else { return };
            helped = second;
        }
        if self.random.chance(600) {
            let helper = match self.posts[helped].author {
                Author::Person(person) => person,
                Author::Robot => guide,
            };
            let text = self.addressed(thread, helper, manner.thanks);
            let thanks = self.reply(thread, Reply { author: opener, parent: helped, text, gap: gap * 2 });
            if thanks.is_some() && network == Network::Discourse && self.random.chance(700) {
                self.posts[helped].accepted = Some(thread.at + 40 * SECOND);
            }
            if let Some(thanks) = thanks.filter(|_| self.random.chance(260)) {
                let text = self.addressed(thread, opener, manner.glad);
                self.reply(thread, Reply { author: helper, parent: thanks, text, gap });
            }
        }
        self.bystanders(thread);
    }

    /// Nobody answers in the thread.
    fn passed_by(&mut self, thread: &mut Thread, opener: usize) {
        let network = PLACES[thread.place].network;
        match self.random.below(100) {
            // Somebody says something in the channel soon after.
            0..34 if network.is_chat() => {
                if let Some(author) = self.someone(thread.place, thread.language, &[thread.opener]) {
                    thread.setting.you.clone_from(&thread.setting.me);
                    self.talk_on(thread, author, 900);
                }
            }
            34..52 => self.react(thread.root, 1_000),
            52..70 => {
                let manner = thread.setting.voice().manner(thread.occasion);
                let text = self.pen.reply(&thread.setting, manner.nudge);
                self.reply(thread, Reply { author: opener, parent: thread.root, text, gap: 150_000 });
            }
            _ => {}
        }
    }

    /// A question back and what the opener says to it; `None` when the talk ends with it.
    fn ask_back(
        &mut self,
        thread: &mut Thread,
        topic: &'static Topic,
        guide: usize,
        gap: i64,
    ) -> Option<usize> {
        let Author::Person(opener) = thread.opener else { return None };
        let (ask, say) = topic.back[self.random.below(topic.back.len() as u64) as usize];
        let manner = thread.setting.voice().manner(thread.occasion);
        thread.setting.you = self.call(thread.opener, thread.place);
        let text = self.pen.wonder(&thread.setting, ask, manner.wonders);
        let asked = self.reply(thread, Reply { author: guide, parent: thread.root, text, gap })?;
        let text = self.pen.detail(&thread.setting, say, manner.context);
        let gap = PLACES[thread.place].network.answer_seconds() / 2;
        self.reply(thread, Reply { author: opener, parent: asked, text, gap })
    }

    /// An answer that fits the question, in the manner of the network.
    fn solution(
        &mut self,
        thread: &mut Thread,
        topic: &'static Topic,
        guide: usize,
        parent: usize,
    ) -> String {
        let voice = thread.setting.voice();
        let manner = voice.manner(thread.occasion);
        let network = PLACES[thread.place].network;
        let Author::Person(opener) = thread.opener else { return String::new() };
        let mut text = self.addressed(thread, opener, topic.replies);
        let tail = if network.is_chat() { 220 } else { 420 };
        if self.random.chance(tail) {
            text = format!("{text} {}", self.pen.say(&thread.setting, manner.tails));
        }
        match network {
            Network::Mail => {
                let quote = quoted(&self.posts[parent].text);
                let mut own = thread.setting.clone();
                own.me = self.call(Author::Person(guide), thread.place);
                let farewell = self.pen.say(&own, voice.farewells);
                format!("{quote}{text}\n\n{farewell}")
            }
            Network::Discourse if self.random.chance(260) => {
                format!("{}{text}", quoted(&self.posts[parent].text))
            }
            Network::Discord if self.random.chance(170) => {
                format!("@{} {text}", self.call(thread.opener, thread.place))
            }
            _ => text,
        }
    }

    /// The first answer was not it.
    fn second_try(
        &mut self,
        thread: &mut Thread,
        topic: &'static Topic,
        guide: usize,
        answer: usize,
    ) -> Option<usize> {
        let manner = thread.setting.voice().manner(thread.occasion);
        let Author::Person(opener) = thread.opener else { return None };
        let gap = PLACES[thread.place].network.answer_seconds();
        let text = self.addressed(thread, guide, manner.failed);
        let failed = self.reply(thread, Reply { author: opener, parent: answer, text, gap: gap * 2 })?;
        // A third of them get no second answer.
        if self.random.chance(330) {
            return None;
        }
        let other = self.someone(thread.place, thread.language, &[thread.opener]).unwrap_or(guide);
        let opening = self.addressed(thread, opener, manner.again);
        let fix = self.pen.reply(&thread.setting, topic.replies);
        if self.posts[answer].text.contains(&fix) {
            return None;
        }
        let text = format!("{opening} {fix}");
        self.reply(thread, Reply { author: other, parent: failed, text, gap })
    }

    /// What people who only read along add.
    fn bystanders(&mut self, thread: &mut Thread) {
        let manner = thread.setting.voice().manner(thread.occasion);
        for _ in 0..self.random.count(420) {
            let Some(author) = self.someone(thread.place, thread.language, &thread.voices) else { return };
            let gap = PLACES[thread.place].network.answer_seconds();
            if PLACES[thread.place].network.is_chat() && self.random.chance(300) {
                thread.setting.you.clone_from(&thread.setting.me);
                self.talk_on(thread, author, gap);
            } else {
                let text = self.pen.reply(&thread.setting, manner.agree);
                self.reply(thread, Reply { author, parent: thread.root, text, gap });
            }
        }
    }

    /// A few remarks by others, one after the other; the opener has a word, too.
    fn remarks(&mut self, thread: &mut Thread, topic: &'static Topic, mean: u64) {
        let voice = thread.setting.voice();
        let pool = match topic.occasion {
            _ if !topic.replies.is_empty() => topic.replies,
            Occasion::Show => voice.praise,
            Occasion::Intro => voice.welcome,
            Occasion::News => voice.heard,
            _ => voice.heard,
        };
        let own: &[&str] = match topic.occasion {
            Occasion::Show => voice.modest,
            Occasion::Intro => voice.grateful,
            _ => &[],
        };
        let mut said: Vec<String> = Vec::new();
        let number = self.random.below(2 * mean / 1000 + 1) + self.random.count(mean % 1000 / 2);
        for turn in 0..number {
            let Some(author) = self.someone(thread.place, thread.language, &thread.voices) else { return };
            let text = self.pen.reply(&thread.setting, pool);
            if said.iter().any(|other| echoes(other, &text)) {
                continue;
            }
            let mut gap = PLACES[thread.place].network.answer_seconds();
            if turn == 0 {
                gap = gap * self.calendar.slowness(thread.day) / 1_000;
            }
            let Some(number) =
                self.reply(thread, Reply { author, parent: thread.root, text: text.clone(), gap })
            else {
                return;
            };
            said.push(text);
            if let (Author::Person(opener), true) =
                (thread.opener, !own.is_empty() && self.random.chance(330))
            {
                let text = self.addressed(thread, author, own);
                self.reply(thread, Reply { author: opener, parent: number, text, gap });
            }
        }
    }

    /// A text for somebody: `{you}` is their first name.
    fn addressed(&mut self, thread: &mut Thread, to: usize, pool: &[&'static str]) -> String {
        thread.setting.you = self.call(Author::Person(to), thread.place);
        self.pen.reply(&thread.setting, pool)
    }

    /// A message to the opener in the same channel that is tied to nothing.
    fn talk_on(&mut self, thread: &mut Thread, author: usize, gap: i64) -> Option<usize> {
        let at = self.later(thread, author, gap)?;
        thread.at = at;
        let text = self.pen.single(&thread.setting, thread.setting.voice().manner(thread.occasion).loose);
        Some(self.post(Post::new(at, thread.place, thread.channel, Author::Person(author), text)))
    }

    fn reply(&mut self, thread: &mut Thread, reply: Reply) -> Option<usize> {
        let at = self.later(thread, reply.author, reply.gap)?;
        thread.at = at;
        thread.voices.push(Author::Person(reply.author));
        let number = self.post(Post {
            root: thread.root,
            parent: Some(reply.parent),
            ..Post::new(at, thread.place, thread.channel, Author::Person(reply.author), reply.text)
        });
        if self.random.chance(150) {
            self.react(number, 1_300);
        }
        Some(number)
    }
}

/// The first sentence of a text as a quote.
fn quoted(text: &str) -> String {
    let said = |line: &&str| {
        !line.is_empty()
            && !line.starts_with('>')
            && !line.starts_with("```")
            && !line.ends_with(',')
            && !line.ends_with(':')
    };
    let Some(line) = text.lines().find(said) else { return String::new() };
    let end = line
        .match_indices(['.', '!', '?'])
        .map(|(at, _)| at + 1)
        .find(|at| *at > 24 && line[*at..].starts_with([' ']));
    format!("> {}\n\n", &line[..end.unwrap_or(line.len())])
}

/// Whether two remarks begin or end with the same sentence.
fn echoes(one: &str, other: &str) -> bool {
    let ends = |text: &str| {
        let sentences: Vec<&str> = text.split_inclusive(['.', '!', '?']).map(str::trim).collect();
        [sentences.first().copied(), sentences.last().copied()].map(|s| s.unwrap_or_default().to_owned())
    };
    let theirs = ends(other);
    ends(one).iter().any(|sentence| theirs.contains(sentence))
}
