//! From JSON to values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipc_proto::limits::Limits;
use ipc_proto::value::{Builder, date_ms};
use ipc_proto::wire::{ErrorKind, ViewKind};
use script_host::RegExpCheck;

use super::forms::{Form, named};
use super::text::{Kind, Text};
use super::trouble::Trouble;
use super::{number, views};

/// What an error arrives with.
const ERROR_PARTS: [&str; 4] = ["name", "message", "stack", "cause"];

/// Digits of a decimal BigInt: reading them takes time that grows with the square of their number.
const DIGITS: usize = 20_000;

/// How deep a value may be as an argument: the list of arguments is a part of the message that carries it.
pub(super) fn depth() -> usize {
    Limits::default().depth.saturating_sub(2)
}

/// Adds the value of a JSON text to what is built.
pub(super) fn read(text: &str, into: &mut Builder) -> Result<(), Trouble> {
    let text = Text::new(text).map_err(Trouble::Json)?;
    Reader { text: &text, into, open: Vec::new(), at: 0, depth: 0, regexps: None }.run()
}

/// What is being read, around the part at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Elements of an array.
    List,
    /// Properties: names and values in turn.
    Object,
    /// Those of an error, whose name is its class.
    Error,
    /// The entries of a map.
    Entries,
    /// Values of a set, a pair of a key and a value, or what only groups its parts.
    Plain,
    /// Behind the elements of an array: `"properties"` and them.
    Behind,
}

struct Open {
    around: Around,
    /// The place behind it.
    end: usize,
    /// Whether a value ends with it.
    closes: bool,
}

struct Reader<'a> {
    text: &'a Text<'a>,
    into: &'a mut Builder,
    open: Vec<Open>,
    at: usize,
    depth: usize,
    /// Once there is a regular expression.
    regexps: Option<RegExpCheck>,
}

