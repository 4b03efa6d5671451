//! Who the made-up community consists of: names, homes, how long they stay and how much they do.

use crate::Demo;
use crate::calendar::Calendar;
use crate::cast::{CAST, Part};
use crate::names::{Names, Origin};
use crate::places::{DISCORD, FORUM, MAIL, Network, Occasion, PLACES, SLACK};
use crate::random::Random;
use crate::texts::Language;

/// What somebody is to the community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Visitor,
    Regular,
    Expert,
    Staff,
    /// Came in the last days; does only what the scenes say.
    Newcomer,
    Raider,
}

/// What ties the accounts of one person together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// The team has linked them.
    Linked,
    /// Nobody has, but anybody can tell: the same e-mail address, or the same handle and name.
    Obvious,
    /// Nobody can tell.
    Hidden,
    /// Shown by the first name alone, which somebody else has, too.
    FirstName,
}

/// A person. Days are counted from the first day of the demo.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) language: Language,
    /// Hours ahead of UTC.
    pub(crate) zone: i64,
    /// The last day on which they do something.
    pub(crate) last_day: i32,
    /// Conversations begun per thousand days.
    pub(crate) rate: u64,
    pub(crate) role: Role,
    pub(crate) tie: Tie,
    /// Whether they have a part in the story and therefore do not leave.
    pub(crate) cast: bool,
    /// What they like to answer.
    pub(crate) answers: Vec<Occasion>,
    /// From this day on they do less and less.
    pub(crate) fades: Option<i32>,
    /// By source: the day on which they came, if they are there.
    pub(crate) since: [Option<i32>; PLACES.len()],
    /// By source: the handle used there, which is not always the same.
    pub(crate) handles: [String; PLACES.len()],
    /// By source: the name shown there.
    pub(crate) shown: [String; PLACES.len()],
}

impl Person {
    pub(crate) fn is_at(&self, place: usize, day: i32) -> bool {
        self.since[place].is_some_and(|since| since <= day) && day <= self.last_day
    }

    pub(crate) fn first_day(&self) -> i32 {
        self.since.iter().flatten().copied().min().unwrap_or(0)
    }

    pub(crate) fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }

    /// How much is left of somebody's habits on a day, in thousandths.
    pub(crate) fn vigour(&self, day: i32) -> u64 {
        match self.fades {
            Some(from) if day > from => (1_000 - (day - from) * 26).max(15) as u64,
            _ => 1_000,
        }
    }

    /// How likely they answer on a day, in proportion to others.
    pub(crate) fn weight(&self, day: i32) -> u64 {
        let weight = match self.role {
            Role::Staff => 210,
            Role::Expert if self.cast => 620,
            Role::Expert => 200 + self.rate,
            Role::Visitor => 6,
            Role::Newcomer | Role::Raider => 0,
            Role::Regular => 10 + self.rate,
        };
        weight * self.vigour(day) / 1_000
    }
}

/// The people: those with a part first, raiders last.
pub(crate) fn people(demo: &Demo, calendar: &Calendar, random: &mut Random) -> Vec<Person> {
    let size = demo.people();
    let raiders = (size / 22).clamp(5, 160);
    let mut names = Names::default();
    for part in CAST {
        names.keep(part.name, part.handle);
    }
    let mut people: Vec<Person> = CAST.iter().map(|part| with_part(part, calendar)).collect();
    for number in 0..size.saturating_sub(CAST.len() as u32) {
        let role = if number % 41 == 7 {
            Role::Expert
        } else if random.chance(390) {
            Role::Visitor
        } else {
            Role::Regular
        };
        people.push(person(role, calendar, &mut names, random));
    }
    for _ in 0..raiders {
        people.push(raider(calendar, &mut names, random));
    }
    people
}

fn with_part(part: &Part, calendar: &Calendar) -> Person {
    let back = |days: i32| (calendar.days - 1 - days).max(0);
    let since = std::array::from_fn(|place| {
        let at = part.places.find(["d", "s", "f", "m"][place])?;
        // The second home is found a little later.
        let later = if part.role == Role::Staff { 0 } else { 9 * at as i32 };
        Some((back(part.came) + later).min(calendar.days - 1))
    });
    let domain = if part.role == Role::Staff { crate::STAFF_DOMAIN } else { "post.example" };
    let name = part.name.to_owned();
    let shown = match part.tie {
        Tie::FirstName => name.split(' ').next().unwrap_or(&name).to_owned(),
        _ => name.clone(),
    };
    Person {
        email: format!("{}@{domain}", part.handle),
        language: part.language,
        zone: part.zone,
        last_day: back(part.last),
        rate: match part.role {
            Role::Staff => 60,
            Role::Newcomer => 0,
            _ => 110,
        },
        role: part.role,
        tie: part.tie,
        cast: true,
        answers: part.answers.to_vec(),
        fades: (part.fades > 0).then(|| back(part.fades)),
        since,
        handles: std::array::from_fn(|_| part.handle.to_owned()),
        shown: std::array::from_fn(|_| shown.clone()),
        name,
    }
}

