//! Loading a page: the order in which things happen, and what main hears of it.

use std::rc::Rc;

use ipc_proto::system::{Kept, LoadRequest, LoadStep, Part, Refused, ResourceKind, ToMain};
use script_host::ScriptError;
use script_host::dom::{Page, PageLoader, Step};
use script_host::js::Function;

use super::link::Link;
use super::resources::{Found, Reader};
use super::scripts;
use super::system::report_of;
use super::window::Window;
use super::world::{self, PRELOAD};

/// A load that has been stopped, or that leads to no page.
pub(super) const ABORTED: LoadStep<'static> =
    LoadStep::Failed { code: Some(Refused::ABORTED), description: Some("ERR_ABORTED") };

/// What is shown when a page could not be had.
const ERROR_PAGE: &str = "chrome-error://chromewebdata/";

/// Loads a page as far as that goes without waiting for anything: scripts, `DOMContentLoaded`, `load`. A module's
/// top-level `await` goes on afterwards.
pub(super) fn load(
    link: &Rc<Link>,
    mut request: LoadRequest,
    document: Result<Found, Refused>,
    ahead: Option<Window>,
) -> Result<Window, ScriptError> {
    let navigation = request.navigation;
    let tell = |step| link.tell_load(navigation, step);
    let html = match document {
        Ok(found) => text_of(found, &mut request),
        Err(error) => {
            let url = if error.code == Refused::ABORTED { "about:blank" } else { ERROR_PAGE };
            let shown = LoadRequest {
                url: url.to_owned(),
                preload: None,
                session_preloads: Vec::new(),
                storage: Kept::default(),
                ..request
            };
            let window = Window::open(link, &shown, ahead)?;
            tell(LoadStep::Failed { code: Some(error.code), description: Some(&error.name) });
            tell(LoadStep::Stopped);
            return Ok(window);
        }
    };
    let window = Window::open(link, &request, ahead)?;
    tell(LoadStep::Navigated);
    let script = request.preload_script.take();
    preload(&window, link, &request, script);
    // With `process.exit` everything ends where it is called; main hears of nothing but the end.
    if link.exit.get().is_none() {
        run(&window, link, &request, html);
    }
    if link.exit.get().is_none() {
        tell(LoadStep::Stopped);
    }
    Ok(window)
}

/// The document of a page that is not waited for.
pub(super) fn document(link: &Link, request: &mut LoadRequest) -> Result<Found, Refused> {
    if request.url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("about:")) {
        return Ok(Found::default());
    }
    let first = request.document.take();
    Reader::of(&request.preferences).read_on(link, ResourceKind::Document, &request.url, first)
}

/// The text of the document. Where it was found at another address, that is the page's from now on.
fn text_of(found: Found, request: &mut LoadRequest) -> String {
    let text = super::text::from_utf8(found.bytes);
    let Some(head) = found.head else { return text };
    // What is no markup is shown as it is.
    let kind = head.header("content-type").unwrap_or("text/html").to_ascii_lowercase();
    let is_markup = kind.contains("html") || kind.contains("xml");
    if !head.url.is_empty() {
        request.url = head.url;
    }
    if is_markup { text } else { super::text::shown(&text) }
}

/// Runs the preload script. The page is loaded also when that fails.
fn preload(window: &Window, link: &Link, request: &LoadRequest, mut script: Option<Part>) {
    let Some(world) = window.worlds.by_id(PRELOAD) else { return };
    if request.preferences.node_page() {
        let outcome = world.realm.attempt(|ctx| {
            let preload = world::module(&world, ctx, "internal/preload")?;
            preload.get::<_, Function<'_>>("installNode")?.call::<_, ()>((page_file(&request.url),))
        });
        if let Err(error) = outcome {
            link.tell_uncaught(&error, false);
        }
    }
    // Those of the session first.
    for path in request.session_preloads.iter().chain(&request.preload) {
        let is_module = path.ends_with(".mjs") && !request.preferences.sandboxed();
        // The beginning of the page's own has come along.
        let part = if Some(path) == request.preload.as_ref() { script.take() } else { None };
        let outcome = match is_module {
            true => import_preload(window, &world, path),
            false => run_preload(window, &world, path, part),
        };
        if link.exit.get().is_some() {
            return;
        }
        if let Err(error) = outcome {
            let text = format!("Unable to load preload script: {path}");
            link.tell_problem(&text, path, None);
            link.tell_problem(&error.to_string(), path, None);
            link.tell(&ToMain::PreloadError { path, error: report_of(&error) });
        }
    }
    window.engine.run_jobs();
    if !window.has_process {
        return;
    }
    window.worlds.run(&world, |ctx| {
        let process = world::module(&world, ctx, "internal/renderer_process")?;
        process.get::<_, Function<'_>>("emitLoaded")?.call::<_, ()>(())?;
        if request.preferences.isolated() || request.preferences.node_page() {
            return Ok(());
        }
        world::module(&world, ctx, "internal/page")?.get::<_, Function<'_>>("removeNode")?.call(())
    });
    window.engine.run_jobs();
}

