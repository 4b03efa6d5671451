//! Who the made-up community consists of: names, homes, how long they stay and how much they do.

use crate::Demo;
use crate::calendar::Calendar;
use crate::places::{DISCORD, FORUM, PLACES, SLACK};
use crate::random::Random;
use crate::texts::Language;
use std::collections::HashSet;

/// What somebody is to the community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Visitor,
    Regular,
    Expert,
    Staff,
    Raider,
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
    /// By source: the day on which they came, if they are there.
    pub(crate) since: [Option<i32>; PLACES.len()],
    /// By source: the handle used there, which is not always the same.
    pub(crate) handles: [String; PLACES.len()],
}

impl Person {
    pub(crate) fn is_at(&self, place: usize, day: i32) -> bool {
        self.since[place].is_some_and(|since| since <= day) && day <= self.last_day
    }

    pub(crate) fn first_day(&self) -> i32 {
        self.since.iter().flatten().copied().min().unwrap_or(0)
    }
}

/// The people, raiders last.
pub(crate) fn people(demo: &Demo, calendar: &Calendar, random: &mut Random) -> Vec<Person> {
    let raiders = (demo.size / 22).max(3);
    let staff = (demo.size / 170).clamp(2, 9);
    let mut names = Names::default();
    let mut people = Vec::with_capacity(demo.size as usize + raiders as usize);
    for number in 0..demo.size {
        let role = if number < staff {
            Role::Staff
        } else if number % 29 == 7 {
            Role::Expert
        } else if random.chance(390) {
            Role::Visitor
        } else {
            Role::Regular
        };
        people.push(person(role, demo, calendar, &mut names, random));
    }
    for _ in 0..raiders {
        people.push(raider(calendar, &mut names, random));
    }
    people
}

fn person(role: Role, demo: &Demo, calendar: &Calendar, names: &mut Names, random: &mut Random) -> Person {
    let language = match random.below(100) {
        0..62 => Language::English,
        62..83 => Language::German,
        _ => Language::Spanish,
    };
    let zone = match language {
        Language::English => random.pick(&[-8, -7, -6, -5, -5, 0, 0, 1, 5, 10]),
        Language::German => 1,
        Language::Spanish => random.pick(&[1, 1, -3, -5, -6]),
    };
    let days = demo.days as i32;
    let founder = role == Role::Staff || random.chance(70);
    let arrives = if founder { random.between(0, 13) as i32 } else { calendar.arrival(random) };
    let stays = match role {
        Role::Staff => i64::from(days),
        Role::Visitor => random.between(0, 4),
        Role::Expert => 200 + random.long_tail(200),
        Role::Regular | Role::Raider => 12 + random.long_tail(150),
    };
    let rate = match role {
        Role::Staff => 110,
        Role::Expert => 50 + random.long_tail(36) as u64,
        Role::Visitor => 110,
        Role::Regular | Role::Raider => 11 + random.long_tail(54) as u64,
    };
    let (name, handle) = names.next(language, random);
    let domain = match role {
        Role::Staff => crate::STAFF_DOMAIN,
        _ => random.pick(&["mail.example", "post.example", "inbox.example", "workshop.example"]),
    };
    let email = format!("{handle}@{domain}");
    let last_day = i32::try_from(i64::from(arrives) + stays).unwrap_or(days).min(days - 1);
    let since = homes(role, arrives, last_day, random);
    let handles = std::array::from_fn(|_| match random.chance(760) {
        true => handle.clone(),
        false => names.variant(&handle, random),
    });
    Person { name, email, language, zone, last_day, rate, role, since, handles }
}

/// Where somebody is and since when: one place at first, others a little later.
fn homes(role: Role, arrives: i32, last_day: i32, random: &mut Random) -> [Option<i32>; PLACES.len()] {
    let mut since: [Option<i32>; PLACES.len()] =
        std::array::from_fn(|p| random.chance(PLACES[p].share).then_some(arrives));
    if role == Role::Staff {
        since = [Some(arrives); PLACES.len()];
    }
    if role == Role::Visitor || since.iter().all(Option::is_none) {
        let one = random.pick(&[DISCORD, DISCORD, FORUM, FORUM, SLACK, 3]);
        since = std::array::from_fn(|p| (p == one).then_some(arrives));
    }
    let first = random.below(PLACES.len() as u64) as usize;
    let first =
        if since[first].is_some() { first } else { since.iter().position(Option::is_some).unwrap_or(0) };
    for (place, day) in since.iter_mut().enumerate() {
        if place != first && role != Role::Staff {
            *day = day.map(|d| d + random.long_tail(18) as i32).filter(|d| *d <= last_day);
        }
    }
    since
}

fn raider(calendar: &Calendar, names: &mut Names, random: &mut Random) -> Person {
    let (_, handle) = names.next(Language::English, random);
    let handle = format!("{}{}", handle.split('_').next().unwrap_or("free"), random.between(1000, 9999));
    let since = std::array::from_fn(|p| (p == DISCORD).then_some(calendar.raid));
    Person {
        name: handle.clone(),
        email: format!("{handle}@throwaway.example"),
        language: Language::English,
        zone: 0,
        last_day: calendar.raid,
        rate: 0,
        role: Role::Raider,
        since,
        handles: std::array::from_fn(|_| handle.clone()),
    }
}

