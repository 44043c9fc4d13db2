//! Files of permissions: JSON. `docs/permissions.md` has the schema.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Grants, Kind, Permissions};

/// A file of permissions that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the permissions in '{}' cannot be used: {reason}. docs/permissions.md says what may stand there", path.display())]
#[non_exhaustive]
pub struct PermissionsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, and in which line.
    pub reason: String,
}

/// The whole file.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) renderers: Vec<Rule>,
}

/// What renderers may do: pages by their URL, others by their name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    #[serde(flatten)]
    pub(super) who: Who,
    pub(super) allow: Lists,
    #[serde(skip_serializing_if = "Lists::is_empty")]
    pub(super) deny: Lists,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Who {
    Url(String),
    Name(String),
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: Option<String>,
    name: Option<String>,
    #[serde(default)]
    allow: Lists,
    #[serde(default)]
    deny: Lists,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A visitor of its own, so that what is wrong with a whole rule has the line where the rule ends.
        deserializer.deserialize_map(RuleVisitor)
    }
}

struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rule: an object with a `url` or a `name`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
        let Written { url, name, allow, deny } = Written::deserialize(MapAccessDeserializer::new(map))?;
        let who = match (url, name) {
            (Some(url), None) => Who::Url(url),
            (None, Some(name)) => Who::Name(name),
            (None, None) => {
                return Err(A::Error::custom("this rule is for nobody: give it a `url` for pages, or a `name`"));
            }
            (Some(_), Some(_)) => return Err(A::Error::custom("this rule has a `url` and a `name`: make two of it")),
        };
        Ok(Rule { who, allow, deny })
    }
}

/// Patterns for each kind of message.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Lists {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) invoke: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) send: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sync: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) receive: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) post: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<String>,
}

impl Lists {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn of(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Invoke => &self.invoke,
            Kind::Send => &self.send,
            Kind::Sync => &self.sync,
            Kind::Receive => &self.receive,
            Kind::Post => &self.post,
            Kind::Open => &self.open,
        }
    }

    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut Vec<String> {
        match kind {
            Kind::Invoke => &mut self.invoke,
            Kind::Send => &mut self.send,
            Kind::Sync => &mut self.sync,
            Kind::Receive => &mut self.receive,
            Kind::Post => &mut self.post,
            Kind::Open => &mut self.open,
        }
    }
}

impl Permissions {
    /// The rules in a file.
    ///
    /// # Errors
    ///
    /// [`PermissionsError`] with the line where it is no JSON, or has what is not known.
    pub fn read(path: &Path) -> Result<Self, PermissionsError> {
        let failed = |reason: String| PermissionsError { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        Self::parse(&text).map_err(failed)
    }

    /// The rules in a text, or what is wrong with it and where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file: File = serde_json::from_str(text).map_err(|error| explain(&error))?;
        Ok(file.renderers.into_iter().fold(Self::none(), |all, Rule { who, allow, deny }| {
            let mut grants = Grants::none();
            for kind in Kind::ALL {
                grants = allow.of(kind).iter().fold(grants, |grants, pattern| grants.allow(kind, pattern));
                grants = deny.of(kind).iter().fold(grants, |grants, pattern| grants.deny(kind, pattern));
            }
            match who {
                Who::Url(url) => all.page(&url, grants),
                Who::Name(name) => all.renderer(&name, grants),
            }
        }))
    }
}

/// The place first, as editors and compilers have it.
fn explain(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    if line == 0 { text.to_owned() } else { format!("line {line}, column {column}: {text}") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::pages::Page;
    use super::*;

    fn wrong(text: &str) -> String {
        Permissions::parse(text).expect_err("what is wrong")
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_is_known() {
        assert_eq!(wrong("{\n  \"renderers\": [\n"), "line 3, column 0: EOF while parsing a list");
        assert_eq!(wrong("{}"), "line 1, column 2: missing field `renderers`");
        assert_eq!(
            wrong("{\n  \"renderer\": []\n}"),
            "line 2, column 12: unknown field `renderer`, expected `renderers`"
        );
        let rule = |text: &str| wrong(&format!("{{\"renderers\": [\n{text}\n]}}"));
        assert_eq!(
            rule(r#"{"url": "*", "allow": {"invok": ["a"]}}"#),
            "line 2, column 30: unknown field `invok`, expected one of `invoke`, `send`, `sync`, `receive`, `post`, `open`"
        );
        assert_eq!(
            rule(r#"{"urls": "*"}"#),
            "line 2, column 7: unknown field `urls`, expected one of `url`, `name`, `allow`, `deny`"
        );
        assert!(rule("{\n}").starts_with("line 3, column 1: this rule is for nobody"), "{}", rule("{\n}"));
        assert!(rule(r#"{"allow": {}}"#).contains(": this rule is for nobody"));
        assert!(rule(r#"{"url": "*", "name": "*"}"#).contains("a `url` and a `name`"));
        assert!(rule(r#"{"url": "*", "url": "a"}"#).contains("duplicate field `url`"));
        assert!(
            rule(r#"{"url": "*", "allow": {"invoke": "add"}}"#)
                .contains("invalid type: string \"add\", expected a sequence")
        );
        assert!(rule(r#"{"url": ["*"]}"#).contains("invalid type: sequence, expected a string"));
        let error = Permissions::read(Path::new("/nowhere/p.json")).expect_err("no file").to_string();
        assert!(error.contains("'/nowhere/p.json' cannot be used: No such file"), "{error}");
    }

    /// The example that users read.
    #[test]
    fn the_example_of_the_documents_grants_what_they_say() {
        let page = include_str!("../../../../docs/permissions.md");
        let (_, example) = page.split_once("```json\n").expect("an example");
        let (example, _) = example.split_once("```").expect("its end");
        let permissions = Permissions::parse(example).expect("an example that can be used");
        let may = |url: &str, kind: Kind, channel: &str| {
            permissions.of_page(&Page::at(url, Path::new("/app"))).allows(kind, channel)
        };
        assert!(may("file:///app/index.html", Kind::Invoke, "notes:read"));
        assert!(!may("file:///app/index.html", Kind::Invoke, "notes:delete"));
        assert!(may("file:///app/pages/settings.html", Kind::Invoke, "settings:set"));
        assert!(may("file:///app/pages/settings.html", Kind::Send, "log") && may("data:,x", Kind::Send, "log"));
        assert!(!may("data:,x", Kind::Invoke, "settings:set"));
        let opens = |from: &str, to: &str| {
            let at = |url| Page::at(url, Path::new("/app"));
            permissions.of_page(&at(from)).may_open(&at(to))
        };
        assert!(opens("file:///app/index.html", "file:///app/pages/settings.html"));
        assert!(!opens("file:///app/pages/settings.html", "file:///app/index.html"));
        assert!(permissions.of_renderer("command-line").allows(Kind::Invoke, "notes:read"));
        assert!(!permissions.of_renderer("decoder").allows(Kind::Invoke, "notes:read"));
        assert!(permissions.of_renderer("decoder").allows(Kind::Receive, "frame"));
    }
}
