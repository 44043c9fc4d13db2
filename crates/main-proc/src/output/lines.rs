//! Lines, and how long they may be.

/// Which of its streams a renderer has printed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that a renderer has printed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Where.
    pub stream: OutputStream,
    /// The line, without its end. What is not UTF-8 is replaced by `U+FFFD`. Control characters are as they came: a terminal
    /// that is shown them obeys them.
    pub text: String,
    /// It was longer than a line may be ([`LineLimits::length`]), and the rest of it is dropped.
    pub cut: bool,
}

/// How much of what a renderer prints main holds, for [`Output::Lines`](crate::spawn::Output::Lines).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineLimits {
    /// The longest line, in bytes; the rest of a longer one is dropped. Default: 8 KiB.
    pub length: usize,
    /// How many lines wait to be taken; further ones are dropped, and counted. Default: 1,024.
    pub queued: usize,
}

impl Default for LineLimits {
    fn default() -> Self {
        Self { length: 8 << 10, queued: 1_024 }
    }
}

/// What has come of the next line.
#[derive(Debug)]
pub(super) struct PartOfLine {
    bytes: Vec<u8>,
    most: usize,
    cut: bool,
}

impl PartOfLine {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most, cut: false }
    }

    /// Adds bytes; each line that they complete is given to `each`, with whether it was cut.
    pub(super) fn add(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8], bool)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            self.append(line);
            self.complete(&mut each);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.cut |= bytes.len() > room;
    }

    /// Ends a line that its printer has not ended.
    pub(super) fn end(&mut self, each: impl FnMut(&[u8], bool)) {
        if !self.bytes.is_empty() || self.cut {
            self.complete(each);
        }
    }

    fn complete(&mut self, mut each: impl FnMut(&[u8], bool)) {
        let line = match self.cut {
            true => whole_characters(&self.bytes),
            false => self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes),
        };
        each(line, self.cut);
        self.bytes.clear();
        self.cut = false;
    }
}

/// The same without a character at its end that is not all there.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(most: usize, pieces: &[&[u8]]) -> Vec<(String, bool)> {
        let mut part = PartOfLine::new(most);
        let mut all = Vec::new();
        let mut each = |line: &[u8], cut| all.push((String::from_utf8_lossy(line).into_owned(), cut));
        pieces.iter().for_each(|piece| part.add(piece, &mut each));
        part.end(&mut each);
        all
    }

    #[test]
    fn lines_are_what_stands_between_their_ends_however_it_comes() {
        let whole = |texts: &[&str]| texts.iter().map(|text| ((*text).to_owned(), false)).collect::<Vec<_>>();
        assert_eq!(lines(9, &[b"a\nb", b"c\n\n", b"\r\nd\r", b"\nlast"]), whole(&["a", "bc", "", "", "d", "last"]));
        assert_eq!(lines(9, &[b"a\n", b""]), whole(&["a"]), "nothing is no line");
        assert_eq!(lines(9, &[b"\xff!\n"]), whole(&["\u{fffd}!"]));
    }

    #[test]
    fn a_line_is_cut_where_it_is_too_long_and_never_within_a_character() {
        let cut = |text: &str, cut| (text.to_owned(), cut);
        assert_eq!(lines(3, &[b"abc\nabcd", b"efg\nx\n"]), [cut("abc", false), cut("abc", true), cut("x", false)]);
        assert_eq!(lines(3, &["aböö\n".as_bytes()]), [cut("ab", true)]);
        assert_eq!(lines(0, &[b"abc"]), [cut("", true)]);
    }
}
