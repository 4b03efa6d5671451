//! Small invented mailboxes, and those that go wrong.

use super::MBOX;
use super::fold::fold_plain;
use super::wire::{date, ids};
use community::Kind;
use connect::{Collected, Files, ImportOptions, Importer};
use std::fs;

fn import(files: &[(&str, &[u8])]) -> Collected {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        fs::write(folder.path().join(path), bytes).expect("a file");
    }
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let mut sink = Collected::default();
    let options = ImportOptions { source_name: "gardeners".into(), ..ImportOptions::default() };
    MBOX.read(&mut files, &options, &mut sink).expect("an import");
    sink
}

fn import_text(text: &str) -> Collected {
    import(&[("list.mbox", text.as_bytes())])
}

/// A message with these header lines and this body.
fn message(header: &str, body: &str) -> String {
    format!("From ana at example.org  Fri Mar  1 10:00:00 2024\n{header}\n\n{body}\n\n")
}

fn keys(got: &Collected) -> Vec<&str> {
    got.activities.iter().map(|a| a.conversation.as_ref().expect("a conversation").key.as_str()).collect()
}

fn text_of(header: &str, body: &str) -> String {
    let got = import_text(&message(header, body));
    got.activities[0].text.clone().unwrap_or_default()
}

#[test]
fn threads_follow_the_ids_whatever_the_order() {
    // The reply stands in a file that comes before the opening's.
    let december = message(
        "From: bo at example.org (Bo B.)\nDate: Sat, 2 Mar 2024 9:00:00 +0100\nSubject: Re: [Garden] Dry leaves\n\
         Message-ID: <2@x>\nIn-Reply-To: <gone@x>\nReferences: <1@x> <gone@x>",
        "Water",
    );
    let november = message(
        "From: \"Ana (the first)\" <Ana at Example.org>\nDate: Fri, 1 Mar 2024 10:00:00 -0000\n\
         Subject: [Garden] Dry leaves\nMessage-ID: <1\n @x>",
        "Help",
    ) + &message(
        "From: ana at example.org\nSubject: Re: [Garden] Lost\nMessage-ID: <3@x>\nIn-Reply-To: <never@x>",
        "?",
    );
    let got =
        import(&[("2024-December.txt", december.as_bytes()), ("2024-November.txt", november.as_bytes())]);
    assert!(got.skipped.is_empty(), "{:?}", got.skipped);
    assert_eq!(keys(&got), ["1@x", "1@x", "3@x"]);
    let [reply, opening, orphan] = &got.activities[..] else { panic!("three messages") };
    assert_eq!(
        (reply.kind, reply.parent.as_deref(), reply.title.as_deref()),
        (Kind::REPLY_POSTED, Some("1@x"), None)
    );
    assert_eq!(reply.at, 1_709_366_400_000_000);
    assert_eq!((opening.kind, opening.title.as_deref()), (Kind::TOPIC_OPENED, Some("Dry leaves")));
    assert_eq!(opening.actor.as_deref(), Some("ana@example.org"));
    assert_eq!((orphan.kind, orphan.parent.as_deref()), (Kind::REPLY_POSTED, None));
    assert_eq!(orphan.title.as_deref(), Some("Lost"));
    assert_eq!(orphan.at, 1_709_287_200_000_000, "without a Date the From line counts");
    assert!(reply.rank < opening.rank && opening.rank < orphan.rank);
    assert_eq!(got.channels[0].name.as_deref(), Some("gardeners"));
    let names: Vec<_> = got.identities.iter().map(|i| (i.external_id.as_str(), i.name.as_deref())).collect();
    assert_eq!(names, [("bo@example.org", Some("Bo B.")), ("ana@example.org", Some("Ana (the first)"))]);
}

#[test]
fn circles_are_cut_at_their_first_message() {
    let got = import_text(
        &[("1@x", "3@x"), ("2@x", "1@x"), ("3@x", "2@x"), ("4@x", "4@x"), ("5@x", "3@x")]
            .map(|(id, to)| message(&format!("From: a@x\nMessage-ID: <{id}>\nIn-Reply-To: <{to}>"), "x"))
            .concat(),
    );
    assert_eq!(keys(&got), ["1@x", "1@x", "1@x", "4@x", "1@x"]);
    assert_eq!(got.activities[0].parent, None);
    assert_eq!(got.activities[1].parent.as_deref(), Some("1@x"));
}

