//! Words with their places in PostgreSQL's binary form of a `tsvector`, and rows of them in the binary form of COPY:
//! sorted here, the server neither reads texts nor sorts (a fifth of the time that the text form takes it). The forms
//! are those of `tsvectorrecv` and of the documentation of COPY.

use super::index::Doc;

/// The place of a word that has none.
pub(crate) const NOWHERE: u16 = 0;
/// What COPY's binary form begins with: the signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Words and where each stands, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vector {
    text: String,
    /// Where in `text` a word begins and ends, and its place.
    words: Vec<(u32, u32, u16)>,
}

impl Vector {
    /// Adds a word at a place; the places of one word come ascending, 255 of them at most.
    pub(crate) fn push(&mut self, word: &str, place: u16) {
        let from = self.text.len() as u32;
        self.text.push_str(word);
        self.words.push((from, self.text.len() as u32, place));
    }

    /// The words in the order in which PostgreSQL keeps them (by their bytes), each with its places.
    #[cfg(test)]
    fn sorted(&self) -> Vec<(&[u8], Vec<u16>)> {
        let mut all: Vec<(&[u8], u16)> =
            self.words.iter().map(|w| (&self.text.as_bytes()[w.0 as usize..w.1 as usize], w.2)).collect();
        all.sort_unstable();
        all.chunk_by(|a, b| a.0 == b.0)
            .map(|same| (same[0].0, same.iter().map(|w| w.1).filter(|p| *p != NOWHERE).collect()))
            .collect()
    }

    /// What `tsvectorsend` gives for it and `tsvectorrecv` takes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len() + self.words.len() * 5 + 4);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut all: Vec<(&[u8], u16)> =
            self.words.iter().map(|w| (&self.text.as_bytes()[w.0 as usize..w.1 as usize], w.2)).collect();
        all.sort_unstable();
        let at = out.len();
        out.extend([0; 4]);
        let mut count = 0u32;
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            count += 1;
            out.extend_from_slice(same[0].0);
            out.push(0);
            let places = same.iter().map(|w| w.1).filter(|p| *p != NOWHERE);
            out.extend((places.clone().count() as u16).to_be_bytes());
            places.for_each(|p| out.extend(p.to_be_bytes()));
        }
        out[at..at + 4].copy_from_slice(&count.to_be_bytes());
    }
}

/// As PostgreSQL prints it.
#[cfg(test)]
impl std::fmt::Display for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, (word, places)) in self.sorted().into_iter().enumerate() {
            let blank = if n > 0 { " " } else { "" };
            let places: Vec<String> = places.iter().map(u16::to_string).collect();
            let colon = if places.is_empty() { "" } else { ":" };
            write!(f, "{blank}'{}'{colon}{}", String::from_utf8_lossy(word), places.join(","))?;
        }
        Ok(())
    }
}

/// Rows of a number and a vector, for `COPY … (FORMAT binary)`.
pub(crate) struct Rows(Vec<u8>);

impl Rows {
    pub(crate) fn new() -> Self {
        Self(HEAD.to_vec())
    }

    pub(crate) fn push(&mut self, doc: Doc, words: &Vector) {
        let out = &mut self.0;
        out.extend(2i16.to_be_bytes());
        out.extend(8i32.to_be_bytes());
        out.extend(doc.to_be_bytes());
        let at = out.len();
        out.extend([0; 4]);
        words.write(out);
        let length = (out.len() - at - 4) as i32;
        out[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.extend((-1i16).to_be_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_by_their_bytes_and_keep_their_places() {
        let mut vector = Vector::default();
        for (word, place) in [("b", 1), ("ab", 2), ("b", 4), ("é", 5), ("#o", NOWHERE)] {
            vector.push(word, place);
        }
        assert_eq!(vector.to_string(), "'#o' 'ab':2 'b':1,4 'é':5");
        let expect = b"\0\0\0\x04#o\0\0\0ab\0\0\x01\0\x02b\0\0\x02\0\x01\0\x04\xc3\xa9\0\0\x01\0\x05";
        assert_eq!(vector.bytes(), expect);
    }
}
