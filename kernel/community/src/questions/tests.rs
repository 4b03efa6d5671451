//! The rule, as data.

use super::*;

fn check(text: &str, expect: Asks) {
    assert_eq!(asks(Kind::MESSAGE_POSTED, None, Some(text)), expect, "{text}");
}

#[test]
fn question_marks_of_any_script_end_a_clause() {
    for text in [
        "Does it work?",
        "It does not start. Why? Thanks",
        "is it (really?) done",
        "Really?!",
        "how ?",
        "**Which one?** thanks",
        "what is `a?b` ?",
        "“Ready?” she asked",
        "see https://example.org/a?b=c — is that the page?",
        "is it https://example.org/a?",
        "¿Alguien lo sabe",
        "これは何ですか？ありがとう",
        "هل يعمل؟",
        "Πώς το κάνω;",
        "Πώς το κάνω\u{37e}",
        "Ինչո՞ւ",
        "wait, what‽",
        "> they said so\nis that right?",
        "- first: which one?",
        "Does it 🤔? yes",
    ] {
        check(text, Asks::Mark);
    }
}

#[test]
fn marks_in_code_quotes_and_addresses_ask_nothing() {
    for text in [
        "",
        "?",
        ":? (?)",
        "It is done.",
        "see https://example.org/a?b=c",
        "see www.example.org/?q",
        "the page x.php?y=1 is gone",
        "`a ? b : c` is the form",
        "```\nwhat is this?\n```",
        "```\nnever closed?\nreally?",
        "~~~\nwhat?\n~~~\ndone",
        "> is it done?\nYes, it is.",
        "&gt; is it done?\nYes.",
        "[the page](https://example.org/x?y) is back",
        "done; the rest follows",
        "τέλος· όλα καλά",
        "a ?? b",
    ] {
        // The last one: a mark behind a word with a space asks as in French; only its second has no clause.
        let expect = if text == "a ?? b" { Asks::Mark } else { Asks::No };
        check(text, expect);
    }
}

#[test]
fn sentences_that_begin_as_questions_do() {
    for text in [
        "does anyone know how to level the bed",
        "Hi all, how do I export this",
        "Hello! Can someone look at this please",
        "So how can I undo it",
        "It fails on Mondays. Any idea why",
        "Thanks!\nis there a way around it",
        "1. how do i start",
        "I’m wondering about the price",
        "Weiß jemand, wie das geht",
        "Kann mir jemand helfen",
        "alguien sabe cómo se hace",
        "Cómo puedo exportarlo",
        "Est-ce que ça marche",
        "Est-ce qu'il y a une version",
        "alguém sabe como fazer",
        "Qualcuno sa come si fa",
        "Hey Ana, why is  the   build red",
    ] {
        check(text, Asks::Words);
    }
    for text in [
        "how",
        "I know how do-it-yourself works",
        "They asked: nothing new",
        "However do it",
        "isthere a way",
        "hi, so, and",
        "We know what is wrong",
    ] {
        check(text, Asks::No);
    }
}

#[test]
fn kind_and_title_count() {
    let title = Some("Where is the manual?");
    assert_eq!(asks(Kind::TOPIC_OPENED, title, Some("I looked.")), Asks::Mark);
    assert_eq!(asks(Kind::TOPIC_OPENED, Some("How do I level it"), None), Asks::Words);
    assert_eq!(asks(Kind::TOPIC_OPENED, Some("How do I level it"), Some("Where?")), Asks::Mark);
    assert_eq!(asks(Kind::QUESTION_ASKED, None, None), Asks::Kind);
    for kind in [Kind::MEMBER_JOINED, Kind::REPLY_POSTED, Kind::NOTICE_POSTED] {
        assert_eq!(asks(kind, title, title), Asks::No);
    }
}

#[test]
fn help_channels_are_named_or_known_by_id() {
    let list = "#Help, C042\nask-anything";
    assert!(in_help_list(list, "help", "C1") && in_help_list(list, "x", "c042"));
    assert!(in_help_list(list, "ask-anything", "") && !in_help_list(list, "helpers", "C1"));
    assert!(!in_help_list("", "", "") && !in_help_list(" , ", "", "x"));
}

#[test]
fn a_mark_before_any_word_is_passed_over() {
    for text in ["？", "؟ ؟", "\u{37e}", "(？)", "¿", "⁇", "？！\n？", "> \u{37e}"] {
        assert_eq!(asks(Kind::MESSAGE_POSTED, None, Some(text)), Asks::No, "{text}");
    }
    assert_eq!(asks(Kind::MESSAGE_POSTED, None, Some("？ 何ですか？")), Asks::Mark);
}

proptest::proptest! {
    #[test]
    fn the_quick_way_says_the_same(text in "([A-Za-z ]{0,6}|[.,:;!'\n#*()$/0-9 -]|[Hh]ow do I |hi, |any idea|https://|1\\. |2\\)|3\\.){0,24}") {
        let slow = Reader::new(&text).read();
        proptest::prop_assert_eq!(quick(&text), Some(slow), "{}", text);
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "(?s)([a-z ]{0,6}|[?`>~\\](;.,!\n#0-9]|how do i |https://|\\PC){0,30}") {
        let all = asks(Kind::MESSAGE_POSTED, None, Some(&text));
        // What stands behind never takes a question away that a line before it asked, unless it is code.
        if all == Asks::Mark && !text.contains(['`', '~']) {
            let more = format!("{text}\nthat is all");
            proptest::prop_assert_eq!(asks(Kind::MESSAGE_POSTED, None, Some(&more)), Asks::Mark);
        }
        if !text.contains('?') && text.is_ascii() && !text.contains(';') {
            proptest::prop_assert_ne!(all, Asks::Mark);
        }
    }
}
