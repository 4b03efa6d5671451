//! What happens, day by day: who begins a conversation, who answers, who comes and goes.

use crate::calendar::{Calendar, HOUR, SECOND};
use crate::people::{Person, Role};
use crate::places::{DISCORD, Network, Occasion, PLACES, SLACK, channel_for};
use crate::random::Random;
use crate::texts::{BUILD, Language, RAID_TALK, SPAM, Setting, Topic};
use base::Micros;

/// Who wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// A person by number.
    Person(usize),
    /// The build robot.
    Robot,
}

/// A message anywhere.
pub(crate) struct Post {
    pub(crate) at: Micros,
    pub(crate) place: usize,
    pub(crate) channel: usize,
    pub(crate) author: Author,
    /// The number of the post that opened its conversation; its own if it opens one.
    pub(crate) root: usize,
    /// The number of the post that it answers.
    pub(crate) parent: Option<usize>,
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// (person, which of the reactions, when)
    pub(crate) reactions: Vec<(usize, usize, Micros)>,
    /// When the opener marked it as the answer.
    pub(crate) accepted: Option<Micros>,
    /// When it was edited.
    pub(crate) edited: Option<Micros>,
    pub(crate) deleted: bool,
}

/// A conversation while it goes on.
struct Thread<'a> {
    place: usize,
    channel: usize,
    day: i32,
    root: usize,
    opener: Author,
    language: Language,
    setting: &'a Setting,
    /// When the newest post was written.
    at: Micros,
}

/// What a reply needs beside its thread.
struct Reply {
    author: usize,
    parent: usize,
    text: String,
    /// Typical seconds after the post before.
    gap: i64,
}

pub(crate) struct Story<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) people: &'a [Person],
    pub(crate) posts: Vec<Post>,
    /// By source: who is there today, and sums of how much each answers.
    crowd: [Vec<(u64, usize)>; PLACES.len()],
    random: Random,
}

impl<'a> Story<'a> {
    /// Everything that is said, in no order.
    pub(crate) fn tell(calendar: &'a Calendar, people: &'a [Person], seed: u64) -> Self {
        let crowd = std::array::from_fn(|_| Vec::new());
        let mut story = Self { calendar, people, posts: Vec::new(), crowd, random: Random::new(seed) };
        for day in 0..calendar.days {
            story.gather(day);
            story.team(day);
            for person in 0..people.len() {
                story.person_day(person, day);
            }
            if day == calendar.raid {
                story.raid(day);
            }
        }
        story
    }

    /// Who could answer today.
    fn gather(&mut self, day: i32) {
        for (place, crowd) in self.crowd.iter_mut().enumerate() {
            crowd.clear();
            let mut sum = 0;
            for (number, person) in self.people.iter().enumerate() {
                if person.role != Role::Raider && person.is_at(place, day) {
                    sum += match person.role {
                        Role::Staff => 260,
                        Role::Expert => 200 + person.rate,
                        Role::Visitor => 6,
                        _ => 10 + person.rate,
                    };
                    crowd.push((sum, number));
                }
            }
        }
    }

    /// Somebody of a source who speaks a language and is none of `but`.
    fn someone(&mut self, place: usize, language: Language, but: &[Author]) -> Option<usize> {
        let total = self.crowd[place].last()?.0;
        for _ in 0..14 {
            let draw = self.random.below(total);
            let index = self.crowd[place].partition_point(|(sum, _)| *sum <= draw);
            let person = self.crowd[place][index].1;
            let speaks = language == Language::English || self.people[person].language == language;
            if speaks && !but.contains(&Author::Person(person)) {
                return Some(person);
            }
        }
        None
    }