/// Hands out names, no handle twice.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
}

impl Names {
    fn next(&mut self, language: Language, random: &mut Random) -> (String, String) {
        let (first, last) = match language {
            Language::English => (FIRST_ENGLISH, LAST_ENGLISH),
            Language::German => (FIRST_GERMAN, LAST_GERMAN),
            Language::Spanish => (FIRST_SPANISH, LAST_SPANISH),
        };
        let (first, last) = (random.pick(first), random.pick(last));
        let (f, l) = (plain(first), plain(last));
        let initial = l.get(..1).unwrap_or("x");
        let mut handle = match random.below(5) {
            0 => format!("{f}_{l}"),
            1 => format!("{f}{initial}"),
            2 => format!("{}_turns", f),
            3 => format!("{}{l}", f.get(..1).unwrap_or("a")),
            _ => format!("{f}_{}", random.pick(&["chips", "spins", "shavings", "bench", "gouge", "chuck"])),
        };
        while !self.taken.insert(handle.clone()) {
            handle = format!("{f}_{l}{}", random.between(2, 999));
        }
        (format!("{first} {last}"), handle)
    }

    /// Another handle of the same person.
    fn variant(&mut self, handle: &str, random: &mut Random) -> String {
        loop {
            let variant = format!("{}{}", handle.replace('_', ""), random.between(11, 9_999));
            if self.taken.insert(variant.clone()) {
                return variant;
            }
        }
    }
}

/// Lower case without accents.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|c| match c {
            'á' | 'ä' | 'à' => 'a',
            'é' | 'è' => 'e',
            'í' => 'i',
            'ó' | 'ö' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            'ß' => 's',
            other => other,
        })
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

const FIRST_ENGLISH: &[&str] = &[
    "Alice", "Ben", "Carol", "Dylan", "Edith", "Finn", "Grace", "Harvey", "Isla", "Jack", "Kiera", "Liam",
    "Maya", "Noah", "Olive", "Priya", "Quentin", "Rosie", "Sanjay", "Tessa", "Umar", "Vera", "Wes", "Yusuf",
    "Zoe", "Amara", "Bashir", "Chloe", "Dmitri", "Eun", "Femi", "Gita", "Hana", "Ivan", "Jun", "Kofi",
    "Leila", "Mei", "Nadia", "Owen", "Tomasz", "Siobhan", "Ruth", "Peter", "Marta", "Jesse",
];
const LAST_ENGLISH: &[&str] = &[
    "Ashworth",
    "Bell",
    "Carver",
    "Doyle",
    "Ellis",
    "Frost",
    "Grant",
    "Hughes",
    "Irving",
    "Jarvis",
    "Kapoor",
    "Lowe",
    "Marsh",
    "Nolan",
    "Okafor",
    "Park",
    "Quinn",
    "Rahman",
    "Shaw",
    "Turner",
    "Usher",
    "Vance",
    "Webb",
    "Young",
    "Abbott",
    "Brook",
    "Cheng",
    "Dunn",
    "Eaton",
    "Fraser",
    "Gill",
    "Holt",
    "Ito",
    "Joshi",
    "Kowalski",
    "Lindqvist",
    "Mbeki",
    "Novak",
    "Oduya",
    "Petrov",
    "Reyes",
    "Sato",
    "Tan",
    "Wood",
];
const FIRST_GERMAN: &[&str] = &[
    "Anja", "Bernd", "Clara", "Dieter", "Elke", "Florian", "Greta", "Holger", "Ines", "Jürgen", "Katrin",
    "Lars", "Miriam", "Nils", "Olaf", "Petra", "Ralf", "Sabine", "Tobias", "Ulrike", "Volker", "Wiebke",
    "Jonas", "Heike",
];
const LAST_GERMAN: &[&str] = &[
    "Ahlers",
    "Brandt",
    "Drechsler",
    "Ebert",
    "Fuchs",
    "Gruber",
    "Hartmann",
    "Jansen",
    "Keller",
    "Lorenz",
    "Möller",
    "Neumann",
    "Ott",
    "Pohl",
    "Richter",
    "Schreiner",
    "Tischler",
    "Ulmer",
    "Vogt",
    "Weiß",
    "Zander",
    "Köhler",
];
const FIRST_SPANISH: &[&str] = &[
    "Alba", "Bruno", "Carmen", "Diego", "Elena", "Fermín", "Gloria", "Hugo", "Inés", "Javier", "Lucía",
    "Mateo", "Nuria", "Óscar", "Pilar", "Rafael", "Sofía", "Tomás", "Valeria", "Ximena", "Andrés", "Beatriz",
];
const LAST_SPANISH: &[&str] = &[
    "Aguilar", "Blanco", "Castro", "Delgado", "Escobar", "Fuentes", "Gallego", "Herrera", "Ibáñez", "Jurado",
    "León", "Molina", "Navarro", "Ortega", "Prieto", "Quiroga", "Rivas", "Soto", "Tornero", "Vargas",
    "Zamora", "Peña",
];