fn person(role: Role, calendar: &Calendar, names: &mut Names, random: &mut Random) -> Person {
    let Origin { name, handle, language, zone } = names.next(random);
    let days = calendar.days;
    let arrives = if random.chance(70) { random.between(0, 13) as i32 } else { calendar.arrival(random) };
    let stays = match role {
        Role::Visitor => random.between(0, 4),
        Role::Expert => 200 + random.long_tail(200),
        _ => 12 + random.long_tail(150),
    };
    let rate = match role {
        Role::Expert => 50 + random.long_tail(36) as u64,
        Role::Visitor => 90,
        _ => 9 + random.long_tail(48) as u64,
    };
    let answers = match role {
        Role::Expert => {
            vec![random.pick(&[
                Occasion::Program,
                Occasion::Machine,
                Occasion::Program,
                Occasion::Contribute,
            ])]
        }
        _ => Vec::new(),
    };
    let domain = random.pick(&[
        "mail.example",
        "post.example",
        "inbox.example",
        "workshop.example",
        "letters.example",
    ]);
    let last_day = i32::try_from(i64::from(arrives) + stays).unwrap_or(days).min(days - 1);
    let since = homes(role, arrives, last_day, random);
    let several = since.iter().flatten().count() > 1;
    let tie = match random.below(100) {
        _ if !several => Tie::Hidden,
        0..80 => Tie::Linked,
        80..86 => Tie::Obvious,
        _ => Tie::Hidden,
    };
    let (handles, shown) = faces(tie, &name, &handle, names, random);
    let email = format!("{handle}@{domain}");
    Person {
        name,
        email,
        language,
        zone,
        last_day,
        rate,
        role,
        tie,
        cast: false,
        answers,
        fades: None,
        since,
        handles,
        shown,
    }
}

/// The handles and names by source.
fn faces(
    tie: Tie,
    name: &str,
    handle: &str,
    names: &mut Names,
    random: &mut Random,
) -> ([String; PLACES.len()], [String; PLACES.len()]) {
    let first = name.split(' ').next().unwrap_or(name);
    let obvious = tie == Tie::Obvious;
    let handles = std::array::from_fn(|place| match obvious || place == MAIL || random.chance(700) {
        true if tie != Tie::Hidden || place == DISCORD => handle.to_owned(),
        _ => names.variant(handle, random),
    });
    // In chats people call themselves what they like.
    let shown = std::array::from_fn(|place| match PLACES[place].network {
        Network::Discord if !obvious && random.chance(420) => match random.chance(500) {
            true => first.to_owned(),
            false => handle.to_owned(),
        },
        _ => name.to_owned(),
    });
    (handles, shown)
}

/// Where somebody is and since when: one place at first, others a little later.
fn homes(role: Role, arrives: i32, last_day: i32, random: &mut Random) -> [Option<i32>; PLACES.len()] {
    let mut since: [Option<i32>; PLACES.len()] =
        std::array::from_fn(|p| random.chance(PLACES[p].share).then_some(arrives));
    if role == Role::Visitor || since.iter().all(Option::is_none) {
        let one = random.pick(&[DISCORD, DISCORD, FORUM, FORUM, SLACK, MAIL]);
        since = std::array::from_fn(|p| (p == one).then_some(arrives));
    }
    let first = random.below(PLACES.len() as u64) as usize;
    let first =
        if since[first].is_some() { first } else { since.iter().position(Option::is_some).unwrap_or(0) };
    for (place, day) in since.iter_mut().enumerate() {
        if place != first {
            *day = day.map(|d| d + random.long_tail(18) as i32).filter(|d| *d <= last_day);
        }
    }
    since
}

fn raider(calendar: &Calendar, names: &mut Names, random: &mut Random) -> Person {
    let word = random.pick(&["free", "lucky", "gift", "crypto", "bonus", "vip", "promo", "winner"]);
    let base = format!("{word}{}", random.pick(&["king", "drop", "girl", "master", "zone", "team"]));
    let handle = names.variant(&base, random);
    Person {
        name: handle.clone(),
        email: format!("{handle}@throwaway.example"),
        language: Language::English,
        zone: 0,
        last_day: calendar.raid,
        rate: 0,
        role: Role::Raider,
        tie: Tie::Hidden,
        cast: false,
        answers: Vec::new(),
        fades: None,
        since: std::array::from_fn(|p| (p == DISCORD).then_some(calendar.raid)),
        handles: std::array::from_fn(|_| handle.clone()),
        shown: std::array::from_fn(|_| handle.clone()),
    }
}
