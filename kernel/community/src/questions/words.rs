//! How sentences of questions begin, by language: several words each, so that a single common word decides
//! nothing.

/// The longest beginning, in words.
const WORDS: usize = 5;
/// No beginning is longer than this, in bytes.
const BYTES: usize = 48;

/// Beginnings in lower case, sorted by bytes.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "alguem pode", "alguem sabe", "alguien ha", "alguien me", "alguien podría", "alguien puede",
    "alguien que", "alguien sabe", "alguien tiene", "alguém conhece", "alguém já", "alguém pode",
    "alguém poderia", "alguém sabe", "alguém tem", "any advice", "any chance someone", "any idea",
    "any ideas", "anybody have", "anybody here", "anybody know", "anybody knows", "anyone else having",
    "anyone else seeing", "anyone got", "anyone has", "anyone have", "anyone here", "anyone know",
    "anyone knows", "auriez-vous", "avez-vous", "c'è qualcuno", "c'è un modo", "can anybody",
    "can anyone", "can i", "can somebody", "can someone", "can we", "can you", "come faccio",
    "come posso", "come si fa", "comment faire", "comment on", "comment peut-on", "comment puis-je",
    "como eu faço", "como faço", "como hago", "como posso", "como puedo", "could anybody", "could anyone",
    "could i", "could somebody", "could someone", "could you", "cuál es", "cuándo se", "cómo hago",
    "cómo puedo", "cómo se", "did anybody", "did anyone", "do i have to", "do i need", "do we have",
    "do you have", "do you know", "does anybody", "does anyone", "does it", "does somebody",
    "does someone", "does the", "does this", "donde puedo", "dove posso", "dove trovo", "dónde está",
    "dónde puedo", "es posible", "esiste un", "est-ce possible", "est-ce qu'elle", "est-ce qu'il",
    "est-ce qu'ils", "est-ce qu'on", "est-ce qu'un", "est-ce qu'une", "est-ce que", "est-il possible",
    "existe algum", "existe alguma", "existe-t-il", "gibt es", "gibt's", "has anybody", "has anyone",
    "has someone", "hat jemand", "hat schon jemand", "hat wer", "hay alguien", "hay alguna", "hay algún",
    "how can", "how come", "how could", "how do", "how does", "how is it", "how long does",
    "how long will", "how many", "how much", "how should", "how to", "how would", "há algum", "há alguma",
    "hätte jemand", "i am wondering", "i was wondering", "i wonder", "i'm wondering", "ich frage mich",
    "is anybody", "is anyone", "is it ok to", "is it possible", "is somebody", "is someone", "is there a",
    "is there an", "is there any", "is there anything", "is there some", "is there something",
    "is this a bug", "is this possible", "ist es möglich", "ist jemand", "je me demande", "kann ich",
    "kann jemand", "kann man", "kann mir", "kann uns", "kennt hier", "kennt jemand", "kennt wer",
    "könnt ihr", "könnte jemand", "könnte mir", "könntet ihr", "me podrían", "me pueden ayudar",
    "onde encontro", "onde posso", "où est", "où puis-je", "où trouver", "perché non", "peut-on",
    "podría alguien", "por que o", "por qué me", "por qué no", "por qué se", "pourquoi est-ce",
    "pourquoi je", "puede alguien", "puis-je", "qual è il", "qual è la", "qual é a", "qual é o",
    "qualcuno conosce", "qualcuno ha", "qualcuno potrebbe", "qualcuno può", "qualcuno sa", "quel est",
    "quelle est", "quelqu'un a", "quelqu'un aurait", "quelqu'un connaît", "quelqu'un peut",
    "quelqu'un pourrait", "quelqu'un sait", "quem sabe", "qui peut", "qui sait", "qué puedo",
    "qué significa", "sabe alguien", "saben si", "sapete se", "savez-vous", "should i", "should we",
    "tem como", "vocês sabem", "wann kommt", "warum bekomme", "warum funktioniert", "warum geht",
    "warum ist", "warum kann", "was ist", "was mache", "was muss", "weiss jemand", "weiß hier",
    "weiß jemand", "weiß wer", "wer hat", "wer kann", "wer kennt", "wer weiß", "what am i",
    "what are the", "what could", "what do", "what does", "what is", "what should", "what would",
    "what's the", "when is", "when will", "where can", "where do", "where is", "where should", "which is",
    "which one", "who can", "who knows", "why am i", "why are", "why can't", "why do", "why does",
    "why doesn't", "why don't", "why is", "why isn't", "why won't", "wie bekomme", "wie finde",
    "wie funktioniert", "wie geht", "wie kann", "wie komme", "wie kriege", "wie mache", "wie macht",
    "wieso geht", "wieso ist", "wo bekomme", "wo finde", "wo gibt", "wo ist", "wo kann", "would anyone",
    "would it be possible", "would someone", "y a-t-il", "y aurait-il", "è possibile", "é possível",
];