#[test]
fn repeats_share_a_key_and_messages_without_an_id_never_do() {
    let twice = message("From: a@x\nDate: Fri, 1 Mar 2024 10:00:00 GMT\nMessage-ID: <1@x>", "one");
    let later =
        message("From: b@x\nDate: Sat, 2 Mar 2024 10:00:00 GMT\nMessage-ID: <1@x>\nReferences: <0@x>", "two");
    let nameless = message("From: a@x\nDate: Fri, 1 Mar 2024 10:00:00 GMT", "same");
    let got = import_text(&[twice, later, nameless.clone(), nameless].concat());
    let key = |i: usize| (got.activities[i].stated_at, got.activities[i].external_id.clone());
    assert_eq!(key(0), key(1));
    assert!(got.activities[0].rank < got.activities[1].rank);
    let said = |i: usize| {
        (got.activities[i].kind, got.activities[i].actor.as_deref(), got.activities[i].text.as_deref())
    };
    assert_eq!(said(1), (Kind::TOPIC_OPENED, Some("a@x"), Some("one")), "the first stays");
    assert_eq!(said(0), said(1));
    assert_ne!(key(2), key(3));
    assert!(key(2).1.starts_with("no-id\ta@x\t"));
}

#[test]
fn only_a_whole_from_line_begins_a_message() {
    let body = "From here on it gets dry.\n>From the archive\nFrom ana Fri Mar 1 2024\nend";
    let got = import_text(&message("From: a@x\nMessage-ID: <1@x>", body));
    assert_eq!(got.activities.len(), 1);
    let text = got.activities[0].text.as_deref().unwrap_or_default();
    assert_eq!(text, "From here on it gets dry.\nFrom the archive\nFrom ana Fri Mar 1 2024\nend");
}