impl Reader<'_> {
    fn run(mut self) -> Result<(), Trouble> {
        while self.at < self.text.nodes.len() {
            self.close();
            match self.open.last().map(|open| open.around) {
                Some(Around::Object) => self.name(false)?,
                Some(Around::Error) => self.name(true)?,
                Some(Around::Entries) => self.entry()?,
                Some(Around::Behind) => self.group(self.at + 1, Around::Object),
                Some(Around::List | Around::Plain) | None => self.value()?,
            }
        }
        self.close();
        Ok(())
    }

    /// Ends what ends here.
    fn close(&mut self) {
        while let Some(open) = self.open.last().filter(|open| open.end <= self.at) {
            if open.closes {
                self.into.end();
                self.depth -= 1;
            }
            self.open.pop();
        }
    }

    /// A name and its value.
    fn name(&mut self, class: bool) -> Result<(), Trouble> {
        let name = self.text.string(self.at).unwrap_or_else(|| "".into());
        self.at += 1;
        if class && name.as_wtf() == "name" {
            self.at = self.text.node(self.at).after;
            return Ok(());
        }
        self.into.key_wtf(name.as_wtf());
        self.value()
    }

    /// A pair of a map.
    fn entry(&mut self) -> Result<(), Trouble> {
        if self.text.node(self.at).kind != Kind::Array || self.text.parts(self.at).count() != 2 {
            return Err(self.wrong(Form::Map, self.at));
        }
        self.group(self.at, Around::Plain);
        Ok(())
    }

    /// Goes into a part that is no value of its own.
    fn group(&mut self, at: usize, around: Around) {
        self.open.push(Open { around, end: self.text.node(at).after, closes: false });
        self.at = at + 1;
    }

    /// Goes into the part at that place, which has just been begun and ends with `end`.
    fn begin(&mut self, at: usize, around: Around, end: usize) -> Result<(), Trouble> {
        self.depth += 1;
        if self.depth > depth() {
            return Err(Trouble::Deep);
        }
        self.open.push(Open { around, end, closes: true });
        self.at = at + 1;
        Ok(())
    }

    fn value(&mut self) -> Result<(), Trouble> {
        let node = self.text.node(self.at);
        match node.kind {
            Kind::Null => _ = self.into.null(),
            Kind::False => _ = self.into.bool(false),
            Kind::True => _ = self.into.bool(true),
            Kind::Number => self.number()?,
            Kind::String => {
                let text = self.text.string(self.at).unwrap_or_else(|| "".into());
                self.into.wtf(text.as_wtf());
            }
            Kind::Array => {
                self.into.array();
                return self.begin(self.at, Around::List, node.after);
            }
            Kind::Object => {
                let mut parts = self.text.parts(self.at);
                let (name, content, more) = (parts.next(), parts.next(), parts.next());
                drop(parts);
                if let (Some(name), Some(content), None) = (name, content, more)
                    && let Some(form) = self.text.string(name).and_then(|name| named(name.as_wtf().to_str()?))
                {
                    return self.form(form, content, node.after);
                }
                self.into.object();
                return self.begin(self.at, Around::Object, node.after);
            }
        }
        self.at = node.after;
        Ok(())
    }

    fn number(&mut self) -> Result<(), Trouble> {
        let text = self.text.source(self.at);
        let number = number::read(text).map_err(|becomes| Trouble::Number { text: short(text), becomes })?;
        self.into.float(number);
        Ok(())
    }

    fn wrong(&self, form: Form, content: usize) -> Trouble {
        Trouble::Form { form, content: short(self.text.source(content)) }
    }

    /// A value in one of the forms, up to `end`; `content` is the place of what it is made of.
    fn form(&mut self, form: Form, content: usize, end: usize) -> Result<(), Trouble> {
        let kind = self.text.node(content).kind;
        let wrong = || self.wrong(form, content);
        match form {
            Form::Map if kind == Kind::Array => {
                self.into.map();
                return self.begin(content, Around::Entries, end);
            }
            Form::Set if kind == Kind::Array => {
                self.into.set();
                return self.begin(content, Around::Plain, end);
            }
            Form::Object if kind == Kind::Object => {
                self.into.object();
                return self.begin(content, Around::Object, end);
            }
            Form::Error => return self.error(content, end),
            Form::Array => return self.named_array(content, end),
            Form::Boxed if matches!(kind, Kind::Number | Kind::String | Kind::True | Kind::False | Kind::Object) => {
                self.into.boxed();
                // What may be boxed is checked where the value is complete: only a BigInt is written as an object.
                if kind == Kind::Object && self.inner_form(content) != Some(Form::BigInt) {
                    return Err(self.wrong(form, content));
                }
                self.at = content;
                return self.value();
            }
            Form::Undefined if kind == Kind::True => _ = self.into.undefined(),
            Form::Holes => {
                let inside = matches!(self.open.last(), Some(Open { around: Around::List, .. }));
                let count = self.text.source(content).parse().ok().filter(|count| *count > 0 && inside);
                let count = count.ok_or_else(wrong)?;
                self.into.holes(count);
            }
            Form::Number => {
                let number = match self.text.source(content) {
                    "\"NaN\"" => f64::NAN,
                    "\"Infinity\"" => f64::INFINITY,
                    "\"-Infinity\"" => f64::NEG_INFINITY,
                    _ => return Err(wrong()),
                };
                self.into.float(number);
            }
            Form::Date if kind == Kind::Null => _ = self.into.date(f64::NAN),
            Form::Date => {
                let ms = self.plain(content).and_then(|text| date_ms(&text)).ok_or_else(wrong)?;
                self.into.date(ms);
            }
            Form::BigInt => {
                let text = self.plain(content).ok_or_else(wrong)?;
                let (negative, magnitude) = big_int(&text).ok_or_else(wrong)?;
                self.into.big_int(negative, &magnitude);
            }
            Form::Bytes => {
                let bytes = self.plain(content).and_then(|text| STANDARD.decode(text).ok()).ok_or_else(wrong)?;
                self.into.bytes(&bytes);
            }
            Form::RegExp => {
                let [source, flags] = self.fields(content, ["source", "flags"]).ok_or_else(wrong)?;
                self.check_regexp(&source, &flags)?;
                self.into.reg_exp(&source, &flags);
            }
            Form::View => {
                let [class, bytes] = self.fields(content, ["type", "bytes"]).ok_or_else(wrong)?;
                let kind = views::kind(&class).ok_or_else(wrong)?;
                let bytes = STANDARD.decode(bytes).ok().filter(|bytes| whole(bytes, kind)).ok_or_else(wrong)?;
                self.into.view(kind, 0, bytes.len() as u64);
                self.into.buffer(&bytes, None);
            }
            _ => return Err(wrong()),
        }
        self.at = end;
        Ok(())
    }

    /// Whether scripts can have such a regular expression: nobody else would be told in time.
    fn check_regexp(&mut self, source: &str, flags: &str) -> Result<(), Trouble> {
        let refused = |reason: String| Trouble::Content { form: Form::RegExp, reason };
        let limit = Limits::default().regexp;
        if source.len() > limit {
            return Err(refused(format!("its source has more than {limit} bytes")));
        }
        if self.regexps.is_none() {
            self.regexps = RegExpCheck::new().ok();
        }
        // Without memory for an engine here, the app's own says what is wrong.
        let checked = self.regexps.as_ref().map_or(Ok(()), |regexps| regexps.check(source, flags));
        checked.map_err(|error| refused(format!("/{}/{} is none: {}", short(source), short(flags), error.message)))
    }

    fn error(&mut self, content: usize, end: usize) -> Result<(), Trouble> {
        if self.text.node(content).kind != Kind::Object {
            return Err(self.wrong(Form::Error, content));
        }
        let names: Vec<usize> = self.text.parts(content).step_by(2).collect();
        let named = |wanted: &str| {
            let place = names.iter().rfind(|at| self.text.string(**at).is_some_and(|name| name.as_wtf() == wanted));
            place.map(|at| self.text.string(at + 1).and_then(|text| text.into_string().ok()))
        };
        let name = match named("name") {
            Some(Some(name)) => name,
            None => "Error".to_owned(),
            Some(None) => return Err(self.wrong(Form::Error, content)),
        };
        if matches!(named("message"), Some(None)) {
            return Err(self.wrong(Form::Error, content));
        }
        let refused = |reason: String| Trouble::Content { form: Form::Error, reason };
        let kind = ErrorKind::from_name(&name);
        if kind.name() != name {
            let reason = format!("no error arrives as {}, but as one of JavaScript's own, such as Error", short(&name));
            return Err(refused(reason));
        }
        let lost = names.iter().filter_map(|at| self.text.string(*at)).find(|name| {
            let name = name.as_wtf();
            !ERROR_PARTS.iter().any(|part| name == *part)
        });
        if let Some(lost) = lost {
            let lost = short(&String::from_utf16_lossy(&lost.as_wtf().to_utf16().collect::<Vec<_>>()));
            let reason =
                format!("its \"{lost}\" would be lost: an error arrives with name, message, stack and cause alone");
            return Err(refused(reason));
        }
        self.into.bare_error(kind);
        self.begin(content, Around::Error, end)
    }

    fn named_array(&mut self, content: usize, end: usize) -> Result<(), Trouble> {
        let parts: Vec<usize> = self.text.parts(content).take(5).collect();
        let is = |at: usize, name: &str| self.text.string(at).is_some_and(|text| text.as_wtf() == name);
        match parts[..] {
            [first, items, second, properties]
                if is(first, "items")
                    && is(second, "properties")
                    && self.text.node(items).kind == Kind::Array
                    && self.text.node(properties).kind == Kind::Object =>
            {
                if let Some(name) = self.text.parts(properties).step_by(2).find(|at| self.is_place(*at)) {
                    let name = short(self.text.source(name));
                    let reason =
                        format!("{name} is no name for a property of an array: its elements belong into \"items\"");
                    return Err(Trouble::Content { form: Form::Array, reason });
                }
                self.into.array();
                // What lies around both ends last; the properties are read behind the items.
                self.begin(content, Around::Plain, end)?;
                self.open.push(Open { around: Around::Behind, end, closes: false });
                self.group(items, Around::List);
                Ok(())
            }
            _ => Err(self.wrong(Form::Array, content)),
        }
    }

    /// Whether a name is the place of an element, or the length.
    fn is_place(&self, at: usize) -> bool {
        let Some(name) = self.text.string(at).and_then(|name| name.into_string().ok()) else { return false };
        let index = name.parse::<u32>().is_ok_and(|index| index < u32::MAX && index.to_string() == name);
        index || name == "length"
    }

    /// The form that a part is written in.
    fn inner_form(&self, at: usize) -> Option<Form> {
        let name = self.text.parts(at).next()?;
        named(self.text.string(name)?.as_wtf().to_str()?)
    }

    /// A part that is a string without lone surrogates.
    fn plain(&self, at: usize) -> Option<String> {
        self.text.string(at)?.into_string().ok()
    }

    /// The two strings of an object of just those names.
    fn fields(&self, at: usize, names: [&str; 2]) -> Option<[String; 2]> {
        let parts: Vec<usize> = self.text.parts(at).take(5).collect();
        let [first, _, second, _] = parts[..] else { return None };
        let values = [self.plain(parts[1])?, self.plain(parts[3])?];
        let is = |at: usize, name: &str| self.text.string(at).is_some_and(|text| text.as_wtf() == name);
        match () {
            () if is(first, names[0]) && is(second, names[1]) => Some(values),
            () if is(first, names[1]) && is(second, names[0]) => {
                let [one, other] = values;
                Some([other, one])
            }
            () => None,
        }
    }
}