/// Runs a preload script that is an ES module, which only those outside of a sandbox may be.
fn import_preload(window: &Window, world: &world::World, path: &str) -> Result<(), ScriptError> {
    if !std::path::Path::new(path).is_file() {
        return Err(ScriptError::new("Error", format!("ENOENT: no such file or directory, open '{path}'")));
    }
    world.realm.import_module(&script_host::file_url(path))?;
    window.engine.run_jobs();
    Ok(())
}

fn run_preload(window: &Window, world: &world::World, path: &str, script: Option<Part>) -> Result<(), ScriptError> {
    let worlds = &window.worlds;
    let source = match worlds.reader.get().read_path(&worlds.link, ResourceKind::Preload, path, script) {
        Ok(bytes) => super::text::from_utf8(bytes),
        Err(refused) => {
            let reason = match &*refused.name {
                "ERR_FILE_NOT_FOUND" => "ENOENT: no such file or directory",
                "ERR_ACCESS_DENIED" => "EACCES: permission denied",
                _ => &refused.text,
            };
            return Err(ScriptError::new("Error", format!("{reason}, open '{path}'")));
        }
    };
    world.realm.attempt(|ctx| {
        let preload = world::module(world, ctx, "internal/preload")?;
        let source = script_host::sys::string_from_str(ctx, &source)?;
        preload.get::<_, Function<'_>>("run")?.call::<_, ()>((source, path))
    })
}

/// The file that `__filename` names in a page with Node.
fn page_file(url: &str) -> String {
    script_host::dom::url::file_path(url).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

fn run(window: &Window, link: &Link, request: &LoadRequest, html: String) {
    // Events are fired from the world that the page cannot tamper with; all worlds hear them.
    let Some(world) = window.worlds.ipc() else { return };
    let tell = |step| link.tell_load(request.navigation, step);
    let mut loader = PageLoader::new(&window.page, html);
    loop {
        let step = match loader.next_step() {
            Ok(step) => step,
            Err(error) => {
                link.tell_problem(&error.to_string(), &request.url, None);
                continue;
            }
        };
        match step {
            Step::RunScript(script) => scripts::run(&window.worlds, &script),
            Step::Fire(event) => {
                if let Err(error) = Page::fire(&world.realm, event) {
                    tracing::debug!(%error, event, "could not fire an event");
                }
                window.engine.run_jobs();
                match event {
                    _ if link.exit.get().is_some() => return,
                    "DOMContentLoaded" => {
                        let title = window.page.title();
                        if !title.is_empty() {
                            link.tell_load(request.navigation, LoadStep::Title(&title));
                        }
                        tell(LoadStep::DomReady);
                    }
                    "load" => {
                        if let Err(error) = Page::fire(&world.realm, "pageshow") {
                            tracing::debug!(%error, "could not fire pageshow");
                        }
                        window.engine.run_jobs();
                        if link.exit.get().is_some() {
                            return;
                        }
                        tell(LoadStep::Finished);
                    }
                    _ => {}
                }
            }
            Step::Done => return,
        }
        window.engine.run_jobs();
        if link.exit.get().is_some() {
            return;
        }
        if window.stopped.take() {
            tell(ABORTED);
            return;
        }
    }
}
