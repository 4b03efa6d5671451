//! Questions about the program.

use crate::places::Occasion::{Outage, Program};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        things: &[
            ["DXF", "25.4 times too large", "$INSUNITS", "Unit: ask"],
            ["SVG", "slightly too small, 96 against 90", "the width in the header", "Resolution: 96"],
            ["STEP", "a thousand times too small", "the unit block", "Unit: from file"],
            ["HPGL", "forty times too large", "the scale command SC", "Plotter steps"],
        ],
        titles: &[
            "Imported {a} is the wrong size",
            "{a} import: my {part} is {b}",
            "Scale of {a} files in {ver}",
        ],
        open: &[
            "I import a profile as {a} and the {part} [comes out|ends up] {b}. The drawing is in millimetres.",
            "Every {a} from my old program arrives {b}.",
            "The outline of a {part} lands in the right place but not in the right size: {b}. It is [a|an old] {a} file.",
            "Why does {a} come in {b}? [I drew it at full size|The same file measures right in another viewer].",
        ],
        more: &[
            "I can scale it afterwards, but then the radii are off by {mm} mm.",
            "The samples import fine, so it must be something in my files.",
            "There are {n} more of them to convert, so scaling by hand is no fun.",
        ],
        snippet: "import: {a}, {n} entities\nunit: none stated\nbounding box: 3048.0 x 1778.0",
        back: &[
            (
                "Which unit does the header of the file state?",
                "It has no unit at all, as far as I can see. Exported with {n}-year-old software.",
            ),
            (
                "Does it happen with the sample files, too?",
                "No, the samples are fine, so it must be my file.",
            ),
        ],
        replies: &[
            "[Files|Drawings] without a unit are guessed. Import with \"{d}\" switched on and choose millimetres.",
            "Open the {a} in a text editor and look for {c}. Once that is right it imports right every time.",
            "{a} [has no idea of size|is careless about units]. There is a default in Settings, Import: set \"{d}\" once and forget it.",
            "Being {b} is the classic sign of a missing unit. Set {c}, or tick \"{d}\" in the import dialogue.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            ["the section view", "E-204", "View, Section, Hatching", "switch the hatching off"],
            ["the wall analysis", "E-207", "View, Analyse, Wall", "lower the resolution to medium"],
            ["the export of a drawing", "E-311", "File, Export, Title block", "choose the plain title block"],
            [
                "the offset tool",
                "E-307",
                "Profile, Repair, Close gaps",
                "close the profile with the repair tool",
            ],
            [
                "the thread wizard",
                "E-231",
                "Thread, Advanced, Runout",
                "give the thread a runout of one turn",
            ],
            ["the tool table", "E-118", "Settings, Library, Lock", "remove the stale lock file"],
            ["the simulation", "E-214", "View, Renderer", "change the renderer to software"],
            ["the fillet tool", "E-312", "Edit, Preferences, Tolerance", "raise the tolerance to 0.01"],
            ["the parts list", "E-415", "Library, Rebuild index", "rebuild the index"],
            ["the tool path", "E-240", "Toolpath, Limits", "correct the limits of the machine"],
            ["the snapshot list", "E-126", "File, History, Compact", "compact the history"],
            ["the spiral tool", "E-233", "Toolpath, Spiral, Pitch", "keep the pitch below the tool radius"],
        ],
        titles: &["{b} in {a}", "{ver}: {a} stops with {b}", "What does {b} mean?", "{b} when I use {a}"],
        open: &[
            "{a} [stops|gives up|ends] with {b} [on every file|as soon as I touch it|when I open a {part}].",
            "What does {b} mean? I get it from {a}, [always with the same {part}|but not every time].",
            "Since the update to {ver} {a} [shows nothing but|only says] {b}.",
            "{b} again. {a} worked for [weeks|months], and [today|now] it refuses my {part}.",
            "I cannot get {a} to work on a {part}: {b}, every time.",
            "Help, {b}. [Ten minutes ago|This morning] {a} was fine, then I added a {mm} mm fillet.",
        ],
        more: &[
            "The message appears for a second and is gone before I can copy it.",
            "With the {part} from Samples it works.",
            "I undid the last {n} steps and it is still there.",
            "If I save, close and open again, I have about a minute before it returns.",
            "The handbook lists {b} but says only \"internal\".",
        ],
        snippet: "{b}: [invalid state|refused] in step {n}\n  profile: {part}_{n}.lathe\n  hint: none",
        back: &[
            (
                "Does {b} come with a new file as well?",
                "With a new, empty file it does not. As soon as I paste my {part} it does.",
            ),
            (
                "What stands in the log right before {b}?",
                "Only \"step {n} refused\", then {b}. Nothing before that for minutes.",
            ),
            (
                "Did you change anything under {c}?",
                "Yes, I think I played with it some days ago. I do not remember what it was.",
            ),
        ],
        replies: &[
            "{b} [comes|usually comes] from a setting: go to {c} and {d}.",
            "I [had|fought with] {b} in {old}, too. What helped was to {d}. You find it under {c}.",
            "[In short|Quick fix]: {d}. {c}, if you look for the place.",
            "That is a known one. Until it is mended, {d}, then {a} behaves.",
            "Look under {c}. If you {d}, {b} should be gone after a restart.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "draw only one half of a profile",
                "linked copy",
                "Insert, Linked copy, Mirrored",
                "snap the axis first with A",
            ],
            [
                "put the same bead in several places",
                "pattern",
                "Edit, Pattern, Along the axis",
                "tick \"keep linked\"",
            ],
            ["see two versions side by side", "compare", "File, History, Compare", "both must be saved once"],
            ["follow a photograph", "underlay", "Insert, Underlay", "calibrate it with two points"],
            [
                "keep the wall even when I change the outside",
                "follow",
                "Profile, Inside, Follow outside",
                "enter the wall first",
            ],
            [
                "print a template at full size",
                "drawing sheet",
                "File, New drawing",
                "switch off \"fit to page\"",
            ],
            ["give each step its own tool", "step list", "Toolpath, Steps", "drag the tool onto the step"],
            ["reuse a foot that I like", "snippet", "Edit, Save as snippet", "snippets land in your library"],
            ["measure along the curve", "ruler", "Measure, Along", "hold Shift to snap"],
            ["turn off the grid only in drawings", "view set", "View, Sets", "save one set for each task"],
            [
                "number my profiles automatically",
                "counter",
                "File, Properties, Counter",
                "use the hash sign in the name",
            ],
            ["fit a lid to a box", "mating", "Insert, Mate", "choose the gap in the second field"],
        ],
        titles: &["How to {a}?", "Is there a way to {a}?", "Best way to {a}"],
        open: &[
            "Is there a [way|simple way|tool] to {a}?",
            "I would like to {a}. [The menus do not give it away|I clicked through every menu].",
            "How do you {a}? [I do it by hand|So far I copy everything], and [it takes ages|I am tired of it].",
            "Trying to {a} for a {part} in {wood}, but [everything I find is for older versions|I go round in circles].",
            "My [old program|previous tool] could {a} with one click. I am sure that Lathe can as well, I just do not find it.",
        ],
        more: &[
            "It is for a set of {n} pieces, all slightly different.",
            "I found something called \"{b}\" but it is greyed out.",
            "The video on the website shows it for two seconds, without a word.",
        ],
        back: &[
            ("Is it for one {part} or for a series?", "A series, {n} of them, all in {wood}."),
            ("Did you try the {b} tool?", "I saw the name and did not dare to click on it."),
        ],
        replies: &[
            "Yes: {c}. One thing to know: {d}.",
            "[What you want|That] is called \"{b}\" in Lathe. {c}, and {d}.",
            "I use the {b} for that. You find it under {c}. [Important|Do not forget]: {d}.",
            "There is, and it is one of the best-kept secrets: {c}. Hint: {d}.",
            "[{c}|Go to {c}]. If it is greyed out, {d}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &[
            "Preview is slow with large profiles",
            "{ver} freezes when I rotate the {part}",
            "Fans on full in {ver}",
        ],
        open: &[
            "The preview of a {part} takes [half a minute|{n} seconds] on {os}.",
            "With more than {n}00 points in the profile I can hardly rotate the view.",
            "Fans on full as soon as I open the {part}. Is that expected?",
            "[{ver} stutters|The view lags] whenever the {wood} texture is on. [Without it all is smooth|A plain grey is fine].",
            "Working on a {part} with {n} beads, every click takes [a second|forever].",
        ],
        more: &[
            "It was fast before {ver}.",
            "The laptop is {n} years old, but it runs everything else.",
            "If I hide the inside it gets better.",
        ],
        snippet: "frame 412: 1{n}80 ms\n  tessellate 1{n}02 ms\n  draw 71 ms",
        back: &[
            ("How many points does the profile have?", "Nearly six thousand, it is a scan."),
            (
                "Does it get better with the wood texture switched off?",
                "Yes, without the texture it is almost fine.",
            ),
        ],
        replies: &[
            "Simplify the profile: Profile, Reduce, {mm2} mm. You will see no difference in {wood}.",
            "Set the texture to \"plain\" while you work. It is drawn on the processor on {os}, that is the slow part.",
            "The nightly build draws only what is visible. [Try it|Worth a try], it reads files of {ver}.",
            "Close the history panel. It renders a picture of every step, which is [nice|pretty] and expensive.",
            "View, Quality, \"while moving: low\". Then it is only slow when you stand still, and nobody minds.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "closes right after the logo",
                "no suitable adapter",
                "start it once with --software-view",
                "the driver",
            ],
            [
                "shows a white window",
                "cache not writable",
                "change the owner of the cache folder",
                "the permissions",
            ],
            [
                "asks for the licence text every time",
                "settings not saved",
                "rename settings.toml and start again",
                "a broken settings file",
            ],
            [
                "starts in the wrong language",
                "locale C",
                "set the language in Settings, General",
                "the environment",
            ],
            [
                "opens on a screen that is not there",
                "window at -1900",
                "hold Shift while it starts",
                "the saved position",
            ],
            [
                "hangs at \"loading tools\"",
                "waiting for lock",
                "delete tools.lock",
                "a lock on the network drive",
            ],
        ],
        titles: &["Lathe {a}", "{ver} on {os} {a}", "{os}: {a}"],
        open: &[
            "Lathe {ver} {a} on {os}. [No message|Nothing in the window].",
            "Fresh installation on {os}, and it {a}.",
            "After [the update|moving to a new computer] Lathe {a}. {old} never did that.",
            "It {a}, but only when I start it as myself. As administrator it is fine.",
            "My pupils' laptops: on {n} of them Lathe {a}, on the others not. All run {os}.",
        ],
        more: &[
            "The log ends with \"{b}\".",
            "I reinstalled it twice.",
            "Before that the machine updated itself for an hour.",
        ],
        snippet: "lathe {ver}\nrenderer: [vulkan|opengl]\n{b}",
        back: &[
            ("What does it print when you start it from a terminal?", "\"{b}\", then nothing."),
            ("Which graphics driver is installed?", "The one that came with the system."),
        ],
        replies: &[
            "{c}. If that helps, it was {d}.",
            "If the log says \"{b}\", then it is {d}. [What works|The cure]: {c}.",
            "Happened to me on {os}. It was {d}, and what helped was this: {c}.",
            "Try this first: {c}. [Nine times out of ten|Nearly always] it is {d}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "all my tools are gone",
                "the old folder next to the new one",
                "copy tools.toml over and restart",
                "nothing was deleted",
            ],
            [
                "every tool is there twice",
                "two paths to the same file",
                "remove one of the paths in Settings",
                "nothing is lost",
            ],
            [
                "the tools have lost their offsets",
                "a table of an older release",
                "run Library, Upgrade once",
                "the numbers are still in the file",
            ],
            [
                "tool 7 is suddenly tool 12",
                "the sort order",
                "click on the number column",
                "only the view changed",
            ],
            [
                "the laptop and the workshop show different tools",
                "two libraries",
                "point both to one file or use Sync",
                "do not edit on both at once",
            ],
        ],
        titles: &["Tool library: {a}", "After {ver}: {a}", "Tool table trouble"],
        open: &[
            "After the update to {ver} {a}.",
            "Since [yesterday|Monday|the power cut] {a}. [I did not change anything|Nobody touched the computer].",
            "Opened Lathe this morning and {a}. {n} tools, measured by hand.",
            "A strange one: {a}, but only on {os}.",
        ],
        more: &[
            "I have a backup from {old}, but I do not dare to use it.",
            "The library lies on a network drive.",
            "It took me a winter to enter them.",
        ],
        back: &[
            (
                "Is there a folder with the old version number next to it?",
                "Yes, there is a folder {old} with a tools file in it.",
            ),
            ("Do you open it from a shared drive?", "It is on the network drive of our makerspace, yes."),
        ],
        replies: &[
            "That is {b}. {c}, {d}.",
            "Do not panic, {d}. Look for {b}, then {c}.",
            "[I guess|It must be] {b}. What to do: {c}.",
            "{c}. The reason is {b}, and {d}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "rename forty profiles",
                "profile.rename",
                "missing argument 'stem'",
                "rename wants the name without the ending",
            ],
            [
                "export every profile as DXF",
                "export.dxf",
                "profile is not closed",
                "wrap it in try and collect the names",
            ],
            ["read the wall at each step", "analyse.wall", "no inside", "call profile.inside() before"],
            [
                "set the feed for a whole folder",
                "toolpath.feed",
                "read-only file",
                "open it with mode=\"edit\"",
            ],
            ["draw a row of beads", "draw.bead", "axis not snapped", "set snap=True, the default changed"],
            [
                "count the tools that I really use",
                "library.used",
                "returns an empty list",
                "it needs saved toolpaths",
            ],
            ["write my own title block", "sheet.block", "unknown font", "fonts must lie beside the script"],
        ],
        titles: &["Script to {a}", "`{b}`: {c}", "Python: {a}"],
        open: &[
            "I wrote a script to {a}, but `{b}` [says|answers] \"{c}\".",
            "Has anyone a script to {a}? Mine stops at `{b}`.",
            "`{b}` gives me \"{c}\" and [the documentation does not mention it|I do not understand why].",
            "Learning Python with Lathe. I want to {a} and got as far as `{b}`: {c}.",
        ],
        more: &[
            "In the console the same line works.",
            "It ran in {old} without a change.",
            "I am a turner, not a programmer, so please use small words.",
        ],
        snippet: "import lathe\nfor name in lathe.folder(\"profiles\"):\n    p = lathe.load(name)\n    lathe.{b}(p)",
        back: &[
            (
                "Can you show the line that calls `{b}`?",
                "It is the last one of the loop, straight from the example: `{b}(p)`.",
            ),
            (
                "Which version of the interface do you import?",
                "Whatever came with {ver}, I did not choose one.",
            ),
        ],
        replies: &[
            "\"{c}\" means what it says, for once: {d}.",
            "`{b}` changed in {ver}: {d}.",
            "Easy to miss: {d}. Then the script to {a} is five lines long.",
            "I do the same every week. The trick is: {d}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            [
                "E-402: revision is older than the server's",
                "someone else saved in between",
                "choose \"keep both\" and merge the table by hand",
                "",
            ],
            [
                "the wheel spins for minutes",
                "a very long history",
                "File, History, Compact before the first upload",
                "",
            ],
            ["my profile was rejected", "the name has a slash in it", "rename it and upload again", ""],
            [
                "the link shows an old version",
                "Share keeps what you published",
                "press Publish again after saving",
                "",
            ],
            [
                "two machines, two different tool tables",
                "one of them works offline",
                "look at the cloud in the corner, it must be green",
                "",
            ],
            [
                "a licence has to be chosen and I do not know which",
                "Share needs one for every profile",
                "take \"free with name\" if in doubt",
                "",
            ],
        ],
        titles: &["Sync: {a}", "Share and Sync: {a}", "{a} (Sync)"],
        open: &[
            "Sync trouble: {a}.",
            "When I upload my {part} to Share, {a}. [Yesterday it worked|It is my first upload].",
            "{a}, since I [use Sync on two computers|invited a friend to my table].",
            "Question about Share: {a}. What is the right thing to do here?",
        ],
        more: &[
            "I would rather not lose the work of {n} evenings.",
            "Both computers run {ver}.",
            "The status page is green.",
        ],
        back: &[
            (
                "Did you or somebody else save on another machine?",
                "Possibly. My son uses the same table for his school project.",
            ),
            ("What colour is the cloud in the corner?", "Grey on one, green on the other."),
        ],
        replies: &[
            "That happens when {b}. {c}.",
            "The reason: {b}. {c} and you are fine.",
            "{c}. It is because {b}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            ["the menus are tiny on a large screen", "Settings, Display, Scale", "", ""],
            ["the pen of my tablet draws with an offset", "Settings, Input, Use raw pen", "", ""],
            ["my left-handed mouse does not rotate", "Settings, Input, Swap buttons", "", ""],
            ["the shortcuts clash with my keyboard layout", "Settings, Keys, Reset by position", "", ""],
            ["zooming with two fingers jumps", "Settings, Input, Smooth zoom", "", ""],
            ["the dark theme hides the construction lines", "View, Colours, Lines", "", ""],
            ["decimal commas turn into points", "Settings, General, Numbers", "", ""],
            ["the tooltips cover what I want to click", "Settings, Help, Delay", "", ""],
        ],
        titles: &["{a}", "On {os} {a}", "Comfort: {a}"],
        open: &[
            "On {os} {a}. [Can that be changed?|It drives me mad.]",
            "Small thing: {a}. [I live with it since {old}|It costs me an hour a week].",
            "[Am I the only one for whom|Why is it that] {a}?",
            "{a}, at least in {ver}.",
        ],
        more: &[
            "My eyes are not what they were.",
            "I looked through the settings twice.",
            "With the other monitor it is fine.",
        ],
        replies: &[
            "{b}. [You may have to restart|It takes effect at once].",
            "There is a switch for it: {b}.",
            "I had to search, too: {b}. On {os} it is one level deeper.",
            "Try {b}. If it does not stick, update to {ver} first.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &[
            "File from {ver} does not open in {old}",
            "Recovering a {part} after a crash",
            "\"Made with a newer version\"",
        ],
        open: &[
            "The power went off while I saved a {part}, and now the file is [empty|0 bytes long].",
            "I get \"made with a newer version\", but both computers run {ver}.",
            "Lathe closed while I worked on a {part}. Is there [an automatic copy|a recovery folder] somewhere?",
            "My {part} opens, but everything after step {n} is missing.",
        ],
        more: &[
            "Of course the last copy is from [last month|the spring].",
            "There is a file ending in .part beside it.",
            "{n} hours of work, give or take.",
        ],
        back: &[
            (
                "Is there a file with the ending .part or .bak in the folder?",
                "There is a .part, {n} kB large.",
            ),
            (
                "What does Help, About say on both?",
                "{ver} on one and {ver} with a letter behind it on the other.",
            ),
        ],
        replies: &[
            "Rename the .part file to .lathe and open it. It holds everything up to the last minute.",
            "File, History, Recover. It keeps {n} copies for each file, [also|even] of those never saved.",
            "A letter behind the version means a nightly. Its files open in {ver} if you save them with \"compatible\".",
            "Copy the broken file first. Then Help, Repair file; it drops the broken step and keeps the rest.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &[
            "May I sell what I draw with Lathe?",
            "Licence of profiles on Share",
            "Lathe at a school: is that allowed?",
        ],
        open: &[
            "May I sell {part}s that I drew with Lathe? [A customer asked|My tax adviser wants it in writing].",
            "We would like to use Lathe in a class of {n}. Does that cost anything, or need a form?",
            "I found a {part} on Share that I want to turn and sell at a market. Who do I ask?",
            "Our company wonders whether {ver} can be installed on {n} machines without registering.",
        ],
        more: &[
            "I read the licence and understood half of it.",
            "It is not much money, but I want to do it right.",
        ],
        replies: &[
            "The program is free for everybody and everything, [also|including] selling. Profiles on Share carry their own licence, look under the picture.",
            "Yes, you may. A mention is nice and not required.",
            "Schools and companies: just install it. There is a letter for administrations in the handbook, last page.",
            "Write to whoever published the profile, there is a button. [Most|Nearly all] say yes within a day.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            ["E-503 on every save", "", "", ""],
            ["Sync cannot be reached", "", "", ""],
            ["my gallery on Share is empty", "", "", ""],
            ["the start window hangs at \"connecting\"", "", "", ""],
            ["the tool table is greyed out", "", "", ""],
            ["login fails with a time-out", "", "", ""],
            ["shared links lead to a white page", "", "", ""],
        ],
        titles: &["{a}", "Is Sync down? {a}", "Since noon: {a}"],
        open: &[
            "Since [noon|about an hour|{n} minutes] {a}. Is it me?",
            "{a}. [Restarted twice|Reinstalled {ver}], no change.",
            "Anyone else? {a} [here|on {os}] since lunch.",
            "{a}, and I have a class of {n} in [half an hour|twenty minutes].",
            "Is something wrong with the server? {a}, and my [internet is fine|phone gets no answer either].",
            "Help: {a}. I was in the middle of a {part}.",
        ],
        more: &[
            "The workshop next door has the same.",
            "It began in the middle of saving.",
            "I already deleted the cache, was that wrong?",
        ],
        replies: &[
            "It is not you. Share and Sync are down, see the announcement. Work offline, nothing is lost.",
            "Same for everybody right now. File, Work offline, and carry on with the {part}.",
            "Known since about one o'clock, the team is on it.",
            "[Do not reinstall|Do not delete anything], it is the server. Your changes are on your own disk.",
        ],
        ..Topic::of(Outage)
    },
];
