//! Questions about working on the program.

use crate::places::Occasion::Contribute;
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        things: &[
            [
                "undefined symbol: lt_mesh_free",
                "an old geometry library",
                "remove build/geo and configure again",
                "",
            ],
            [
                "could not find the font pack",
                "a submodule that is missing",
                "git submodule update --init",
                "",
            ],
            [
                "no rule to make target 'posts'",
                "the shared folder is not checked out",
                "run the fetch script once",
                "",
            ],
            [
                "internal compiler error in offset.cc",
                "a compiler that is too new",
                "use the version from the toolchain file",
                "",
            ],
            ["test data not found", "the path has a space in it", "clone into a folder without spaces", ""],
            [
                "out of memory while linking",
                "too many jobs at once",
                "link with -j1, compile with the rest",
                "",
            ],
            [
                "the translations are empty",
                "the message tool is missing",
                "install it and clean the cache",
                "",
            ],
        ],
        titles: &["Build fails: {a}", "{os}: {a}", "Building {ver} from source"],
        open: &[
            "Building {ver} on {os} ends with `{a}`.",
            "Fresh clone, fresh {os}, and then `{a}`. [What do I miss?|The page about building does not mention it.]",
            "`{a}`, since this morning. Yesterday's tree was fine.",
            "I want to try the branch with the new preview, but the build stops: `{a}`.",
            "My first build! And my first error: `{a}`.",
        ],
        more: &[
            "The builds of the robot are green.",
            "I followed the page to the letter.",
            "About {n} minutes in.",
        ],
        snippet: "[{n}%] Linking lathe\nerror: {a}\nmake: *** [all] Error 2",
        back: &[
            (
                "Which compiler, and did you clean before?",
                "The one that comes with {os}. And no, I did not clean.",
            ),
            ("Is it main or the release branch?", "main, pulled an hour ago."),
        ],
        replies: &[
            "That is {b}. `{c}`[, then it goes through|].",
            "[Seen that|I ran into it] last week: {b}. What helps: {c}.",
            "{b}, most likely. Try: {c}. If it is that, we should say so on the page.",
            "On {os} it is always {b}. {c}.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        things: &[
            ["offset_join_sharp", "only on the second run", "it depends on the order of a map", ""],
            ["sync_merge_three_way", "once in about twenty runs", "it takes the clock of the machine", ""],
            ["preview_thread_left", "with a large font", "the picture is compared to the pixel", ""],
            ["import_dxf_splines", "on slow machines", "the limit of two seconds is too tight", ""],
            ["library_lock_stale", "when the disk is full", "it writes to the temporary folder", ""],
            ["post_kx1_header", "since the last merge", "the expected file has a date in it", ""],
        ],
        titles: &["`{a}` fails {b}", "Flaky test: `{a}`"],
        open: &[
            "`{a}` fails here {b}. [Known?|Anybody else?]",
            "The test `{a}` is red on my branch, which touches nothing near it. It fails {b}.",
            "Looking at `{a}`: it fails {b}, and I would like to mend it instead of running it again.",
            "Build robot and I disagree about `{a}`. Red here {b}, green there.",
        ],
        more: &["I can reproduce it with the seed {n}7.", "Valgrind is silent.", "Main is at {ver}+{n}."],
        snippet: "---- {a} ----\nassertion failed: left == right\n  left: {n}\n right: {mm}",
        back: &[
            ("Does it fail alone, too?", "Alone it passes. Only together with the others."),
            ("Which seed?", "{n}7, every time."),
        ],
        replies: &[
            "I think {c}. [A change for that would be very welcome|Go ahead and mend it].",
            "Yes, {c}. Somebody had a branch for it around {old}, I will look.",
            "{c}. Give it a fixed one and `{a}` will be quiet.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        things: &[
            ["the unit of imported profiles", "two reviewers", "half of it is tests", ""],
            [
                "the colours of the wall analysis",
                "one reviewer and a designer",
                "it changes pictures in the handbook",
                "",
            ],
            ["retries in Bridge", "somebody with a KX-1", "nobody else can try it", ""],
            ["the order of the tool table", "a decision first", "it has been asked for both ways", ""],
            ["keyboard access to the step list", "a tester with a screen reader", "we got it wrong once", ""],
            ["the cache of Share", "Emeka", "he knows why it is as it is", ""],
        ],
        titles: &["Review wanted: {a}", "My change to {a}", "What is missing for {a}?"],
        open: &[
            "My change to {a} has been open for {n} days. [What is missing?|Is there something I should do?]",
            "Could somebody look at #{serial}, about {a}? [It is small|Mostly tests].",
            "I would like to work on {a}. Is anybody on it already?",
            "Rebased #{serial} ({a}) on main, all green now.",
            "Draft is up for {a}: #{serial}. Please be blunt.",
        ],
        more: &[
            "It has {n} commits, I can squash them.",
            "Docs are included.",
            "The tests cover both {ver} and {old} files.",
        ],
        replies: &[
            "It needs {b}, because {c}. I ask around.",
            "[Will look tonight|On my list for tomorrow]. Note that it wants {b}: {c}.",
            "For {a} we always wait for {b}. Ping me on Friday if nothing has happened.",
            "Looks good to me. One remark in line {n}, the rest is taste.",
            "Nobody is on it as far as I know, so start with an issue and name {b}.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        titles: &["Translate the menus", "How can I help without programming?", "A first task?"],
        open: &[
            "I would like to help but I do not write code. Is there something for me?",
            "Some menus of {ver} are still in English in my language. Where can I translate them?",
            "Is there a list of small tasks for beginners? I have about {n} hours a month.",
            "Student here, looking for a project of {n} weeks around curves and machines.",
            "I took pictures of every step of a {part} in {wood}. Could the handbook use them?",
        ],
        more: &[
            "I can draw, and I have patience.",
            "My employer allows it on Fridays.",
            "English is my third language, be gentle.",
        ],
        back: &[
            ("Which language is it?", "Portuguese, and a little Italian."),
            ("How much time do you have in a week?", "Two evenings, more in winter."),
        ],
        replies: &[
            "The texts are in one folder, one file per language. Copy the English one, translate, send it in. I help with the first.",
            "Answer newcomers! It is the best help. And the handbook has pages without pictures.",
            "Look for the label `first` in the tracker. The {part} samples need descriptions, for example.",
            "Come to the office hour, {me}, we find something that fits.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        things: &[
            [
                "a post-processor",
                "posts/README",
                "start from generic.post and change one block at a time",
                "",
            ],
            ["an importer", "docs/import.md", "the units first, everything else follows", ""],
            ["a new tool shape", "geometry/tools", "it needs a silhouette and an offset, nothing more", ""],
            ["a panel of my own", "docs/panels.md", "panels may not block, use the queue", ""],
            ["a theme", "themes/slate", "check the contrast, the robot will", ""],
            ["a measuring device", "bridge/devices", "copy the caliper, it is the simplest", ""],
        ],
        titles: &["Writing {a}", "Where to begin with {a}", "Plug-in: {a}"],
        open: &[
            "I want to write {a}. Where do I begin?",
            "Writing {a} and wondering [which calls are stable|what is allowed to block].",
            "Is there a small example for {a}? The large ones scare me.",
            "How do I test {a} without [the hardware|the whole program]?",
            "Half-way through {a}, and now I see that {old} did it differently.",
        ],
        more: &["It is for my {mach}.", "Python if possible.", "I read the page twice."],
        snippet: "register(\n  kind = \"{n}\",\n  call = on_block,\n)",
        back: &[("For your own use, or shall it be shipped?", "Mine first. If it is any good, yours.")],
        replies: &[
            "Begin with {b}. Rule of thumb: {c}.",
            "{b} is the page. What it does not say: {c}.",
            "I wrote {a} last winter. My advice: {c}. And read {b} twice.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        things: &[
            ["the package for Debian", "the font pack has its own licence", "split it into two packages", ""],
            ["the flat bundle", "it cannot see the serial port", "add the device permission", ""],
            ["the Mac image", "it must be signed again", "wait for Hanna, she has the key", ""],
            ["the portable version", "it writes next to itself", "start it with --data", ""],
            ["the ARM build", "the renderer falls back to software", "link against the system's driver", ""],
        ],
        titles: &["Packaging: {a}", "{a} of {ver}"],
        open: &[
            "Working on {a} of {ver}. {b}, how do we deal with that?",
            "Who takes care of {a}? {b}, and users ask.",
            "{a} is nearly done. One thing left: {b}.",
            "Reports about {a}, {n} by now: {b}.",
        ],
        more: &["{old} did not have that.", "Freeze is in {n} days."],
        replies: &[
            "{c}, that is what the others do.",
            "I would {c}. If you open a change I review it.",
            "For {ver} only this: {c}. For the next one we find something better.",
        ],
        ..Topic::of(Contribute)
    },
    Topic {
        titles: &["Handbook: chapter about {wood}", "Pictures in the handbook", "Docs build"],
        open: &[
            "The handbook still shows the toolbar of {old} in {n} places. I could retake the pictures this weekend.",
            "Chapter about {wood}: do we want advice on speeds there, or only links?",
            "Two pages contradict each other about {rpm} rpm for {wood}. Which one is right?",
            "The docs do not build with the new image tool on {os}.",
            "Would anybody miss the page about {old}? It makes the search worse.",
        ],
        more: &[
            "I have a draft.",
            "It is {n} pages, and all of them are long.",
            "Newcomers stumble over it each week.",
        ],
        replies: &[
            "Please do. Window at 1200 pixels, light theme, {part} from the samples.",
            "The second one. The first was written for a different machine.",
            "Advice, with a warning. People look there first.",
            "Redirect it, do not delete it. There are links from everywhere.",
        ],
        ..Topic::of(Contribute)
    },
];
