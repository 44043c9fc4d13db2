//! The selector grammar.

use super::{AttrTest, Combinator, Complex, InvalidSelector, Nth, Selector, Simple};

/// The longest selector, in bytes.
const MAX_LENGTH: usize = 16 * 1024;
/// The most compounds in a row; matching recurses once for each.
const MAX_COMPOUNDS: usize = 128;
/// How deep `:not(:is(...))` may nest.
const MAX_DEPTH: usize = 16;

type Result<T> = std::result::Result<T, InvalidSelector>;

pub(super) fn selector(text: &str) -> Result<Selector> {
    if text.len() > MAX_LENGTH {
        return Err(InvalidSelector);
    }
    let mut parser = Parser { rest: text, depth: 0, in_has: false };
    let list = parser.list()?;
    if parser.rest.is_empty() && !list.is_empty() { Ok(Selector { list }) } else { Err(InvalidSelector) }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    in_has: bool,
}

/// A selector of one part.
fn alone(part: Simple) -> Complex {
    Complex { first: vec![part], rest: Vec::new() }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_') || !character.is_ascii()
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.rest.strip_prefix(wanted);
        if let Some(rest) = found {
            self.rest = rest;
        }
        found.is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        if self.eat(wanted) { Ok(()) } else { Err(InvalidSelector) }
    }

    fn skip_space(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches(is_space);
        let skipped = trimmed.len() < self.rest.len();
        self.rest = trimmed;
        skipped
    }

    /// A list up to the end or to a closing parenthesis.
    fn list(&mut self) -> Result<Vec<Complex>> {
        let mut list = Vec::new();
        loop {
            list.push(self.complex()?);
            self.skip_space();
            if !self.eat(',') {
                return Ok(list);
            }
        }
    }

    /// As [`list`](Self::list), of what stands to `:scope` as each says; below it, where it says nothing.
    fn relative_list(&mut self) -> Result<Vec<Complex>> {
        let mut list = Vec::new();
        loop {
            self.skip_space();
            let combinator = match self.peek() {
                Some('>') => Combinator::Child,
                Some('+') => Combinator::NextSibling,
                Some('~') => Combinator::LaterSibling,
                _ => Combinator::Descendant,
            };
            if combinator != Combinator::Descendant {
                self.next();
                self.skip_space();
            }
            let mut rest = vec![(combinator, self.compound()?)];
            self.more(&mut rest)?;
            list.push(Complex { first: vec![Simple::Scope], rest });
            self.skip_space();
            if !self.eat(',') {
                return Ok(list);
            }
        }
    }

    fn complex(&mut self) -> Result<Complex> {
        self.skip_space();
        let first = self.compound()?;
        let mut rest = Vec::new();
        self.more(&mut rest)?;
        Ok(Complex { first, rest })
    }

    /// The compounds behind the first one.
    fn more(&mut self, rest: &mut Vec<(Combinator, Vec<Simple>)>) -> Result<()> {
        loop {
            let spaced = self.skip_space();
            let combinator = match self.peek() {
                None | Some(',' | ')') => break,
                Some('>') => Combinator::Child,
                Some('+') => Combinator::NextSibling,
                Some('~') => Combinator::LaterSibling,
                Some(_) if spaced => Combinator::Descendant,
                Some(_) => return Err(InvalidSelector),
            };
            if combinator != Combinator::Descendant {
                self.next();
                self.skip_space();
            }
            if rest.len() == MAX_COMPOUNDS {
                return Err(InvalidSelector);
            }
            rest.push((combinator, self.compound()?));
        }
        Ok(())
    }

    fn compound(&mut self) -> Result<Vec<Simple>> {
        let mut parts = Vec::new();
        match self.peek() {
            Some('*') => {
                self.next();
                parts.push(Simple::Any);
            }
            Some(character) if is_name(character) || character == '\\' => {
                let exact = self.ident()?;
                parts.push(Simple::Tag { lower: exact.to_ascii_lowercase(), exact });
            }
            _ => {}
        }
        loop {
            let part = match self.peek() {
                Some('#') => {
                    self.next();
                    Simple::Id(self.ident()?)
                }
                Some('.') => {
                    self.next();
                    Simple::Class(self.ident()?)
                }
                Some('[') => {
                    self.next();
                    self.attribute()?
                }
                Some(':') => {
                    self.next();
                    self.pseudo()?
                }
                _ => break,
            };
            parts.push(part);
        }
        if parts.is_empty() { Err(InvalidSelector) } else { Ok(parts) }
    }

    /// An identifier with CSS escapes.
    fn ident(&mut self) -> Result<String> {
        let mut name = String::new();
        loop {
            match self.peek() {
                Some('\\') => {
                    self.next();
                    name.push(self.escape()?);
                }
                Some(character) if is_name(character) => {
                    // A name starts neither with a digit nor with a hyphen and a digit.
                    if character.is_ascii_digit() && (name.is_empty() || name == "-") {
                        return Err(InvalidSelector);
                    }
                    name.push(character);
                    self.next();
                }
                _ => break,
            }
        }
        if name.is_empty() || name == "-" { Err(InvalidSelector) } else { Ok(name) }
    }

    fn escape(&mut self) -> Result<char> {
        let digits = self.rest.chars().take(6).take_while(char::is_ascii_hexdigit).count();
        if digits == 0 {
            return match self.next() {
                None | Some('\n' | '\r' | '\x0c') => Err(InvalidSelector),
                Some(character) => Ok(character),
            };
        }
        let code = u32::from_str_radix(&self.rest[..digits], 16).unwrap_or(0);
        self.rest = &self.rest[digits..];
        if self.peek().is_some_and(is_space) {
            self.next();
        }
        Ok(char::from_u32(code).filter(|character| *character != '\0').unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn string(&mut self, quote: char) -> Result<String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err(InvalidSelector),
                Some(character) if character == quote => return Ok(text),
                Some('\\') => {
                    if !self.eat('\n') {
                        text.push(self.escape()?);
                    }
                }
                Some(character) => text.push(character),
            }
        }
    }

    fn attribute(&mut self) -> Result<Simple> {
        self.skip_space();
        let name = self.ident()?;
        let lower = name.to_ascii_lowercase();
        self.skip_space();
        let mut ignore_case = false;
        if self.eat(']') {
            return Ok(Simple::Attr { name, lower, test: AttrTest::Exists, ignore_case });
        }
        let operator = self.next();
        if operator != Some('=') {
            self.expect('=')?;
        }
        self.skip_space();
        let mut value = match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.next();
                self.string(quote)?
            }
            _ => self.ident()?,
        };
        self.skip_space();
        match self.peek() {
            Some('i' | 'I') => {
                self.next();
                ignore_case = true;
                value.make_ascii_lowercase();
            }
            Some('s' | 'S') => {
                self.next();
            }
            _ => {}
        }
        self.skip_space();
        self.expect(']')?;
        let test = match operator {
            Some('=') => AttrTest::Equals(value),
            Some('~') => AttrTest::Word(value),
            Some('|') => AttrTest::Dash(value),
            Some('^') => AttrTest::Prefix(value),
            Some('$') => AttrTest::Suffix(value),
            Some('*') => AttrTest::Contains(value),
            _ => return Err(InvalidSelector),
        };
        Ok(Simple::Attr { name, lower, test, ignore_case })
    }

    fn pseudo(&mut self) -> Result<Simple> {
        let is_element = self.eat(':');
        let name = self.ident()?.to_ascii_lowercase();
        if is_element {
            return if self.peek() == Some('(') { Err(InvalidSelector) } else { Ok(Simple::Never) };
        }
        if self.eat('(') {
            return self.function(&name);
        }
        let nth = |from_end, of_type| Simple::Nth { nth: Nth { step: 0, offset: 1 }, from_end, of_type };
        Ok(match name.as_str() {
            "first-child" => nth(false, false),
            "last-child" => nth(true, false),
            "first-of-type" => nth(false, true),
            "last-of-type" => nth(true, true),
            "only-child" => Simple::Only { of_type: false },
            "only-of-type" => Simple::Only { of_type: true },
            "empty" => Simple::Empty,
            "root" => Simple::Root,
            "scope" => Simple::Scope,
            "checked" => Simple::Checked,
            "disabled" => Simple::Disabled,
            "enabled" => Simple::Enabled,
            "required" => Simple::Required,
            "optional" => Simple::Optional,
            "focus" | "focus-visible" => Simple::Focus,
            "focus-within" => Simple::FocusWithin,
            "link" | "any-link" => Simple::Link,
            "defined" => Simple::Defined,
            "valid" => Simple::Validity(1),
            "invalid" => Simple::Validity(2),
            "in-range" => Simple::Validity(4),
            "out-of-range" => Simple::Validity(8),
            "read-write" => Simple::ReadWrite,
            "read-only" => Simple::Not(Selector { list: vec![alone(Simple::ReadWrite)] }),
            "placeholder-shown" => Simple::PlaceholderShown,
            "default" => Simple::Default,
            "open" => Simple::Open,
            "host" | "fullscreen" | "modal" | "popover-open" | "autofill" | "-webkit-autofill" | "indeterminate"
            | "user-valid" | "user-invalid" | "picture-in-picture" | "playing" | "target-within" => Simple::Never,
            "hover" | "active" | "visited" | "target" | "before" | "after" | "first-line" | "first-letter" => {
                Simple::Never
            }
            _ => return Err(InvalidSelector),
        })
    }

    fn function(&mut self, name: &str) -> Result<Simple> {
        let simple = match name {
            "not" | "is" | "where" | "matches" => {
                if self.depth == MAX_DEPTH {
                    return Err(InvalidSelector);
                }
                self.depth += 1;
                let list = Selector { list: self.list()? };
                self.depth -= 1;
                if name == "not" { Simple::Not(list) } else { Simple::Is(list) }
            }
            // Not within itself, as the standard has it.
            "has" if !self.in_has && self.depth < MAX_DEPTH => {
                self.depth += 1;
                self.in_has = true;
                let list = Selector { list: self.relative_list()? };
                self.in_has = false;
                self.depth -= 1;
                Simple::Has(list)
            }
            "nth-child" => self.nth(false, false)?,
            "nth-last-child" => self.nth(true, false)?,
            "nth-of-type" => self.nth(false, true)?,
            "nth-last-of-type" => self.nth(true, true)?,
            _ => return Err(InvalidSelector),
        };
        self.skip_space();
        self.expect(')')?;
        Ok(simple)
    }

    /// `odd`, `even`, `3`, `2n+1`, `-n + 3`.
    fn nth(&mut self, from_end: bool, of_type: bool) -> Result<Simple> {
        let end = self.rest.find(')').ok_or(InvalidSelector)?;
        let text = self.rest[..end].trim_matches(is_space).to_ascii_lowercase();
        self.rest = &self.rest[end..];
        let nth = match text.as_str() {
            "odd" => Nth { step: 2, offset: 1 },
            "even" => Nth { step: 2, offset: 0 },
            _ => match text.split_once('n') {
                None => Nth { step: 0, offset: integer(&text)? },
                Some((step, offset)) => {
                    let step = match step {
                        "" | "+" => 1,
                        "-" => -1,
                        number => integer(number)?,
                    };
                    let offset: String = offset.chars().filter(|character| !is_space(*character)).collect();
                    let offset = match offset.as_str() {
                        "" => 0,
                        signed if signed.starts_with(['+', '-']) => integer(signed)?,
                        _ => return Err(InvalidSelector),
                    };
                    Nth { step, offset }
                }
            },
        };
        Ok(Simple::Nth { nth, from_end, of_type })
    }
}

fn integer(text: &str) -> Result<i64> {
    text.parse::<i32>().map(i64::from).map_err(|_| InvalidSelector)
}
