//! Names from many places, with the languages and hours of the day that go with them.

use crate::random::Random;
use crate::texts::Language;
use std::collections::HashSet;

/// Where people come from.
struct Region {
    /// How many of a thousand.
    share: u64,
    language: Language,
    /// Hours ahead of UTC.
    zones: &'static [i64],
    first: &'static [&'static str],
    last: &'static [&'static str],
}

/// Who somebody is before they are anything to the community.
pub(crate) struct Origin {
    pub(crate) name: String,
    pub(crate) handle: String,
    pub(crate) language: Language,
    pub(crate) zone: i64,
}

/// Hands out names, none twice.
#[derive(Default)]
pub(crate) struct Names {
    names: HashSet<String>,
    handles: HashSet<String>,
}

impl Names {
    /// Keeps a name and a handle for somebody.
    pub(crate) fn keep(&mut self, name: &str, handle: &str) {
        self.names.insert(name.to_owned());
        self.handles.insert(handle.to_owned());
    }

    pub(crate) fn next(&mut self, random: &mut Random) -> Origin {
        let total = REGIONS.iter().map(|r| r.share).sum();
        let mut draw = random.below(total);
        let region = REGIONS.iter().find(|r| {
            let hit = draw < r.share;
            draw = draw.saturating_sub(r.share);
            hit
        });
        let region = region.unwrap_or(&REGIONS[0]);
        let mut tries = 0;
        let (first, last, name) = loop {
            let (first, last) = (random.pick(region.first), random.pick(region.last));
            tries += 1;
            let name = match tries {
                0..20 => format!("{first} {last}"),
                // A second name helps where all are taken.
                20..60 => format!("{first} {} {last}", random.pick(region.first)),
                _ => format!("{first} {last} {tries}"),
            };
            if self.names.insert(name.clone()) {
                break (first, last, name);
            }
        };
        let handle = self.handle(first, last, random);
        Origin { name, handle, language: region.language, zone: random.pick(region.zones) }
    }

    fn handle(&mut self, first: &str, last: &str, random: &mut Random) -> String {
        let (f, l) = (plain(first), plain(last));
        let initial = |name: &str| name.get(..1).unwrap_or("x").to_owned();
        let word = random.pick(WORDS);
        let mut handle = match random.below(10) {
            0 => format!("{f}.{l}"),
            1 => format!("{f}{}", initial(&l)),
            2 => format!("{}{l}", initial(&f)),
            3 => format!("{f}_{word}"),
            4 => format!("{l}{f}"),
            5 => format!("{word}{}", random.between(2, 99)),
            6 => format!("{f}{}", random.between(61, 99)),
            7 => format!("{l}_{word}"),
            8 => format!("the{f}"),
            _ => format!("{f}-{l}"),
        };
        while !self.handles.insert(handle.clone()) {
            handle = format!("{f}_{l}{}", random.between(2, 9_999));
        }
        handle
    }

    /// Another handle of the same person, in the manner of another network.
    pub(crate) fn variant(&mut self, handle: &str, random: &mut Random) -> String {
        let bare: String = handle.chars().filter(char::is_ascii_alphabetic).collect();
        loop {
            let variant = match random.below(3) {
                0 => format!("{bare}{}", random.between(11, 9_999)),
                1 => format!("{}_{}", random.pick(WORDS), bare.get(..3).unwrap_or("abc")),
                _ => format!("{}{}", random.pick(WORDS), random.between(100, 9_999)),
            };
            if self.handles.insert(variant.clone()) {
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
            'á' | 'ä' | 'à' | 'ã' | 'å' | 'â' => 'a',
            'é' | 'è' | 'ê' | 'ë' | 'ě' => 'e',
            'í' | 'ï' | 'ı' | 'î' => 'i',
            'ó' | 'ö' | 'ø' | 'ô' | 'ő' => 'o',
            'ú' | 'ü' | 'ů' => 'u',
            'ñ' | 'ń' => 'n',
            'ß' | 'š' | 'ś' | 'ş' => 's',
            'ç' | 'č' | 'ć' => 'c',
            'ł' => 'l',
            'ž' | 'ż' => 'z',
            'ř' => 'r',
            'ý' => 'y',
            'ğ' => 'g',
            other => other,
        })
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// What turners call themselves.
const WORDS: &[&str] = &[
    "chips",
    "gouge",
    "shavings",
    "burl",
    "spalted",
    "chuck",
    "skew",
    "tailstock",
    "sawdust",
    "bench",
    "knurl",
    "swarf",
    "toolrest",
    "parting",
    "headstock",
    "offcut",
    "mandrel",
    "collet",
    "spindle",
    "roughing",
    "greenwood",
    "micron",
];

const fn region(
    share: u64,
    language: Language,
    zones: &'static [i64],
    first: &'static [&'static str],
    last: &'static [&'static str],
) -> Region {
    Region { share, language, zones, first, last }
}

