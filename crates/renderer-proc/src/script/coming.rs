//! A page that is on its way: until all of its document is there, the page before it goes on.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use ipc_link::call::Call;
use ipc_proto::system::{LoadRequest, LoadStep, Refused, RendererRequest, ResourceKind, WindowRequest};
use ipc_proto::wire::Space;

use super::link::Link;
use super::load;
use super::renderer::Renderer;
use super::resources::{self, Found, Parts};
use super::window::Window;

pub(super) struct Coming {
    pub(super) request: LoadRequest,
    parts: Option<Parts>,
    call: Call,
}

impl Coming {
    /// Asks main for the document.
    pub(super) fn new(link: &Link, request: LoadRequest) -> Result<Self, Refused> {
        let call = ask(link, &request.url, (0, 0))?;
        Ok(Self { request, parts: None, call })
    }

    /// Takes what has come, and asks for the rest; the document once it is whole, or why there is none.
    pub(super) fn document(&mut self, link: &Link) -> Option<Result<Found, Refused>> {
        loop {
            // Whatever comes from main has this process look here.
            let Poll::Ready(ending) = Pin::new(&mut self.call).poll(&mut Context::from_waker(Waker::noop())) else {
                return None;
            };
            let answer = match ending {
                Ok(answer) => resources::part(answer.status, answer.value.as_slice(), link.limits()),
                Err(reason) => Err(Refused::failed(reason.to_string())),
            };
            let added = answer.and_then(|part| match &mut self.parts {
                Some(parts) => parts.add(part),
                none => Parts::new(part).map(|parts| *none = Some(parts)),
            });
            let next = match (added, &self.parts) {
                (Ok(()), Some(parts)) => parts.next().map(|next| ask(link, &self.request.url, next)),
                (Ok(()), None) => None,
                (Err(refused), _) => return Some(Err(refused)),
            };
            match next {
                Some(Ok(call)) => self.call = call,
                Some(Err(refused)) => return Some(Err(refused)),
                None => return self.parts.take().map(|parts| Ok(parts.into())),
            }
        }
    }
}

impl Renderer {
    /// Main asks for a page.
    pub(super) fn load(&mut self, mut request: LoadRequest) {
        if !self.confine(&request) {
            return;
        }
        self.coming = None;
        let stays = |window: &Window| !request.force && !window.before_unload();
        if self.window.as_ref().is_some_and(stays) {
            self.link.tell_window(WindowRequest::BeforeUnloadPrevented);
            return;
        }
        let short = request.url.get(..200).unwrap_or(&request.url);
        tracing::info!(pid = std::process::id(), url = short, "loading a page");
        self.link.tell_load(request.navigation, LoadStep::Started);
        let document = match &self.window {
            Some(window) if request.is_waited_for() => {
                window.stopped.set(false);
                match Coming::new(&self.link, request.clone()) {
                    Ok(coming) => {
                        self.coming = Some(coming);
                        return;
                    }
                    Err(refused) => Err(refused),
                }
            }
            // Without a page before it, all there is to do is to wait.
            _ => load::document(&self.link, &mut request),
        };
        self.arrives(request, document);
    }

    /// The document is there, or never will be: the page before it ends, unless nothing comes in its place.
    fn arrives(&mut self, mut request: LoadRequest, mut document: Result<Found, Refused>) {
        if let Err(Refused { code: Refused::ABORTED, .. }) = document
            && self.window.is_some()
        {
            return self.link.tell_load(request.navigation, load::ABORTED);
        }
        // That is newer than what main knew when it asked.
        let storage = document.as_mut().ok().and_then(|found| found.head.as_mut()?.storage.take());
        request.storage = storage.unwrap_or(request.storage);
        if let Some(old) = self.window.take() {
            old.unload();
            // What it keeps may be newer still.
            if !old.origin.is_empty() && old.origin == request.storage.origin {
                [request.storage.local, request.storage.session] = old.page.take_storage();
            }
            drop(old);
        }
        match load::load(&self.link, request, document, self.ahead.take()) {
            Ok(window) => self.window = Some(window),
            Err(error) => {
                tracing::error!(%error, "the page's engine could not be made");
                self.link.tell_uncaught(&error, false);
                self.link.exit.set(Some(1));
            }
        }
    }

    /// Goes on with a page that is on its way.
    pub(super) fn turn_coming(&mut self) {
        let Some(coming) = &mut self.coming else { return };
        let is_stopped = self.window.as_ref().is_some_and(|window| window.stopped.take());
        let document = if is_stopped { Some(Err(Refused::aborted())) } else { coming.document(&self.link) };
        if let Some(document) = document
            && let Some(coming) = self.coming.take()
        {
            self.arrives(coming.request, document);
        }
    }
}

fn ask(link: &Link, url: &str, (offset, version): (u64, u64)) -> Result<Call, Refused> {
    let request = RendererRequest::Read { kind: ResourceKind::Document, url, offset, version, sent: None };
    let args = request.args().map_err(|error| Refused::failed(error.to_string()))?;
    let call = link.connection().invoke(Space::System, request.name(), &args);
    call.map_err(|error| Refused::failed(error.to_string()))
}
