//! The people with a part in the story: the team, the experts, those who fade or fell silent, those who have just
//! come, and those who are easily taken for one another.

use crate::people::{Role, Tie};
use crate::places::Occasion;
use crate::texts::Language;

/// Somebody with a part. Days are counted back from the last day.
pub(crate) struct Part {
    pub(crate) handle: &'static str,
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    /// Hours ahead of UTC.
    pub(crate) zone: i64,
    pub(crate) role: Role,
    /// When they came.
    pub(crate) came: i32,
    /// When they did something for the last time.
    pub(crate) last: i32,
    /// Where they are: letters of [`crate::places::PLACES`], `d`, `s`, `f`, `m`.
    pub(crate) places: &'static str,
    /// What they answer.
    pub(crate) answers: &'static [Occasion],
    pub(crate) tie: Tie,
    /// From this many days back they do less and less; 0 for never.
    pub(crate) fades: i32,
}

use Language::{English, German, Spanish};
use Occasion::{Chat, Contribute, Idea, Machine, Program, Show};

const fn part(handle: &'static str, name: &'static str, language: Language, zone: i64) -> Part {
    Part {
        handle,
        name,
        language,
        zone,
        role: Role::Expert,
        came: 600,
        last: 0,
        places: "d",
        answers: &[],
        tie: Tie::Linked,
        fades: 0,
    }
}

const fn staff(handle: &'static str, name: &'static str, language: Language, zone: i64) -> Part {
    Part {
        role: Role::Staff,
        came: 720,
        places: "dsfm",
        answers: &[Chat, Idea],
        ..part(handle, name, language, zone)
    }
}

const fn expert(who: Part, places: &'static str, came: i32, answers: &'static [Occasion]) -> Part {
    Part { places, came, answers, ..who }
}

/// Somebody who came in the last days; what they say stands in the scenes.
const fn new(
    handle: &'static str,
    name: &'static str,
    language: Language,
    place: &'static str,
    came: i32,
) -> Part {
    Part { role: Role::Newcomer, places: place, came, ..part(handle, name, language, 1) }
}

/// One of two who share a first name and nothing else.
const fn namesake(handle: &'static str, name: &'static str, place: &'static str, came: i32) -> Part {
    Part { role: Role::Regular, places: place, came, tie: Tie::FirstName, ..part(handle, name, English, 1) }
}

/// Somebody with two accounts that nobody has linked yet.
const fn double(handle: &'static str, name: &'static str, places: &'static str, came: i32) -> Part {
    Part { role: Role::Regular, places, came, tie: Tie::Obvious, ..part(handle, name, English, 0) }
}

/// Everybody with a part.
pub(crate) const CAST: &[Part] = &[
    staff("ruth", "Ruth Calder", English, 0),
    staff("emeka", "Emeka Obi", English, 1),
    staff("hanna", "Hanna Lindgren", English, 1),
    staff("katja", "Katja Reuter", German, 1),
    staff("paulo", "Paulo Mendes", Spanish, -3),
    // They answer, week after week.
    expert(part("mei.spins", "Mei Hayashi", English, 9), "df", 640, &[Program]),
    expert(part("bartek_lis", "Bartek Lis", English, 1), "dsf", 700, &[Machine, Contribute]),
    expert(part("oksana_k", "Oksana Koval", English, 2), "ds", 410, &[Contribute, Program]),
    expert(part("wes_holt", "Wes Holt", English, -6), "fm", 715, &[Machine]),
    expert(part("priya_n", "Priya Nair", English, 5), "dfm", 380, &[Program, Idea]),
    expert(part("kofi.turns", "Kofi Mensah", English, 0), "df", 300, &[Machine, Show]),
    expert(part("drehott", "Jonas Ott", German, 1), "df", 690, &[Machine, Program]),
    expert(part("nuria_torno", "Nuria Tornero", Spanish, 1), "df", 560, &[Machine, Program]),
    // They fade over the last two months.
    Part { fades: 64, ..expert(part("gareth_p", "Gareth Penrose", English, 0), "df", 705, &[Program]) },
    Part { fades: 60, ..expert(part("imani_b", "Imani Brooks", English, -5), "fm", 610, &[Machine]) },
    Part { fades: 70, ..expert(part("sanne_v", "Sanne Visser", English, 1), "s", 520, &[Contribute]) },
    // They were here every week for months, and have been silent for weeks.
    Part { last: 24, ..expert(part("linnea_a", "Linnea Åberg", English, 1), "df", 540, &[Program]) },
    Part { last: 28, ..expert(part("hank_s", "Hank Sorensen", English, -7), "df", 680, &[Machine]) },
    Part { last: 31, ..expert(part("tanvi", "Tanvi Rao", English, 5), "s", 330, &[Contribute]) },
    Part {
        last: 26,
        ..expert(part("vdrechsler", "Volker Drechsler", German, 1), "df", 590, &[Program, Machine])
    },
    Part {
        last: 33,
        ..expert(part("giulia.c", "Giulia Conti", English, 1), "f", 450, &[Show, Chat, Program])
    },
    // They came this week.
    new("amber_w", "Amber Whitfield", English, "d", 6),
    new("tane.r", "Tane Rewi", English, "d", 5),
    new("lukas_t", "Lukas Thiele", German, "d", 3),
    new("yaracardoso", "Yara Cardoso", English, "d", 2),
    new("minh_d", "Minh Dang", English, "f", 6),
    new("efua", "Efua Boateng", English, "f", 4),
    new("camila_s", "Camila Soto", Spanish, "f", 3),
    new("olly_t", "Oliver Threlfall", English, "f", 1),
    new("reza.t", "Reza Tehrani", English, "s", 5),
    new("noelle_p", "Noelle Pruitt", English, "s", 2),
    new("j.fontaine", "Jérôme Fontaine", English, "m", 8),
    new("dwayne.h", "Dwayne Holt", English, "m", 7),
    new("budi_w", "Budi Wijaya", English, "d", 1),
    // One person each, to be found by the team.
    double("harriet_m", "Harriet Marsh", "df", 420),
    double("kenji_s", "Kenji Sato", "df", 350),
    double("zuzana_c", "Zuzana Černý", "df", 260),
    double("m_okafor", "Makena Okafor", "sm", 500),
    double("lorenzo.v", "Lorenzo Villa", "sm", 280),
    double("dalia_h", "Dalia Haddad", "df", 190),
    double("thiago_l", "Thiago Lopes", "sm", 150),
    double("morag_k", "Morag Kerr", "df", 120),
    // Two people each, whatever their first name says.
    namesake("maria.k", "Maria Kapoor", "d", 320),
    namesake("mariaw", "Maria Wójcik", "f", 240),
    namesake("alex_b", "Alex Bakker", "d", 290),
    namesake("alexdubois", "Alex Dubois", "f", 410),
    namesake("sam.p", "Sam Park", "d", 210),
    namesake("sam_turner", "Sam Eaton", "s", 370),
    namesake("nina_h", "Nina Henare", "d", 180),
    namesake("ninaf", "Nina Ferreira", "f", 160),
];
