//! A value as text for people, in the manner of Node's `util.inspect`.

use std::fmt::{self, Formatter, Write};

use super::cursor::{Kind, ValueRef};
use super::elements::Element;
use super::{Value, date};
use crate::wire::ViewKind;
use crate::wtf8::WtfStr;

/// Containers deeper than this are only named; it also bounds the recursion below.
const DEPTH: usize = 4;
/// Parts of one container that are shown.
const WIDTH: usize = 100;
/// Parts that are shown in all.
const TOTAL: usize = 2_000;
/// Characters of one string that are shown.
const TEXT: usize = 1_000;

/// Shows the value much as Node's `util.inspect` does, cut where it gets deep or long.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        inspect(self.root(), f)
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        inspect(*self, f)
    }
}

fn inspect(value: ValueRef<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    Inspector { f, open: Vec::new(), left: TOTAL }.value(value)
}

struct Inspector<'f, 'b> {
    f: &'f mut Formatter<'b>,
    /// The containers around the current part.
    open: Vec<u32>,
    left: usize,
}

impl Inspector<'_, '_> {
    fn value(&mut self, value: ValueRef<'_>) -> fmt::Result {
        match value.kind() {
            Kind::Undefined => self.f.write_str("undefined"),
            Kind::Null => self.f.write_str("null"),
            Kind::Bool => write!(self.f, "{}", value.as_bool().unwrap_or_default()),
            Kind::Number => self.number(value),
            Kind::BigInt => match value.as_big_int() {
                Some(number) => write!(self.f, "{number}n"),
                None => Ok(()),
            },
            Kind::String => self.string(value.as_wtf().unwrap_or("".into())),
            Kind::Date => {
                let text = value.as_date_ms().and_then(date::iso);
                self.f.write_str(text.as_deref().unwrap_or("Invalid Date"))
            }
            Kind::RegExp => match value.as_reg_exp() {
                Some(it) => write!(self.f, "/{}/{}", it.source.to_string_lossy(), it.flags),
                None => Ok(()),
            },
            Kind::Boxed => self.boxed(value),
            Kind::Buffer => self.buffer(value),
            Kind::View => self.view(value),
            Kind::Port => write!(self.f, "[Port {}]", value.as_port().unwrap_or_default()),
            Kind::Array | Kind::Object | Kind::Map | Kind::Set | Kind::Error => self.container(value),
        }
    }

    fn number(&mut self, value: ValueRef<'_>) -> fmt::Result {
        if let Some(number) = value.as_i64().filter(|number| *number != 0) {
            return write!(self.f, "{number}");
        }
        match (value.as_u64().filter(|number| *number != 0), value.as_f64()) {
            (Some(number), _) => write!(self.f, "{number}"),
            (_, Some(number)) if number.is_infinite() => {
                self.f.write_str(if number > 0.0 { "Infinity" } else { "-Infinity" })
            }
            (_, Some(number)) => write!(self.f, "{number}"),
            (_, None) => Ok(()),
        }
    }

    fn string(&mut self, text: WtfStr<'_>) -> fmt::Result {
        let shown = text.to_string_lossy();
        let end = shown.char_indices().nth(TEXT).map_or(shown.len(), |(at, _)| at);
        let cut = if end < shown.len() { "..." } else { "" };
        self.f.write_char('\'')?;
        for c in shown.get(..end).unwrap_or_default().chars() {
            match c {
                '\'' => self.f.write_str("\\'")?,
                '"' => self.f.write_char('"')?,
                _ => write!(self.f, "{}", c.escape_debug())?,
            }
        }
        write!(self.f, "'{cut}")
    }

    fn boxed(&mut self, value: ValueRef<'_>) -> fmt::Result {
        let Some(inner) = value.as_boxed() else { return Ok(()) };
        let class = match inner.kind() {
            Kind::Bool => "Boolean",
            Kind::String => "String",
            Kind::BigInt => "BigInt",
            _ => "Number",
        };
        write!(self.f, "[{class}: ")?;
        self.value(inner)?;
        self.f.write_char(']')
    }

