//! Questions about machines, tools and material.

use crate::places::Occasion::Machine;
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        titles: &[
            "Chatter in {mat} at {rpm} rpm",
            "Surface looks like a record: chatter in {mat}",
            "Waves, {mm} mm apart, on every {part}",
        ],
        open: &[
            "I get chatter marks on a {part} in {mat}, always at about {rpm} rpm. [Sharp tool, light cuts, still there|The tool is freshly ground].",
            "Turning a long {part} from {mat}. In the middle third the surface looks like a vinyl record.",
            "Since I changed to the {mach} every {part} has fine waves, {mm} mm apart.",
            "What is your cure for chatter in {mat}? I am at {rpm} rpm and can hear it coming.",
            "My {part} sings. [At {rpm} rpm it is a low note|It starts at {rpm} rpm], and the marks follow.",
        ],
        more: &[
            "The blank sticks out about {n} cm.",
            "A heavier tool rest changed nothing.",
            "The first two cuts are fine, then it begins.",
        ],
        back: &[
            ("How far does the blank stick out of the chuck?", "About {n} cm, without a steady."),
            (
                "Do you use a steady rest or only the tailstock?",
                "Only the tailstock, and not very tight to be honest.",
            ),
        ],
        replies: &[
            "That is too long for {mat}. Put a steady in the middle and drop to {rpm2} rpm, the waves go away.",
            "Vary the speed. In Lathe it is Toolpath, Spindle, Variation: 8 % is enough to break the resonance.",
            "Take the finishing cut first in the middle, while there is still meat on both sides, and stay below {mm2} mm.",
            "[Check|Tighten] the tailstock first. A loose quill sings exactly like that at {rpm} rpm.",
            "Smaller nose radius, {rpm2} rpm, one pass. {mat} forgives a lot, but not a wide edge.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            [
                "a Gantor 3",
                "unknown word G96",
                "constant surface speed",
                "switch it off in the machine definition",
            ],
            ["an old Heliq control", "error 20", "the tool change", "set tool_change to manual in the post"],
            ["a TinyCut board", "alarm 9", "the homing command", "remove the homing line from the header"],
            ["a Norden panel", "N words out of order", "the line numbers", "switch numbering off"],
            ["a Pikkolo controller", "buffer overrun", "the very short moves", "raise the tolerance to 0.05"],
            ["a Cirrus 12", "arc error", "the arcs in the finishing pass", "let the post write short lines"],
            ["a Kerbel panel", "feed missing", "the first move", "repeat the feed on every line"],
        ],
        titles: &["Post-processor for {a}: {b}", "\"{b}\" on {a}", "{a} stops after the first pass"],
        open: &[
            "I have {a} on my {mach}, and it stops with \"{b}\". The code comes from Lathe {ver}.",
            "Which post do you use for {a}? The generic one ends with \"{b}\".",
            "After the update to {ver} {a} does not [accept|like] my programs any more: \"{b}\".",
            "\"{b}\". [That is all it says|Nothing else on the display]. {a}, {part}, first pass.",
            "First program on {a}, first \"{b}\".",
        ],
        more: &[
            "The same {part} ran with {old}.",
            "It is always the same line, number {n}.",
            "In the simulation everything moves as it should.",
        ],
        snippet: "N{n} G18 G21 G40\nN{n}0 G96 S{rpm} M3\nN{n}5 G0 X42 Z2\n; {b}",
        back: &[
            (
                "Can you post the lines around the stop?",
                "It stops right where {c} begins, the display says {b}.",
            ),
            (
                "Is it the generic post or the one from the shared folder?",
                "The generic one. I did not know that there is a shared folder.",
            ),
        ],
        replies: &[
            "That is {c}. Your controller does not know it; {d}.",
            "\"{b}\" comes from {c}. I run {a} as well: {d}, then it is happy.",
            "In the shared folder there is a post for {a}. If you prefer your own, {d}.",
            "Look at {c}. [When you|Once you] {d}, the rest runs through.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &[
            "Thread is off by a little",
            "Cutting a {mm} mm thread in {mat}",
            "Nut jams after two turns",
        ],
        open: &[
            "My {mm} mm thread fits for two turns and then jams. The drawing is right.",
            "Can I cut a thread on a {part} in {mat} without a tap?",
            "The thread looks fine in the preview but the nut does not go on.",
            "Chasing threads in {mat}: {n} tries, {n} crumbled crests. [I am at {rpm} rpm|By machine at {rpm} rpm].",
        ],
        more: &[
            "Pitch is {mm} mm, single start.",
            "On the {mach} the carriage may have some play.",
            "It is for a lidded box, a present.",
        ],
        back: &[
            ("Does the spindle have an encoder?", "No, only the speed display."),
            ("How deep is the last pass?", "A tenth, in a single cut."),
        ],
        replies: &[
            "Without an encoder the pitch drifts with the load. Cut at {rpm2} rpm and take it in eight passes.",
            "Give it a clearance of 0.15. Wood swells, a perfect thread jams after a week.",
            "Use a 60° insert and the option \"flank infeed\". The last two passes without any depth.",
            "Soak the crests with thin glue before the last pass, in wood that makes all the difference.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &[
            "Feeds and speeds for {mat}",
            "Start values for {mat} on a {mach}",
            "{mat}: {rpm} rpm too fast?",
        ],
        open: &[
            "What are sane values for {mat} on a {mach}? I break inserts at {rpm} rpm.",
            "Does somebody have a table for {mat}? The built-in one [seems to be made for bigger machines|stops at oak].",
            "Roughing {mat}: is {mm} mm per pass too much for a {mach}?",
            "First time {mat}. I would begin at {rpm} rpm and {mm} mm, and listen.",
            "The calculator of {ver} proposes {rpm} rpm for {mat}. My stomach says no.",
        ],
        more: &[
            "The blank is {n} cm across.",
            "Five hundred watts, belt drive.",
            "The insert is a round one.",
        ],
        back: &[
            ("Which insert and which radius?", "A round one, radius two."),
            ("How much power does the spindle have?", "Five hundred watts, on a good day."),
        ],
        replies: &[
            "With that power go for {rpm2} rpm and {mm2} mm. The feed may stay.",
            "I keep a table for small machines in the shared folder, {mat} is on the second sheet.",
            "Listen to it: if it sings, more feed, if it growls, less depth. For {mat} I start at {mm2} mm.",
            "{rpm} rpm is fine for the finish and too much for roughing. {rpm2}, then go up.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            [
                "disconnects in the middle of a program",
                "power saving of the port",
                "switch off \"sleep\" for USB",
                "",
            ],
            ["sees the port but gets no answer", "the wrong speed", "set 115200 in Bridge, not \"auto\"", ""],
            ["sends the first lines twice", "an old buffer", "send a reset before every program", ""],
            [
                "shows a position that jumps",
                "noise on the cable",
                "put a ferrite ring on it, away from the motor",
                "",
            ],
            ["pauses after every line", "the handshake", "choose \"count characters\"", ""],
            [
                "needs three attempts to connect",
                "a second program that holds the port",
                "close the serial monitor",
                "",
            ],
        ],
        titles: &["Bridge {a}", "{mach}: Bridge {a}", "Bridge {a} ({os})"],
        open: &[
            "Bridge {a}. [{mach} on {os}|A {mach}, about {n} years old].",
            "My {mach} and Bridge: it {a}, and I have no idea where to look.",
            "With {ver} Bridge {a}. The controller's own program works.",
            "Is there a trick to Bridge on {os}? Here it {a}.",
        ],
        more: &[
            "New cable, no change.",
            "Happens more often when the dust collector starts.",
            "The log says nothing but \"waiting\".",
        ],
        snippet: "[bridge] > G1 X12.4 F{n}0\n[bridge] < ok\n[bridge] ... waiting {n} s",
        back: &[
            ("Which cable, and how long?", "The grey one that came with it, three metres."),
            ("Does it happen with the motor off?", "No, with the motor off it runs for hours."),
        ],
        replies: &[
            "I would bet on {b}: {c}.",
            "That was {b} in my case. {c}[, then it has been quiet since|].",
            "{c}. It is {b}, nearly always.",
            "When it {a}, think of {b} first. So: {c}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["Wall thickness of a deep {part}", "How thin can I go in {wood}?", "Cracks in {wood}"],
        open: &[
            "How thin would you turn the wall of a {part} in {wood}? I have {mm} mm in the drawing.",
            "My last three {part}s broke when the wall got thin. The wood was still green, two months old.",
            "A {part} in {wood} cracked overnight, from the rim to the foot. [It was {n} % moist|I had left it on the heater].",
            "How do you dry {wood}? In paper bags, in shavings, in the freezer, everybody says something else.",
        ],
        more: &[
            "My meter says {n} %, but it is a cheap one.",
            "I sealed the ends with wax.",
            "It hurts, the blank was a present.",
        ],
        back: &[
            ("Is the wood dry?", "Around {n} % by my cheap meter."),
            ("Which tool do you use for the bottom?", "A scraper, freshly ground."),
        ],
        replies: &[
            "With {wood} stay above {mm} mm until it is dry, then turn it a second time. Twice turned never broke here.",
            "View, Analyse, Wall. Everything under your limit becomes red. Use it together with the section view.",
            "Support the rim with a few layers of tape and take the last cut at {rpm2} rpm from the rim to the bottom.",
            "Bury it in its own shavings, in a paper bag, for {n} weeks. Slow is the whole secret with {wood}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["Which finish for food?", "Oil or wax on a {part}?", "Oil stays sticky on {wood}"],
        open: &[
            "What do you put on a {part} from {wood} that will hold fruit?",
            "My oil stays sticky on {wood} after a week. What went wrong?",
            "Looking for a finish that can be washed and does not turn yellow.",
            "White spots on a finished {part} in {wood}, {n} days after the last coat.",
        ],
        more: &[
            "It is for a wedding, so I would rather not experiment.",
            "The workshop has about {n} degrees in winter.",
            "Three coats so far.",
        ],
        back: &[
            ("Which oil is it?", "Linseed from the hardware store."),
            ("How warm is the workshop?", "Cold, about twelve degrees."),
        ],
        replies: &[
            "Two thin coats of hardwax oil, wiped off after ten minutes. Thick coats never dry on {wood}.",
            "Wipe it with a rag and a little turpentine, then wait. Below fifteen degrees linseed takes weeks.",
            "Pure tung oil, five days between the coats. Patience, but you can wash it.",
            "Shellac under wax, if it is for looking. For fruit nothing but oil.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            [
                "the tailstock does not line up",
                "the bed was never levelled",
                "shim the feet until a ball stays in the middle",
                "",
            ],
            [
                "cylinders come out as cones",
                "the headstock is turned a little",
                "measure both ends and move it by half",
                "",
            ],
            [
                "the chuck wobbles after every change",
                "dust on the thread",
                "brush it, and do not spin it on with the motor",
                "",
            ],
            ["the belt smells at low speed", "the pulleys do not line up", "lay a ruler along both", ""],
            [
                "the first cut is in the air",
                "the zero was set with another tool",
                "touch off with tool 1 and store it",
                "",
            ],
            [
                "the spindle takes long to start",
                "the capacitor is old",
                "let somebody change it who knows how",
                "",
            ],
            [
                "the banjo slips in the middle of a cut",
                "the cam is worn",
                "a washer under the bolt does it for years",
                "",
            ],
        ],
        titles: &["{mach}: {a}", "{a}", "Help with a {mach}: {a}"],
        open: &[
            "On my {mach} {a}. [New to me, the machine is not|I bought it used].",
            "{a}, since I moved the {mach} to the new workshop.",
            "A question for owners of a {mach}: {a}. [Normal|Yours, too]?",
            "Restoring a {mach}, and {a}.",
        ],
        more: &[
            "I have a dial gauge and two left hands.",
            "The manual is in Finnish.",
            "With {mat} it is worse than with the rest.",
        ],
        back: &[
            ("Did you check it between centres?", "Yes, {mm} mm over the whole length."),
            ("How old is the belt?", "Older than my children."),
        ],
        replies: &[
            "Often it is this: {b}. Then {c}.",
            "{c}. On my {mach} {b}, and it took me a year to notice.",
            "Check whether {b}. If so, {c}[, half an hour of work|].",
            "I am fairly sure that {b}. {c}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            ["a Midi 500 or a Vario 42", "the Vario, for its slow speeds", "", ""],
            ["a second chuck or better jaws", "jaws, always jaws", "", ""],
            ["a grinder or a belt", "a slow grinder with a good rest", "", ""],
            ["carbide or steel for a beginner", "one good gouge of steel, and learn to sharpen it", "", ""],
            ["a steady or a longer bed", "the steady, you can make it yourself", "", ""],
            [
                "a dust collector or a filter under the ceiling",
                "both in the end, the collector first",
                "",
                "",
            ],
            ["a used industrial machine or a small new one", "the old one, if your floor carries it", "", ""],
        ],
        titles: &["{a}?", "Buying advice: {a}", "What would you buy: {a}?"],
        open: &[
            "{a}? [I turn mostly {mat}|About {n} pieces a month], and the money is there only once.",
            "What would you buy: {a}?",
            "Birthday coming up. I hesitate between {a}. [The shop says both|My family says neither].",
            "After {n} years with a {mach} I may buy something. {a}, that is the question.",
        ],
        more: &[
            "Space is tight, {n} square metres.",
            "I like {part}s and long evenings.",
            "Used is fine, too.",
        ],
        replies: &[
            "{b}. I made the other choice first and paid twice.",
            "From experience: {b}.",
            "[Easy|No doubt]: {b}. And spend the rest on {mat}.",
            "Depends on what you make. For a {part}, {b}.",
            "Come by our makerspace and try before you spend anything. My vote: {b}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["Sharpening: what angle for {wood}?", "Edge gone after two {part}s", "Jig or freehand?"],
        open: &[
            "My gouge is blunt after [two|three] {part}s in {wood}. [Is that normal?|Wrong steel, or wrong hands?]",
            "Which angle do you grind for {wood}? I have {n}0 degrees and it tears.",
            "Jig or freehand? I own a jig and [hate it|never use it], but my edges have {n} facets.",
            "The heel of my gouge leaves bruises on {wood}, right behind the cut.",
        ],
        more: &[
            "Grindstone with 80 grit, slow.",
            "I hone it between the cuts.",
            "It is the one that came with the {mach}.",
        ],
        back: &[
            ("What grit, and do you cool it?", "80, and I dip it in water when it gets blue. I know."),
            ("Is it the wings or the tip?", "The left wing, always the left."),
        ],
        replies: &[
            "Five degrees steeper for {wood}, and take the heel off. Bruises gone.",
            "Do not dip it. It goes in hot and comes out with tiny cracks. Light touch, {n} seconds, done.",
            "A jig until your hands know the movement, then freehand. In that order.",
            "Colour the bevel with a marker and you see in one pass where you really grind.",
        ],
        ..Topic::of(Machine)
    },
];
