//! The forms in which JSON says what it has no word for.

/// A form: an object with this one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Undefined,
    Number,
    BigInt,
    Date,
    Bytes,
    Map,
    Set,
    Error,
    RegExp,
    View,
    Boxed,
    Holes,
    Array,
    Object,
}

/// Every form with its name, how it is written, and what it stands for. This is the only table of them: `--help` shows
/// it, and a test compares it with the documentation.
pub(crate) const FORMS: [(Form, &str, &str, &str); 14] = [
    (Form::Undefined, "$undefined", r#"{"$undefined":true}"#, "undefined"),
    (Form::Number, "$number", r#"{"$number":"NaN"}"#, "NaN, Infinity, -Infinity"),
    (Form::BigInt, "$bigint", r#"{"$bigint":"123"}"#, "BigInt, in decimal or as 0x..."),
    (Form::Date, "$date", r#"{"$date":"1970-01-01T00:00:00.000Z"}"#, "Date; null for an invalid one"),
    (Form::Bytes, "$bytes", r#"{"$bytes":"aGk="}"#, "Uint8Array, Buffer, ArrayBuffer, in base64"),
    (Form::Map, "$map", r#"{"$map":[["key",1]]}"#, "Map"),
    (Form::Set, "$set", r#"{"$set":[1,2]}"#, "Set"),
    (
        Form::Error,
        "$error",
        r#"{"$error":{"name":"TypeError","message":"text"}}"#,
        "Error: its name, message, stack and cause",
    ),
    (Form::RegExp, "$regexp", r#"{"$regexp":{"source":"a+","flags":"g"}}"#, "RegExp"),
    (Form::View, "$view", r#"{"$view":{"type":"Float32Array","bytes":"AADAPw=="}}"#, "other typed arrays, DataView"),
    (Form::Boxed, "$boxed", r#"{"$boxed":1}"#, "new Number(1) and its kin"),
    (Form::Holes, "$holes", r#"[1,{"$holes":2}]"#, "so many holes of an array"),
    (Form::Array, "$array", r#"{"$array":{"items":[1],"properties":{"name":2}}}"#, "an array with names"),
    (Form::Object, "$object", r#"{"$object":{"$map":1}}"#, "an object that looks like one of these forms"),
];

/// The form of that name.
pub(super) fn named(name: &str) -> Option<Form> {
    FORMS.iter().find(|(_, known, ..)| *known == name).map(|(form, ..)| *form)
}

impl Form {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        FORMS.iter().find(|(form, ..)| *form == self).map_or("", |(_, name, ..)| name)
    }

    /// How it is written.
    pub(super) fn example(self) -> &'static str {
        FORMS.iter().find(|(form, ..)| *form == self).map_or("", |(_, _, example, _)| example)
    }
}