/// Words that may stand before a question without being part of it, sorted.
const BEFORE: &[&str] = &[
    "also", "and", "anyway", "btw", "but", "hallo", "hello", "hey", "hi", "hola", "moin", "ok", "okay",
    "olá", "please", "so", "und", "well",
];

/// Whether the sentence here begins as a question does. A greeting and a name before it ("Hi all, …") are
/// passed over.
pub(super) fn begin_a_question(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if first.is_ascii() && FIRST[usize::from(first.to_ascii_lowercase() as u8)] & second_bit(text) == 0 {
        return false;
    }
    let mut head = [0u8; BYTES];
    let (written, ends, comma) = lower_head(text, &mut head);
    let Ok(lower) = std::str::from_utf8(&head[..written]) else { return false };
    let first = ends.iter().copied().find(|&e| e > 0).unwrap_or(0);
    if BEFORE.binary_search(&&lower[..first]).is_ok() {
        let rest = match comma {
            Some(at) => &text[at..],
            None => text.trim_start_matches(|c: char| c.is_alphanumeric()),
        };
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '\n');
        return rest.len() < text.len() && !rest.is_empty() && begin_a_question(rest);
    }
    // A first word that no beginning has is the usual case.
    let from = BEGINNINGS.partition_point(|b| *b < &lower[..first]);
    if !BEGINNINGS.get(from).is_some_and(|b| b.starts_with(&lower[..first])) {
        return false;
    }
    ends.iter().skip(1).any(|&end| end > 0 && BEGINNINGS.binary_search(&&lower[..end]).is_ok())
}

/// For each first letter which second ones there are, so that most sentences are done after two letters.
const FIRST: [u32; 128] = {
    let mut table = [0; 128];
    let lists = [BEGINNINGS, BEFORE];
    let mut list = 0;
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].len() {
            let bytes = lists[list][i].as_bytes();
            if bytes[0] < 128 {
                table[bytes[0] as usize] |= bit(bytes[1]);
            }
            i += 1;
        }
        list += 1;
    }
    table
};

/// Letters have a bit each, all else shares one.
const fn bit(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b @ b'a'..=b'z' => 1 << (b - b'a'),
        _ => 1 << 26,
    }
}

fn second_bit(text: &str) -> u32 {
    text.as_bytes().get(1).map_or(0, |b| bit(*b))
}

/// The first words in lower case with single spaces, where each of them ends, and where the first comma in
/// the text lies. Stops where the sentence ends.
fn lower_head(text: &str, head: &mut [u8; BYTES]) -> (usize, [usize; WORDS], Option<usize>) {
    let mut ends = [0; WORDS];
    let (mut written, mut words) = (0, 0);
    let mut comma = None;
    for (at, c) in text.char_indices() {
        let c = if c == '’' { '\'' } else { c };
        let of_word = c.is_alphanumeric() || matches!(c, '\'' | '-');
        if of_word {
            let mut low = [0u8; 4];
            // One character becomes one here: those that become several begin no question.
            let low = c.to_lowercase().next().unwrap_or(c).encode_utf8(&mut low).as_bytes();
            if written + low.len() > BYTES {
                break;
            }
            head[written..written + low.len()].copy_from_slice(low);
            written += low.len();
            if words < WORDS {
                ends[words] = written;
            }
            continue;
        }
        if c == ',' {
            comma = Some(at);
            break;
        }
        if c != ' ' {
            break;
        }
        if words < WORDS && ends[words] == written && written > 0 {
            words += 1;
            if words == WORDS || written == BYTES {
                break;
            }
            head[written] = b' ';
            written += 1;
        }
    }
    (written, ends, comma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_every_beginning_has_several_words() {
        assert!(BEGINNINGS.is_sorted() && BEFORE.is_sorted());
        for b in BEGINNINGS {
            let words = b.split(' ').count();
            let several = words > 1 || b.contains('-') || b.contains('\'');
            assert!(several && words <= WORDS && b.len() <= BYTES && *b == b.to_lowercase(), "{b}");
        }
    }
}