#[test]
fn dates_of_many_decades_are_read() {
    let day = 1_709_251_200_000_000;
    let hour = 3_600_000_000;
    let check = |text: &str, expect: i64| assert_eq!(date(text), Some(expect), "{text}");
    check("Fri, 1 Mar 2024 10:00:00 +0000", day + 10 * hour);
    check("1 Mar 2024 9:00 -0000", day + 9 * hour);
    check("Fri, 01 Mar 24 10:00:00 EST", day + 15 * hour);
    check("Fri,  1 Mar 2024 10:00:00 +0530 (IST)", day + 10 * hour - 5 * hour - hour / 2);
    check("Fri Mar  1 10:00:00 2024", day + 10 * hour);
    check("Friday, 1 March 2024 10:00:00 Z", day + 10 * hour);
    check("Fri, 1 Mar 2024 10:00:00 MEZ", day + 10 * hour);
    for text in [
        "",
        "soon",
        "Fri, 31 Feb 2024 10:00:00",
        "Fri, 1 Mar 2024",
        "1 Mar 2024 25:00:00",
        "1 Mar 2024 10:00:00 +9900",
        "1 Mar 1904 10:00:00",
        "\u{e9}\u{e9} 1 \u{301}: :",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn ids_stand_between_brackets() {
    assert_eq!(ids("Message of Friday <a b\t@c> (x) <d@e>"), ["ab@c", "d@e"]);
    assert_eq!(ids("a@b"), ["a@b"]);
    assert!(ids("your mail, a@b").is_empty());
    assert!(ids("<> <unclosed").is_empty());
}

#[test]
fn bodies_are_decoded_and_html_becomes_markdown() {
    let got = text_of(
        "From: =?iso-8859-1?q?J=F6rg?= <j@x>\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=\n\
         Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable",
        "Gr=FC=\n=DFe",
    );
    assert_eq!(got, "Grüße");
    let parts = "--b\nContent-Type: text/html\n\n<p>rich</p>\n--b\nContent-Type: text/plain; charset=utf-8\n\
                 Content-Transfer-Encoding: base64\n\ncGxhaW4=\n--b--\n";
    assert_eq!(text_of("Content-Type: multipart/alternative; boundary=b", parts), "plain");
    let html = "<p>Hi <b>you</b></p><blockquote>old</blockquote><script>alert(1)</script>";
    assert_eq!(text_of("Content-Type: text/html", html), "Hi **you**\n\n> old");
    let flowed = "One long \nline.\n\n> and a \n> quote\n-- \nAna";
    assert_eq!(text_of("Content-Type: text/plain; format=flowed", flowed), "One long line.\n\n> and a quote");
    let got = import(&[("l.txt", &[message("From: a@x", "gr").as_bytes(), b"\xfc\xdfe\n"].concat())]);
    assert_eq!(got.activities[0].text.as_deref(), Some("gr\n\nüße"));
    let names =
        import_text(&message("From: =?iso-8859-1?q?J=F6rg?= <j@x>\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=", "x"));
    assert_eq!(names.identities[0].name.as_deref(), Some("Jörg"));
    assert_eq!(names.activities[0].title.as_deref(), Some("Grüße"));
}

#[test]
fn quotes_are_folded_and_signatures_cut() {
    let check = |input: &str, expect: &str| assert_eq!(fold_plain(input), expect);
    check("Ana wrote:\n> one\n> two\nYes", "Ana wrote:\n\n> one\n> two\n\nYes");
    check("> 1\n> 2\n\n> 3\n> 4\n> 5\n> 6\nNo", "> 1\n> 2\n> …\n\nNo");
    check("> > deep <b>\nx", "> > deep \\<b>\n\nx");
    check("text\n-- \nAna\nPhone", "text");
    check("text\n--\nAna", "text");
    check(
        "text\n_______________________________________________\nGarden mailing list\nGarden at lists.example.org",
        "text",
    );
    check("a\n____________________\nb", "a\n____________________\nb");
    check("yes\n\n-----Original Message-----\nFrom: Bo\nwords", "yes\n\n> …");
    check(
        "see\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: leaf.png\n\
         Type: image/png\nURL: <https://lists.example.org/leaf.png>",
        "see\n\n[leaf.png](https://lists.example.org/leaf.png)",
    );
    check(
        "x\n-------------- next part --------------\nAn HTML attachment was scrubbed...\nURL: <https://l.example/a.html>",
        "x",
    );
}

#[test]
fn what_cannot_be_taken_is_skipped_with_reason_and_place() {
    let text = ["preface\n".into(), message("From: a@x\nMessage-ID: <1@x>", "x")].concat()
        + "From a@x  Fri Mar 99 10:00:00 2024\nFrom: a@x\n\nnever\n"
        + "From a@x  Fri Mar  1 10:00:00 2024\n\nno header\n"
        + "From a@x  Fri Mar  1 10:00:00 2024\n";
    let got = import_text(&text);
    let said: Vec<(&str, &str)> = got.skipped.iter().map(|s| (s.reason.as_str(), s.place.as_str())).collect();
    assert_eq!(
        said,
        [
            ("text outside of messages", "list.mbox, line 1"),
            ("impossible date", "list.mbox, line 8"),
            ("no header", "list.mbox, line 12"),
            ("no header", "list.mbox, line 15"),
        ]
    );
    assert_eq!(got.activities.len(), 1);
}

#[test]
fn huge_and_hostile_messages_end_well() {
    let mut large = message("From: a@x\nMessage-ID: <1@x>", "").into_bytes();
    large.resize(33 << 20, b'x');
    large.push(b'\n');
    large.extend(message("From: b@x\nMessage-ID: <2@x>", "y").into_bytes());
    let got = import(&[("large.mbox", &large)]);
    assert_eq!(got.skipped[0].reason, "larger than 32 MiB");
    assert_eq!(got.activities[0].external_id, "2@x");
    let mut nested = String::from("Content-Type: multipart/mixed; boundary=b0\n\n");
    for depth in 0..5_000 {
        nested += &format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{}\n\n", depth + 1);
    }
    for header in [
        "From: (((((\nSubject: =?x?q?=?=\nDate: :::",
        "From: <\nReferences: <<<<>>>>",
        "From: \"\\",
        ":\n : \n\u{0}",
        "Content-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64",
    ] {
        let got = import_text(&message(header, "%%%=ZZ\u{1b}$B"));
        assert_eq!(got.activities.len() + got.skipped.len(), 1, "{header}");
    }
    assert_eq!(
        import_text(&message("From: a@x", "").replace("\n\n", &format!("\n{nested}"))).activities.len(),
        1
    );
}

#[test]
fn what_is_no_mailbox_is_refused_with_what_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "From here to there").expect("a file");
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let error = MBOX.inspect(&mut files, &ImportOptions::default()).expect_err("no mailbox");
    assert!(error.message.contains("notes.txt"), "{error}");
    let listed = message("From: a@x\nList-Id: Gardeners <garden.lists.example.org>", "x");
    fs::write(folder.path().join("list.txt"), listed).expect("a file");
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let found = MBOX.inspect(&mut files, &ImportOptions::default()).expect("a mailbox");
    assert_eq!(found.suggested_name.as_deref(), Some("garden"));
}