    /// What the robot and the staff do.
    fn team(&mut self, day: i32) {
        let builds = if self.calendar.is_weekend(day) { 1 } else { 3 };
        for place in [DISCORD, SLACK] {
            for _ in 0..self.random.below(builds + 1) {
                self.begin(place, Author::Robot, Occasion::Build, day);
            }
        }
        let staff: Vec<usize> = (0..self.people.len())
            .filter(|p| self.people[*p].role == Role::Staff && self.people[*p].first_day() <= day)
            .collect();
        let Some(first) = staff.first().copied() else { return };
        if day == self.calendar.launch || (day % 13 == 5 && !self.calendar.is_weekend(day)) {
            for place in 0..PLACES.len() {
                self.begin(place, Author::Person(first), Occasion::News, day);
            }
        }
        if !self.calendar.is_weekend(day) && self.random.chance(350) {
            let who = self.random.pick(&staff);
            self.begin(SLACK, Author::Person(who), Occasion::Team, day);
        }
    }

    /// What one person begins on a day.
    fn person_day(&mut self, number: usize, day: i32) {
        let person = &self.people[number];
        let first = person.first_day();
        if day < first || day > person.last_day || person.role == Role::Raider {
            return;
        }
        let here: Vec<usize> = (0..PLACES.len()).filter(|p| person.is_at(*p, day)).collect();
        if day == first && person.role != Role::Staff {
            let place = self.random.pick(&here);
            if self.random.chance(330) {
                self.begin(place, Author::Person(number), Occasion::Intro, day);
            }
            if self.random.chance(460) {
                self.begin(place, Author::Person(number), Occasion::Question, day);
            }
        }
        let rate = person.rate * self.calendar.weekday(day) / 1000 * self.calendar.season(day) / 1000;
        for _ in 0..self.random.count(rate) {
            let total: u64 = here.iter().map(|p| PLACES[*p].pull).sum();
            let mut draw = self.random.below(total);
            let place = here.iter().copied().find(|p| {
                let hit = draw < PLACES[*p].pull;
                draw = draw.saturating_sub(PLACES[*p].pull);
                hit
            });
            let occasion = match self.random.below(100) {
                0..45 => Occasion::Question,
                45..62 => Occasion::Show,
                _ => Occasion::Chat,
            };
            self.begin(place.unwrap_or(here[0]), Author::Person(number), occasion, day);
        }
    }

    /// Begins a conversation and lets it go on.
    fn begin(&mut self, place: usize, opener: Author, occasion: Occasion, day: i32) {
        let (own, zone) = match opener {
            Author::Person(p) => (self.people[p].language, self.people[p].zone),
            Author::Robot => (Language::English, 0),
        };
        // Announcements are written for everybody; a third of the others prefer the common language.
        let common = matches!(occasion, Occasion::News | Occasion::Team) || self.random.chance(330);
        let wanted = if common { Language::English } else { own };
        let Some((channel, language)) = channel_for(place, occasion, wanted) else { return };
        let at = self.calendar.moment(day, zone, &mut self.random);
        let setting = Setting::new(language, self.calendar.version(day), &mut self.random);
        let topic = &setting.voice().topics[self.random.below(setting.voice().topics.len() as u64) as usize];
        let voice = setting.voice();
        let text = match occasion {
            Occasion::Question => setting.question(topic, &mut self.random),
            Occasion::Show => setting.say(voice.show, &mut self.random),
            Occasion::Chat | Occasion::Team => setting.say(voice.chat, &mut self.random),
            Occasion::Intro => setting.say(voice.intro, &mut self.random),
            Occasion::News => setting.say(voice.news, &mut self.random),
            Occasion::Build => setting.say(BUILD, &mut self.random),
        };
        let title = (!PLACES[place].network.is_chat()).then(|| match occasion {
            Occasion::Question => setting.say(topic.titles, &mut self.random),
            _ => title_of(&text),
        });
        let root = self.post(Post { title, ..Post::new(at, place, channel, opener, text) });
        let mut thread = Thread { place, channel, day, root, opener, language, setting: &setting, at };
        match occasion {
            Occasion::Question => self.answer(&mut thread, topic),
            Occasion::Show => self.remarks(&mut thread, voice.praise, 1_900),
            Occasion::Chat | Occasion::Team => self.remarks(&mut thread, voice.banter, 1_700),
            Occasion::Intro => self.remarks(&mut thread, voice.welcome, 1_500),
            Occasion::News => self.remarks(&mut thread, voice.heard, 4_000),
            Occasion::Build => {}
        }
        let cheers = match occasion {
            Occasion::News => 5_000,
            Occasion::Show => 1_700,
            Occasion::Intro => 900,
            Occasion::Build => 60,
            _ => 250,
        };
        self.react(root, cheers);
    }

