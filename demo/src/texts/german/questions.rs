//! Questions in German.

use crate::places::Occasion::{Machine, Outage, Program};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        things: &[
            ["der Schnittansicht", "E-204", "Ansicht, Schnitt, Schraffur", "die Schraffur ausschalten"],
            ["der Wandprüfung", "E-207", "Ansicht, Prüfen, Wandstärke", "die Auflösung auf mittel stellen"],
            [
                "dem Export von Zeichnungen",
                "E-311",
                "Datei, Export, Schriftfeld",
                "das schlichte Schriftfeld wählen",
            ],
            [
                "dem Versatz",
                "E-307",
                "Profil, Reparieren, Lücken schließen",
                "das Profil einmal schließen lassen",
            ],
            ["dem Gewindeassistenten", "E-231", "Gewinde, Erweitert, Auslauf", "einen Gang Auslauf geben"],
            [
                "der Werkzeugtabelle",
                "E-118",
                "Einstellungen, Bibliothek, Sperre",
                "die alte Sperre entfernen",
            ],
            ["der Simulation", "E-214", "Ansicht, Darstellung", "auf Software umstellen"],
            ["dem Verrunden", "E-312", "Bearbeiten, Vorgaben, Toleranz", "die Toleranz auf 0,01 setzen"],
        ],
        titles: &["{b} bei {a}", "{ver}: {b}", "Was heißt {b}?"],
        open: &[
            "Bei {a} bekomme ich {b}, [jedes Mal|aber nicht immer].",
            "Was bedeutet {b}? Kommt bei {a}, sobald ich eine {part} öffne.",
            "Seit dem Update auf {ver} gibt es bei {a} nur noch {b}.",
            "{b} zum Dritten. Diesmal bei {a}, mit einer {part} von [gestern|letzter Woche].",
            "[Heute früh|Vorhin] ging es noch, jetzt meldet sich {b} bei {a}.",
        ],
        more: &[
            "Die Meldung verschwindet, bevor ich sie kopieren kann.",
            "Mit den Beispielen geht es.",
            "Die letzten {n} Schritte habe ich schon zurückgenommen.",
        ],
        snippet: "{b}: Schritt {n} abgelehnt\n  profil: {part}_{n}.lathe",
        back: &[
            (
                "Kommt {b} auch mit einer neuen Datei?",
                "Mit einer leeren nicht. Sobald ich meine {part} einfüge, schon.",
            ),
            ("Hast du unter {c} etwas geändert?", "Ja, da habe ich neulich herumprobiert."),
        ],
        replies: &[
            "Unter {c} nachsehen und {d}, dann ist {b} weg.",
            "{b} hatte ich in {old} auch. Geholfen hat: {c}, dort {d}.",
            "Bekannte Sache. Bis es behoben ist: {d} ({c}).",
            "Kurz: {d}. Zu finden unter {c}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "nur eine Hälfte zeichnen",
                "Einfügen, Verknüpfte Kopie, Gespiegelt",
                "vorher mit A die Achse fangen",
                "",
            ],
            [
                "denselben Wulst mehrfach setzen",
                "Bearbeiten, Muster, Entlang der Achse",
                "das Häkchen bei „verknüpft“ lassen",
                "",
            ],
            ["nach einem Foto zeichnen", "Einfügen, Unterlage", "mit zwei Punkten kalibrieren", ""],
            [
                "die Wand beim Ändern der Außenform halten",
                "Profil, Innen, Außenform folgen",
                "zuerst die Wandstärke eingeben",
                "",
            ],
            [
                "eine Schablone in Originalgröße drucken",
                "Datei, Neue Zeichnung",
                "„an Seite anpassen“ ausschalten",
                "",
            ],
            [
                "einen Deckel auf eine Dose passen",
                "Bearbeiten, Paaren",
                "den Spalt ins zweite Feld schreiben",
                "",
            ],
            [
                "jedem Schritt ein eigenes Werkzeug geben",
                "Werkzeugweg, Schritte",
                "das Werkzeug auf den Schritt ziehen",
                "",
            ],
            [
                "zwei Fassungen vergleichen",
                "Datei, Verlauf, Vergleichen",
                "beide müssen gespeichert sein",
                "",
            ],
        ],
        titles: &["Wie kann ich {a}?", "Frage: {a}", "Geht das: {a}"],
        open: &[
            "Ich möchte {a}. [In den Menüs finde ich nichts|Bisher mache ich es von Hand].",
            "Wie kann ich {a}? [Mein altes Programm konnte das|Es geht um {n} Stück].",
            "Für eine {part} würde ich gern {a}, drehe mich aber im Kreis.",
            "Gibt es einen Weg, wie man {a} kann? Alle Anleitungen sind für ältere Versionen.",
        ],
        more: &[
            "Es geht um eine Serie von {n} Stück.",
            "Im Video sieht man es zwei Sekunden lang, ohne ein Wort dazu.",
        ],
        back: &[("Für ein Einzelstück oder eine Serie?", "Eine Serie, {n} Stück in {mat}.")],
        replies: &[
            "Ja, unter {b}. Wichtig: {c}.",
            "{b}. [Und|Aber] {c}.",
            "Das ist gut versteckt: {b}. Tipp: {c}.",
            "Geht so: {b}. Wenn es grau ist: {c}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &["Vorschau ruckelt", "{ver} ist langsam mit großen Profilen"],
        open: &[
            "Die Vorschau einer {part} braucht unter {os} {n} Sekunden.",
            "Ab {n}00 Punkten lässt sich die Ansicht kaum noch drehen.",
            "Sobald die Textur für {mat} an ist, ruckelt alles.",
            "Der Lüfter heult, wenn ich die {part} öffne. Muss das sein?",
        ],
        more: &["Vor {ver} war es schnell.", "Blende ich die Innenseite aus, wird es besser."],
        back: &[("Wie viele Punkte hat das Profil?", "Knapp sechstausend, es ist ein Scan.")],
        replies: &[
            "Profil, Reduzieren, {mm2} mm. Bei {mat} siehst du keinen Unterschied.",
            "Textur auf „schlicht“, die rechnet unter {os} der Prozessor.",
            "Den Verlauf zuklappen, der malt zu jedem Schritt ein Bild.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &["DXF kommt in falscher Größe an", "Einheiten beim Einlesen", "Werkzeuge nach Update weg"],
        open: &[
            "Meine {part} ist nach dem Einlesen 25-mal zu groß. Gezeichnet habe ich in Millimetern.",
            "Jede DXF-Datei aus dem alten Programm kommt winzig an. {ver} unter {os}.",
            "Nach dem Einlesen stimmt die Form, aber {mm} mm sind keine {mm} mm.",
            "Eine Schablone für eine {part}, im Druck 3 % zu klein. Beim Einlesen war auch schon etwas faul.",
        ],
        more: &["Es sind noch {n} Dateien, von Hand will ich das nicht.", "Die Beispiele kommen richtig an."],
        back: &[
            ("Welche Einheit steht im Kopf der Datei?", "Ich finde keine."),
            ("Geht es mit den Beispielen?", "Mit den Beispielen schon."),
        ],
        replies: &[
            "Ohne Angabe gilt Zoll. Beim Einlesen „Einheit: fragen“ einschalten und Millimeter wählen.",
            "Im Texteditor $INSUNITS auf 4 setzen, dann stimmt es dauerhaft.",
            "Einstellungen, Einlesen, dort die Vorgabe setzen. Einmal und nie wieder.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &["Rattermarken in {mat}", "Wellen bei {rpm} U/min"],
        open: &[
            "Bei etwa {rpm} U/min bekomme ich Rattermarken in {mat}. Eisen ist scharf, Span dünn.",
            "Seit dem Wechsel auf die {mach} hat jede {part} feine Wellen, {mm} mm auseinander.",
            "Lange {part} aus {mat}, in der Mitte sieht sie aus wie eine Schallplatte.",
            "Was tut ihr gegen Rattern in {mat}? Ich stehe bei {rpm} U/min und höre es schon kommen.",
        ],
        more: &["Die ersten zwei Schnitte sind gut, dann fängt es an.", "Der Rohling steht {n} cm heraus."],
        back: &[
            ("Wie weit steht der Rohling aus dem Futter?", "Gut {n} cm."),
            ("Arbeitest du mit Lünette?", "Nein, nur mit dem Reitstock."),
        ],
        replies: &[
            "Das ist zu lang. Lünette in die Mitte und auf {rpm2} U/min herunter, dann ist Ruhe.",
            "Drehzahl schwanken lassen: Werkzeugweg, Spindel, Variation. 8 % reichen.",
            "Zuerst in der Mitte schlichten, solange noch Material steht, und unter {mm2} mm bleiben.",
            "Pinole nachziehen. Eine lose singt genau so.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            [
                "eine Steuerung aus den Neunzigern",
                "unbekanntes Wort G96",
                "in der Maschinendefinition die konstante Schnittgeschwindigkeit ausschalten",
                "",
            ],
            ["ein altes Heliq-Panel", "Fehler 20", "im Post den Werkzeugwechsel auf Hand stellen", ""],
            ["eine TinyCut-Platine", "Alarm 9", "die Referenzfahrt aus dem Kopf nehmen", ""],
            ["ein Gantor 3", "Puffer voll", "die Toleranz auf 0,05 erhöhen", ""],
            ["ein Norden-Panel", "Satznummern falsch", "die Nummern ganz weglassen", ""],
        ],
        titles: &["Postprozessor: {b}", "{b} ({mach})"],
        open: &[
            "An meiner {mach} hängt {a}, und es kommt „{b}“. Code aus Lathe {ver}.",
            "„{b}“ nach dem ersten Durchgang. Steuerung: {a}.",
            "Welchen Post nehmt ihr für {a}? Mit dem allgemeinen: „{b}“.",
            "Seit {ver} steht die {mach}: „{b}“.",
        ],
        more: &["In der Simulation läuft es.", "Immer Zeile {n}."],
        snippet: "N{n} G18 G21\nN{n}0 G96 S{rpm} M3\n; {b}",
        back: &[(
            "Ist es der allgemeine Post oder der aus dem gemeinsamen Ordner?",
            "Der allgemeine. Von dem Ordner wusste ich nichts.",
        )],
        replies: &[
            "„{b}“ geht so weg: {c}.",
            "Ich habe auch {a}. Hier half: {c}.",
            "Im gemeinsamen Ordner liegt ein fertiger Post. Wenn du deinen behalten willst: {c}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["Wie dünn darf die Wand werden?", "Risse in {wood}", "{part} aus {wood} gerissen"],
        open: &[
            "Wie dünn dreht ihr die Wand einer {part} aus {wood}? Gezeichnet sind {mm} mm.",
            "Meine letzten drei Stücke sind beim Ausdrehen gerissen, das Holz war noch frisch.",
            "Über Nacht ist eine {part} aus {wood} gerissen, vom Rand bis zum Fuß.",
            "Wie trocknet ihr {wood}? Papiertüte, Späne, Gefrierfach, jeder sagt etwas anderes.",
        ],
        more: &["Mein Messgerät zeigt {n} %.", "Die Enden waren gewachst."],
        back: &[
            ("Ist das Holz trocken?", "Etwa {n} %."),
            ("Welches Eisen nimmst du innen?", "Einen Schaber, frisch geschliffen."),
        ],
        replies: &[
            "Bei {wood} über {mm} mm bleiben, trocknen lassen, ein zweites Mal drehen. So ist hier nichts gerissen.",
            "Ansicht, Prüfen, Wandstärke: Zu dünne Stellen werden rot.",
            "In den eigenen Spänen vergraben, Papiertüte, {n} Wochen.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["Öl bleibt klebrig", "Oberfläche für Lebensmittel", "Flecken auf {wood}"],
        open: &[
            "Mein Öl klebt auf {wood} nach einer Woche noch. Was habe ich falsch gemacht?",
            "Was nehmt ihr für eine {part}, in die Obst kommt?",
            "Weiße Flecken auf {wood}, {n} Tage nach der letzten Schicht.",
            "Ich suche etwas Abwaschbares für {wood}, das nicht gelb wird.",
        ],
        more: &["Es ist ein Hochzeitsgeschenk.", "Drei Schichten bisher."],
        back: &[
            ("Welches Öl ist es?", "Leinöl aus dem Baumarkt."),
            ("Wie warm ist die Werkstatt?", "Zwölf Grad, eher weniger."),
        ],
        replies: &[
            "Zwei dünne Schichten Hartwachsöl, nach zehn Minuten abreiben. Dick trocknet auf {wood} nie.",
            "Unter fünfzehn Grad braucht Leinöl Wochen. Abreiben und warm stellen.",
            "Reines Tungöl, fünf Tage Pause dazwischen. Dauert, hält aber.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            ["E-503 beim Speichern", "", "", ""],
            ["Sync nicht erreichbar", "", "", ""],
            ["die Galerie auf Share leer", "", "", ""],
            ["die Werkzeugtabelle grau", "", "", ""],
        ],
        titles: &["{a}", "Seit Mittag: {a}"],
        open: &[
            "Seit [Mittag|einer Stunde|{n} Minuten] {a}. Liegt es an mir?",
            "{a}, Neustart bringt nichts. Noch jemand?",
            "Bei uns im Verein: {a}, und um drei kommt die Gruppe.",
        ],
        replies: &[
            "Liegt nicht an dir, {me}. Share und Sync stehen gerade. Datei, Offline arbeiten.",
            "Bekannt, das Team ist dran. Nichts löschen!",
        ],
        ..Topic::of(Outage)
    },
];
