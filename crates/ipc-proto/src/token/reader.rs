//! Reading tokens.

use super::error::ValueError;
use super::names::describe;
use super::progress::{Progress, Return};
use crate::limits::Limits;
use crate::wire::{Token, WireError, read_token};

/// Reads the tokens of exactly one value and checks them on the way.
///
/// What it hands out is well-formed: containers open and close in order, names stand only where names may,
/// numbers of references are known, text is valid WTF-8, and a view lies within its buffer and is aligned in it.
/// Memory is a few bytes for each open container, object and name that is really there.
///
/// ```
/// use ipc_proto::limits::Limits;
/// use ipc_proto::token::{TokenReader, TokenWriter};
/// use ipc_proto::wire::Token;
///
/// let mut bytes = Vec::new();
/// let mut writer = TokenWriter::new(&mut bytes);
/// writer.put(Token::Object);
/// writer.key("answer");
/// writer.put(Token::Int(42));
/// writer.put(Token::End);
///
/// let mut reader = TokenReader::new(&bytes, &Limits::default());
/// assert_eq!(reader.next_token(), Ok(Some(Token::Object)));
/// assert_eq!(reader.next_token(), Ok(Some(Token::Key(b"answer"))));
/// assert_eq!(reader.last_key(), Some(0));
/// assert_eq!(reader.next_token(), Ok(Some(Token::Int(42))));
/// assert_eq!(reader.next_token(), Ok(Some(Token::End)));
/// assert_eq!(reader.next_token(), Ok(None));
/// ```
#[derive(Debug, Clone)]
pub struct TokenReader<'a> {
    pub(super) progress: Progress<'a>,
    token: Token<'a>,
    pub(super) token_limit: usize,
    pub(super) tokens: usize,
    /// How far into the bytes any token was read, how many bytes were read again, and how many may be.
    pub(super) frontier: usize,
    reread: usize,
    byte_limit: usize,
    /// How much memory the decoded value is going to take, beyond what its own bytes account for, and may take.
    made: usize,
    made_limit: usize,
}

/// What a token takes at least, where it becomes a number or text of a list.
const ELEMENT: usize = 16;
/// What a part of a value takes when it stands for nothing else: a number in an array of some dynamic type.
const PART: usize = 48;

/// The most bytes a value can have.
const LONGEST: usize = u32::MAX as usize;

