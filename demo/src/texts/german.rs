//! What people of the made-up community say in German.

use super::{Topic, Voice};

pub(super) const VOICE: Voice = Voice {
    materials: &[
        "Ahorn",
        "Nussbaum",
        "Esche",
        "Messing",
        "Kirsche",
        "POM",
        "Eiche",
        "Aluminium",
        "Zwetschge",
    ],
    parts: &["Schale", "Dose", "Kugel", "Stiftrohling", "Kerzenhalter", "Buchse", "Griff", "Vase"],
    greetings: &["Hallo zusammen,", "Moin,", "Servus,", "Hallo,", "Kurze Frage:", "", "", ""],
    closings: &[
        "Danke schon mal.",
        "Kennt das jemand?",
        "Die Datei kann ich gern schicken.",
        "Was übersehe ich?",
        "",
        "",
        "",
    ],
    topics: TOPICS,
    intro: &[
        "Hallo, ich bin neu hier. Ich drechsle seit zwei Jahren, meist {mat}, auf einer {mach}.",
        "Moin aus dem Norden. Bisher alles von Hand gezeichnet, jetzt soll Lathe {ver} helfen.",
        "Grüß euch, kleine Werkstatt, viel {mat}, wenig Zeit. Freue mich auf den Austausch.",
        "Hallo, ich unterrichte Technik und suche etwas, womit die Klasse eine {part} entwerfen kann.",
        "Neu dabei und gleich begeistert. Gibt es ein gutes erstes Projekt in {mat}?",
    ],
    welcome: &[
        "Willkommen! Unter Beispiele liegt eine {part}, damit fängt es sich gut an.",
        "Schön, dass du da bist. Frag ruhig, hier hat jeder schon eine {part} zerlegt.",
        "Herzlich willkommen! Unter {os} am besten gleich {ver} nehmen.",
        "Willkommen in der Runde. Zeig uns die erste {part}, wenn sie fertig ist.",
    ],
    show: &[
        "Heute fertig geworden: {part} aus {mat}, letzter Schnitt mit {rpm} U/min.",
        "Meine erste {part}, die ich verschenken würde. Gezeichnet in {ver}.",
        "Drei Anläufe, dann hielt die {part}. {mat} verzeiht nichts.",
        "Sechs Stück, alle auf {mm} mm gleich. Die {mach} läuft endlich rund.",
        "Aus einem Reststück {mat}: {part} mit gefülltem Riss.",
    ],
    praise: &[
        "Sehr schöne Linie. Womit hast du innen gearbeitet?",
        "Toll geworden! Welches Öl ist das?",
        "Bei {rpm} U/min in {mat}, Respekt.",
        "Magst du das Profil teilen? Ich würde es gern in {mat} versuchen.",
        "Da bekommt man Lust auf Werkstatt.",
    ],
    chat: &[
        "Hebt ihr misslungene Stücke auch auf? Meine Kiste ist voll.",
        "Werkstatt gefegt, {mach} geölt, Wochenende kann kommen.",
        "Heute gelernt: {mat} und weißes Hemd passen nicht zusammen.",
        "Gibt es {ver} schon für {os}?",
        "Wer fährt nächsten Monat zur Messe?",
        "Endlich alle Eisen geschärft. Ein anderes Arbeiten.",
        "Wohin mit den Spänen? Vier Säcke {mat} stehen hier.",
        "Die neue Ansicht in {ver} gefällt mir gut, danke dafür.",
    ],
    banter: &[
        "Bei mir genauso.",
        "Ich bin dabei.",
        "Kompost, der Rest geht an Nachbars Hühner.",
        "Guter Gedanke, den klaue ich.",
        "Nur wenn es Kuchen gibt.",
        "War letztes Jahr da, lohnt sich.",
        "Mit {mat} kenne ich das auch.",
    ],
    news: &[
        "Lathe {ver} ist da: schnellere Vorschau, neues Futter, Einheiten bleiben beim Einlesen erhalten.",
        "Heute Abend ist das Forum für etwa eine Stunde nur lesbar.",
        "Das deutsche Handbuch hat ein neues Kapitel über {mat}.",
    ],
    heard: &[
        "Läuft hier unter {os} ohne Probleme.",
        "Danke für die Arbeit!",
        "Teste ich am Wochenende auf der {mach}.",
        "Super, darauf habe ich gewartet.",
    ],
    thanks: &[
        "Das war es, vielen Dank!",
        "Jetzt läuft es. Da hätte ich nie gesucht.",
        "Perfekt, die {part} ist sauber geworden. Danke!",
        "Gelöst, danke. {mm} mm haben den Unterschied gemacht.",
        "Du hast meinen Abend gerettet.",
    ],
    agree: &[
        "Kann ich bestätigen, auf meiner {mach} auch.",
        "Gleiches Problem mit {ver} unter {os}.",
        "Schau vorher noch auf die Werkzeuglänge.",
        "Steht im Handbuch, aber gut versteckt.",
        "Hat bei mir mit {mat} auch geholfen.",
        "Ich würde mit {rpm} U/min anfangen.",
        "Lese mit, ich habe eine {part} mit demselben Fehler.",
    ],
    nudge: &[
        "Ich hänge noch immer daran. Hat jemand eine Idee?",
        "Ich schiebe das mal nach oben. Mit {mat} ist es dasselbe.",
    ],
};

