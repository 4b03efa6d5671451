//! What happens, day by day: who begins a conversation, who comes and goes. How a conversation goes on stands in
//! [`crate::talk`], what was planned in [`crate::plot`].

use crate::calendar::{Calendar, HOUR, SECOND, VERSIONS};
use crate::people::{Person, Role};
use crate::places::{DISCORD, MAIL, Network, Occasion, PLACES, SLACK, channel_for};
use crate::random::Random;
use crate::talk::Thread;
use crate::texts::{BUILD, Language, Pen, Setting};
use base::Micros;
use std::collections::HashMap;

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

/// A channel in which nobody says anything for a while.
pub(crate) struct Hush {
    pub(crate) place: usize,
    pub(crate) channel: usize,
    pub(crate) from: Micros,
    pub(crate) to: Micros,
}

pub(crate) struct Story<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) people: &'a [Person],
    pub(crate) posts: Vec<Post>,
    pub(crate) pen: Pen,
    pub(crate) random: Random,
    pub(crate) hushes: Vec<Hush>,
    /// By source: who is there today, and sums of how much each answers.
    crowd: [Vec<(u64, usize)>; PLACES.len()],
    /// By occasion: who likes to answer it, for the day.
    fans: HashMap<Occasion, Vec<usize>>,
}

impl<'a> Story<'a> {
    /// Everything that is said, in no order.
    pub(crate) fn tell(calendar: &'a Calendar, people: &'a [Person], seed: u64) -> Self {
        let mut story = Self {
            calendar,
            people,
            posts: Vec::new(),
            pen: Pen::new(seed.wrapping_add(0x9e)),
            random: Random::new(seed),
            hushes: Vec::new(),
            crowd: std::array::from_fn(|_| Vec::new()),
            fans: HashMap::new(),
        };
        story.hush();
        for day in 0..calendar.days {
            story.gather(day);
            story.team(day);
            for person in 0..people.len() {
                story.person_day(person, day);
            }
            story.plot(day);
        }
        story.scenes();
        story
    }

    /// Who could answer today.
    fn gather(&mut self, day: i32) {
        self.fans.clear();
        for (place, crowd) in self.crowd.iter_mut().enumerate() {
            crowd.clear();
            let mut sum = 0;
            for (number, person) in self.people.iter().enumerate() {
                if person.is_at(place, day) && person.weight(day) > 0 {
                    sum += person.weight(day);
                    crowd.push((sum, number));
                }
            }
        }
        for (number, person) in self.people.iter().enumerate() {
            if day >= person.first_day() && day <= person.last_day {
                for occasion in &person.answers {
                    self.fans.entry(*occasion).or_default().push(number);
                }
            }
        }
    }