impl<'a> TokenReader<'a> {
    /// Starts at the first token of `bytes`, which have to hold one value and nothing else. Of the limits, depth
    /// and tokens are kept here, and the frame's size for what is read more than once.
    #[must_use]
    #[inline]
    pub fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        Self {
            // Positions are kept in 32 bits, as the lengths of frames are; a larger value ends early.
            progress: Progress::new(bytes.get(..LONGEST).unwrap_or(bytes), limits.depth),
            token: Token::Undefined,
            token_limit: limits.tokens,
            tokens: 0,
            byte_limit: usize::try_from(limits.frame).unwrap_or(usize::MAX),
            frontier: 0,
            reread: 0,
            made: 0,
            made_limit: limits.decoded_of(bytes.len()),
        }
    }

    /// Whether the text of the token that was taken last is known to be ASCII, for what need not look again; of short
    /// text it never is.
    #[must_use]
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.progress.ascii
    }

    /// Takes the next token; `None` once the value is complete.
    ///
    /// # Errors
    ///
    /// [`ValueError`] when the bytes break a rule or pass a limit. The reader is then of no further use: whatever
    /// is asked of it fails.
    #[inline]
    pub fn next_token(&mut self) -> Result<Option<Token<'a>>, ValueError> {
        Ok(if self.advance()? { Some(self.token) } else { None })
    }

    /// Goes on to the next token, which [`token`](Self::token) then shows; `false` once the value is complete.
    ///
    /// This is [`next_token`](Self::next_token) for those in a hurry: a token is a large thing to pass around.
    ///
    /// # Errors
    ///
    /// As [`next_token`](Self::next_token).
    #[inline]
    pub fn advance(&mut self) -> Result<bool, ValueError> {
        let result = self.read();
        if result.is_err() {
            self.progress.fail();
        }
        result
    }

    fn read(&mut self) -> Result<bool, ValueError> {
        if self.is_done() {
            return self.progress.ended();
        }
        let rest = self.progress.bytes.get(self.progress.at..).unwrap_or_default();
        if rest.is_empty() {
            return Err(ValueError::UnexpectedEnd);
        }
        if self.tokens >= self.token_limit {
            return Err(ValueError::TooManyTokens { limit: self.token_limit });
        }
        let (token, used) = read_token(rest).map_err(|wrong| self.progress.malformed(WireError::from(wrong)))?;
        self.progress.step(&token, used)?;
        self.token = token;
        self.tokens = self.tokens.saturating_add(1);
        self.progress.at = self.progress.at.saturating_add(used);
        if self.progress.at > self.frontier {
            self.frontier = self.progress.at;
            return Ok(true);
        }
        // Bytes read again are bytes the consumer may copy again: a small value must not become a huge one by
        // naming its largest part over and over.
        self.reread = self.reread.saturating_add(used);
        if self.reread > self.byte_limit {
            return Err(ValueError::TooLarge { limit: self.byte_limit });
        }
        self.makes(used.saturating_add(PART))?;
        Ok(true)
    }

    /// Accounts for memory that the decoded value takes.
    ///
    /// # Errors
    ///
    /// [`ValueError::Amplified`] when it is more than a value of this size may take.
    #[inline]
    pub fn makes(&mut self, bytes: usize) -> Result<(), ValueError> {
        self.made = self.made.saturating_add(bytes);
        if self.made > self.made_limit {
            return Err(ValueError::Amplified { bytes: self.progress.bytes.len(), limit: self.made_limit });
        }
        Ok(())
    }

    /// About how much memory the decoded value takes so far, beyond its own bytes.
    #[must_use]
    #[inline]
    pub fn made(&self) -> usize {
        self.made.saturating_add(self.tokens.saturating_mul(ELEMENT))
    }

    /// The token that was read last; `Undefined` before the first.
    #[must_use]
    #[inline]
    pub fn token(&self) -> &Token<'a> {
        &self.token
    }

    /// How many containers are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.progress.depth()
    }

    /// How many objects have begun; the one just read has this number less one.
    #[must_use]
    pub fn objects(&self) -> u32 {
        self.progress.next_object
    }

    /// How many names have been read in full; the one just read has this number less one.
    #[must_use]
    pub fn keys(&self) -> u32 {
        self.progress.next_key
    }

    /// The number of the last name read, whether in full or by number: the index for a cache of converted names.
    #[must_use]
    pub fn last_key(&self) -> Option<u32> {
        self.progress.last_key
    }

    /// The name of that number as WTF-8, if it has been read.
    #[must_use]
    pub fn key(&self, number: u32) -> Option<&'a [u8]> {
        self.progress.key(number)
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.progress.at
    }

    /// Reads over the next value, whatever it is. References in it are not followed.
    ///
    /// # Errors
    ///
    /// As [`next_token`](Self::next_token), and [`ValueError::Malformed`] when a container ends here instead.
    pub fn skip_value(&mut self) -> Result<(), ValueError> {
        let depth = self.depth();
        let Some(token) = self.next_token()? else { return Err(ValueError::UnexpectedEnd) };
        match token {
            Token::End | Token::Key(_) | Token::KeyRef(_) | Token::Holes(_) => {
                return Err(self.progress.malformed(format!("{} where a value belongs", describe(&token))));
            }
            _ => {}
        }
        self.skip_to(depth)
    }

    /// Reads on until no more than `depth` containers are open and nothing is owed to the last token: with the
    /// depth from before a container was opened, over the rest of it.
    ///
    /// # Errors
    ///
    /// As [`next_token`](Self::next_token).
    pub fn skip_to(&mut self, depth: usize) -> Result<(), ValueError> {
        while self.depth() > depth || self.owes() {
            if !self.advance()? {
                return Err(ValueError::UnexpectedEnd);
            }
        }
        Ok(())
    }

    /// Whether that object's container is still open here, so that a reference to it closes a cycle.
    pub(crate) fn is_open(&self, object: u32) -> bool {
        self.progress.is_open(object)
    }

    /// Goes back to the earlier object of that number, to read it once more as the value of the `Ref` that was
    /// just read. Its tokens end with `None`; then [`leave`](Self::leave) has to be called.
    pub(crate) fn enter(&mut self, object: u32) -> Result<Return, ValueError> {
        self.progress.enter(object)
    }

    /// Ends what [`enter`](Self::enter) began, skipping whatever of the object was not read.
    pub(crate) fn leave(&mut self, back: Return) -> Result<(), ValueError> {
        while !self.is_done() {
            self.advance()?;
        }
        self.progress.leave(back);
        Ok(())
    }

    /// Counts work that stands for `tokens` more tokens, so that a short token cannot cost its consumer a lot.
    pub(crate) fn charge(&mut self, tokens: u32) -> Result<(), ValueError> {
        self.tokens = self.tokens.saturating_add(usize::try_from(tokens).unwrap_or(usize::MAX));
        if self.tokens > self.token_limit {
            return Err(ValueError::TooManyTokens { limit: self.token_limit });
        }
        self.makes(usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(PART))
    }

    /// Whether a box or a view still lacks what has to follow it.
    pub(crate) fn owes(&self) -> bool {
        self.progress.owes()
    }

    /// Whether everything was read that there is at this depth: the whole value, or that of an
    /// [`enter`](Self::enter).
    pub(crate) fn is_done(&self) -> bool {
        self.progress.is_done()
    }

    /// The bytes from `start` up to where the reader is.
    pub(crate) fn read_since(&self, start: usize) -> &'a [u8] {
        self.progress.bytes.get(start..self.progress.at).unwrap_or_default()
    }

    /// The contents of the buffer that is object `number`; empty if it is none.
    pub(crate) fn buffer(&self, number: u32) -> &'a [u8] {
        self.progress.buffer_bytes(number).unwrap_or_default()
    }
}
