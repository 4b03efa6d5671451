//! What people of the made-up community say in German.

mod manner;
mod questions;
mod talk;

use super::Voice;
use manner::{CONTRIBUTE, MACHINE, OUTAGE, PROGRAM};

pub(super) const VOICE: Voice = Voice {
    woods: &[
        "Ahorn",
        "Nussbaum",
        "Esche",
        "Kirsche",
        "Eiche",
        "Zwetschge",
        "Buche",
        "Birne",
        "Elsbeere",
        "Robinie",
    ],
    others: &["Messing", "POM", "Aluminium"],
    // All of them feminine, so that every sentence fits.
    parts: &["Schale", "Dose", "Kugel", "Buchse", "Vase", "Spindel", "Nabe", "Rolle", "Platte", "Säule"],
    topics: &[questions::TOPICS, talk::TOPICS],
    greetings: &[
        "Hallo zusammen,",
        "Moin,",
        "Servus,",
        "Hallo,",
        "Guten Abend,",
        "Grüezi mitenand,",
        "Liebe Leute,",
        "Hallo in die Runde,",
    ],
    farewells: &["{me}", "Gruß\n{me}", "Viele Grüße\n{me}", "Danke und Gruß\n{me}", "-- \n{me}"],
    program: PROGRAM,
    machine: MACHINE,
    contribute: CONTRIBUTE,
    outage: OUTAGE,
    asides: &[
        "(Geschrieben zwischen zwei Schichten Öl auf einer {part} aus {wood}.)",
        "Grüße von hinter der {mach}, {n} Grad hier drin.",
        "Nebenbei wartet eine {part} aus {wood}, {mm} mm fehlen noch.",
        "Und jetzt zurück an die {part}, {wood} wartet nicht.",
        "Getippt mit {n} Splittern {wood} im Daumen.",
    ],
    grateful: &[
        "Danke für den netten Empfang, {you}!",
        "Danke, {you}, schaue ich mir gleich an.",
        "Vielen Dank, {you}. Bilder folgen.",
    ],
    welcome: &[
        "Willkommen! Unter Beispiele liegt eine {part}, damit fängt es sich gut an.",
        "Schön, dass du da bist, {me}. Frag ruhig, hier hat jeder schon eine {part} zerlegt.",
        "Herzlich willkommen, {me}! Unter {os} am besten gleich {ver} nehmen.",
        "Willkommen in der Runde. Zeig uns die erste {part}, wenn sie fertig ist.",
        "Hallo {me}! Noch eine {mach}, wir sollten einen Verein gründen.",
        "Grüße aus [Bern|Graz|Lübeck|Görlitz], {me}!",
    ],
    praise: &[
        "Sehr schöne Linie. Womit hast du innen gearbeitet?",
        "Toll geworden! Welches Öl ist das?",
        "Bei {rpm} U/min in {wood}, Respekt.",
        "Magst du das Profil teilen? Ich würde es gern in {wood} versuchen.",
        "Da bekommt man Lust auf Werkstatt.",
        "Der Fuß macht es. So leicht.",
        "Wie lange hast du gebraucht, {me}?",
        "Meine sah beim ersten Mal aus wie eine Kartoffel.",
        "Und dann noch so schön fotografiert.",
    ],
    modest: &[
        "Danke, {you}! {n} Schichten, dazwischen je ein Tag.",
        "Nur die Röhre und ruhige Hände, {you}.",
        "Danke! Profil liegt auf Share.",
        "Die Rückseite zeige ich lieber nicht.",
        "Reststück, {you}. Das Beste kommt aus dem Brennholz.",
    ],
    heard: &[
        "Läuft hier unter {os} ohne Probleme.",
        "Danke für die Arbeit!",
        "Teste ich am Wochenende auf der {mach}.",
        "Super, darauf habe ich gewartet.",
        "Im Verein weitergesagt.",
    ],
};
