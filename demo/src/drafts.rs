//! The story as drafts: ids, links and rows as the network of each source makes them.

use crate::DemoSource;
use crate::calendar::{Calendar, HOUR, SECOND};
use crate::people::{Person, Role, Tie};
use crate::places::{Network, PLACES};
use crate::random::{Random, mix};
use crate::story::{Author, Post};
use base::Micros;
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Place, Record};
use std::collections::HashMap;

const EMOJI: [&str; 5] = ["👍", "❤️", "🎉", "😄", "🪵"];
const DISCORD_ROBOT: &str = "810000000000009999";
const SLACK_ROBOT: &str = "B01BUILDS";

/// One row of a source before it has an id.
#[derive(Clone, Copy)]
enum Row {
    Post(usize),
    Join(usize),
    Leave(usize),
    Notice(usize),
}

/// What one source is made of.
pub(crate) struct Writer<'a> {
    place: usize,
    network: Network,
    calendar: &'a Calendar,
    people: &'a [Person],
    posts: &'a [Post],
    /// Ids of posts, by number.
    ids: HashMap<usize, i64>,
    /// Numbers of topics (Discourse), by the opening post's number.
    topics: HashMap<usize, i64>,
    /// How many posts a topic has so far.
    counts: HashMap<usize, i64>,
}

/// The external id of a person at a source.
pub(crate) fn identity_id(place: usize, number: usize, person: &Person) -> String {
    let hash = mix(number as u64 ^ 0x1a7e);
    match PLACES[place].network {
        Network::Discord => format!("{}", 400_000_000_000_000_000 + hash % 400_000_000_000_000_000),
        Network::Slack => format!("U{:09X}", hash % 0xF_FFFF_FFFF),
        Network::Discourse => person.handles[place].clone(),
        Network::Mail => email(place, person),
    }
}

/// The e-mail address that somebody uses at a source.
fn email(place: usize, person: &Person) -> String {
    match (PLACES[place].network, person.tie, person.email.split_once('@')) {
        (Network::Mail, Tie::Hidden, Some((_, domain))) => format!("{}@{domain}", person.handles[place]),
        _ => person.email.clone(),
    }
}

impl<'a> Writer<'a> {
    pub(crate) fn new(place: usize, calendar: &'a Calendar, people: &'a [Person], posts: &'a [Post]) -> Self {
        let network = PLACES[place].network;
        let (ids, topics, counts) = Default::default();
        Self { place, network, calendar, people, posts, ids, topics, counts }
    }

    /// The whole source.
    pub(crate) fn source(mut self, random: &mut Random) -> DemoSource {
        let mut rows = self.rows(random);
        rows.sort_by_key(|(at, order, _)| (*at, *order));
        let mut last = 0;
        for (at, _, _) in &mut rows {
            // No two rows of a source share a moment, so that times can be ids (Slack).
            *at = (*at).max(last + 1);
            last = *at;
        }
        let mut by_channel: Vec<Vec<ActivityDraft>> =
            PLACES[self.place].channels.iter().map(|_| Vec::new()).collect();
        for (sequence, (at, _, row)) in rows.iter().enumerate() {
            let id = self.id_at(*at, sequence);
            match *row {
                Row::Post(number) => self.post(number, *at, id, &mut by_channel),
                Row::Join(person) => {
                    by_channel[0].push(self.membership(Kind::MEMBER_JOINED, person, *at, id))
                }
                Row::Leave(person) => by_channel[0].push(self.membership(Kind::MEMBER_LEFT, person, *at, id)),
                Row::Notice(person) => {
                    let text = Some("Pinned a message.".to_owned());
                    by_channel[0].push(ActivityDraft {
                        text,
                        ..self.draft(Kind::NOTICE_POSTED, *at, id, 0, Some(person))
                    });
                }
            }
        }
        DemoSource {
            name: PLACES[self.place].name,
            network: self.network,
            identities: self.identities(),
            channels: self.channels(),
            activities: by_channel.into_iter().flatten().collect(),
        }
    }

