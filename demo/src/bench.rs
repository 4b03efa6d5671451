//! Generated logs for the benchmarks: any number of activities, in bounded memory, at more than a million a
//! second. Every value follows from a hash of the activity's index.

use crate::random::mix;
use base::{Day, Micros, Result};
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind};
use connect::Sink;

/// The order in which the activities come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One channel after the other, as exports come.
    Channel,
    /// By time over all channels.
    Time,
}

/// Which log is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bench {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many activities.
    pub activities: u64,
    /// How many channels; few of them hold most.
    pub channels: u32,
    /// How many members are active on a day, where there are enough messages for it.
    pub actives_per_day: u32,
    /// Over how many days.
    pub days: u32,
    /// The last day.
    pub end: Day,
    /// The order in which they come.
    pub order: Order,
}

impl Bench {
    /// The log of the benchmarks: 200 channels, two years, about 2,000 active members a day.
    pub fn new(activities: u64, order: Order, end: Day) -> Self {
        Self { seed: 1, activities, channels: 200, actives_per_day: 2_000, days: 730, end, order }
    }
}

/// Hands a generated log to a sink.
///
/// # Errors
/// What the sink returns.
pub fn fill(bench: &Bench, sink: &mut dyn Sink) -> Result<()> {
    let log = Log::new(bench);
    for channel in 0..log.channels {
        let name = format!("channel-{channel:03}");
        sink.channel(ChannelDraft {
            external_id: channel_id(channel),
            name: Some(name),
            ..ChannelDraft::default()
        })?;
    }
    for member in 0..log.pool {
        let handle = Some(format!("member{member}"));
        let name = Some(format!("Member {member}"));
        let bot = Some(false);
        sink.identity(IdentityDraft {
            external_id: member_id(member),
            name,
            handle,
            bot,
            ..IdentityDraft::default()
        })?;
    }
    let mut state: Vec<Openings> = (0..log.channels).map(|_| Openings::default()).collect();
    match bench.order {
        Order::Channel => {
            let mut done = 0;
            for channel in 0..log.channels {
                let here = log.share(channel, bench.activities);
                for n in 0..here {
                    let at = log.moment(n, here, done + n);
                    sink.activity(log.draft(done + n, at, channel, &mut state[channel as usize]))?;
                    if n % 4096 == 0 {
                        sink.progress(done + n);
                    }
                }
                done += here;
            }
        }
        Order::Time => {
            for n in 0..bench.activities {
                let channel = log.channel_of(n);
                let at = log.moment(n, bench.activities, n);
                sink.activity(log.draft(n, at, channel, &mut state[channel as usize]))?;
                if n % 4096 == 0 {
                    sink.progress(n);
                }
            }
        }
    }
    sink.progress(bench.activities);
    Ok(())
}

/// The newest openings of a channel; replies follow one of them.
#[derive(Default)]
struct Openings {
    ids: [i64; 8],
    count: usize,
}

struct Log {
    seed: u64,
    first: Day,
    days: u64,
    channels: u32,
    /// Sums of the channels' weights.
    weights: Vec<u64>,
    /// Places at the day's table: who sits there changes slowly near the top and daily at the end.
    slots: u64,
    /// How many members there are by the end.
    pool: u64,
    /// What messages are cut out of.
    words: Words,
}

impl Log {
    fn new(bench: &Bench) -> Self {
        let channels = bench.channels.max(1);
        let mut sum = 0;
        let weights = (0..u64::from(channels))
            .map(|c| {
                sum += 1_000_000 / (c + 4);
                sum
            })
            .collect();
        let days = u64::from(bench.days.max(1));
        let slots = u64::from(bench.actives_per_day.max(1));
        let first = bench.end.plus(1 - days as i32);
        let words = Words::new(bench.seed);
        Self { seed: mix(bench.seed), first, days, channels, weights, slots, pool: slots * 25, words }
    }

    /// How many of the activities lie in a channel; over all channels exactly all of them.
    fn share(&self, channel: u32, activities: u64) -> u64 {
        let total = u128::from(self.weights[self.channels as usize - 1]);
        let up_to = |sum: u64| (u128::from(sum) * u128::from(activities) / total) as u64;
        let before = channel.checked_sub(1).map_or(0, |c| self.weights[c as usize]);
        up_to(self.weights[channel as usize]) - up_to(before)
    }

    fn channel_of(&self, n: u64) -> u32 {
        let total = self.weights[self.channels as usize - 1];
        let draw = mix(self.seed ^ n ^ 0xc4a2) % total;
        self.weights.partition_point(|sum| *sum <= draw) as u32
    }

