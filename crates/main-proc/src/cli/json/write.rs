//! From values to JSON.

use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipc_proto::value::{Kind, ValueRef, date_text};
use ipc_proto::wtf8::WtfStr;

use super::forms::{Form, named};
use super::{number, views};

/// The longest text that is made of a value. A part that the value has twice is written twice, so a small value could
/// otherwise become endless.
const LONGEST: usize = 256 << 20;

/// The JSON text of a value, in one line.
///
/// # Errors
///
/// Why there is none, to be read after what it is: it contains itself, a port, or too much.
pub(crate) fn write(value: ValueRef<'_>) -> Result<String, String> {
    let mut writer = Writer { out: String::new(), open: Vec::new(), around: HashSet::new() };
    writer.value(value)?;
    writer.run()?;
    Ok(writer.out)
}

/// What is still to come of a container.
enum Rest<'a> {
    /// Elements, the place of the next, and how many there are with all holes.
    Elements(Box<dyn Iterator<Item = (usize, ValueRef<'a>)> + 'a>, usize, usize),
    Entries(Box<dyn Iterator<Item = (ValueRef<'a>, ValueRef<'a>)> + 'a>),
    /// The value of an entry whose key is written.
    Second(ValueRef<'a>),
    Properties(Box<dyn Iterator<Item = (WtfStr<'a>, ValueRef<'a>)> + 'a>),
    /// An array's properties, which follow its elements.
    Named(ValueRef<'a>),
    /// What a boxed primitive ends with.
    Nothing,
}

struct Open<'a> {
    rest: Rest<'a>,
    /// What follows the last part.
    end: &'static str,
    /// Whether a part is written.
    begun: bool,
    /// The container that ends here.
    node: Option<u32>,
}

struct Writer<'a> {
    out: String,
    open: Vec<Open<'a>>,
    /// The containers around the current part.
    around: HashSet<u32>,
}

impl<'a> Writer<'a> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(open) = self.open.last_mut() {
            if self.out.len() > LONGEST {
                return Err(format!("is more than {} MiB of JSON, with shared parts repeated", LONGEST >> 20));
            }
            let comma = if std::mem::replace(&mut open.begun, true) { "," } else { "" };
            match &mut open.rest {
                Rest::Elements(elements, next, length) => match elements.next() {
                    Some((at, element)) => {
                        let holes = at.saturating_sub(*next);
                        *next = at.saturating_add(1);
                        self.out.push_str(comma);
                        if holes > 0 {
                            let _ = write!(self.out, "{{\"$holes\":{holes}}},");
                        }
                        self.value(element)?;
                    }
                    None => {
                        let holes = length.saturating_sub(*next);
                        if holes > 0 {
                            let _ = write!(self.out, "{comma}{{\"$holes\":{holes}}}");
                        }
                        self.close();
                    }
                },
                Rest::Entries(entries) => match entries.next() {
                    Some((key, value)) => {
                        self.out.push_str(comma);
                        self.out.push('[');
                        self.open.push(Open { rest: Rest::Second(value), end: "]", begun: true, node: None });
                        self.value(key)?;
                    }
                    None => self.close(),
                },
                Rest::Second(value) => {
                    let value = *value;
                    open.rest = Rest::Nothing;
                    self.out.push(',');
                    self.value(value)?;
                }
                Rest::Properties(properties) => match properties.next() {
                    Some((name, value)) => {
                        self.out.push_str(comma);
                        string(&mut self.out, name);
                        self.out.push(':');
                        self.value(value)?;
                    }
                    None => self.close(),
                },
                Rest::Named(value) => {
                    let value = *value;
                    open.rest = Rest::Nothing;
                    self.out.push_str(",\"properties\":{");
                    self.open.push(Open { rest: properties(value), end: "}", begun: false, node: None });
                }
                Rest::Nothing => self.close(),
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.out.push_str(open.end);
        if let Some(node) = open.node {
            self.around.remove(&node);
        }
    }

    /// Begins a container.
    fn begin(&mut self, value: ValueRef<'a>, start: &str, rest: Rest<'a>, end: &'static str) -> Result<(), String> {
        if !self.around.insert(value.node()) {
            return Err("contains itself: a cycle, which JSON cannot say".to_owned());
        }
        self.out.push_str(start);
        self.open.push(Open { rest, end, begun: false, node: Some(value.node()) });
        Ok(())
    }

    /// Writes a value in a form.
    fn form(&mut self, form: Form, content: &str) {
        let _ = write!(self.out, "{{\"{}\":{content}}}", form.name());
    }

    fn value(&mut self, value: ValueRef<'a>) -> Result<(), String> {
        match value.kind() {
            Kind::Undefined => self.form(Form::Undefined, "true"),
            Kind::Null => self.out.push_str("null"),
            Kind::Bool => self.out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
            Kind::Number => self.number(value),
            Kind::BigInt => {
                let text = value.as_big_int().map(|number| format!("\"{number}\"")).unwrap_or_default();
                self.form(Form::BigInt, &text);
            }
            Kind::String => string(&mut self.out, value.as_wtf().unwrap_or_else(|| "".into())),
            Kind::Date => {
                let text = value.as_date_ms().and_then(date_text).map(|text| format!("\"{text}\""));
                self.form(Form::Date, text.as_deref().unwrap_or("null"));
            }
            Kind::RegExp => {
                if let Some(it) = value.as_reg_exp() {
                    self.out.push_str("{\"$regexp\":{\"source\":");
                    string(&mut self.out, it.source);
                    let _ = write!(self.out, ",\"flags\":\"{}\"}}}}", it.flags);
                }
            }
            Kind::Buffer => {
                let text = STANDARD.encode(value.as_bytes().unwrap_or_default());
                self.form(Form::Bytes, &format!("\"{text}\""));
            }
            Kind::View => self.view(value),
            Kind::Boxed => {
                let rest = Rest::Nothing;
                self.begin(value, "{\"$boxed\":", rest, "}")?;
                if let Some(inner) = value.as_boxed() {
                    return self.value(inner);
                }
            }
            Kind::Array => return self.array(value),
            Kind::Set => {
                let elements = Rest::Elements(Box::new(value.elements()), 0, value.len());
                return self.begin(value, "{\"$set\":[", elements, "]}");
            }
            Kind::Map => {
                return self.begin(value, "{\"$map\":[", Rest::Entries(Box::new(value.map_entries())), "]}");
            }
            Kind::Error => return self.error(value),
            Kind::Object => {
                let (start, end) = if looks_like_form(value) { ("{\"$object\":{", "}}") } else { ("{", "}") };
                return self.begin(value, start, properties(value), end);
            }
            Kind::Port => return Err("contains a port, which JSON cannot say".to_owned()),
            kind => return Err(format!("contains a {kind:?}, which JSON cannot say")),
        }
        Ok(())
    }

    fn number(&mut self, value: ValueRef<'a>) {
        let safe = |number: &i64| number.unsigned_abs() <= number::SAFE && *number != 0;
        match (value.as_i64().filter(safe), value.as_f64()) {
            (Some(number), _) => _ = write!(self.out, "{number}"),
            (None, Some(number)) if number.is_nan() => self.form(Form::Number, "\"NaN\""),
            (None, Some(number)) if number.is_infinite() => {
                let text = if number > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" };
                self.form(Form::Number, text);
            }
            (None, Some(number)) => self.out.push_str(&number::write(number)),
            (None, None) => {}
        }
    }

    fn view(&mut self, value: ValueRef<'a>) {
        let Some(view) = value.as_view() else { return };
        let bytes = STANDARD.encode(view.bytes);
        match views::name(view.kind) {
            "Uint8Array" => self.form(Form::Bytes, &format!("\"{bytes}\"")),
            name => self.form(Form::View, &format!("{{\"type\":\"{name}\",\"bytes\":\"{bytes}\"}}")),
        }
    }

    fn array(&mut self, value: ValueRef<'a>) -> Result<(), String> {
        let elements = Rest::Elements(Box::new(value.elements()), 0, value.len());
        if value.entries().len() == 0 {
            return self.begin(value, "[", elements, "]");
        }
        self.begin(value, "{\"$array\":{\"items\":[", Rest::Named(value), "}}")?;
        self.open.push(Open { rest: elements, end: "]", begun: false, node: None });
        Ok(())
    }

    /// An error: its name first, and what else it has but its stack, which tells of files.
    fn error(&mut self, value: ValueRef<'a>) -> Result<(), String> {
        let own = value.get("name").and_then(ValueRef::as_wtf);
        let class = value.as_error().map_or("Error", |error| error.name());
        self.begin(value, "{\"$error\":{\"name\":", Rest::Nothing, "}}")?;
        string(&mut self.out, own.unwrap_or_else(|| class.into()));
        let others =
            value.entries().filter(|(name, part)| !(*name == "stack" || *name == "name" || part.is_undefined()));
        if let Some(open) = self.open.last_mut() {
            open.rest = Rest::Properties(Box::new(others));
            open.begun = true;
        }
        Ok(())
    }
}

/// The properties of an object that are not undefined.
fn properties(value: ValueRef<'_>) -> Rest<'_> {
    Rest::Properties(Box::new(value.entries().filter(|(_, part)| !part.is_undefined())))
}

/// Whether an object, as it is written, would be read as something else.
fn looks_like_form(value: ValueRef<'_>) -> bool {
    let mut written = value.entries().filter(|(_, part)| !part.is_undefined());
    match (written.next(), written.next()) {
        (Some((name, _)), None) => name.to_str().is_some_and(|name| named(name).is_some()),
        _ => false,
    }
}

/// Writes a string. Besides what JSON asks for, whatever could steer a terminal is escaped.
fn string(out: &mut String, text: WtfStr<'_>) {
    out.push('"');
    match text.to_str() {
        Some(text) => {
            let mut plain = 0;
            for (at, c) in text.char_indices() {
                if c == '"' || c == '\\' || c.is_control() {
                    out.push_str(text.get(plain..at).unwrap_or_default());
                    escape(out, c);
                    plain = at + c.len_utf8();
                }
            }
            out.push_str(text.get(plain..).unwrap_or_default());
        }
        None => {
            for unit in char::decode_utf16(text.to_utf16()) {
                match unit {
                    Ok(c) if c == '"' || c == '\\' || c.is_control() => escape(out, c),
                    Ok(c) => out.push(c),
                    Err(lone) => _ = write!(out, "\\u{:04x}", lone.unpaired_surrogate()),
                }
            }
        }
    }
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => _ = write!(out, "\\u{:04x}", u32::from(c)),
    }
}