    fn buffer(&mut self, value: ValueRef<'_>) -> fmt::Result {
        let bytes = value.as_bytes().unwrap_or_default();
        self.f.write_str("ArrayBuffer { <")?;
        for (index, byte) in bytes.iter().take(WIDTH / 2).enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(self.f, "{space}{byte:02x}")?;
        }
        let more = if bytes.len() > WIDTH / 2 { " ..." } else { "" };
        write!(self.f, "{more}>, byteLength: {} }}", bytes.len())
    }

    fn view(&mut self, value: ValueRef<'_>) -> fmt::Result {
        let Some(view) = value.as_view() else { return Ok(()) };
        match view.kind {
            ViewKind::DataView => write!(self.f, "DataView({}) [", view.len())?,
            kind => write!(self.f, "{kind:?}Array({}) [", view.len())?,
        }
        let suffix = if matches!(view.kind, ViewKind::BigInt64 | ViewKind::BigUint64) { "n" } else { "" };
        for (index, element) in view.elements().take(WIDTH).enumerate() {
            self.f.write_str(if index > 0 { ", " } else { " " })?;
            match element {
                Element::Signed(number) => write!(self.f, "{number}{suffix}")?,
                Element::Unsigned(number) => write!(self.f, "{number}{suffix}")?,
                Element::Float(number) => write!(self.f, "{number}")?,
            }
        }
        self.more(view.len())?;
        self.f.write_str(if view.is_empty() { "]" } else { " ]" })
    }

    /// Says how many parts of `len` were left out.
    fn more(&mut self, len: usize) -> fmt::Result {
        match len.saturating_sub(WIDTH) {
            0 => Ok(()),
            more => write!(self.f, ", ... {more} more"),
        }
    }

    fn container(&mut self, value: ValueRef<'_>) -> fmt::Result {
        if self.open.contains(&value.node()) {
            return self.f.write_str("[Circular]");
        }
        if self.open.len() >= DEPTH || self.left == 0 {
            return match value.kind() {
                Kind::Array => self.f.write_str("[Array]"),
                Kind::Error => write!(self.f, "[{}]", value.as_error().map_or("Error", |error| error.name())),
                kind => write!(self.f, "[{kind:?}]"),
            };
        }
        self.open.push(value.node());
        let result = match value.kind() {
            Kind::Array => self.array(value),
            Kind::Set => self.set(value),
            Kind::Map => self.map(value),
            Kind::Error => self.error(value),
            _ => self.object(value),
        };
        self.open.pop();
        result
    }

    fn array(&mut self, value: ValueRef<'_>) -> fmt::Result {
        self.f.write_char('[')?;
        let mut first = true;
        let mut next = 0_usize;
        for (at, element) in value.elements().take(WIDTH) {
            self.holes(&mut first, at.saturating_sub(next))?;
            self.separate(&mut first)?;
            self.value(element)?;
            next = at.saturating_add(1);
        }
        if value.elements().nth(WIDTH).is_some() {
            write!(self.f, ", ... {} more", value.len().saturating_sub(next))?;
        } else {
            self.holes(&mut first, value.len().saturating_sub(next))?;
        }
        self.names(value, &mut first, "")?;
        self.f.write_str(if first { "]" } else { " ]" })
    }

    fn holes(&mut self, first: &mut bool, count: usize) -> fmt::Result {
        match count {
            0 => Ok(()),
            _ => {
                self.separate(first)?;
                let plural = if count == 1 { "" } else { "s" };
                write!(self.f, "<{count} empty item{plural}>")
            }
        }
    }

    fn set(&mut self, value: ValueRef<'_>) -> fmt::Result {
        write!(self.f, "Set({}) {{", value.len())?;
        let mut first = true;
        for (_, element) in value.elements().take(WIDTH) {
            self.separate(&mut first)?;
            self.value(element)?;
        }
        self.more(value.len())?;
        self.f.write_str(if first { "}" } else { " }" })
    }

    fn map(&mut self, value: ValueRef<'_>) -> fmt::Result {
        write!(self.f, "Map({}) {{", value.len())?;
        let mut first = true;
        for (key, entry) in value.map_entries().take(WIDTH) {
            self.separate(&mut first)?;
            self.value(key)?;
            self.f.write_str(" => ")?;
            self.value(entry)?;
        }
        self.more(value.len())?;
        self.f.write_str(if first { "}" } else { " }" })
    }

    fn object(&mut self, value: ValueRef<'_>) -> fmt::Result {
        self.f.write_char('{')?;
        let mut first = true;
        self.names(value, &mut first, "")?;
        self.f.write_str(if first { "}" } else { " }" })
    }

    fn error(&mut self, value: ValueRef<'_>) -> fmt::Result {
        let Some(error) = value.as_error() else { return Ok(()) };
        write!(self.f, "[{}: {}", error.name(), error.message().unwrap_or_default())?;
        let mut first = true;
        let has_more = value.entries().any(|(name, _)| name != "message" && name != "stack");
        if has_more {
            self.f.write_str(" {")?;
            self.names(value, &mut first, "message stack")?;
            self.f.write_str(" }")?;
        }
        self.f.write_char(']')
    }

    /// The named parts, but for those in the list `without`.
    fn names(&mut self, value: ValueRef<'_>, first: &mut bool, without: &str) -> fmt::Result {
        let shown = |name: &WtfStr<'_>| without.split(' ').all(|hidden| hidden.is_empty() || *name != hidden);
        for (name, part) in value.entries().filter(|(name, _)| shown(name)).take(WIDTH) {
            self.separate(first)?;
            self.name(name)?;
            self.f.write_str(": ")?;
            self.value(part)?;
        }
        self.more(value.entries().len())
    }

    fn name(&mut self, name: WtfStr<'_>) -> fmt::Result {
        let plain = |text: &str| {
            let mut chars = text.chars();
            chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
                && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        };
        match name.to_str().filter(|text| plain(text)) {
            Some(text) => self.f.write_str(text),
            None => self.string(name),
        }
    }

    fn separate(&mut self, first: &mut bool) -> fmt::Result {
        self.left = self.left.saturating_sub(1);
        self.f.write_str(if std::mem::take(first) { " " } else { ", " })
    }
}