const TOPICS: &[Topic] = &[
    Topic {
        titles: &["Rattermarken in {mat}", "Wellen auf der Oberfläche bei {rpm} U/min"],
        open: &[
            "Bei etwa {rpm} U/min bekomme ich Rattermarken in {mat}. Eisen ist scharf, Span dünn.",
            "Seit dem Wechsel auf die {mach} hat jede {part} feine Wellen, {mm} mm auseinander.",
        ],
        ask: &["Wie weit steht der Rohling aus dem Futter?", "Arbeitest du mit Lünette?"],
        detail: &["Gut 15 cm.", "Nein, nur mit dem Reitstock."],
        answer: &[
            "Das ist zu lang. Lünette in die Mitte und auf {rpm} U/min herunter, dann ist Ruhe.",
            "Drehzahl schwanken lassen: Werkzeugweg, Spindel, Variation. 8 % reichen.",
            "Zuerst in der Mitte schlichten, solange noch Material steht, und unter {mm} mm bleiben.",
        ],
    },
    Topic {
        titles: &["DXF kommt in falscher Größe an", "Einheiten beim Einlesen von DXF"],
        open: &[
            "Meine {part} ist nach dem Einlesen 25-mal zu groß. Gezeichnet habe ich in Millimetern.",
            "Jede DXF-Datei aus dem alten Programm kommt winzig an. {ver} unter {os}.",
        ],
        ask: &["Welche Einheit steht im Kopf der Datei?", "Geht es mit den Beispielen?"],
        detail: &["Ich finde keine.", "Mit den Beispielen schon."],
        answer: &[
            "Ohne Angabe gilt Zoll. Beim Einlesen „Einheit: fragen“ einschalten und Millimeter wählen.",
            "Im Texteditor $INSUNITS auf 4 setzen, dann stimmt es dauerhaft.",
        ],
    },
    Topic {
        titles: &["Postprozessor für die {mach}", "{mach} hält nach dem ersten Durchgang"],
        open: &[
            "Die {mach} hält nach dem ersten Durchgang an. Der Code kommt aus Lathe {ver}.",
            "Welchen Postprozessor nehmt ihr für die {mach}?",
        ],
        ask: &["Welche Zeile ist es?", "Was meldet die Steuerung?"],
        detail: &["Eine Zeile mit G96.", "Fehler 20, mehr nicht."],
        answer: &[
            "Die Steuerung kennt keine konstante Schnittgeschwindigkeit. In der Maschinendefinition ausschalten.",
            "Im gemeinsamen Ordner liegt eine Definition für die {mach}, damit läuft es bei mir.",
        ],
    },
    Topic {
        titles: &["Wie dünn darf die Wand werden?", "Wandstärke einer {part} aus {mat}"],
        open: &[
            "Wie dünn dreht ihr die Wand einer {part} aus {mat}? Gezeichnet sind {mm} mm.",
            "Meine letzten drei Stücke sind beim Ausdrehen gerissen, das Holz war noch frisch.",
        ],
        ask: &["Ist das Holz trocken?", "Welches Eisen nimmst du innen?"],
        detail: &["Etwa 14 %.", "Einen Schaber, frisch geschliffen."],
        answer: &[
            "Bei {mat} über {mm} mm bleiben, trocknen lassen, ein zweites Mal drehen. So ist hier nichts gerissen.",
            "Ansicht, Prüfen, Wandstärke: Zu dünne Stellen werden rot.",
        ],
    },
    Topic {
        titles: &["Werkzeuge nach Update weg", "Wo liegt die Werkzeugliste?"],
        open: &[
            "Nach dem Update auf {ver} sind alle Werkzeuge weg, {os}.",
            "Ich möchte am Laptop und in der Werkstatt dieselben Werkzeuge nutzen. Wie?",
        ],
        ask: &["Gibt es daneben einen Ordner mit der alten Nummer?", "Liegt es auf einem Netzlaufwerk?"],
        detail: &["Ja, darin ist eine tools-Datei.", "Ja, bei uns im Verein."],
        answer: &[
            "tools.toml aus dem alten Ordner kopieren und neu starten. Gelöscht wird nichts.",
            "Einstellungen, Bibliothek, Pfad: beide auf dieselbe Datei zeigen lassen, aber nicht gleichzeitig ändern.",
        ],
    },
    Topic {
        titles: &["Öl bleibt klebrig", "Oberfläche für Lebensmittel"],
        open: &[
            "Mein Öl klebt auf {mat} nach einer Woche noch. Was habe ich falsch gemacht?",
            "Was nehmt ihr für eine {part}, in die Obst kommt?",
        ],
        ask: &["Welches Öl ist es?", "Wie warm ist die Werkstatt?"],
        detail: &["Leinöl aus dem Baumarkt.", "Zwölf Grad, eher weniger."],
        answer: &[
            "Zwei dünne Schichten Hartwachsöl, nach zehn Minuten abreiben. Dick trocknet auf {mat} nie.",
            "Unter fünfzehn Grad braucht Leinöl Wochen. Abreiben und warm stellen.",
        ],
    },
];
