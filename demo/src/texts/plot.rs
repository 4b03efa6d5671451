//! What the team announces: the launch, the raid, the conference, the outage, its own absence, the letter. One
//! text a source, in the order of the sources: chat, contributors, forum, mailing list.

use super::Topic;
use crate::places::Occasion::News;

/// The handle of who announces, and of who writes the letter.
pub(crate) const HEAD: &str = "ruth";
/// See [`HEAD`].
pub(crate) const LETTERS: &str = "hanna";

pub(crate) const LAUNCH: Topic = Topic {
    titles: &["Lathe 2.0 is here", "Lathe 2.0: released today"],
    open: &[
        "**Lathe 2.0 is out!** Constraints, linked halves, a preview that keeps up with your hand, and Sync for tool tables. Downloads are pinned. Keep a copy of your 1.9 tool library, and tell us in #help what breaks. Party in the voice channel tonight at 19:00 UTC.",
        "2.0 is tagged and on the mirrors. Two years, 1,140 merged changes, 61 names in the credits, and every one of you is in there. Please keep an eye on #development today, there will be questions.",
        "Today we release Lathe 2.0, the largest step since the project began.\n\n- **Constraints**: say that two beads are equal, and they stay equal.\n- **Linked halves**: draw one side, get both.\n- **A new preview**, ten times faster on large profiles.\n- **Sync**: one tool table for the laptop and the workshop.\n\nFiles of 1.x open as before. Files saved in 2.0 do not open in 1.x, so keep a copy for a while. The handbook has a chapter \"Coming from 1.9\" with pictures of everything that moved.\n\nThank you to everybody who tested the candidates and told us plainly what was bad.",
        "Dear all,\n\nLathe 2.0 has been released this morning. The list of changes is long; the three that you will notice first are constraints, linked halves and the new preview. The file format has changed: 2.0 reads everything that 1.x wrote, 1.x does not read what 2.0 writes.\n\nPackages for the distributions will follow in the next days, thanks to our packagers. If something does not work, please write to this list with the version and the system, or open a topic in the forum.\n\nOn behalf of the team\nRuth",
    ],
    replies: &[
        "Installed on {os}, opened a file from 1.6, everything is where it should be. Wow.",
        "Linked halves! I have waited for this since I started.",
        "Congratulations to all of you. The preview [flies|is a joy] here.",
        "Upgraded, lost my toolbar, found it again in the chapter about 1.9. Great work.",
        "Is the package for {os} on its way, or do I build it myself?",
        "My {part} from last week opens in a blink. Thank you!",
        "Downloading at the workshop. The internet here is slower than the {mach}.",
        "61 names and I know half of them from here. That is lovely.",
        "Constraints took me ten minutes to understand and I will never go back.",
    ],
    ..Topic::of(News)
};

pub(crate) const AFTER_RAID: Topic = Topic {
    titles: &["What happened on our Discord last night", "Spam on Discord last night"],
    open: &[
        "Good morning. Last night a few dozen fresh accounts posted links into almost every channel. They are banned, most of the messages are gone, and new accounts now wait ten minutes before they can write. If you clicked on one of the links, change your Discord password and log out everywhere. Thank you to everybody who reported instead of replying.",
        "For those who only read here: Discord was raided last night between seven and half past eight UTC. Cleaned up, bans are in place. If you maintain a bot with write access there, please check its token today.",
        "Yesterday evening our Discord was the target of a raid: several dozen new accounts, a few hundred messages with links within ninety minutes. The forum and the list were not touched. The accounts are banned and the messages removed; whatever you still find, please report with the flag.\n\nNobody of the team will ever send you a link to a giveaway. We have made two changes: new accounts wait ten minutes, and links from accounts younger than a day are held back.",
        "Hello,\n\na short notice, because some of you asked: the spam of last night concerned only the Discord server. This list is moderated for first posts and saw none of it. The accounts have been removed. If you followed one of the links, please change your password there.\n\nRuth",
    ],
    replies: &[
        "Thank you for cleaning that up so quickly.",
        "I reported about twenty of them. What a strange evening.",
        "Ten minutes are fine, I spent longer reading the rules.",
        "Coffee on me for whoever was on duty.",
        "So that was it. I thought my phone was broken.",
    ],
    ..Topic::of(News)
};

pub(crate) const CONFERENCE: Topic = Topic {
    titles: &["We are at Chips & Curves", "Meet us at Chips & Curves"],
    open: &[
        "In twelve days we are at **Chips & Curves**: a stand with three machines, a talk on honest curves, and a table with chairs for tired turners. Who is coming? We still need two people for the stand on Saturday afternoon.",
        "Chips & Curves is in twelve days. Emeka gives the talk, I need somebody who brings a laptop that survives sawdust, and the slides want a second pair of eyes. They are in the shared folder.",
        "From Friday to Sunday next week we have a stand at Chips & Curves. Emeka talks about honest curves on Saturday at eleven: why a profile that looks right on the screen looks wrong in the hand. We bring three machines and a lot of scrap wood, so bring an idea and turn it with us.\n\nIf you can help at the stand for two hours, answer here. There is a badge, soup, and our gratitude.",
        "Dear all,\n\nthe project will be present at Chips & Curves with a stand and a talk. Those who cannot travel: the talk will be recorded and the files published with it. Those who can: we are looking for helpers on Saturday afternoon.\n\nRuth",
    ],
    replies: &[
        "I will be there on Saturday and can take two hours.",
        "Too far for me, I am looking forward to the recording.",
        "Three machines! Which ones?",
        "I come with my daughter, she wants to turn a spinning top.",
        "See you at the soup.",
    ],
    ..Topic::of(News)
};