use Language::{English, German, Spanish};

const REGIONS: &[Region] = &[
    region(
        110,
        English,
        &[0],
        &[
            "Alice", "Callum", "Edith", "Gareth", "Harriet", "Isla", "Jasper", "Kit", "Morag", "Nigel",
            "Olive", "Rhys", "Siobhan", "Tamsin", "Wilf", "Aoife",
        ],
        &[
            "Ashworth",
            "Bellamy",
            "Carver",
            "Doyle",
            "Ellwood",
            "Fairclough",
            "Gallagher",
            "Hughes",
            "Irving",
            "Jarvis",
            "Kerr",
            "Lowe",
            "Marsh",
            "Nolan",
            "Penrose",
            "Threlfall",
        ],
    ),
    region(
        130,
        English,
        &[-8, -7, -6, -5, -5],
        &[
            "Amber", "Brandon", "Carla", "Dwayne", "Eleanor", "Frank", "Gloria", "Hank", "Imani", "Jesse",
            "Keisha", "Logan", "Marcus", "Noelle", "Ruth", "Tyler", "Wendy", "Zeke",
        ],
        &[
            "Abbott",
            "Brooks",
            "Calloway",
            "Dunn",
            "Eaton",
            "Fitzgerald",
            "Grant",
            "Holt",
            "Jefferson",
            "Kowalski",
            "Langley",
            "McCoy",
            "Oakes",
            "Pruitt",
            "Reyes",
            "Sorensen",
            "Tran",
            "Whitfield",
        ],
    ),
    region(
        40,
        English,
        &[10, 12],
        &["Bronte", "Darcy", "Hamish", "Jarrah", "Kahu", "Lachlan", "Maia", "Ngaio", "Tane", "Tilly"],
        &["Barlow", "Cassidy", "Fraser", "Henare", "Ngata", "Parata", "Quill", "Rewi", "Sheridan", "Tuck"],
    ),
    region(
        60,
        English,
        &[5],
        &[
            "Aarav", "Deepa", "Farhan", "Gita", "Harish", "Ishaan", "Kavya", "Lakshmi", "Meera", "Nikhil",
            "Priya", "Rohan", "Sanjay", "Tanvi",
        ],
        &[
            "Acharya", "Banerjee", "Chandran", "Desai", "Iyer", "Joshi", "Kapoor", "Menon", "Nair", "Pillai",
            "Rao", "Sharma",
        ],
    ),
    region(
        45,
        English,
        &[1, 2, 3],
        &[
            "Abena", "Chidi", "Efua", "Femi", "Kofi", "Lindiwe", "Makena", "Ngozi", "Sipho", "Tendai",
            "Wanjiru", "Zola",
        ],
        &[
            "Adeyemi", "Boateng", "Dlamini", "Eze", "Kamau", "Mbeki", "Mensah", "Moyo", "Nkosi", "Okafor",
            "Otieno", "Sithole",
        ],
    ),
    region(
        45,
        English,
        &[8, 9],
        &[
            "Akira", "Haruka", "Jiho", "Kenji", "Mei", "Minseo", "Naoko", "Ryo", "Seo-yeon", "Takumi", "Wei",
            "Yuki",
        ],
        &[
            "Chen", "Fujita", "Hayashi", "Ishikawa", "Kang", "Lim", "Matsuda", "Nakamura", "Park", "Sato",
            "Tanaka", "Zhao",
        ],
    ),
    region(
        40,
        English,
        &[7, 8],
        &[
            "Andini", "Budi", "Carlo", "Dewi", "Huong", "Intan", "Jomar", "Linh", "Minh", "Rizal", "Siti",
            "Thanh",
        ],
        &[
            "Aquino",
            "Bautista",
            "Dang",
            "Hartono",
            "Lestari",
            "Nguyen",
            "Pham",
            "Pratama",
            "Santoso",
            "Villanueva",
            "Vo",
            "Wijaya",
        ],
    ),
    region(
        60,
        English,
        &[1],
        &[
            "Agnieszka",
            "Bartek",
            "Dorota",
            "Eliška",
            "Grzegorz",
            "Jana",
            "Karel",
            "Łukasz",
            "Magda",
            "Ondřej",
            "Petr",
            "Tomasz",
            "Zuzana",
            "Wojtek",
        ],
        &[
            "Dvořák",
            "Horák",
            "Jankowski",
            "Kowalczyk",
            "Lis",
            "Mazur",
            "Novák",
            "Pokorný",
            "Szymański",
            "Wójcik",
            "Zieliński",
            "Černý",
        ],
    ),
    region(
        55,
        English,
        &[1],
        &[
            "Anneke", "Bram", "Femke", "Gijs", "Ingrid", "Joost", "Kasper", "Linnea", "Maarten", "Nils",
            "Sanne", "Søren", "Tove", "Øystein",
        ],
        &[
            "Bakker",
            "de Wit",
            "Eriksen",
            "Hoekstra",
            "Johansson",
            "Lindqvist",
            "Mulder",
            "Nygård",
            "Sørensen",
            "Vos",
            "Visser",
            "Åberg",
        ],
    ),
    region(
        55,
        English,
        &[1],
        &[
            "Amélie", "Baptiste", "Chiara", "Davide", "Élodie", "Fabrizio", "Giulia", "Jérôme", "Lorenzo",
            "Maëlle", "Paola", "Thibault",
        ],
        &[
            "Bianchi",
            "Chevalier",
            "Conti",
            "Dubois",
            "Fontaine",
            "Girard",
            "Lambert",
            "Marchetti",
            "Moreau",
            "Ricci",
            "Rousseau",
            "Villa",
        ],
    ),
    region(
        45,
        English,
        &[2, 3],
        &[
            "Anastasia",
            "Bohdan",
            "Dmytro",
            "Ekin",
            "Elif",
            "Leyla",
            "Mehmet",
            "Oksana",
            "Serhii",
            "Taras",
            "Yasemin",
            "Yusuf",
        ],
        &[
            "Aydın",
            "Bondarenko",
            "Demir",
            "Hrytsenko",
            "Kaya",
            "Koval",
            "Melnyk",
            "Öztürk",
            "Petrenko",
            "Şahin",
            "Shevchuk",
            "Yıldız",
        ],
    ),
    region(
        35,
        English,
        &[2, 3],
        &[
            "Amira", "Bashir", "Dalia", "Hassan", "Layla", "Nadia", "Omar", "Parisa", "Reza", "Samir",
            "Tariq", "Yasmin",
        ],
        &[
            "Azizi", "El-Sayed", "Farouk", "Haddad", "Hosseini", "Karimi", "Khoury", "Mansour", "Nasser",
            "Rahman", "Saleh", "Tehrani",
        ],
    ),
    region(
        40,
        English,
        &[-3],
        &[
            "Beatriz", "Caio", "Davi", "Fernanda", "Gustavo", "Heloísa", "João", "Larissa", "Otávio",
            "Rafaela", "Thiago", "Yara",
        ],
        &[
            "Almeida", "Barbosa", "Cardoso", "Duarte", "Ferreira", "Lopes", "Moura", "Nogueira", "Ribeiro",
            "Siqueira", "Teixeira", "Vieira",
        ],
    ),
    region(
        140,
        German,
        &[1],
        &[
            "Anja", "Bernd", "Clara", "Dieter", "Elke", "Florian", "Greta", "Holger", "Ines", "Jürgen",
            "Katrin", "Lars", "Miriam", "Olaf", "Petra", "Ralf", "Sabine", "Tobias", "Ulrike", "Volker",
            "Wiebke", "Xaver",
        ],
        &[
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
            "Rüegg",
            "Schreiner",
            "Tischler",
            "Ulmer",
            "Vogt",
            "Weiß",
            "Zander",
            "Zürcher",
        ],
    ),
    region(
        75,
        Spanish,
        &[1],
        &[
            "Alba", "Carmen", "Diego", "Elena", "Fermín", "Gonzalo", "Inés", "Javier", "Lucía", "Nuria",
            "Óscar", "Pilar", "Rafael", "Xavier",
        ],
        &[
            "Aguilar",
            "Blanco",
            "Castro",
            "Delgado",
            "Echeverría",
            "Ferrer",
            "Gallego",
            "Ibáñez",
            "Jurado",
            "Molina",
            "Ortega",
            "Prieto",
            "Tornero",
            "Zamora",
        ],
    ),
    region(
        70,
        Spanish,
        &[-3, -4, -5, -6],
        &[
            "Andrés", "Bruno", "Camila", "Emilia", "Facundo", "Joaquín", "Lautaro", "Mateo", "Paulina",
            "Renata", "Santiago", "Valeria", "Ximena", "Yamila",
        ],
        &[
            "Acosta",
            "Cárdenas",
            "Escobar",
            "Fuentes",
            "Herrera",
            "León",
            "Navarrete",
            "Peña",
            "Quiroga",
            "Rivas",
            "Soto",
            "Vargas",
        ],
    ),
];
