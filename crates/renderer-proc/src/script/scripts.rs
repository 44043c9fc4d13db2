//! Running the scripts of a page.

use ipc_proto::system::ResourceKind;
use script_host::dom::{Page, Script, ScriptKind, ScriptSource};
use script_host::js::Value;
use script_host::sys::evaluate;

use super::world::{PAGE, World, Worlds};

/// Chromium's number of the refusal that says which rule it follows from.
const ACCESS_DENIED: i32 = -10;

/// Whether a script that a script inserted is run later: only an inline classic script is run at once.
pub(super) fn waits(script: &Script) -> bool {
    script.kind != ScriptKind::Classic || matches!(script.source, ScriptSource::External { .. })
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
            let kind = if script.kind == ScriptKind::Style { ResourceKind::Style } else { ResourceKind::Script };
            let source = worlds.reader.get().read(&worlds.link, kind, url);
            let found = source.is_ok();
            match source {
                Ok(bytes) => execute(worlds, &world, script.kind, &super::text::from_utf8(bytes), url),
                Err(refused) => {
                    // Chromium's words leave the URL to the message's source; who reads along is told it too.
                    let text = match &*refused.name {
                        "" => format!("Failed to load resource: {}", refused.text),
                        name => format!("Failed to load resource: net::{name}"),
                    };
                    let why = if refused.code == ACCESS_DENIED { format!(": {}", refused.text) } else { String::new() };
                    worlds.link.tell_problem(&text, url, Some(&format!("{text} {url}{why}")));
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
        // Nothing is laid out; that it is there is told to those who wait for it.
        ScriptKind::Style => {}
    }
}
