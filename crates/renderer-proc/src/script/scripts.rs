//! Running the scripts of a page.

use script_host::dom::{Page, Script, ScriptKind, ScriptSource};
use script_host::js::Value;
use script_host::sys::evaluate;

use super::world::{PAGE, World, Worlds};

/// Whether a script that a script inserted is run later: only an inline classic script is run at once.
pub(super) fn waits(script: &Script) -> bool {
    script.kind == ScriptKind::Module || matches!(script.source, ScriptSource::External { .. })
}

/// Runs a script in the page's world; its errors are reported as nobody's.
pub(super) fn run(worlds: &Worlds, script: &Script) {
    // A script that calls `process.exit` is the last one.
    let ended = || worlds.link.exit.get().is_some();
    let Some(world) = worlds.by_id(PAGE).filter(|_| !ended()) else { return };
    if let Err(error) = Page::refresh(&world.realm) {
        tracing::debug!(%error, "could not refresh the page's names");
    }
    match &script.source {
        ScriptSource::Inline { text, line } => {
            let url = worlds.url.borrow().clone();
            // Blank lines in front, so that stacks name the document's lines.
            let skipped = usize::try_from(*line).unwrap_or(1).saturating_sub(1);
            let text = format!("{}{text}", "\n".repeat(skipped));
            execute(worlds, &world, script.kind, &text, &url);
        }
        ScriptSource::External { url } => {
            let source = read(url);
            let found = source.is_ok();
            match source {
                Ok(text) => execute(worlds, &world, script.kind, &text, url),
                Err(error) => {
                    // Chromium's words leave the URL to the message's source; who reads along is told it too.
                    let text = format!("Failed to load resource: {error}");
                    let shown = format!("{text} {url}");
                    worlds.link.tell_problem(&text, url, Some(&shown));
                }
            }
            if !ended()
                && let Err(error) = Page::script_done(&world.realm, script.node, found)
            {
                tracing::debug!(%error, "could not tell that a script was loaded");
            }
        }
    }
}

fn execute(worlds: &Worlds, world: &World, kind: ScriptKind, text: &str, url: &str) {
    match kind {
        ScriptKind::Classic => {
            worlds.run(world, |ctx| evaluate::<Value<'_>>(ctx, text, url).map(drop));
        }
        ScriptKind::Module => {
            if let Err(error) = world.realm.run_module(text, url)
                && worlds.link.exit.get().is_none()
            {
                worlds.link.tell_uncaught(&error, false);
            }
        }
    }
}

/// The text at a URL.
pub(super) fn read(url: &str) -> Result<String, String> {
    match super::text::file_path(url) {
        Some(path) => match std::fs::read(&path) {
            Ok(bytes) => Ok(super::text::from_utf8(bytes)),
            Err(_) => Err("net::ERR_FILE_NOT_FOUND".to_owned()),
        },
        None => super::text::data_text(url).ok_or_else(|| "net::ERR_UNKNOWN_URL_SCHEME".to_owned()),
    }
}
