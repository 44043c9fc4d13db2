//! Cutting one value out of a larger one, whole.

use std::collections::HashMap;

use super::decoder::Decoder;
use crate::limits::Limits;
use crate::token::{Return, TokenWriter, ValueError, is_object};
use crate::wire::Token;

impl Decoder<'_> {
    /// Reads the next value and returns its tokens as a value of their own.
    ///
    /// Objects that it shares with its surroundings are copied into it where they are first named, so that
    /// nothing is missing. They may even be the ones it lies in: a child that names its parent becomes the root
    /// of the same cycle.
    pub(super) fn extract(&mut self) -> Result<Vec<u8>, ValueError> {
        self.reader.makes(WHOLE)?;
        if !self.ready && self.reader.position() == 0 {
            // The whole of it is wanted, and needs no rewriting.
            self.reader.skip_value()?;
            return Ok(self.reader.read_since(0).to_vec());
        }
        let mut out = Vec::new();
        let mut extraction =
            Extraction { writer: TokenWriter::new(&mut out), numbers: HashMap::new(), detours: Vec::new() };
        extraction.run(self)?;
        Ok(out)
    }
}

/// The value that begins at byte `at` of a larger one, as [`Decoder::extract`] cuts it out.
pub(crate) fn extract_at(bytes: &[u8], at: usize, limits: &Limits) -> Result<Vec<u8>, ValueError> {
    let mut decoder = Decoder::new(bytes, limits, false);
    while decoder.reader.position() < at {
        decoder.reader.next_token()?;
    }
    decoder.extract()
}

/// What a value that stands for itself takes at least: its bytes, its index and what counts who has them.
const WHOLE: usize = 280;

struct Extraction<'o> {
    writer: TokenWriter<'o>,
    /// The new number of each object that was copied, by its old one.
    numbers: HashMap<u32, u32>,
    /// Where to go on after each object that lies elsewhere.
    detours: Vec<Return>,
}

impl Extraction<'_> {
    fn run(&mut self, decoder: &mut Decoder<'_>) -> Result<(), ValueError> {
        decoder.take()?;
        let mut token = *decoder.token();
        // The depth around the value: its first token may have opened a container already.
        let outside = decoder.reader.depth().saturating_sub(usize::from(opens(&token)));
        loop {
            self.copy(decoder, token)?;
            while decoder.reader.is_done() {
                let Some(back) = self.detours.pop() else { break };
                decoder.reader.leave(back)?;
            }
            if self.detours.is_empty() && decoder.reader.depth() <= outside && !decoder.reader.owes() {
                return Ok(());
            }
            token = decoder.reader.next_token()?.ok_or(ValueError::UnexpectedEnd)?;
        }
    }

    fn copy(&mut self, decoder: &mut Decoder<'_>, token: Token<'_>) -> Result<(), ValueError> {
        match token {
            Token::Ref(old) => match self.numbers.get(&old) {
                Some(new) => self.writer.put(Token::Ref(*new)),
                None => self.detours.push(decoder.reader.enter(old)?),
            },
            Token::Key(_) | Token::KeyRef(_) => self.writer.key_wtf8(decoder.last_name()),
            token if is_object(&token) => {
                let old = decoder.reader.objects().saturating_sub(1);
                if let Some(new) = self.numbers.get(&old) {
                    self.writer.put(Token::Ref(*new));
                    let depth = decoder.reader.depth().saturating_sub(usize::from(opens(&token)));
                    decoder.reader.skip_to(depth)?;
                } else {
                    self.numbers.insert(old, self.writer.objects());
                    self.writer.put(token);
                }
            }
            token => self.writer.put(token),
        }
        Ok(())
    }
}

fn opens(token: &Token<'_>) -> bool {
    matches!(token, Token::Array | Token::Object | Token::Map | Token::Set | Token::Error(_))
}