    /// The course of a question: perhaps a question back, an answer, thanks, a bystander; or silence.
    fn answer(&mut self, thread: &mut Thread<'_>, topic: &'static Topic) {
        let network = PLACES[thread.place].network;
        let Author::Person(opener) = thread.opener else { return };
        let rush = (0..21).contains(&(thread.day - self.calendar.launch));
        let silent = self.random.chance(network.unanswered() + if rush { 120 } else { 0 });
        let voice = thread.setting.voice();
        if silent {
            if self.random.chance(170) {
                let text = thread.setting.say(voice.nudge, &mut self.random);
                self.reply(thread, Reply { author: opener, parent: thread.root, text, gap: 180_000 });
            }
            return;
        }
        let gap = network.answer_seconds();
        let Some(guide) = self.someone(thread.place, thread.language, &[thread.opener]) else { return };
        let mut parent = thread.root;
        if self.random.chance(380) {
            let which = self.random.below(topic.ask.len().min(topic.detail.len()) as u64) as usize;
            let text = thread.setting.say(&topic.ask[which..=which], &mut self.random);
            let Some(asked) = self.reply(thread, Reply { author: guide, parent, text, gap }) else { return };
            let text = thread.setting.say(&topic.detail[which..=which], &mut self.random);
            let told = Reply { author: opener, parent: asked, text, gap: gap / 2 };
            let Some(told) = self.reply(thread, told) else { return };
            parent = told;
        }
        let text = thread.setting.say(topic.answer, &mut self.random);
        let Some(answer) = self.reply(thread, Reply { author: guide, parent, text, gap }) else { return };
        self.react(answer, 500);
        if self.random.chance(240)
            && let Some(other) =
                self.someone(thread.place, thread.language, &[thread.opener, Author::Person(guide)])
        {
            let text = thread.setting.say(topic.answer, &mut self.random);
            // Two people rarely say the very same.
            if text != self.posts[answer].text {
                self.reply(thread, Reply { author: other, parent: thread.root, text, gap });
            }
        }
        if self.random.chance(620) {
            let text = thread.setting.say(voice.thanks, &mut self.random);
            let thanks = self.reply(thread, Reply { author: opener, parent: answer, text, gap: gap * 2 });
            if thanks.is_some() && network == Network::Discourse && self.random.chance(700) {
                self.posts[answer].accepted = Some(thread.at + 40 * SECOND);
            }
        }
        self.remarks(thread, voice.agree, 550);
    }

