//! The app that is built in, so that every command works on a fresh clone.

/// What of it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its handlers and listeners.
    Handlers,
    /// Those, and a window that talks to them.
    Window,
}

/// Its main script.
pub(crate) fn source(kind: Kind) -> String {
    let main = include_str!("main.js");
    match kind {
        Kind::Handlers => main.to_owned(),
        Kind::Window => {
            let page = serde_json::Value::from(include_str!("page.html"));
            format!("{main}\nconst page = {page};\n{}", include_str!("window.js"))
        }
    }
}