    /// Every row with its moment and an order for equal moments.
    fn rows(&self, random: &mut Random) -> Vec<(Micros, usize, Row)> {
        let mut rows = Vec::new();
        let mut seen: HashMap<usize, (Micros, Micros)> = HashMap::new();
        let mut note = |person: usize, at: Micros| {
            let span = seen.entry(person).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
        };
        for (number, post) in self.posts.iter().enumerate().filter(|(_, p)| p.place == self.place) {
            rows.push((post.at, number, Row::Post(number)));
            if let Author::Person(person) = post.author {
                note(person, post.at);
            }
            for (person, _, at) in &post.reactions {
                note(*person, *at);
            }
        }
        if !self.network.is_chat() {
            return rows;
        }
        for (number, person) in self.people.iter().enumerate() {
            let Some(since) = person.since[self.place] else { continue };
            let span = seen.get(&number).copied();
            let joined = self.joined(since, person, span, random);
            rows.push((joined, number, Row::Join(number)));
            if let Some(left) = self.left(person, joined, span, random) {
                rows.push((left, number, Row::Leave(number)));
            }
        }
        for day in (20..self.calendar.days).step_by(23) {
            rows.push((self.calendar.moment(day, 0, random), 0, Row::Notice(0)));
        }
        rows
    }

    fn joined(
        &self,
        since: i32,
        person: &Person,
        span: Option<(Micros, Micros)>,
        random: &mut Random,
    ) -> Micros {
        let day = self.calendar.first.plus(since).start_micros();
        let moment = match person.role {
            Role::Raider => day + 17 * HOUR + random.between(0, 6_900) * SECOND,
            _ => self.calendar.moment(since, person.zone, random),
        };
        match span {
            Some((first, _)) if first <= moment => (first - random.between(60, 1_500) * SECOND).max(day),
            _ => moment,
        }
    }

    /// When somebody left for good; most just fall silent.
    fn left(
        &self,
        person: &Person,
        joined: Micros,
        span: Option<(Micros, Micros)>,
        random: &mut Random,
    ) -> Option<Micros> {
        let last = span.map_or(joined, |s| s.1.max(joined));
        let at = match person.role {
            Role::Raider => last + random.between(60, 2_400) * SECOND,
            _ if person.cast => return None,
            _ if self.calendar.day_of(last) >= self.calendar.days - 3 || !random.chance(430) => return None,
            _ => {
                let quiet = self.calendar.first.plus(person.last_day).start_micros().max(last);
                quiet + random.long_tail(400_000) * SECOND + random.between(30, 7_200) * SECOND
            }
        };
        (at < self.calendar.end()).then_some(at)
    }

    /// The number that this network gives to a row.
    fn id_at(&self, at: Micros, sequence: usize) -> i64 {
        match self.network {
            // Milliseconds since 2015 and a counter, as Discord documents its snowflakes.
            Network::Discord => ((at / 1000 - 1_420_070_400_000) << 22) | (sequence as i64 & 0xfff),
            Network::Slack => at,
            Network::Discourse | Network::Mail => 1_001 + sequence as i64,
        }
    }

    fn words(&self, id: i64) -> String {
        match self.network {
            Network::Discord | Network::Discourse => id.to_string(),
            Network::Slack => format!("{}.{:06}", id / SECOND, id % SECOND),
            Network::Mail => format!("{:x}.{id}@lists.lathe.example", mix(id as u64) >> 24),
        }
    }

    /// A draft with everything that all rows have.
    fn draft(&self, kind: Kind, at: Micros, id: i64, channel: usize, person: Option<usize>) -> ActivityDraft {
        let place = match self.network {
            Network::Slack => Place::Channel,
            _ => Place::Source,
        };
        let actor = person.map(|p| identity_id(self.place, p, &self.people[p]));
        let channel = PLACES[self.place].channels[channel].id;
        ActivityDraft { place, rank: id, actor, ..ActivityDraft::new(kind, at, self.words(id), channel) }
    }

    fn membership(&self, kind: Kind, person: usize, at: Micros, id: i64) -> ActivityDraft {
        let record = if kind == Kind::MEMBER_LEFT { Record::Membership } else { Record::Message };
        ActivityDraft { record, ..self.draft(kind, at, id, 0, Some(person)) }
    }