    /// The moment of the n-th of `of` activities: even steps with a little noise, always rising.
    fn moment(&self, n: u64, of: u64, noise: u64) -> Micros {
        let span = u128::from(self.days) * 86_400_000_000;
        let step = |n: u64| (span * u128::from(n) / u128::from(of.max(1))) as u64;
        let width = (step(n + 1) - step(n)).max(1);
        self.first.start_micros() + (step(n) + mix(self.seed ^ noise) % width) as i64
    }

    fn draft(&self, n: u64, at: Micros, channel: u32, openings: &mut Openings) -> ActivityDraft {
        let hash = mix(self.seed ^ n.wrapping_mul(0x9e37_79b9));
        let reply = openings.count > 0 && hash % 100 < 30;
        let id = n as i64 + 1;
        let kind = if reply { Kind::REPLY_POSTED } else { Kind::MESSAGE_POSTED };
        let root = if reply {
            openings.ids[(hash >> 8) as usize % openings.count.min(openings.ids.len())]
        } else {
            openings.ids[openings.count % openings.ids.len()] = id;
            openings.count += 1;
            id
        };
        let key = root.to_string();
        ActivityDraft {
            rank: id,
            actor: Some(member_id(self.member(at, hash))),
            parent: reply.then(|| key.clone()),
            conversation: Some(ConversationKey { order: root, key }),
            text: Some(self.text(hash)),
            ..ActivityDraft::new(kind, at, id.to_string(), channel_id(channel))
        }
    }

    /// Who wrote it: a seat at the day's table, low seats more often; the lower the seat, the longer somebody
    /// keeps it.
    fn member(&self, at: Micros, hash: u64) -> u64 {
        let day = (Day::of_micros(at).0 - self.first.0).max(0) as u64;
        let draw = (hash >> 20) & 0xffff;
        let seat = (draw * draw * self.slots) >> 32;
        let keeps = (self.days * 2 / (1 + seat * 40 / self.slots)).max(1);
        let keeps = if seat * 2 > self.slots { 1 + seat % 3 } else { keeps };
        let term = (day + mix(seat) % keeps) / keeps;
        let grown = self.pool * (3 * self.days + 7 * day) / (10 * self.days);
        mix(self.seed ^ (seat << 32) ^ term) % grown.max(1)
    }

    /// 50 to 150 bytes of words.
    fn text(&self, hash: u64) -> String {
        let length = 50 + (hash >> 40) as usize % 101;
        self.words.cut(mix(hash), length).to_owned()
    }
}

fn channel_id(channel: u32) -> String {
    format!("c{channel}")
}

fn member_id(member: u64) -> String {
    let mut id = String::with_capacity(8);
    id.push('m');
    id.push_str(&member.to_string());
    id
}

/// How many different words there are.
const VOCABULARY: u64 = 65_000;
/// How long the text is that messages are cut out of; each word of the vocabulary is in it about once or more.
const TEXT: usize = 4 << 20;

/// A long text of made-up words, ASCII, so that any cut is valid. How often a word comes falls with its rank as in
/// a natural language (Zipf): the first in every twelfth place, half of all words once or twice.
struct Words {
    text: String,
    /// Where words begin.
    begins: Vec<u32>,
}

impl Words {
    fn new(seed: u64) -> Self {
        let mut sum = 0;
        let sums: Vec<u64> = (0..VOCABULARY)
            .map(|rank| {
                sum += 1_000_000_000 / (rank + 1);
                sum
            })
            .collect();
        let (mut text, mut begins) = (String::with_capacity(TEXT + 64), Vec::with_capacity(TEXT / 7));
        let mut n = mix(seed);
        while text.len() < TEXT {
            n = mix(n);
            begins.push(text.len() as u32);
            push_word(&mut text, sums.partition_point(|s| *s <= n % sum) as u64);
            text.push_str(if (n >> 7).is_multiple_of(11) { ". " } else { " " });
        }
        Self { text, begins }
    }

    /// Whole words somewhere out of the text, together at most so long (at least one).
    fn cut(&self, at: u64, length: usize) -> &str {
        let start = self.begins[at as usize % (self.begins.len() - 64)] as usize;
        let rest = &self.text[start..start + length];
        rest.rfind(' ').map_or(rest, |end| &rest[..end])
    }
}

/// The word of a rank: one to four syllables, the frequent words the short ones.
fn push_word(text: &mut String, rank: u64) {
    const SYLLABLES: [&str; 16] = [
        "ba", "ler", "ti", "mo", "sen", "ka", "ru", "vel", "do", "an", "pi", "gor", "lu", "est", "ni", "far",
    ];
    let mut rest = rank + 1;
    while rest > 0 {
        rest -= 1;
        text.push_str(SYLLABLES[rest as usize % 16]);
        rest /= 16;
    }
}