pub(crate) const AFTER_CONFERENCE: Topic = Topic {
    titles: &["Chips & Curves: the talk, the files, and hello to the new ones", "After Chips & Curves"],
    open: &[
        "We are back, tired and full of soup. About four hundred people stopped at the stand, and many of you have already found the way here: **welcome!** Say hello in #introductions. The recording and the profile files are pinned in #general.",
        "Back from Chips & Curves. There will be a lot of beginners' questions in the coming days. Please be as kind as the visitors were, and send those who want to help to the label `first`.",
        "What a weekend. Four hundred visitors, eighty spinning tops, one broken belt, and a talk after which nobody wanted to leave the room. The recording is online, the files are attached to this topic.\n\nTo everybody who came here because of it: welcome. There are no stupid questions in Help, only missing pages in the handbook.",
        "Dear all,\n\nthe recording of the talk at Chips & Curves and the profile files are now online. We welcome the new subscribers who joined us over the weekend; the archive of this list is searchable and friendly.\n\nRuth",
    ],
    replies: &[
        "I was there and the talk convinced me. Hello everybody!",
        "The spinning top stands on my desk and the whole office plays with it.",
        "Great recording, the sound is good, too.",
        "Thank you for the patience at the stand, my questions were many.",
        "Sorry about the belt.",
    ],
    ..Topic::of(News)
};

pub(crate) const OUTAGE: Topic = Topic {
    titles: &["Share and Sync are down", "Share and Sync: not reachable since 12:50 UTC"],
    open: &[
        "**Share and Sync are down** since about 12:50 UTC. Your files are safe, Lathe itself works without them. We are on it and will write here, no need to reinstall anything.",
        "Sync and Share do not answer since 12:50, disk of the main database is full after the night's index job. Emeka and I are on it. Please send questions to the notice in the forum.",
        "Since 12:50 UTC neither Share nor Sync can be reached. What you see is E-503 or a spinning wheel at the start. Your tool tables are on your own disk and nothing is lost. Work offline (File, Work offline) until we say otherwise, and please do not delete the cache, it holds your unsynced changes.",
        "Hello,\n\nShare and Sync are not available at the moment (E-503). We are working on it. Lathe runs without both: choose Work offline in the File menu.\n\nRuth",
    ],
    replies: &[
        "Ah, so it is not me. Thank you.",
        "Working offline does the trick, thanks for the quick word.",
        "Good luck, and do not forget to eat something.",
        "I had already deleted the cache. Is that bad?",
        "Reinstalled twice before I looked here. Lesson learned.",
    ],
    ..Topic::of(News)
};

pub(crate) const OUTAGE_OVER: Topic = Topic {
    titles: &["Share and Sync are back", "Back: Share and Sync"],
    open: &[
        "**Back since 18:25 UTC.** Changes that you made offline are sent with the next save. If you still see E-503, restart Lathe once. The full story follows tomorrow.",
        "All green since 18:25. Backlog of merges is through, no conflicts that we did not expect. Write-up tomorrow, bed now.",
        "Share and Sync answer again since 18:25 UTC. Whatever you changed offline goes up with your next save; if Sync asks about a conflict, \"keep mine\" is the right answer for changes of today. Thank you for your patience. Tomorrow we will tell you what went wrong.",
        "Hello,\n\nboth services are available again. Offline changes are sent with the next save. A report follows.\n\nRuth",
    ],
    replies: &[
        "Works again here, thank you all.",
        "Everything went up, no conflict.",
        "Well done. Sleep well.",
        "One restart was needed on {os}, then it was fine.",
    ],
    ..Topic::of(News)
};

pub(crate) const POST_MORTEM: Topic = Topic {
    titles: &["What went wrong yesterday, and what we change", "Post-mortem: Share and Sync"],
    open: &[
        "The write-up of yesterday is in the forum. In one line: a full disk, an alarm that went to somebody on holiday, and a retry that made it worse. Nothing was lost. Three changes are in already.",
        "Post-mortem is up in the forum, please read and add what you saw. Follow-ups have numbers and names: disk alarm at 70 %, two people on every alarm, Sync clients back off after the third failure.",
        "**What happened.** At 12:50 UTC the disk of the database behind Share and Sync was full. The nightly index job had written twelve times its usual amount since the last update.\n\n**Why it took so long.** The alarm had fired at four in the morning, and went to somebody on holiday. When the service stopped, every running Lathe asked again once a second, which kept it down after we had made room.\n\n**What was lost.** Nothing. 1,912 offline changes were merged in the evening, 37 conflicts were asked about.\n\n**What we change.** The alarm fires at 70 % and goes to two people. Lathe waits longer after each failed attempt, from 2.2 on. The index job has a limit. And the status is now shown in the start window, so that nobody reinstalls for our mistakes.\n\nWe are sorry for the afternoon.",
        "Dear all,\n\nthe report on yesterday's outage is in the forum. In short: a full disk, a missed alarm, clients that asked too often. No data was lost. We have changed the alarm, the limits, and the way in which Lathe repeats its requests.\n\nRuth",
    ],
    replies: &[
        "This is how such a report should be written. Thank you.",
        "The status in the start window is a great idea.",
        "Alarm to somebody on holiday, been there.",
        "Respect for the openness.",
        "Would you share how the limit of the index job works? We have the same at work.",
    ],
    ..Topic::of(News)
};

