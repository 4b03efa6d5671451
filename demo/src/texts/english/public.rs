//! Introductions, ideas, jobs and news in English.

use crate::places::Occasion::{Idea, Intro, Job, News};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        titles: &["Hello from {me}", "{me} says hello", "New here: {me}", "Introducing myself ({me})"],
        open: &[
            "Hi, I am {me}, new here. I turn {wood} on a {mach} and want to stop drawing every {part} by hand.",
            "Hello from a small workshop. Mostly {part}s in {wood}, evenings only. {me}, happy to be here.",
            "New member, long time reader. I bought a {mach} in spring and Lathe {ver} is my first design program. {me} is the name.",
            "Hi everyone, {me}, retired machinist, now playing with {wood}. My [grandson|granddaughter] set up Lathe {ver} for me.",
            "Hey, {me} here. I teach woodwork at a school: a {mach}, {n} curious pupils, one first-aid kit.",
            "Good to meet you, I am {me}. I came for the {part} templates and stayed for the discussions.",
            "Hello, {me}, running {os} and cutting {wood}. I found this place through [the talk on honest curves|a friend|a video about {part}s].",
            "Hi, {me}, hobby turner. Is there a good first project besides a {part}?",
            "I am {me}. By day I [repair organs|write software|drive a tram|bake bread|nurse], by night I ruin {wood}.",
            "{me} checking in. {n} years of metal, {n} days of wood. Be patient with me.",
            "Greetings! {me}, I restore old furniture and need a {part} every other week. So far in {wood}.",
            "Hello all, {me}. I have no lathe yet, only a drawing of a {part} and big plans.",
        ],
        more: &[
            "Ask me about {wood}, I know too much about it.",
            "English is not my first language, I hope that is fine.",
            "I am here to learn.",
            "First picture follows when there is something to see.",
            "I live far from any other turner, so this is my club.",
        ],
        ..Topic::of(Intro)
    },
    Topic {
        things: &[
            [
                "undo across sessions",
                "I closed a file too early once and lost an evening",
                "the history would have to be saved with the file",
                "",
            ],
            [
                "textures from my own photographs",
                "I would like to see my blank, not somebody's oak",
                "the preview could tile them",
                "",
            ],
            [
                "a timer for glue and oil",
                "I forget them, all of them",
                "a small list in the corner is enough",
                "",
            ],
            ["a mode for the left hand", "my pupils differ", "mirroring the toolbar would do", ""],
            ["prices for material in the parts list", "customers ask", "a column that one fills in", ""],
            [
                "dimensions in fractions of an inch",
                "my callipers know nothing else",
                "as a setting, not for everybody",
                "",
            ],
            [
                "a warning when the blank is too small",
                "I noticed it at the machine",
                "compare with the stock in Settings",
                "",
            ],
            [
                "bigger handles on a touch screen",
                "my fingers are what they are",
                "twice the size while a finger is down",
                "",
            ],
            ["voice for the step list", "my hands are dirty", "\"next\" and \"back\" would be enough", ""],
            ["an archive of profiles by century", "I restore furniture", "tags on Share could do it", ""],
            [
                "a comparison of two tools on the same cut",
                "I never know which one is at fault",
                "two colours in the simulation",
                "",
            ],
            ["a printable card for each step", "I teach children", "one picture, one number a card", ""],
            ["moisture in the material list", "green and dry wood behave differently", "a second table", ""],
            ["a quiet mode for Bridge", "the beep wakes my son", "a checkbox", ""],
        ],
        titles: &["Idea: {a}", "{a}", "Wish: {a}"],
        open: &[
            "Idea: {a}. {b}.",
            "Would {a} be possible? {b}.",
            "I keep wishing for {a}. {b}[, and I cannot be the only one|].",
            "Suggestion after {n} months with Lathe: {a}. {b}.",
            "{a}, please! {b}.",
            "What do you think of {a}? {b}.",
        ],
        more: &[
            "As for how: {c}.",
            "I could imagine this: {c}.",
            "I would [help with it|test it|pay a round of coffee for it].",
            "{c}, I think.",
        ],
        replies: &[
            "Yes please.",
            "I would use {a} [every day|all the time].",
            "Careful, {old} had something like it and it was taken out.",
            "{c}, then it would not be in anybody's way.",
            "Good one, {me}. There is an older issue about it, I add your case.",
            "I do it with a script. Ugly, but it works.",
            "Not for me, but I see why.",
            "Could be a panel, so that nobody has to wait for the team.",
            "The hard part is the file format. The rest is a weekend.",
            "Put it to the vote! I have {n} votes left.",
        ],
        ..Topic::of(Idea)
    },
    Topic {
        things: &[
            ["a turner for two days a week", "a furniture workshop in Ghent", "", ""],
            ["a teacher for an evening course", "a makerspace in Leeds", "", ""],
            ["someone who draws historical profiles", "a museum in Kraków", "", ""],
            ["forty identical balusters", "a house from 1890", "", ""],
            ["help with a post-processor, paid", "a small factory in Pune", "", ""],
            ["a place for an apprentice", "a workshop in Oaxaca", "", ""],
            ["a developer for half a year", "the project itself", "", ""],
            ["a bench for three months", "a turner who moves to Lisbon", "", ""],
        ],
        titles: &["Wanted: {a}", "{a} ({b})"],
        open: &[
            "Wanted: {a}. It is {b}[, and the coffee is good|]. Write to me if you are interested.",
            "For {b} we look for {a}, from [next month|the first of the month|now on]. {wood} mostly, a {mach} is there.",
            "{b} needs {a}. I post it for a friend, {n} euros an hour and lunch.",
            "Does anybody know somebody? {a}, for {b}.",
        ],
        replies: &[
            "I sent you a message.",
            "Is that also possible from a distance?",
            "I know somebody, will ask her.",
            "What a nice job. Too far for me.",
            "Filled already?",
        ],
        ..Topic::of(Job)
    },
    Topic {
        things: &[
            [
                "faster previews, a new chuck model, and imported profiles keep their units",
                "update tool tables first",
                "",
                "",
            ],
            ["quieter dialogues, repaired threads, and eleven crashes less", "nothing to prepare", "", ""],
            ["a better search in the library and drawings to scale", "fonts are installed anew", "", ""],
            [
                "Bridge knows four more controllers, and the wall analysis is twice as fast",
                "posts must be updated, too",
                "",
                "",
            ],
            [
                "linked copies stay linked, and the ruler snaps",
                "files of nightlies should be saved once",
                "",
                "",
            ],
        ],
        titles: &["Lathe {ver}: {a}", "Release notes for {ver}", "{ver} is out"],
        open: &[
            "An update for {ver} is [out|ready]: {a}. Note: {b}.",
            "[New build|Fresh packages] of {ver}, with {n} fixes: {a}.",
            "{ver} has been refreshed. In short: {a}. {b}.",
            "For everybody on {old}: now is a good time for {ver}. You get {a}.",
        ],
        more: &[
            "{n} people contributed for the first time.",
            "Back up your tool library first.",
            "Thanks to those who tested on {os}.",
        ],
        ..Topic::of(News)
    },
    Topic {
        things: &[
            [
                "Maintenance",
                "the forum and Share are read-only for about an hour, tonight at 21:00 UTC",
                "",
                "",
            ],
            ["Office hour", "on Thursday at 18:00 UTC we talk about threads, bring your jammed lids", "", ""],
            ["Survey", "five minutes, eleven questions, one of them about cake", "", ""],
            ["Results of the survey", "most wanted is undo across sessions, and we are on it", "", ""],
            ["Handbook", "there is a new chapter about drying wood, corrections are welcome", "", ""],
            ["Volunteers", "two people joined to answer questions in the evening, say hello to them", "", ""],
            ["Candidate", "the next release can be tested, please keep a copy of your files", "", ""],
            ["Rules", "we wrote down how we treat each other, it is one page and mostly obvious", "", ""],
            ["Contest", "turn something for a door, pictures until the end of the month", "", ""],
            [
                "Winners of the contest",
                "a knob, a bell pull and a door stop, and nine close runners-up",
                "",
                "",
            ],
            ["Mirrors", "downloads now come from three continents and should be faster", "", ""],
            ["Moderation", "questions about machines have a place of their own from today", "", ""],
        ],
        titles: &["{a}: {b}", "{a}"],
        open: &[
            "{a}: {b}.",
            "**{a}.** [A short notice|In short]: {b}.",
            "{a}, [for all of you|for your calendars]: {b}. Thank you for reading this far.",
            "Dear all, {b}. ({a})",
        ],
        more: &[
            "Questions? Ask right here.",
            "More in the letter at the end of the month.",
            "It concerns everybody who uses {ver}.",
        ],
        ..Topic::of(News)
    },
];
