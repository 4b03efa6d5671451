//! What people say around a question in German.

use crate::texts::Manner;

/// Around questions about the program.
pub(super) const PROGRAM: Manner = Manner {
    asks: &[
        "Kennt das jemand?",
        "Was übersehe ich?",
        "Hat jemand [eine Idee|einen Tipp]?",
        "Ist das [bekannt|normal|ein Fehler]?",
        "Wo würdet ihr anfangen?",
        "Wie macht ihr das?",
        "Geht es [nur mir|noch jemandem] so?",
    ],
    closings: &[
        "Danke schon mal.",
        "Die Datei kann ich gern schicken.",
        "Für jeden Hinweis dankbar.",
        "Eilt nicht, [das Holz muss ohnehin trocknen|am Samstag bin ich wieder in der Werkstatt].",
        "Ich bin mit meinem Latein am Ende.",
        "Probiere gern alles aus.",
        "Wahrscheinlich ist es ganz einfach.",
    ],
    context: &[
        "[Hier läuft|Ich habe] {ver} unter {os}.",
        "In {old} ging es noch.",
        "Bildschirmfoto hängt an, rot markiert ist die Stelle.",
        "Im Handbuch [steht dazu nichts|habe ich nichts gefunden].",
        "Mit einer neuen Datei ist es genauso.",
        "Ein Neustart [hilft kurz|bringt nichts].",
        "Die Maschine ist eine {mach}[, rund {n} Jahre alt|].",
        "Aufgefallen ist es mir [gestern|am Sonntag|letzte Woche] bei einer {part} aus {wood}.",
        "Ich nutze das zum ersten Mal, also bitte Geduld.",
        "Beim Kollegen unter {os} passiert es nicht.",
    ],
    tails: &[
        "Sag Bescheid, ob es hilft.",
        "Hier mit {ver} unter {os} geht es so.",
        "Wenn nicht, häng das Protokoll an, die letzten zwanzig Zeilen reichen.",
        "Hat mich auch [einen Abend|ein Wochenende] gekostet.",
        "Vorher eine Kopie der Datei anlegen.",
        "Klingt komisch, geht aber.",
        "Bei einer {part} aus {wood} war es bei mir genauso.",
    ],
    thanks: &[
        "Das war es, vielen Dank!",
        "Jetzt läuft es[, {you}|]. Da hätte ich nie gesucht.",
        "Perfekt, die {part} ist sauber geworden. Danke!",
        "Gelöst, danke {you}.",
        "Du hast meinen Abend gerettet[, {you}|].",
        "[Ach so|Natürlich]. Danke!",
        "Genau so gemacht, alles gut. Danke dir, {you}!",
        "Auf der {mach} probiert: geht. Tausend Dank.",
        "Wieder was gelernt. Danke, {you}.",
    ],
    glad: &[
        "Gern geschehen!",
        "Freut mich, {you}.",
        "Immer gern. Zeig die {part}, wenn sie fertig ist!",
        "Schön, dass du dich noch gemeldet hast.",
        "Prima. Ich schreibe es ins Handbuch.",
    ],
    wonders: &[
        "Rückfrage, {you}:",
        "Hm.",
        "Damit niemand raten muss:",
        "Ich habe einen Verdacht.",
        "Schwer zu sagen von hier aus, {you}.",
        "Mir fallen {n} Gründe ein.",
    ],
    failed: &[
        "Hm, leider nicht, {you}. Zweimal versucht, dazwischen neu gestartet.",
        "Danke, aber das stand schon so. [Noch eine Idee?|Was könnte es sonst sein?]",
        "Besser, aber nicht weg. Jetzt nur noch bei der {part}.",
        "Den Punkt finde ich in {ver} nicht. Heißt der unter {os} anders?",
    ],
    again: &[
        "Dann noch das:",
        "Seltsam. Bei mir half außerdem:",
        "Ergänzend, {you}:",
        "Nächster Versuch.",
        "Dann liegt es woanders.",
    ],
    agree: &[
        "Gleiches Problem mit {ver} unter {os}.",
        "Steht im Handbuch, aber gut versteckt.",
        "Lese mit, ich habe eine {part} mit demselben Fehler.",
        "Gute Frage, das wollte ich auch immer wissen.",
        "Danke euch beiden, ich hatte schon aufgegeben.",
    ],
    loose: &[
        "@{you} das hatte ich mit {ver} auch, nach dem nächsten Update war es weg.",
        "{you}, welche Maschine ist es? Meine {mach} mag höchstens {rpm2} U/min.",
        "@{you} nimm mal die {part} aus den Beispielen, dann weißt du, ob es an der Datei liegt.",
        "@{you} hier unter {os} auch, seit {ver}.",
        "[vielleicht hilft das|nicht sicher], {you}, aber im Forum gab es dazu etwas, um {old} herum.",
        "{you}: bei {wood} hilft nur Geduld und {mm2} mm weniger.",
        "@{you} zeig mal ein Bild von der {part}, so ist es schwer zu sagen, {n} Ursachen fallen mir ein.",
    ],
    nudge: &[
        "Ich hänge noch immer daran. Hat jemand eine Idee?",
        "Ich schiebe das mal nach oben. Mit {wood} ist es dasselbe.",
        "Niemand? Ich nehme auch eine Vermutung.",
        "Inzwischen auf {ver}, unverändert.",
    ],
};

/// Around questions about machines and material.
pub(super) const MACHINE: Manner = Manner {
    closings: &[
        "Danke schon mal.",
        "Für jeden Hinweis dankbar.",
        "Eilt nicht, [das Holz muss ohnehin trocknen|am Samstag bin ich wieder in der Werkstatt].",
        "Ich bin mit meinem Latein am Ende.",
        "Das Brennholz reicht langsam.",
        "Lieber frage ich, als noch eine {part} zu verlieren.",
    ],
    context: &[
        "Die Maschine ist eine {mach}[, rund {n} Jahre alt|].",
        "Aufgefallen ist es mir [gestern|am Sonntag|letzte Woche] bei einer {part}.",
        "Mit {wood} ist es [schlimmer|besser|dasselbe].",
        "Foto hängt an, man sieht es auf der [linken|rechten] Seite.",
        "Ich mache das zum ersten Mal, also bitte Geduld.",
        "Im Verein kennt es keiner.",
        "Der Händler hat nur mit den Schultern gezuckt.",
    ],
    tails: &[
        "Sag Bescheid, ob es hilft.",
        "Erst an einem Reststück.",
        "Klingt komisch, geht aber.",
        "Hat mich auch einen Winter gekostet.",
        "Bei einer {part} aus {wood} war es bei mir genauso.",
        "Und beim Einschalten zur Seite treten.",
    ],
    agree: &[
        "Kann ich bestätigen, auf meiner {mach} auch.",
        "Schau vorher noch auf die Werkzeuglänge.",
        "Hat bei mir mit {wood} auch geholfen.",
        "Ich würde mit {rpm2} U/min anfangen.",
        "Lese mit, ich habe eine {part} mit demselben Ärger.",
        "Gilt das auch für {wood}?",
        "Mein Meister sagte dasselbe, nur unhöflicher.",
    ],
    ..PROGRAM
};

/// Nobody works on the program in German; a thing less to write.
pub(super) const CONTRIBUTE: Manner = PROGRAM;

/// While Share and Sync are down.
pub(super) const OUTAGE: Manner = PROGRAM;