pub(crate) const AWAY: Topic = Topic {
    titles: &["The team is in the workshop until the end of next week", "Team week: answers will be slower"],
    open: &[
        "The whole team meets for its workshop week, so answers from us will be slow until the end of next week. If you know the answer to something in #help, please go ahead, you are probably right.",
        "Team week starts today. We read here in the evenings only. Releases are frozen, reviews wait, the coffee does not.",
        "From today until the end of next week the team sits in one room for once and plans the coming year. We will look in here in the evening, but you will wait longer than usual. Whoever wants to help out in the Help category: thank you, it makes a difference.",
        "Dear all,\n\nthe team meets in person this week and next. Answers on the list will take longer than usual.\n\nRuth",
    ],
    replies: &[
        "Enjoy it! We will hold the fort.",
        "Have a good week, and bring pictures of the shavings.",
        "I will keep an eye on the simple ones.",
    ],
    ..Topic::of(News)
};

/// How people take the letter.
pub(crate) const LETTER: Topic = Topic { open: &["The letter."], ..Topic::of(News) };

pub(crate) const LETTER_OPENS: &[&str] = &[
    "Dear turners, [here is what happened this month|this is the letter of the month], in three short pieces.",
    "Hello everybody, [a quiet month|a busy month|a month of small steps] lies behind us. Three things that you should not miss:",
    "Good morning, and welcome to the letter. [Put the kettle on|It takes two minutes], then read on.",
    "Dear friends of round things, [it is that time again|another month is gone].",
];

pub(crate) const LETTER_ITEMS: &[&str] = &[
    "**From the workshop.** Work on {ver} goes on. The preview now draws only what has changed, and on {os} it needs [half|a third] of the memory.",
    "**Piece of the month.** A {part} in {wood}, turned on a {mach} that is older than its owner. The profile is on Share, the story in Showcase.",
    "**People.** {n} of you wrote your first answer to somebody else's question this month. That is how it goes on.",
    "**Handbook.** The chapter on {wood} was written anew, with pictures of what happens at {rpm} rpm and why one should not.",
    "**Translations.** Portuguese is complete, Turkish at 80 %, and somebody has begun with Welsh.",
    "**Numbers.** {n}00 profiles were shared, the smallest of them {mm} mm thick.",
    "**Office hour.** The next one is about threads. Bring a jammed lid and a sense of humour.",
    "**Asked for.** The vote is over: undo across sessions came first, wood textures of one's own second.",
    "**Security.** {ver} verifies the signature of posts from the shared folder. Older versions will not be updated any more.",
    "**Thanks.** To the makerspaces that tested Sync with {n} people at the same table, all of them with sawdust on the keyboard.",
    "**Ahead.** Next month is all about clean-up. If you have a small thing that annoys you every day, tell us, now is the time.",
    "**Safety first.** Three of you wrote about {part}s that left the chuck. The new check warns when the recess is shallower than {mm} mm. Please leave it on.",
    "**Machines.** Posts for the {mach} and two older controllers joined the shared folder, each tested by somebody who owns one.",
    "**From the archive.** Ten years ago the first profile was drawn in what would become Lathe. It was a {part}, and it was crooked.",
];

pub(crate) const LETTER_ENDS: &[&str] = &[
    "That is all. [Keep your tools sharp|Mind your fingers|Stay round].\n\nHanna",
    "Until next month, and thank you for being here.\n\nHanna",
    "Answers to this letter reach me, I read all of them.\n\nHanna",
];

/// What is said while the raid goes on; a name where it matters who.
pub(crate) const RAID_TALK: &[(&str, &str)] = &[
    ("", "Where do all these accounts come from?"),
    ("kofi.turns", "Do not click on those links, please. Report and move on."),
    ("", "Third giveaway in a minute. Can somebody of the team have a look?"),
    ("ruth", "I see it. Locking the channels one after the other now, sorry for the noise."),
    ("", "It is in #off-topic and the Spanish channel, too."),
    ("paulo", "Español y deutsch están cerrados por ahora, gracias por avisar."),
    ("ruth", "About fifty accounts banned so far. Please go on reporting, it helps to find the rest."),
    ("", "Quiet again here. Thank you, whoever is cleaning up."),
];
