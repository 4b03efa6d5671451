//! What people show and talk about in English.

use crate::places::Occasion::{Chat, Off, Show, Team};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        open: &[
            "Finished this {part} in {wood} [today|last night|between two meetings]. {rpm} rpm for the last pass and hardly any sanding.",
            "First {part} that I would dare to give away. {wood}, drawn in {ver}, cut on the {mach}.",
            "Weekend result: a set of {n} {part}s, all within {mm} mm of each other.",
            "Tried the spiral tool on a {part}. {wood} takes it better than I thought.",
            "This {part} took {n} attempts. The last one stayed in one piece.",
            "A {part} from scrap {wood}. The crack is filled with [coffee grounds and glue|brass dust|blue resin, sorry].",
            "Made a {part} for [my mother|a neighbour|the school]. [She|He] asked which shop it came from. Best review so far.",
            "Three months between these two {part}s. Same profile, [other hands|less fear].",
            "{wood}, {n} cm, one afternoon. The {mach} and I are friends again.",
            "My first [commission|piece for money]: {n} {part}s in {wood} for a café.",
            "A {part} after a photograph from 1910, traced with the underlay. {wood}, no finish yet.",
            "Turned a {part} with my [seven|nine|eleven]-year-old. [He|She] chose the curve, I held the tool.",
            "Not round on purpose: a {part} on three axes. {wood}, {rpm} rpm, eyes half closed.",
            "The {part} from the office hour is done. [Thank you for the tip with the foot|Your trick with the tape worked].",
            "Repaired a {part} that somebody's dog had opinions about. New end in {wood}, you have to look twice.",
            "From log to {part} in {n} weeks. {wood} from our own garden.",
        ],
        more: &[
            "Profile is on Share.",
            "Oil, wax, and a lot of looking at it.",
            "The foot still bothers me.",
            "Comments welcome, hard ones as well.",
            "Drawn in {ver}, half of it changed at the machine.",
        ],
        ..Topic::of(Show)
    },
    Topic {
        things: &[
            ["every failed piece in a box as a warning", "failed pieces", "", ""],
            ["a notebook with the speed of every piece", "notebooks", "", ""],
            ["every first attempt at a new shape", "first pieces", "", ""],
            ["offcuts that are too small for anything", "offcuts", "", ""],
            ["the good chisel hidden from the family", "hidden tools", "", ""],
            ["a list of people who asked for a bowl", "waiting lists", "", ""],
        ],
        open: &[
            "Does anybody else keep {a}?",
            "Confession: I keep {a}. [It grows|My partner knows nothing].",
            "I just met a colleague who keeps {a}. I thought I was the only one.",
            "Today I counted: I keep {a}, and it is getting out of hand, {n} in {wood} alone.",
        ],
        replies: &[
            "I have a shelf of {b}. It is the most honest shelf in the house.",
            "Same here, and I will not learn from it.",
            "[Ha, that|That] sounds like my workshop.",
            "Mine went into the stove last winter. They burn well.",
            "My {n} {b} have names.",
            "Take a picture of it!",
            "You are among friends, {me}.",
            "No {b} here, I am far too tidy. (I am lying.)",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        open: &[
            "The {mach} is back from repair. It is quiet now. I do not trust it.",
            "New belt on the {mach}, and I hear things that I never heard before.",
            "My {mach} turned {n} today. We had cake, it had oil.",
            "Moved the {mach} by half a metre. [The cleaning behind it took the rest of the day|My back disagrees].",
            "My neighbour asked whether the {mach} could be louder. I think it was irony.",
            "Swapped my old machine for a {mach}. [It is like learning to walk again|I am lost without the old lever].",
        ],
        more: &[
            "Three hundred kilos, four friends, two planks.",
            "It also smells different.",
            "More about that when I understand it.",
        ],
        replies: &[
            "Congratulations! Mine is from the same year.",
            "A quiet machine is a machine that is planning something.",
            "Put a rubber mat under it, the neighbours will send flowers.",
            "Listen to the bearings in a month.",
            "I miss my old one, too. Do not tell the new one.",
            "Enjoy it, {me}.",
            "How many friends did it cost to get the {mach} through the door?",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        open: &[
            "What do you do with the shavings? I have {n} bags of {wood} by now.",
            "{n} bags of {wood} shavings, free for whoever fetches them.",
            "Has anybody managed to sell shavings? The {wood} ones smell too good to throw away.",
            "Shavings as a mulch: yes or no? It would be {wood}, mostly.",
        ],
        replies: &[
            "Compost, and the rest goes to a friend with rabbits.",
            "I pack my {part}s in them. Customers love it.",
            "Careful with {wood}, horses must not have some kinds.",
            "Briquettes! A neighbour has a press.",
            "Between the raspberries, for years.",
            "I give them to the school for painting.",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        open: &[
            "Today I learned that {wood} dust and a white shirt do not go together.",
            "Small reminder to myself: measure, then measure again, then cut. [{mm} mm are {mm} mm|I was sure].",
            "Lesson of the day: the {part} is finished when you stop, not when it is perfect.",
            "I sharpened everything yesterday and feel like a different person.",
            "Found my {mm} mm gouge. It was in the other apron, of course.",
            "After {n} months I finally understand what \"let the bevel rub\" means.",
            "Never turn {wood} with the window open and a fan behind you. Ask me how I know.",
            "I explained to a [six|eight|ten]-year-old what a bevel is and understood it myself.",
        ],
        replies: &[
            "Wise words.",
            "The other apron! Every time.",
            "I needed {n} years for that one.",
            "Write it on the wall. I did.",
            "That could be the first page of the handbook.",
            "Tomorrow we forget it again.",
            "And tomorrow: never sand {wood} in the living room.",
            "This made my day, {me}.",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        open: &[
            "I printed the shortcuts of {ver} and hung them next to the chuck key.",
            "[The new icons|The icons of {ver}] are much calmer. Thank you to whoever did that.",
            "Is the {ver} package out for {os} yet, or am I too early?",
            "Which feature of {ver} did you discover late? For me it is the ruler along the curve.",
            "Opened a file from {n} years ago in {ver}, and it just worked.",
            "I dreamt of the step list last night. Time for a walk.",
            "How many files do you have? Mine says {n}12, half of them called \"{part} final final\".",
        ],
        replies: &[
            "Mine are called \"new2\".",
            "Late discovery here: you can drag tools onto steps.",
            "On {os} it came a day later last time.",
            "The comparison of two versions. I lived without it for years.",
            "Could you share the sheet with the shortcuts?",
            "Same dream. There was an E-307 in mine.",
            "Underlay with a photograph. Changed everything.",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        things: &[
            ["the workshop days in Brno", "in May", "", ""],
            ["the open makerspace in Leeds", "each first Saturday", "", ""],
            ["the turning weekend near Oaxaca", "in autumn", "", ""],
            ["Chips & Curves", "next time", "", ""],
            ["the green wood camp in the Black Forest", "in June", "", ""],
            ["the tool swap in Rotterdam", "at the end of the month", "", ""],
            ["the evening course in Accra", "from next week", "", ""],
        ],
        open: &[
            "Anyone going to {a} {b}?",
            "I have a free seat in the car to {a}, {b}.",
            "Is {a} worth the trip for a beginner? It is {b}, {n} hours by train.",
            "We are {n} people already for {a}. Who joins?",
            "Has somebody a list of what to bring to {a}?",
        ],
        replies: &[
            "Count me in.",
            "I was there last year, it is worth the trip.",
            "Too far, but please bring pictures.",
            "Only if there is cake.",
            "Bring earplugs and a blank of {wood}.",
            "I come {b} with two friends.",
            "Is it accessible with a wheelchair?",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        open: &[
            "Has anyone mounted a camera above the {mach}? I want to record a whole {part}.",
            "What do you listen to while the machine runs? I am through with my {n} albums.",
            "What light do you have above the {mach}? I see shadows where there are none.",
            "How do you number your blanks? My chalk rubs off on {wood}.",
            "Gloves or no gloves when you carry {wood}? [Not at the machine, I know|Splinters, {n} so far].",
            "How cold is too cold to glue {wood}? [We have {n} degrees|The stove takes an hour].",
            "What is the oldest tool that you still use?",
        ],
        replies: &[
            "A flexible arm from a microscope. It does not shake at {rpm} rpm.",
            "Nothing. I listen to the cut.",
            "A lamp on a magnet, low and from the side, shows every ripple.",
            "Wax crayon, the blue ones for cattle.",
            "A skew from my grandmother. She turned bobbins.",
            "Glue bottle in the trouser pocket, blank on the heater.",
            "Old radio plays, {n} hours of murder.",
            "Two lamps, one warm, one cold. You see the tear-out at once.",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        things: &[
            ["rain", "the workshop is finally swept", "", ""],
            ["snow", "nobody comes to fetch their orders", "", ""],
            ["heat", "the glue dries on the brush", "", ""],
            ["fog", "I feel like the last turner on earth", "", ""],
            ["wind", "the roof sings louder than the machine", "", ""],
        ],
        open: &[
            "{a} all weekend, so {b}.",
            "Day {n} of {a}. {b}.",
            "How is it where you are? Here {a}, and {b}.",
        ],
        replies: &[
            "Sun here. I would trade for a clean workshop.",
            "Same. The kettle is the busiest tool today.",
            "We had {a} last week, it passes.",
            "Thirty degrees in here. I turn at five in the morning.",
            "Perfect weather for sharpening, {me}.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["a sourdough starter named after the headstock", "bread", "", ""],
            ["a cat who sleeps in the shavings", "the cat", "", ""],
            ["a canoe from the seventies", "the canoe", "", ""],
            ["a bicycle with wooden mudguards", "the bicycle", "", ""],
            ["bees, two hives", "the bees", "", ""],
            ["a synthesizer kit with unlabelled bags", "the synthesizer", "", ""],
            ["an allotment full of stones", "the garden", "", ""],
            ["a telescope without a mount", "the telescope", "", ""],
        ],
        open: &[
            "Not about turning: I have {a} now. [Wish me luck|Send help].",
            "Off topic, but you will understand: {a}.",
            "What else do you do? With me it is {a}.",
            "My evenings belong to {a} at the moment. The {mach} is jealous.",
        ],
        replies: &[
            "Pictures of {b}, please.",
            "I would read a whole blog about {b}.",
            "We have the same disease, {me}.",
            "How did that happen?",
            "Tell {b} hello from here.",
            "There must be a part of {b} that could be turned.",
            "Our dog would like a word with {b}.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["a podcast about tools", "", "", ""],
            ["a book on curves in architecture", "", "", ""],
            ["a film with a decent workshop in it", "", "", ""],
            ["music for people who cannot stand music", "", "", ""],
            ["a game about building machines", "", "", ""],
            ["a museum with old lathes", "", "", ""],
            ["a video channel without shouting", "", "", ""],
            ["a present for somebody who has every tool", "", "", ""],
        ],
        open: &[
            "Can anybody recommend {a}?",
            "Looking for {a}[, for a long train ride|, {n} hours on the road].",
            "I found {a} and lost a whole evening to it.",
            "Wanted: {a}. [Anything but last year's|Surprise me].",
        ],
        replies: &[
            "The library here has a shelf of those, ask yours.",
            "There is a good one from Norway, I look up the name.",
            "Reading along, I need {a} as well.",
            "An afternoon with a friend beats all of them.",
            "The one that {me} mentioned in spring was lovely.",
            "A box of blanks. Always a box of blanks.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["coffee", "a percolator and no mercy", "", ""],
            ["soup", "whatever is left, and a little smoke", "", ""],
            ["tea", "black, in a cup with sawdust at the bottom", "", ""],
            ["biscuits", "gone before noon", "", ""],
            ["sandwiches", "wrapped in drawing paper", "", ""],
        ],
        open: &[
            "Important question: {a} in the workshop? [Yes, no, under a lid?|How do you keep the dust out?]",
            "My daily {a}: {b}.",
            "{a}, {wood}, and nobody needs me until noon. A good day.",
            "The workshop runs on {a}. What does yours run on?",
        ],
        replies: &[
            "With a turned lid, of course.",
            "Spite, mostly.",
            "{a}! Finally somebody says it.",
            "Outside, in the rain, like my grandfather.",
            "I found a shaving in mine and drank it.",
            "Lid. Always a lid, {me}.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["the roadmap for the next release", "undo across sessions", "", ""],
            ["the budget for the servers", "the second database", "", ""],
            ["newcomers without an answer", "a rota for the evenings", "", ""],
            ["the survey", "the free text answers", "", ""],
            ["the trademark letter", "a reply by a lawyer", "", ""],
            ["the moderators' handbook", "the part about heated threads", "", ""],
            ["the stand at the fair", "who drives", "", ""],
            ["the backlog of reviews", "two more reviewers", "", ""],
        ],
        open: &[
            "Agenda for [Monday|tomorrow|the call]: {a}. What is missing is {b}.",
            "I wrote two pages about {a}. Please read before the call, mainly {b}.",
            "Quick vote on {a}: do we want {b}, yes or no?",
            "Notes of the call: {a} for half an hour, decision on {b} next week.",
            "Can somebody take over {a}? I am away for {n} days. Open point: {b}.",
        ],
        more: &["Ten minutes should do.", "Numbers are in the sheet.", "I have no strong opinion."],
        replies: &[
            "Yes from me.",
            "Read it, two comments on {b}.",
            "Fine, but not before {ver} is out.",
            "I take it.",
            "Let us ask the community about {b} first.",
            "Can we do that on Thursday instead?",
        ],
        ..Topic::of(Team)
    },
];