    /// A few remarks by others, one after the other.
    fn remarks(&mut self, thread: &mut Thread<'_>, pool: &[&'static str], mean: u64) {
        let mut said: Vec<String> = Vec::new();
        let mut authors = vec![thread.opener];
        let number = self.random.below(2 * mean / 1000 + 1) + self.random.count(mean % 1000 / 2);
        for _ in 0..number {
            let Some(author) = self.someone(thread.place, thread.language, &authors) else { return };
            let text = thread.setting.say(pool, &mut self.random);
            if said.contains(&text) {
                continue;
            }
            let gap = PLACES[thread.place].network.answer_seconds();
            // In chats people often just talk on without using the reply button.
            let loose = PLACES[thread.place].network.is_chat() && self.random.chance(220);
            let done = if loose {
                self.talk_on(thread, author, &text, gap)
            } else {
                self.reply(thread, Reply { author, parent: thread.root, text: text.clone(), gap })
            };
            if done.is_none() {
                return;
            }
            said.push(text);
            authors.push(Author::Person(author));
        }
    }

    /// A message in the same channel that is tied to nothing.
    fn talk_on(&mut self, thread: &mut Thread<'_>, author: usize, text: &str, gap: i64) -> Option<usize> {
        let at = self.later(thread.at, author, gap)?;
        thread.at = at;
        Some(self.post(Post::new(at, thread.place, thread.channel, Author::Person(author), text.to_owned())))
    }

    fn reply(&mut self, thread: &mut Thread<'_>, reply: Reply) -> Option<usize> {
        let at = self.later(thread.at, reply.author, reply.gap)?;
        thread.at = at;
        let number = self.post(Post {
            root: thread.root,
            parent: Some(reply.parent),
            ..Post::new(at, thread.place, thread.channel, Author::Person(reply.author), reply.text)
        });
        if self.random.chance(140) {
            self.react(number, 1_300);
        }
        Some(number)
    }

    /// Some time later, when that person is awake; `None` when the demo is over by then.
    fn later(&mut self, at: Micros, person: usize, gap: i64) -> Option<Micros> {
        let at = at + self.random.long_tail(gap) * SECOND + self.random.between(3_000, 40_000) * 1_000;
        let at = self.calendar.awake(at, self.people[person].zone, &mut self.random);
        (at < self.calendar.end()).then_some(at)
    }

    fn post(&mut self, mut post: Post) -> usize {
        let number = self.posts.len();
        if post.parent.is_none() {
            post.root = number;
        }
        if self.random.chance(35) && post.author != Author::Robot {
            post.edited =
                Some(post.at + self.random.between(20, 900) * SECOND).filter(|e| *e < self.calendar.end());
        }
        post.deleted = post.parent.is_some() && self.random.chance(4);
        self.posts.push(post);
        number
    }

    /// Reactions by others; `mean` in thousandths.
    fn react(&mut self, number: usize, mean: u64) {
        let (place, author, at) =
            (self.posts[number].place, self.posts[number].author, self.posts[number].at);
        if PLACES[place].network == Network::Mail {
            return;
        }
        for _ in 0..self.random.below(2 * mean / 1000 + 1) + self.random.count(mean % 1000) {
            let Some(person) = self.someone(place, Language::English, &[author]) else { return };
            let which = self.random.below(5).min(self.random.below(5)) as usize;
            // A forum knows one reaction, the like.
            let which = if PLACES[place].network == Network::Discourse { 0 } else { which };
            let at = at + self.random.long_tail(5_000) * SECOND;
            let again = self.posts[number].reactions.iter().any(|(p, w, _)| (*p, *w) == (person, which));
            if !again && at < self.calendar.end() {
                self.posts[number].reactions.push((person, which, at));
            }
        }
    }

    /// Many new accounts, spam in every channel, and the members' answer.
    fn raid(&mut self, day: i32) {
        let evening = self.calendar.first.plus(day).start_micros() + 19 * HOUR;
        let channels = PLACES[DISCORD].channels.len();
        let setting = Setting::new(Language::English, self.calendar.version(day), &mut self.random);
        for raider in 0..self.people.len() {
            if self.people[raider].role != Role::Raider {
                continue;
            }
            for _ in 0..self.random.between(2, 6) {
                let at = evening + self.random.between(0, 5_400_000) * 1_000;
                let channel = self.random.between(3, channels as i64 - 2) as usize;
                let text = setting.say(SPAM, &mut self.random);
                let spam = self.post(Post::new(at, DISCORD, channel, Author::Person(raider), text));
                self.posts[spam].deleted = false;
            }
        }
        for (index, text) in RAID_TALK.iter().enumerate() {
            let Some(person) = self.someone(DISCORD, Language::English, &[]) else { return };
            let at = evening + (10 + 14 * index as i64) * 60 * SECOND;
            let general = channel_for(DISCORD, Occasion::Chat, Language::English).map_or(0, |c| c.0);
            self.post(Post::new(at, DISCORD, general, Author::Person(person), (*text).to_owned()));
        }
    }
}

impl Post {
    fn new(at: Micros, place: usize, channel: usize, author: Author, text: String) -> Self {
        Self {
            at,
            place,
            channel,
            author,
            root: 0,
            parent: None,
            title: None,
            text,
            reactions: Vec::new(),
            accepted: None,
            edited: None,
            deleted: false,
        }
    }
}

/// The first sentence of a text, without its end.
fn title_of(text: &str) -> String {
    let end = text.find(['.', '!', '?', ':']).unwrap_or(text.len());
    text[..end].chars().take(70).collect::<String>().trim().to_owned()
}
