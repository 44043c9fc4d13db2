//! What came of a wish.

use std::fmt;

use super::wish::Level;

/// How far a process has confined itself. Its text is what main is told in the first message: the level that was asked
/// for, then what holds, and what is missing of it; `none` where none was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    pub(super) level: Level,
    /// Which files it may still open, in words; `None` where nothing keeps it from any.
    pub(super) files: Option<String>,
    /// The version of Landlock that holds.
    pub(super) landlock: Option<u32>,
    /// Whether a filter of system calls holds.
    pub(super) filter: bool,
    pub(super) missing: Vec<String>,
}

impl Reached {
    /// The level that was asked for.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// What is missing of what was asked for, and what to do about each; nothing where all of it holds.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Whether a renderer that says so, in its first message, has all that the level `require` asks for.
    #[must_use]
    pub fn is_all(text: &str) -> bool {
        text.strip_prefix(Level::Require.name()).is_some_and(|rest| rest.starts_with(": "))
    }

    /// Whether a renderer that says so has a filter of system calls.
    #[must_use]
    pub fn has_filter(text: &str) -> bool {
        text.split("; missing: ").next().is_some_and(|holds| holds.ends_with(FILTER))
    }
}

/// What a filter leaves nothing of.
const FILTER: &str = "no programs, network or other processes (seccomp)";

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.level == Level::Off {
            return f.write_str("none");
        }
        write!(f, "{}: ", self.level.name())?;
        match (&self.files, self.landlock) {
            (Some(files), Some(version)) => write!(f, "{files} (Landlock {version})")?,
            _ => f.write_str("all files")?,
        }
        let calls = if self.filter { FILTER } else { "all system calls" };
        write!(f, ", {calls}")?;
        if !self.missing.is_empty() {
            write!(f, "; missing: {}", self.missing.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reached_is_one_line() {
        let reached = Reached {
            level: Level::Require,
            files: Some("no files".into()),
            landlock: Some(7),
            filter: true,
            missing: Vec::new(),
        };
        let text = reached.to_string();
        assert_eq!(text, "require: no files (Landlock 7), no programs, network or other processes (seccomp)");
        assert!(Reached::is_all(&text) && Reached::has_filter(&text));
        let none = Reached { level: Level::BestEffort, missing: vec!["a".into(), "b".into()], ..Reached::default() };
        assert_eq!(none.to_string(), "best-effort: all files, all system calls; missing: a; b");
        assert_eq!(Reached::default().to_string(), "none");
        assert!(!Reached::has_filter(&none.to_string()) && !Reached::has_filter("none"));
        assert!(!Reached::is_all(&none.to_string()) && !Reached::is_all("none") && !Reached::is_all("required"));
    }
}