    /// A post and what hangs on it: reactions, the accepted mark.
    fn post(&mut self, number: usize, at: Micros, id: i64, out: &mut [Vec<ActivityDraft>]) {
        let post = &self.posts[number];
        self.ids.insert(number, id);
        let key = self.conversation(post.root);
        let position = self.counts.entry(post.root).or_insert(0);
        *position += 1;
        let link = self.permalink(post, id, &key, *self.counts.get(&post.root).unwrap_or(&1));
        let person = match post.author {
            Author::Person(p) => Some(p),
            Author::Robot => None,
        };
        let mut draft = self.draft(self.kind(number), at, id, post.channel, person);
        if post.author == Author::Robot {
            draft.actor =
                Some(if self.network == Network::Slack { SLACK_ROBOT } else { DISCORD_ROBOT }.to_owned());
        }
        draft.conversation = Some(key.clone());
        draft.title.clone_from(&post.title);
        draft.parent = post.parent.and_then(|p| self.ids.get(&p)).map(|p| self.words(*p));
        draft.text = (!post.deleted).then(|| post.text.clone());
        draft.deleted = post.deleted;
        draft.edited_at = post.edited;
        draft.permalink = link;
        let message = draft.external_id.clone();
        let rows = &mut out[post.channel];
        rows.push(draft);
        for (person, which, when) in &post.reactions {
            let mut reaction =
                self.draft(Kind::REACTION_ADDED, (*when).max(at), id, post.channel, Some(*person));
            let actor = reaction.actor.clone().unwrap_or_default();
            let emoji = if self.network == Network::Discourse { "like" } else { EMOJI[*which] };
            reaction.external_id = format!("{message}\t{actor}\t{emoji}");
            reaction.record = Record::Reaction;
            reaction.parent = Some(message.clone());
            rows.push(reaction);
        }
        if let (Some(when), Author::Person(opener)) = (post.accepted, self.posts[post.root].author) {
            let mut mark = self.draft(Kind::ANSWER_ACCEPTED, when.max(at), id, post.channel, Some(opener));
            mark.record = Record::Acceptance;
            mark.parent = Some(message);
            mark.conversation = Some(key);
            rows.push(mark);
        }
    }

    fn kind(&self, number: usize) -> Kind {
        let post = &self.posts[number];
        match (self.network, post.parent) {
            (Network::Slack, None) if post.author == Author::Robot => Kind::MESSAGE_RELAYED,
            (_, Some(_)) => Kind::REPLY_POSTED,
            (Network::Discord | Network::Slack, None) => Kind::MESSAGE_POSTED,
            (Network::Discourse | Network::Mail, None) => Kind::TOPIC_OPENED,
        }
    }

    fn conversation(&mut self, root: usize) -> ConversationKey {
        let id = self.ids.get(&root).copied().unwrap_or_default();
        match self.network {
            Network::Discourse => {
                let next = 101 + self.topics.len() as i64;
                let topic = *self.topics.entry(root).or_insert(next);
                ConversationKey { order: topic, key: topic.to_string() }
            }
            _ => ConversationKey { order: id, key: self.words(id) },
        }
    }

    fn permalink(&self, post: &Post, id: i64, key: &ConversationKey, position: i64) -> Option<String> {
        let channel = PLACES[self.place].channels[post.channel].id;
        match self.network {
            Network::Discord => {
                Some(format!("https://discord.example/channels/810000000000000000/{channel}/{id}"))
            }
            Network::Slack => Some(format!("https://lathe.slack.example/archives/{channel}/p{id}")),
            Network::Discourse => Some(format!("https://forum.lathe.example/t/{}/{position}", key.key)),
            Network::Mail => None,
        }
    }

    fn identities(&self) -> Vec<IdentityDraft> {
        let here = self.people.iter().enumerate().filter(|(_, p)| p.since[self.place].is_some());
        let mut list: Vec<IdentityDraft> = here
            .map(|(number, person)| IdentityDraft {
                external_id: identity_id(self.place, number, person),
                name: Some(person.shown[self.place].clone()),
                handle: (self.network != Network::Mail).then(|| person.handles[self.place].clone()),
                email: matches!(self.network, Network::Slack | Network::Mail)
                    .then(|| email(self.place, person)),
                avatar: None,
                bot: (self.network != Network::Mail).then_some(false),
            })
            .collect();
        let robot = match self.network {
            Network::Discord => Some(DISCORD_ROBOT),
            Network::Slack => Some(SLACK_ROBOT),
            _ => None,
        };
        list.extend(robot.map(|id| IdentityDraft {
            external_id: id.to_owned(),
            name: Some("Build Robot".to_owned()),
            handle: Some("build-robot".to_owned()),
            bot: Some(true),
            ..IdentityDraft::default()
        }));
        list
    }

    fn channels(&self) -> Vec<ChannelDraft> {
        let channels = PLACES[self.place].channels.iter();
        channels
            .map(|c| ChannelDraft {
                external_id: c.id.to_owned(),
                name: Some(c.name.to_owned()),
                category: (!c.category.is_empty()).then(|| c.category.to_owned()),
                private: c.private,
                permalink: None,
            })
            .collect()
    }
}
