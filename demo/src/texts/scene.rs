//! The scenes of the last two weeks, word by word: what waits, who is new, who owes an answer.

use crate::places::{DISCORD, FORUM, MAIL, SLACK};

/// A conversation that stands as it is.
pub(crate) struct Act {
    pub(crate) place: usize,
    /// The channel by name.
    pub(crate) channel: &'static str,
    /// Days before the last day.
    pub(crate) back: i32,
    /// Hour and minute, UTC.
    pub(crate) at: (i64, i64),
    /// The handle of who says it.
    pub(crate) who: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    /// Nobody talks in the channel for some hours after it.
    pub(crate) silent: bool,
    /// Who reacts to it.
    pub(crate) likes: &'static [&'static str],
    pub(crate) lines: &'static [Line],
}

/// A reply in a scene.
pub(crate) struct Line {
    /// Minutes after the opening.
    pub(crate) after: i64,
    pub(crate) who: &'static str,
    pub(crate) text: &'static str,
}

const fn line(after: i64, who: &'static str, text: &'static str) -> Line {
    Line { after, who, text }
}

const fn act(place: usize, channel: &'static str, back: i32, at: (i64, i64), who: &'static str) -> Act {
    Act { place, channel, back, at, who, title: "", text: "", silent: false, likes: &[], lines: &[] }
}

/// Hours in minutes.
const H: i64 = 60;