/// Whether the bytes are whole elements of such an array.
fn whole(bytes: &[u8], kind: ViewKind) -> bool {
    (bytes.len() as u64).is_multiple_of(kind.element_size())
}

/// The sign and the magnitude, least significant byte first, of an integer in decimal or hexadecimal.
fn big_int(text: &str) -> Option<(bool, Vec<u8>)> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if let Some(hex) = digits.strip_prefix("0x") {
        let plain = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let pairs = hex.as_bytes().rchunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        return if plain { Some((negative, pairs.map(byte).collect::<Option<_>>()?)) } else { None };
    }
    if digits.is_empty() || digits.len() > DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut words: Vec<u32> = Vec::new();
    let (head, tail) = digits.split_at(digits.len() % 9);
    let tail = tail.as_bytes().chunks(9).map(|group| std::str::from_utf8(group).unwrap_or("0"));
    for group in std::iter::once(head).filter(|head| !head.is_empty()).chain(tail) {
        let mut carry = group.parse::<u64>().ok()?;
        for word in &mut words {
            let sum = u64::from(*word) * 1_000_000_000 + carry;
            *word = (sum & 0xffff_ffff) as u32;
            carry = sum >> 32;
        }
        if carry > 0 {
            words.push(carry as u32);
        }
    }
    Some((negative, words.into_iter().flat_map(u32::to_le_bytes).collect()))
}

/// So much of a text that an error can show.
pub(super) fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() { format!("{short}...") } else { short }
}

/// Builds one value.
#[cfg(test)]
pub(super) fn one(text: &str) -> Result<ipc_proto::value::Value, Trouble> {
    let mut builder = ipc_proto::value::Value::builder();
    read(text, &mut builder)?;
    Ok(builder.build().expect("a value"))
}
