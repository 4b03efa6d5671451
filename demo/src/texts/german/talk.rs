//! What people show and talk about in German.

use crate::places::Occasion::{Chat, Idea, Intro, Off, Show};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        titles: &["{me} stellt sich vor", "Neu hier: {me}", "Hallo von {me}"],
        open: &[
            "Hallo, ich bin {me}, neu hier. Ich drechsle seit {n} Jahren, meist {wood}, auf einer {mach}.",
            "Moin aus dem Norden, {me} mein Name. Bisher alles von Hand gezeichnet, jetzt soll Lathe {ver} helfen.",
            "Grüß euch, {me} hier. Kleine Werkstatt, viel {wood}, wenig Zeit. Freue mich auf den Austausch.",
            "Hallo, {me}. Ich unterrichte Technik und suche etwas, womit die Klasse eine {part} entwerfen kann.",
            "{me}, neu dabei und gleich begeistert. Gibt es ein gutes erstes Projekt in {wood}?",
            "Servus, ich bin {me}, gelernte Fachkraft für Metall, jetzt verliebt in {wood}.",
            "Guten Tag, {me}. Ich habe noch keine Maschine, aber die Zeichnung einer {part} und große Pläne.",
        ],
        more: &["Fragt mich gern nach {wood}.", "Ich lese seit Monaten mit.", "Bilder folgen."],
        ..Topic::of(Intro)
    },
    Topic {
        open: &[
            "Heute fertig geworden: {part} aus {wood}, letzter Schnitt mit {rpm} U/min.",
            "Meine erste {part}, die ich verschenken würde. Gezeichnet in {ver}, {wood}.",
            "{n} Anläufe, dann hielt die {part}. {wood} verzeiht nichts.",
            "{n} Stück {part}, alle auf {mm} mm gleich. Die {mach} läuft endlich rund.",
            "Aus einem Reststück {wood}: {part} mit gefülltem Riss.",
            "Eine {part} nach einem Foto von 1910, mit der Unterlage abgezeichnet. {wood}, noch ohne Öl.",
            "Mit meiner Enkelin gedreht: {part} aus {wood}. Die Kurve ist von ihr.",
            "Vom Stamm zur {part} in {n} Wochen. {wood} aus dem eigenen Garten.",
        ],
        more: &["Profil liegt auf Share.", "Über den Fuß ärgere ich mich noch.", "Kritik willkommen."],
        ..Topic::of(Show)
    },
    Topic {
        open: &[
            "Hebt ihr misslungene Stücke auch auf? Meine Kiste ist voll, {n} allein aus {wood}.",
            "Werkstatt gefegt, {mach} geölt, Wochenende kann kommen.",
            "Heute gelernt: {wood} und [weißes Hemd|Kontaktlinsen|offenes Fenster] passen nicht zusammen.",
            "Gibt es {ver} schon für {os}?",
            "Wer fährt [nächsten Monat|im Frühjahr] zur Messe? Ich hätte {n} Karten.",
            "Endlich alle Eisen geschärft. Ein anderes Arbeiten, auch in {wood}.",
            "Die neue Ansicht in {ver} gefällt mir gut, danke dafür.",
            "Welches Licht habt ihr über der {mach}? Ich sehe Schatten, wo keine sind.",
            "Neuer Riemen auf der {mach}, und plötzlich höre ich den Kühlschrank.",
            "Stammtisch am {n}. in der Vereinswerkstatt, {wood} ist da, Kuchen fehlt.",
        ],
        more: &["Mehr dazu, wenn ich wach bin.", "Bei euch auch so?"],
        replies: &[
            "Bei mir genauso.",
            "Ich bin dabei.",
            "Guter Gedanke, den klaue ich.",
            "Nur wenn es Kuchen gibt.",
            "War letztes Jahr da, lohnt sich.",
            "Mit {wood} kenne ich das auch.",
            "Meine {mach} nickt zustimmend.",
            "Wo genau ist das, {me}?",
            "Das hänge ich mir über die Bank.",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        things: &[
            ["eine Katze, die in den Spänen schläft", "die Katze", "", ""],
            ["zwei Bienenvölker", "die Bienen", "", ""],
            ["ein Faltboot von 1974", "das Boot", "", ""],
            ["einen Sauerteig namens Reitstock", "den Teig", "", ""],
            ["einen Garten voller Steine", "den Garten", "", ""],
        ],
        open: &[
            "Ganz anderes Thema: Ich habe jetzt {a}.",
            "Was macht ihr sonst so? Bei mir: {a}, und die {mach} ist eifersüchtig.",
            "Wohin mit {n} Säcken Spänen, alles {wood}? Nebenbei habe ich noch {a}.",
            "Feierabend. Ich habe {a} und {n} Minuten Ruhe.",
        ],
        replies: &[
            "Bilder, bitte!",
            "Grüß mir {b}.",
            "Kompost, der Rest geht an Nachbars Hühner.",
            "Da lässt sich bestimmt etwas für drehen.",
            "Wir haben dieselbe Krankheit, {me}.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["Rückgängig über das Speichern hinaus", "mir ist ein Abend verloren gegangen", "", ""],
            ["Holzfeuchte in der Materialliste", "frisch und trocken verhalten sich verschieden", "", ""],
            ["Karten zum Ausdrucken, ein Schritt je Karte", "ich unterrichte Kinder", "", ""],
            ["eine Uhr für Leim und Öl", "ich vergesse beides", "", ""],
            ["Preise in der Stückliste", "Kunden fragen danach", "", ""],
        ],
        titles: &["Wunsch: {a}", "Idee: {a}"],
        open: &[
            "Idee: {a}. Grund: {b}.",
            "Wäre {a} möglich? Hintergrund: {b}.",
            "Nach {n} Monaten Lathe fehlt mir eines: {a}. Denn {b}.",
            "{a}, das wäre es. Warum: {b}.",
        ],
        more: &["Ich teste gern.", "Als Einstellung, nicht für alle."],
        replies: &[
            "Ja bitte.",
            "Würde ich jeden Tag nutzen.",
            "Dazu gibt es schon einen Eintrag, ich hänge deinen an.",
            "Mit einem Skript geht es, schön ist es nicht.",
            "Brauche ich nicht, verstehe es aber.",
        ],
        ..Topic::of(Idea)
    },
];