/// Every scene.
pub(crate) const ACTS: &[Act] = &[
    // A newcomer asks, and nobody says a word.
    Act {
        text: "Hello! Second week with Lathe and it is the first program in which I do not draw my bowls twice. One thing I cannot find: when I scale a profile to fit a smaller blank, the wall gets thinner, too. Can I scale the outside and keep the wall at 6 mm?",
        silent: true,
        ..act(DISCORD, "help", 6, (21, 10), "amber_w")
    },
    // An expert asks.
    Act {
        text: "For once a question from me. After a merge in Sync both machines show E-402 and the tool table has two revisions with the same number. Which one wins if I force it, the newer clock or the longer history? I would rather not find out with the makerspace's table.",
        silent: true,
        ..act(DISCORD, "help", 4, (22, 35), "mei.spins")
    },
    // Two people react, nobody answers.
    Act {
        text: "Does the wall analysis in 2.3 count the recess for the chuck jaws? It paints the foot of every bowl red here, although there are 9 mm left. I have switched it off for now, which feels wrong.",
        silent: true,
        likes: &["kofi.turns", "zuzana_c"],
        ..act(DISCORD, "help", 3, (6, 20), "harriet_m")
    },
    // The asker owes a reply to a question back.
    Act {
        text: "Bridge loses my KX-1 after exactly ten minutes, every time, in the middle of the roughing pass. New cable, other port, same thing. What can I try before I buy a longer list of cables?",
        lines: &[line(
            19 * H + 12,
            "bartek_lis",
            "Exactly ten minutes sounds like power saving and not like a cable. Which hub or port is it, and what does the line with \"idle\" say in the Bridge log?",
        )],
        ..act(DISCORD, "machines", 5, (11, 5), "kenji_s")
    },
    // The asker came back: the answer did not help.
    Act {
        title: "Drawing prints at 97 % whatever I choose",
        text: "Every drawing that I print from 2.3 comes out at 97 %. I measured with a steel rule: 100 mm are 97 mm. \"Actual size\" is ticked in the print dialogue and in the PDF viewer. I need templates for a set of eight chair legs by the end of the month, so paper that lies is a bit of a problem. How do you get a true 1:1 out of it?",
        lines: &[
            line(
                16 * H,
                "drehott",
                "The margin does it. File, Page setup, set all margins to 12 mm, then the page needs no shrinking to fit the printer and the scale stays.",
            ),
            line(
                78 * H,
                "morag_k",
                "Back from the workshop: margins at 12 mm, still 97 mm. I tried a second printer and the copy shop, too, so it must be in the file. Is there anything else I can set?",
            ),
        ],
        ..act(FORUM, "Help", 8, (8, 40), "morag_k")
    },
    // Asked, reminded, nothing.
    Act {
        title: "Shared profiles vanish from my gallery",
        text: "Since the weekend my gallery on Share shows 14 of 23 profiles. The links still work when I open them from old posts, so the files are there. They are just not listed. Is there a limit I missed, or does something have to be indexed again?",
        lines: &[line(
            5 * 24 * H + 200,
            "dalia_h",
            "Gentle reminder. It is 12 of 23 now. I do not mind waiting, I only want to know whether I should upload them again or leave everything alone.",
        )],
        ..act(FORUM, "Help", 10, (17, 25), "dalia_h")
    },
    // Patience runs out.
    Act {
        title: "Is anybody still answering here?",
        text: "This is not meant as a complaint about anyone, I know that most of us do this in the evening. But I used to get an answer within a day, and now two of my questions and at least five by others have been sitting here for a week. Did something change? If help is needed with the simple ones I would take a shift.",
        likes: &["alexdubois", "dalia_h", "morag_k", "mariaw"],
        ..act(FORUM, "Help", 2, (18, 50), "ninaf")
    },
    Act {
        title: "Converting a scanned banister: 11,000 points",
        text: "I scanned an old banister with a phone and got a profile of 11,000 points. Reduce brings it down to 4,000, but then the beads lose their edge. Is there a way to reduce the straight parts more than the beads, or do I have to trace it by hand? The house is from 1890 and I need to replace three pieces, so they have to match.",
        ..act(FORUM, "Help", 6, (19, 15), "minh_d")
    },
    Act {
        title: "Dead centre runs hot on long spindles",
        text: "On everything longer than 600 mm the dead centre gets too hot to touch after a few minutes, and the end grain turns brown. Wax helps for one piece. I do not want to buy a live centre for a machine this old before I know that it is not my alignment. How do you check the tailstock on a bed that is worn in the middle?",
        ..act(FORUM, "Machines & material", 9, (12, 30), "zuzana_c")
    },
    Act {
        title: "Rosca de madera que se atasca",
        text: "Hola, me llamo Camila y escribo desde Valparaíso. Estoy haciendo mi primera caja con tapa roscada en olivo y la rosca entra dos vueltas y se atasca. En la vista previa todo parece bien. ¿Hay que dejar holgura en el dibujo o se lija después? No quiero romper la tapa, la madera era de mi abuelo.",
        ..act(FORUM, "Español", 3, (14, 45), "camila_s")
    },
    Act {
        text: "Hi, I would like to write a post-processor for a controller that nobody seems to have done yet (a Norden 36 from the nineties). The format page describes the blocks but not the order in which they are called. Is there a trace switch, or a test post that just prints every call?",
        silent: true,
        ..act(SLACK, "development", 5, (13, 20), "reza.t")
    },
    Act {
        text: "Does anyone remember why `offset::join` falls back to straight segments below 0.02 mm? I want to remove it for the thread work, all tests stay green without it, and that makes me nervous. Tanvi wrote it, but I have not seen her here for a while.",
        silent: true,
        likes: &["bartek_lis"],
        ..act(SLACK, "development", 2, (20, 10), "oksana_k")
    },
    Act {
        text: "Moin, ich bin Lukas, ganz frisch dabei. Ich habe eine gebrauchte Vario 42 gekauft und bekomme von Lathe immer die Meldung \"unbekanntes Wort G96\". Muss ich dafür etwas an der Maschine umstellen oder am Postprozessor?",
        silent: true,
        ..act(DISCORD, "deutsch", 3, (18, 35), "lukas_t")
    },
    Act {
        text: "Hey all, Tane here, from the bottom of the world. I turn native timber from storm-felled trees, mostly rimu and a bit of pōhutukawa, and came over after the talk on honest curves. Looking forward to stealing your ideas and giving a few back.",
        lines: &[
            line(
                9 * H + 30,
                "kofi.turns",
                "Welcome Tane! Storm-felled is the best kind. Show us the pōhutukawa, I have only ever seen it in photographs.",
            ),
            line(
                11 * H,
                "ruth",
                "Good to have you here, Tane. The recording of that talk is pinned in #general, with the profile files.",
            ),
        ],
        ..act(DISCORD, "introductions", 5, (3, 40), "tane.r")
    },
    Act {
        text: "Oi, I am Yara, an instrument maker from Recife. I make pegs and end pins and so far I draw every one of them on paper. A friend showed me how a taper becomes one number in Lathe and now I cannot unsee it. I hope my English is good enough for this place.",
        silent: true,
        ..act(DISCORD, "introductions", 2, (23, 5), "yaracardoso")
    },
    Act {
        title: "Hello from Tema",
        text: "Good evening, I am Efua. I run a small school workshop in Tema: nine pupils, two old lathes, one laptop. We start with door knobs because everybody has a door. I will have many questions, so I thought I would say hello first.",
        lines: &[
            line(
                4 * H,
                "priya_n",
                "Hello Efua, and welcome. Door knobs are a great start. If you like, I can send you the cards we made for our Saturday group, one step a card.",
            ),
            line(15 * H, "efua", "That would help me a lot, Priya. Thank you for such a warm welcome."),
        ],
        likes: &["kofi.turns", "hanna"],
        ..act(FORUM, "Lounge", 4, (18, 5), "efua")
    },
    Act {
        title: "Undo after saving?",
        text: "Evening. I closed the file, opened it again, and the undo list was empty. I had turned a fillet into a bead by accident some forty steps earlier. Is the history really gone after saving, or is it kept somewhere?",
        ..act(FORUM, "Help", 1, (19, 40), "olly_t")
    },
    Act {
        text: "Hi everyone, Noelle, technical writer by day. I fixed two sentences in the handbook last night and somebody merged them before breakfast, so here I am. Happy to take on the chapter about chucks, which seems to be held together with tape.",
        likes: &["emeka", "oksana_k"],
        lines: &[line(
            50,
            "emeka",
            "That was me, before coffee. The chapter is yours, Noelle. Everything you need is in `docs/chucks`, and nobody will be sad about the tape.",
        )],
        ..act(SLACK, "general", 2, (9, 15), "noelle_p")
    },
    Act {
        text: "Hi, Budi from Bandung. Just unpacked a Bantam 9. What is a safe first speed for a 120 mm blank of mango wood, still a little wet? The table in Lathe only knows oak and maple.",
        silent: true,
        ..act(DISCORD, "machines", 1, (4, 25), "budi_w")
    },
    Act {
        title: "Batch export of forty profiles, names and revisions",
        text: "Dear list,\n\nI have been reading the archive for some weeks and hope that this has not been asked. For a small museum I drew forty profiles of historical tool handles. They want each of them as DXF and as a drawing with the inventory number in the title block. Exporting one takes me about two minutes, so I would like to do it with a script, but the example in the handbook stops at the first file that has an open profile:\n\n```\nE-307 profile is not closed: handle_017.lathe\n3 of 40 written\n```\n\nTwo questions. Can the script be told to skip such a file and go on? And is there a way to read the revision of each file, so that I can print it next to the number?\n\nI use 2.2 on Debian. I can publish the drawings afterwards, the museum would like that.\n\nKind regards\nJérôme",
        silent: true,
        ..act(MAIL, "lathe-users", 8, (7, 50), "j.fontaine")
    },
    Act {
        title: "Taper of 0.3 mm on a 400 mm cylinder",
        text: "Hello all,\n\nfirst post, so thank you for the archive. My Mini 7x14 turns a cylinder of 400 mm with a taper of 0.3 mm, thicker at the tailstock. I compensated it in Lathe with two points, which works until I change the chuck. What is the right way: shim the headstock, move the tailstock, or keep a correction for each chuck?\n\nDwayne",
        lines: &[
            line(
                22 * H,
                "wes_holt",
                "> What is the right way: shim the headstock, move the tailstock, or keep a correction for each chuck?\n\nTailstock first. Turn between centres, measure both ends, move it by half of the difference towards you. If it is straight between centres and conical in the chuck, then it is the headstock, and only then would I think about shims.\n\nWes",
            ),
            line(
                31 * H,
                "dwayne.h",
                "Straight within 0.02 between centres now. It was the tailstock all along. Thank you, Wes.\n\nDwayne",
            ),
        ],
        ..act(MAIL, "lathe-users", 7, (10, 20), "dwayne.h")
    },
    Act {
        title: "Texture of burl in the preview",
        text: "Is it possible to load a photograph of my own blank as the texture? I would like to see where the eyes of the burl end up before I commit. The menu only offers the built-in woods. I am on 2.3 and would also take a hack.",
        likes: &["giulia.c", "kofi.turns"],
        ..act(FORUM, "Help", 5, (20, 5), "alexdubois")
    },
];
