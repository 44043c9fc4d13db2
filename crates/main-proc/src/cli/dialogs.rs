//! `--dialog` and `DIPOLE_DIALOG`: what dialogs are answered, checked before an app runs.

use serde_json::{Map, Value};

use super::suggest;

/// The environment variable with answers.
pub(super) const VARIABLE: &str = "DIPOLE_DIALOG";

/// What a member of an answer has to be.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Index,
    Text,
    Texts,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Bool => value.is_boolean(),
            Self::Index => value.as_u64().is_some(),
            Self::Text => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Index => "a whole number, that of a button",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
        }
    }
}

/// The methods of `dialog` that can be answered, which their synchronous forms share, and the members of an answer.
const METHODS: [(&str, &[(&str, Kind)]); 3] = [
    ("showMessageBox", &[("response", Kind::Index), ("checkboxChecked", Kind::Bool)]),
    ("showOpenDialog", &[("canceled", Kind::Bool), ("filePaths", Kind::Texts), ("bookmarks", Kind::Texts)]),
    ("showSaveDialog", &[("canceled", Kind::Bool), ("filePath", Kind::Text), ("bookmark", Kind::Text)]),
];

/// The answers of several texts, those of the first coming first, as one JSON text. `None` when there are none.
///
/// An answer is given to every dialog of its method, unless it is one of a list or others follow it: then to one.
///
/// # Errors
///
/// The text for the user; `source` is where the texts come from.
pub(super) fn answers<T: AsRef<str>>(source: &str, texts: &[T]) -> Result<Option<String>, String> {
    let mut all = Map::new();
    for text in texts.iter().map(AsRef::as_ref).filter(|text| !text.trim().is_empty()) {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("{source} is not JSON: {error}"))?;
        let Value::Object(methods) = value else {
            return Err(format!(
                "{source} is no object from methods to answers, such as {{\"showMessageBox\": {{\"response\": 1}}}}"
            ));
        };
        for (method, answer) in methods {
            check(&method, &answer).map_err(|text| format!("{source}: {text}"))?;
            match all.get_mut(&method) {
                None => _ = all.insert(method, answer),
                Some(known) => {
                    let mut list = into_list(known.take());
                    list.extend(into_list(answer));
                    *known = Value::Array(list);
                }
            }
        }
    }
    Ok(if all.is_empty() { None } else { Some(Value::Object(all).to_string()) })
}

fn into_list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        one => vec![one],
    }
}

fn check(method: &str, answer: &Value) -> Result<(), String> {
    let Some((_, members)) = METHODS.iter().find(|(known, _)| *known == method) else {
        return Err(format!(
            "no dialog can be answered by '{method}'{}",
            instead(method, METHODS.map(|(name, _)| name))
        ));
    };
    let list = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
    for one in list {
        let Some(object) = one.as_object() else {
            return Err(format!("an answer to {method} is an object, or a list of objects, one for each dialog"));
        };
        for (name, value) in object {
            let Some((_, kind)) = members.iter().find(|(known, _)| known == name) else {
                let known = members.iter().map(|(known, _)| *known);
                return Err(format!("an answer to {method} has no '{name}'{}", instead(name, known)));
            };
            if !kind.fits(value) {
                return Err(format!("'{name}' of an answer to {method} has to be {}, not {value}", kind.name()));
            }
        }
    }
    Ok(())
}

fn instead<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
    match suggest::near(wanted, &known) {
        Some(near) => format!(". Did you mean '{near}'?"),
        None => format!(": there are {}", suggest::some(&known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(texts: &[&str]) -> Option<String> {
        answers("--dialog", texts).expect("answers")
    }

    #[test]
    fn answers_of_several_texts_follow_each_other() {
        assert_eq!(answered(&[]), None);
        assert_eq!(answered(&["", "{}"]), None);
        let (one, other) = (r#"{"showMessageBox":{"response":1}}"#, r#"{"showMessageBox":[{"response":2},{}]}"#);
        assert_eq!(answered(&[one]).as_deref(), Some(one));
        let both = r#"{"showMessageBox":[{"response":1},{"response":2},{}]}"#;
        assert_eq!(answered(&[one, other]).as_deref(), Some(both));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("{bad", "X is not JSON: "),
            ("[1]", "X is no object from methods"),
            (r#"{"showMesageBox":{}}"#, "no dialog can be answered by 'showMesageBox'. Did you mean 'showMessageBox'?"),
            (r#"{"alert":{}}"#, "'alert': there are showMessageBox, showOpenDialog, showSaveDialog"),
            (r#"{"showMessageBox":1}"#, "is an object, or a list"),
            (r#"{"showMessageBox":[1]}"#, "is an object, or a list"),
            (r#"{"showMessageBox":{"reponse":1}}"#, "has no 'reponse'. Did you mean 'response'?"),
            (r#"{"showMessageBox":{"response":-1}}"#, "has to be a whole number, that of a button, not -1"),
            (r#"{"showOpenDialog":{"filePaths":"a"}}"#, "has to be a list of texts, not \"a\""),
        ] {
            let error = answers("X", &[text]).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }
}