    /// Somebody of a source who speaks a language and is none of `but`.
    pub(crate) fn someone(&mut self, place: usize, language: Language, but: &[Author]) -> Option<usize> {
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

    /// Somebody who knows about an occasion, if one is there; else anybody.
    pub(crate) fn guide(&mut self, thread: &Thread, occasion: Occasion) -> Option<usize> {
        let fans = self.fans.get(&occasion).cloned().unwrap_or_default();
        for _ in 0..4 {
            if fans.is_empty() || self.random.chance(250) {
                break;
            }
            let person = self.random.pick(&fans);
            let one = &self.people[person];
            let speaks = thread.language == Language::English || one.language == thread.language;
            let fit =
                speaks && one.is_at(thread.place, thread.day) && thread.opener != Author::Person(person);
            if fit && self.random.chance(one.vigour(thread.day)) {
                return Some(person);
            }
        }
        self.someone(thread.place, thread.language, &[thread.opener])
    }

    /// What the robot and the staff do.
    fn team(&mut self, day: i32) {
        let builds = if self.calendar.is_weekend(day) { 1 } else { 2 };
        for place in [DISCORD, SLACK] {
            for _ in 0..self.random.below(builds + 1) {
                self.build(place, day);
            }
        }
        let staff: Vec<usize> =
            (0..self.people.len()).filter(|p| self.people[*p].role == Role::Staff).collect();
        let Some(first) = staff.first().copied() else { return };
        if day == self.calendar.launch || (day % 17 == 5 && !self.calendar.is_weekend(day)) {
            for place in 0..PLACES.len() {
                self.begin(place, Author::Person(first), Occasion::News, day);
            }
        }
        if day % 29 == 11 {
            let who = self.random.pick(&staff);
            self.begin(2, Author::Person(who), Occasion::Job, day);
        }
        if !self.calendar.is_weekend(day) && self.random.chance(350) {
            let who = self.random.pick(&staff);
            self.begin(SLACK, Author::Person(who), Occasion::Team, day);
        }
    }

    /// A report of the build robot.
    fn build(&mut self, place: usize, day: i32) {
        let Some((channel, language)) = channel_for(place, Occasion::Build, Language::English) else {
            return;
        };
        let mut setting = Setting::new(language, self.versions(day), &mut self.random);
        setting.serial = self.pen.serial();
        let text = self.pen.single(&setting, BUILD);
        let at = self.calendar.moment(day, 0, &mut self.random);
        let root = self.post(Post::new(at, place, channel, Author::Robot, text));
        self.react(root, 60);
    }

    /// The newest release of a day and the one before.
    pub(crate) fn versions(&self, day: i32) -> [&'static str; 2] {
        let number = self.calendar.version(day);
        [VERSIONS[number], VERSIONS[number.saturating_sub(1)]]
    }

    /// What one person begins on a day.
    fn person_day(&mut self, number: usize, day: i32) {
        let person = &self.people[number];
        let first = person.first_day();
        let acts = !matches!(person.role, Role::Raider | Role::Newcomer);
        if day < first || day > person.last_day || !acts {
            return;
        }
        let here: Vec<usize> = (0..PLACES.len()).filter(|p| person.is_at(*p, day)).collect();
        if day == first && !person.cast {
            let place = self.random.pick(&here);
            if self.random.chance(300) {
                self.begin(place, Author::Person(number), Occasion::Intro, day);
            }
            if self.random.chance(460) {
                let occasion = self.subject(place);
                self.begin(place, Author::Person(number), occasion, day);
            }
        }
        let rate = person.rate * self.calendar.weekday(day) / 1000 * self.calendar.season(day) / 1000;
        for _ in 0..self.random.count(rate * person.vigour(day) / 1000) {
            let total: u64 = here.iter().map(|p| PLACES[*p].pull).sum();
            let mut draw = self.random.below(total);
            let place = here.iter().copied().find(|p| {
                let hit = draw < PLACES[*p].pull;
                draw = draw.saturating_sub(PLACES[*p].pull);
                hit
            });
            let place = place.unwrap_or(here[0]);
            let occasion = match self.random.below(100) {
                0..46 => self.subject(place),
                46..63 => Occasion::Show,
                63..71 => Occasion::Idea,
                71..72 => Occasion::Job,
                72..86 => Occasion::Off,
                _ => Occasion::Chat,
            };
            self.begin(place, Author::Person(number), occasion, day);
        }
    }

    /// What a question at a source is about.
    fn subject(&mut self, place: usize) -> Occasion {
        match (place, self.random.below(100)) {
            (SLACK, _) | (MAIL, 0..16) => Occasion::Contribute,
            (_, 0..60) => Occasion::Program,
            _ => Occasion::Machine,
        }
    }

    /// Begins a conversation and lets it go on.
    fn begin(&mut self, place: usize, opener: Author, occasion: Occasion, day: i32) {
        let zone = match opener {
            Author::Person(p) => self.people[p].zone,
            Author::Robot => 0,
        };
        let at = self.calendar.moment(day, zone, &mut self.random);
        self.begin_at(place, opener, occasion, at);
    }

    /// As [`Story::begin`], at a moment; `None` where nobody says anything then.
    pub(crate) fn begin_at(
        &mut self,
        place: usize,
        opener: Author,
        occasion: Occasion,
        at: Micros,
    ) -> Option<usize> {
        let day = self.calendar.day_of(at);
        let own = match opener {
            Author::Person(p) => self.people[p].language,
            Author::Robot => Language::English,
        };
        // Announcements are written for everybody; a third of the others prefer the common language.
        let everybody =
            matches!(occasion, Occasion::News | Occasion::Team | Occasion::Contribute | Occasion::Job);
        let common = everybody || self.random.chance(300);
        let wanted = if common { Language::English } else { own };
        let (channel, language) = channel_for(place, occasion, wanted)?;
        if self.hushed(place, channel, at) {
            return None;
        }
        let mut setting = Setting::new(language, self.versions(day), &mut self.random);
        setting.me = match opener {
            // Who introduces themselves says their name, whatever they call themselves there.
            Author::Person(p) if occasion == Occasion::Intro => self.people[p].first_name().to_owned(),
            _ => self.call(opener, place),
        };
        setting.serial = self.pen.serial();
        let topic = self.pen.topic(&mut setting, occasion)?;
        let network = PLACES[place].network;
        let text = self.pen.opening(&setting, topic, network);
        let title = (!network.is_chat()).then(|| match topic.titles.is_empty() {
            true => title_of(&text),
            false => self.pen.say(&setting, topic.titles),
        });
        let root = self.post(Post { title, ..Post::new(at, place, channel, opener, text) });
        let voices = vec![opener];
        let thread = Thread { place, channel, day, root, occasion, opener, voices, language, setting, at };
        self.go_on(thread, topic);
        Some(root)
    }

    /// What others call an author at a source: the first name, or the handle of those who show no other.
    pub(crate) fn call(&self, author: Author, place: usize) -> String {
        match author {
            Author::Person(p) => {
                let shown = &self.people[p].shown[place];
                shown.split(' ').next().unwrap_or(shown).to_owned()
            }
            Author::Robot => "Robot".to_owned(),
        }
    }

    /// Some time later, when that person is awake; `None` when they or the demo are gone by then, and where
    /// nobody says anything.
    pub(crate) fn later(&mut self, thread: &Thread, person: usize, gap: i64) -> Option<Micros> {
        let at = thread.at + self.random.long_tail(gap) * SECOND + self.random.between(9_000, 70_000) * 1_000;
        let at = self.calendar.awake(at, self.people[person].zone, &mut self.random);
        let there = at < self.calendar.end() && self.calendar.day_of(at) <= self.people[person].last_day;
        (there && !self.hushed(thread.place, thread.channel, at)).then_some(at)
    }

    pub(crate) fn hushed(&self, place: usize, channel: usize, at: Micros) -> bool {
        let over = self.calendar.start(self.calendar.days - PLACES[place].behind);
        at >= over
            || self
                .hushes
                .iter()
                .any(|h| h.place == place && h.channel == channel && h.from <= at && at <= h.to)
    }

    pub(crate) fn post(&mut self, mut post: Post) -> usize {
        let number = self.posts.len();
        if post.parent.is_none() {
            post.root = number;
        }
        if self.random.chance(35) && post.author != Author::Robot {
            post.edited =
                Some(post.at + self.random.between(20, 900) * SECOND).filter(|e| *e < self.calendar.end());
        }
        post.deleted |= post.parent.is_some() && self.random.chance(4);
        self.posts.push(post);
        number
    }

    /// Reactions by others; `mean` in thousandths.
    pub(crate) fn react(&mut self, number: usize, mean: u64) {
        let (place, author, at) =
            (self.posts[number].place, self.posts[number].author, self.posts[number].at);
        if PLACES[place].network == Network::Mail {
            return;
        }
        for _ in 0..self.random.below(2 * mean / 1000 + 1) + self.random.count(mean % 1000) {
            let Some(person) = self.someone(place, Language::English, &[author]) else { return };
            let which = self.random.below(5).min(self.random.below(5)) as usize;
            let at = at + self.random.long_tail(5_000) * SECOND;
            self.react_at(number, person, which, at);
        }
    }

    /// One reaction, unless it stands already or lies behind somebody's or the demo's end.
    pub(crate) fn react_at(&mut self, number: usize, person: usize, which: usize, at: Micros) {
        // A forum knows one reaction, the like.
        let forum = PLACES[self.posts[number].place].network == Network::Discourse;
        let which = if forum { 0 } else { which };
        let post = &mut self.posts[number];
        let again = post.reactions.iter().any(|(p, w, _)| (*p, *w) == (person, which));
        let there = self.calendar.day_of(at) <= self.people[person].last_day;
        if !again && there && at < self.calendar.end() {
            post.reactions.push((person, which, at));
        }
    }
}

impl Post {
    pub(crate) fn new(at: Micros, place: usize, channel: usize, author: Author, text: String) -> Self {
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

/// The first sentence of a text, without its end, at most a line long.
pub(crate) fn title_of(text: &str) -> String {
    const LINE: usize = 72;
    let line = text.lines().find(|l| !l.is_empty() && !l.ends_with(',')).unwrap_or(text);
    let end = line.match_indices(['.', '!', '?']).map(|(at, _)| at);
    let end = end.filter(|at| *at > 20 && [None, Some(' ')].contains(&line[at + 1..].chars().next())).min();
    let sentence =
        &line[..end.map_or(line.len(), |at| if line[at..].starts_with('?') { at + 1 } else { at })];
    if sentence.chars().count() <= LINE {
        return sentence.trim_end_matches('.').to_owned();
    }
    let cut: String = sentence.chars().take(LINE).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head).trim_end_matches([',', ':']))
}

/// The evening of a day.
pub(crate) fn evening(calendar: &Calendar, day: i32) -> Micros {
    calendar.start(day) + 19 * HOUR
}
