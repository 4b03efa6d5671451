//! What was planned: announcements, the launch, the raid, the outage, the team's absence, and the scenes of the
//! last two weeks, which Today has to find.

use crate::calendar::{HOUR, MINUTE, SECOND};
use crate::people::Role;
use crate::places::{DISCORD, FORUM, MAIL, Network, Occasion, PLACES, SLACK, channel_for};
use crate::story::{Author, Hush, Post, Story, evening, title_of};
use crate::talk::Thread;
use crate::texts::{ACTS, Act, Language, SPAM, Setting, Topic, plot as said};
use base::Micros;

/// For how long nobody else talks in a channel after a question that stays without an answer.
const SILENCE: Micros = 6 * HOUR;

impl Story<'_> {
    /// What is planned for a day.
    pub(crate) fn plot(&mut self, day: i32) {
        let calendar = self.calendar;
        let announcements: [(i32, i64, &'static Topic); 8] = [
            (calendar.launch, 9, &said::LAUNCH),
            (calendar.raid + 1, 8, &said::AFTER_RAID),
            (calendar.conference - 12, 10, &said::CONFERENCE),
            (calendar.conference + 2, 9, &said::AFTER_CONFERENCE),
            (calendar.outage, 13, &said::OUTAGE),
            (calendar.outage, 18, &said::OUTAGE_OVER),
            (calendar.outage + 1, 15, &said::POST_MORTEM),
            (calendar.away, 8, &said::AWAY),
        ];
        for (_, hour, topic) in announcements.into_iter().filter(|(on, _, _)| *on == day) {
            self.announce(day, hour, topic);
        }
        if day % 28 == 20 {
            self.letter(day);
        }
        if day == calendar.raid {
            self.raid(day);
        }
        if day == calendar.outage {
            self.outage(day);
        }
    }

    /// Somebody by handle.
    fn named(&self, handle: &str) -> Option<usize> {
        self.people.iter().position(|p| p.cast && p.handles[0] == handle)
    }

    /// One text for each source, by the head of the team.
    fn announce(&mut self, day: i32, hour: i64, topic: &'static Topic) {
        let Some(author) = self.named(said::HEAD) else { return };
        for (place, source) in PLACES.iter().enumerate() {
            let Some((channel, language)) = channel_for(place, Occasion::News, Language::English) else {
                continue;
            };
            let at = self.calendar.start(day) + hour * HOUR + (7 + 3 * place as i64) * MINUTE;
            if self.hushed(place, channel, at) {
                continue;
            }
            let mut setting = Setting::new(language, self.versions(day), &mut self.random);
            setting.me = self.call(Author::Person(author), place);
            let text = self.pen.single(&setting, &topic.open[place..=place]);
            let title = (!source.network.is_chat()).then(|| self.pen.say(&setting, topic.titles));
            let opener = Author::Person(author);
            let root = self.post(Post { title, ..Post::new(at, place, channel, opener, text) });
            let (occasion, voices) = (Occasion::News, vec![opener]);
            self.go_on(
                Thread { place, channel, day, root, occasion, opener, voices, language, setting, at },
                topic,
            );
        }
    }

    /// The monthly letter, in the forum and on the list.
    fn letter(&mut self, day: i32) {
        let Some(author) = self.named(said::LETTERS) else { return };
        let number = day / 28 + 1;
        for place in [FORUM, MAIL] {
            let Some((channel, language)) = channel_for(place, Occasion::News, Language::English) else {
                continue;
            };
            let at = self.calendar.start(day) + 7 * HOUR + 20 * MINUTE + place as i64 * MINUTE;
            let setting = Setting::new(language, self.versions(day), &mut self.random);
            let mut text = self.pen.say(&setting, said::LETTER_OPENS);
            for _ in 0..3 {
                text = format!("{text}\n\n{}", self.pen.say(&setting, said::LETTER_ITEMS));
            }
            text = format!("{text}\n\n{}", self.pen.say(&setting, said::LETTER_ENDS));
            self.pen.note(&text);
            let title = Some(format!("Lathe letter {number}"));
            let opener = Author::Person(author);
            let root = self.post(Post { title, ..Post::new(at, place, channel, opener, text) });
            let (occasion, voices) = (Occasion::News, vec![opener]);
            self.go_on(
                Thread { place, channel, day, root, occasion, opener, voices, language, setting, at },
                &said::LETTER,
            );
        }
    }

    /// Many new accounts, spam in every channel, and the members' answer.
    fn raid(&mut self, day: i32) {
        let evening = evening(self.calendar, day);
        let open: Vec<usize> = (0..PLACES[DISCORD].channels.len())
            .filter(|c| {
                let occasions = PLACES[DISCORD].channels[*c].occasions;
                !occasions.is_empty()
                    && !occasions.contains(&Occasion::News)
                    && !occasions.contains(&Occasion::Build)
            })
            .collect();
        for raider in 0..self.people.len() {
            if self.people[raider].role != Role::Raider {
                continue;
            }
            for _ in 0..self.random.between(2, 6) {
                let setting = Setting::new(Language::English, self.versions(day), &mut self.random);
                let at = evening + self.random.between(0, 5_400_000) * 1_000;
                let channel = self.random.pick(&open);
                let text = self.pen.single(&setting, SPAM);
                let spam = self.post(Post::new(at, DISCORD, channel, Author::Person(raider), text));
                // Most of it was taken away by the team before anybody exported the channel.
                self.posts[spam].deleted = self.random.chance(780);
                self.posts[spam].edited = None;
            }
        }
        let Some((general, _)) = channel_for(DISCORD, Occasion::Chat, Language::English) else { return };
        for (index, (who, text)) in said::RAID_TALK.iter().enumerate() {
            let person = match who.is_empty() {
                true => self.someone(DISCORD, Language::English, &[]),
                false => self.named(who),
            };
            let at = evening + (6 + 11 * index as i64) * MINUTE;
            if let Some(person) = person {
                self.pen.note(text);
                self.post(Post::new(at, DISCORD, general, Author::Person(person), (*text).to_owned()));
            }
        }
    }

    /// Share and Sync are down from one to half past six: a wave of questions.
    fn outage(&mut self, day: i32) {
        let from = self.calendar.start(day) + 12 * HOUR + 50 * MINUTE;
        for number in 0..46 {
            let place = [DISCORD, DISCORD, FORUM, DISCORD, SLACK, FORUM, MAIL][number % 7];
            let Some(person) = self.someone(place, Language::English, &[]) else { continue };
            // Dense at first, fewer once it was announced.
            let share = self.random.below(1_000) * self.random.below(1_000) / 1_000;
            let at = from + share as i64 * 20 * SECOND + self.random.between(0, 59_000) * 1_000;
            self.begin_at(place, Author::Person(person), Occasion::Outage, at);
        }
    }

    /// Where nobody talks, because a question there is to stay without an answer.
    pub(crate) fn hush(&mut self) {
        for act in ACTS.iter().filter(|a| a.silent && PLACES[a.place].network != Network::Discourse) {
            let at = self.moment_of(act);
            self.hushes.push(Hush {
                place: act.place,
                channel: channel_of(act),
                from: at - 20 * MINUTE,
                to: at + SILENCE,
            });
        }
    }

    fn moment_of(&self, act: &Act) -> Micros {
        let day = self.calendar.days - 1 - act.back;
        self.calendar.start(day) + act.at.0 * HOUR + act.at.1 * MINUTE + 17 * SECOND
    }

    /// The scenes, word by word.
    pub(crate) fn scenes(&mut self) {
        for act in ACTS {
            let Some(author) = self.named(act.who) else { continue };
            let (place, channel, at) = (act.place, channel_of(act), self.moment_of(act));
            let title = (!PLACES[place].network.is_chat()).then(|| match act.title {
                "" => title_of(act.text),
                title => title.to_owned(),
            });
            let text = act.text.to_owned();
            self.pen.note(&text);
            let root =
                self.post(Post { title, ..Post::new(at, place, channel, Author::Person(author), text) });
            self.posts[root].edited = None;
            for (index, handle) in act.likes.iter().enumerate() {
                if let Some(person) = self.named(handle) {
                    self.react_at(root, person, index % 2, at + (31 + 47 * index as i64) * MINUTE);
                }
            }
            let mut parent = root;
            for line in act.lines {
                let Some(author) = self.named(line.who) else { continue };
                let at = at + line.after * MINUTE;
                let reply = Post::new(at, place, channel, Author::Person(author), line.text.to_owned());
                parent = self.post(Post { root, parent: Some(parent), ..reply });
                self.posts[parent].deleted = false;
            }
        }
    }
}

/// The number of the channel of a scene.
fn channel_of(act: &Act) -> usize {
    PLACES[act.place].channels.iter().position(|c| c.name == act.channel).unwrap_or_default()
}
