//! What the renderer does with each message of main, and between them.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Instant;

use ipc_link::call::{Answer, AnswerBytes, Ending};
use ipc_link::typed::refuse_streams;
use ipc_link::{Connection, Dispatch, Event, LargeCall};
use ipc_proto::error::CloseReason;
use ipc_proto::frame::TakenFrame;
use ipc_proto::limits::Limits;
use ipc_proto::parcel::Account;
use ipc_proto::payload::Payload;
use ipc_proto::ports::DirectCount;
use ipc_proto::session::Incoming;
use ipc_proto::system::{LoadRequest, ToMain, ToRenderer, WindowRequest};
use ipc_proto::wire::{Space, Status};
use script_host::clone::{self, Source};
use script_host::js::prelude::Opt;
use script_host::js::{Ctx, Function, Result, Value};

use super::bindings::ipc::{number, refusal};
use super::calls::Asked;
use super::coming::Coming;
use super::confining::Start;
use super::link::Link;
use super::ports::{Arrival, PortId};
use super::window::Window;
use super::world::{self, World};
use crate::directs::{Direct, LinkNumber};

/// When more bytes than that have come by a direct link, they are handed out before more is read.
const PILE: usize = 1 << 20;

/// What a message is, as `ipc_renderer.js` is told.
mod kind {
    pub(super) const SEND: i32 = 0;
    pub(super) const POST: i32 = 1;
    pub(super) const INVOKE: i32 = 2;
    pub(super) const FAILURE: i32 = 3;
    pub(super) const REFUSAL: i32 = 4;
    pub(super) const STREAMS: i32 = 5;
}

/// The state of a renderer process.
pub(super) struct Renderer {
    pub(super) link: Rc<Link>,
    pub(super) window: Option<Window>,
    /// The next one, while it is waited for.
    pub(super) coming: Option<Coming>,
    /// One for the first page, if there was time to make it before.
    pub(super) ahead: Option<Window>,
    /// What is to be done before that.
    start: Option<Start>,
    /// Channels whose messages main wants to hear of.
    listening: HashSet<String>,
    idle: Idle,
}

/// When to report that there is nothing left to do.
#[derive(Default)]
struct Idle {
    wanted: bool,
    /// Set by everything that counts as activity besides messages.
    active: bool,
    reported: Option<((u64, u64), Vec<DirectCount>)>,
}

impl Renderer {
    pub(super) fn new(link: Rc<Link>, start: Option<Start>) -> Self {
        Self { link, window: None, coming: None, ahead: None, start, listening: HashSet::new(), idle: Idle::default() }
    }

    /// What main is told of its sandbox in the first message.
    pub(super) fn announced_sandbox(&self) -> &'static str {
        self.start.as_ref().map_or("none", Start::announced)
    }

    /// Confines this process before its first page; whether it may have one.
    pub(super) fn confine(&mut self, request: &LoadRequest) -> bool {
        let Some(start) = self.start.take() else { return true };
        match start.first_page(&request.preferences) {
            Ok(Some(reached)) => self.link.tell(&ToMain::Sandbox { reached: &reached.to_string() }),
            Ok(None) => {}
            Err(error) => {
                ipc_link::say(format_args!("this renderer shows no page: {error}"));
                self.link.exit.set(Some(3));
                return false;
            }
        }
        true
    }

    /// Makes what the first page will need, as far as that can be known.
    pub(super) fn prepare(&mut self) {
        match Window::ahead(&self.link) {
            Ok(window) => self.ahead = Some(window),
            // The page will have the same trouble, and tell of it.
            Err(error) => tracing::debug!(%error, "a window could not be made ahead of time"),
        }
    }

    /// Runs what is due in the page.
    pub(super) fn turn(&mut self, now: Instant) {
        self.settle();
        if let Some(window) = &self.window
            && window.turn(now)
        {
            self.idle.active = true;
        }
    }

    /// Whether messages wait to leave through ports.
    pub(super) fn has_waiting(&self) -> bool {
        self.window.as_ref().is_some_and(|window| window.ports.has_waiting())
    }

    /// Sends on what waits for room, and gives credit.
    pub(super) fn turn_ports(&self) {
        if let Some(window) = &self.window {
            window.ports.turn(&self.link);
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.window.as_ref().and_then(Window::next_due)
    }

    /// Tells main when nothing is left to do here, once after each activity.
    pub(super) fn report_idle(&mut self) {
        if !self.idle.wanted || self.window.as_ref().is_some_and(Window::has_pending) {
            return;
        }
        let connection = self.link.connection();
        self.link.flush();
        if connection.in_flight().0 > 0 || connection.queued() > 0 || self.link.directs.queued() > 0 {
            return;
        }
        let report = (connection.counts(), self.link.directs.counts());
        if self.idle.active || self.idle.reported.as_ref() != Some(&report) {
            connection.idle(&report.1);
            self.idle.active = false;
            self.idle.reported = Some(report);
        }
    }

    /// Takes what other renderers have sent over direct links, at most `budget` messages each; whether there may be
    /// more.
    pub(super) fn read_directs(&self, budget: usize) -> bool {
        if self.link.directs.is_empty() {
            return false;
        }
        let mut more = false;
        if let Some(window) = &self.window {
            for (number, direct) in self.link.directs.all() {
                if direct.reading.get() && direct.ready.get() {
                    self.read_direct(window, number, &direct, budget);
                    more |= direct.ready.get();
                }
            }
        }
        self.link.directs.forget_ended();
        more
    }

    /// Takes what has come over the direct link that was heard last; whether there was anything.
    pub(super) fn read_latest(&self, budget: usize) -> bool {
        let number = self.link.directs.latest.get();
        let (Some(window), Some(direct)) = (&self.window, self.link.directs.get(number)) else { return false };
        let connection = &direct.connection;
        if !direct.reading.get() || connection.closed().is_some() {
            return false;
        }
        let heard = connection.counts().1;
        self.read_direct(window, number, &direct, budget);
        connection.counts().1 != heard || connection.closed().is_some()
    }

    fn read_direct(&self, window: &Window, number: LinkNumber, direct: &Direct<Account>, budget: usize) {
        window.ports.read(&self.link, number, direct, budget);
        if direct.own.waiting() > PILE {
            window.deliver_ports();
        }
    }

    /// Ends the page in good order, then the link.
    fn unload(&self, force: bool) {
        let mut code = 0;
        if let Some(window) = &self.window {
            if !force && !window.before_unload() {
                self.link.tell_window(WindowRequest::BeforeUnloadPrevented);
                return;
            }
            code = window.unload();
        }
        self.link.exit.set(Some(code));
    }

    /// Settles the promises whose answers have come.
    fn settle(&mut self) {
        // Scripts may wait for further answers meanwhile; what else has come is not kept waiting by them.
        for _ in 0..self.link.calls.ready() {
            let Some((asked, ending)) = self.link.calls.take() else { continue };
            let Some(window) = &self.window else { continue };
            if let Some(world) = window.worlds.at(asked.world) {
                let limits = self.link.limits();
                self.link.leftover.note(ending.as_ref().map_or(0, |answer| answer.value.len()));
                window.worlds.run(&world, |ctx| settle(ctx, window, &world, asked, ending, limits));
            }
            window.engine.run_jobs();
        }
        self.turn_coming();
    }

    fn system_send(&mut self, name: &str, args: &[u8]) {
        match ToRenderer::read(name, args, self.link.limits()) {
            Ok(Some(ToRenderer::Load(request))) => self.load(*request),
            Ok(Some(ToRenderer::Listen { channel })) => drop(self.listening.insert(channel.to_owned())),
            Ok(Some(ToRenderer::Storage { key, value, url })) => {
                if let Some(window) = &self.window {
                    window.storage_changed(key.map(str::to_owned), value.map(str::to_owned), url);
                }
            }
            Ok(Some(ToRenderer::Theme { dark })) => {
                if let Some(window) = &self.window {
                    window.set_dark(dark);
                }
            }
            Ok(Some(ToRenderer::GoInPage { url, by })) => {
                if let Some(window) = &self.window {
                    window.go_in_page(url, by);
                }
            }
            Ok(Some(ToRenderer::WindowMessage { data, origin, source })) => {
                if let Some(window) = &self.window {
                    window.take_message(&data, origin, source);
                }
            }
            Ok(Some(ToRenderer::Unload { force })) => self.unload(force),
            Ok(Some(ToRenderer::WatchIdle)) => self.idle.wanted = true,
            Ok(None) => tracing::warn!(name, "main said something this renderer does not know"),
            Err(error) => tracing::error!(name, "main said something that cannot be read: {error}"),
        }
    }

    /// A message comes; whether it is to be handled.
    fn hears(&mut self) -> bool {
        // Answers that came before it are seen before it.
        self.settle();
        let stays = self.link.exit.get().is_none();
        self.idle.active |= stays;
        stays
    }

    fn user_send(&self, channel: &str, args: Source<'_>) {
        self.link.leftover.note(args.bytes().len());
        if self.listening.contains(channel) {
            self.link.tell(&ToMain::Heard { channel, args: Payload::from_vec(args.bytes().to_vec()) });
        }
        let limits = self.link.limits();
        self.to_scripts(|ctx, function| {
            let args = clone::decode(ctx, args, limits, &[]).map_err(|error| error.throw(ctx))?;
            function.call((kind::SEND, channel, args))
        });
    }

    /// Calls the function that takes main's messages, if the page has one; whether it has.
    fn to_scripts(&self, work: impl for<'js> FnOnce(&Ctx<'js>, Function<'js>) -> Result<()>) -> bool {
        let Some(window) = &self.window else { return false };
        let Some(world) = window.worlds.ipc() else { return false };
        if world.on_message.borrow().is_none() {
            return false;
        }
        window.worlds.run(&world, |ctx| match world::restore(&world.on_message, ctx)? {
            Some(function) => work(ctx, function),
            None => Ok(()),
        });
        window.engine.run_jobs();
        true
    }

    fn user_invoke(&self, id: u64, channel: &str, args: Source<'_>) {
        let limits = self.link.limits();
        let taken = self.to_scripts(|ctx, function| {
            let args = clone::decode(ctx, args, limits, &[]).map_err(|error| error.throw(ctx))?;
            function.call((kind::INVOKE, channel, args, number(id)))
        });
        if !taken {
            self.answer(id, Status::NoHandler, &[]);
        }
    }

    pub(super) fn answer(&self, id: u64, status: Status, value: &[u8]) {
        if let Err(error) = self.link.connection().reply(id, status, value) {
            tracing::debug!(%error, "an answer could not be sent as it was");
        }
    }

    fn posted(&self, channel: &str, numbers: &[u64], message: &[u8]) {
        let connection = self.link.connection();
        let world = self.window.as_ref().and_then(|window| window.worlds.ipc().map(|world| (window, world)));
        let Some((window, world)) = world.filter(|(_, world)| world.on_message.borrow().is_some()) else {
            numbers.iter().for_each(|number| connection.port_close(*number));
            return;
        };
        let ids = window.ports.arrive(numbers, window.worlds.place_of(&world));
        let limits = self.link.limits();
        window.worlds.run(&world, |ctx| {
            let Some(function) = world::restore(&world.on_message, ctx)? else { return Ok(()) };
            let ports = adopt(&world, ctx, ids)?;
            let message = clone::decode(ctx, message, limits, &ports).map_err(|error| error.throw(ctx))?;
            function.call::<_, ()>((kind::POST, channel, message, ports))
        });
        window.engine.run_jobs();
    }
}

/// The scripts' objects for ports that came with a message.
pub(super) fn adopt<'js>(world: &World, ctx: &Ctx<'js>, ids: Vec<PortId>) -> Result<Vec<Value<'js>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    world::module(world, ctx, "internal/message_ports")?.get::<_, Function<'js>>("adopt")?.call((ids,))
}

/// Settles the promise of an answered call.
fn settle<'js>(
    ctx: &Ctx<'js>,
    window: &Window,
    world: &World,
    asked: Asked,
    ending: Ending,
    limits: &Limits,
) -> Result<()> {
    let ending = match ending {
        Ok(Answer { status: Status::Ok, value, ports }) => {
            let streams = match ports {
                Some(ports) => {
                    let ids = window.ports.arrive(&ports.into_numbers(), asked.world);
                    let function = world::restore(&world.on_message, ctx)?;
                    function.map_or(Ok(Vec::new()), |function| {
                        function.call::<_, Vec<Value<'js>>>((kind::STREAMS, asked.channel.value(ctx)?, ids))
                    })?
                }
                None => Vec::new(),
            };
            let decoded = match value.into_own() {
                Ok(own) => clone::decode(ctx, own, limits, &streams),
                Err(value) => clone::decode(ctx, value.as_slice(), limits, &streams),
            };
            if let Ok(value) = decoded.map_err(|error| error.throw(ctx)) {
                return asked.promised.resolve(ctx, &value);
            }
            Ok(Answer { status: Status::Ok, value: AnswerBytes::Copied(Vec::new()), ports: None })
        }
        ending => ending,
    };
    let error = failure(ctx, world, &asked, ending, limits)?;
    asked.promised.reject(ctx, &error)
}

/// What a promise is rejected with, made by `ipc_renderer.js`. When a result could not be decoded that is pending.
fn failure<'js>(ctx: &Ctx<'js>, world: &World, asked: &Asked, ending: Ending, limits: &Limits) -> Result<Value<'js>> {
    let channel = || asked.channel.value(ctx);
    let refuse = |text: Opt<String>, path: Opt<String>| {
        let function = world::restore(&world.on_message, ctx)?;
        function.map_or(Ok(Value::new_undefined(ctx.clone())), |function| {
            function.call((kind::REFUSAL, channel()?, text, path))
        })
    };
    let say = |text: String| refuse(Opt(Some(text)), Opt(None));
    let Answer { status, value, .. } = match ending {
        Ok(answer) => answer,
        Err(reason) => return say(format!("WebContents was destroyed ({reason})")),
    };
    match status {
        Status::Ok => say(thrown_text(ctx)),
        Status::Failed => {
            let decoded = clone::decode(ctx, value.as_slice(), limits, &[]).map_err(|error| error.throw(ctx));
            match (decoded, world::restore(&world.on_message, ctx)?) {
                (Ok(value), Some(function)) => function.call((kind::FAILURE, channel()?, value)),
                _ => say(thrown_text(ctx)),
            }
        }
        Status::NotCloneable => {
            let path = ipc_proto::de::decode::<String>(&value, limits).ok();
            refuse(Opt(Some("Error: An object could not be cloned.".to_owned())), Opt(path))
        }
        Status::NoHandler => refuse(Opt(None), Opt(None)),
        status => say(refusal(status, &value, limits)),
    }
}

/// The pending exception's text.
pub(super) fn thrown_text(ctx: &Ctx<'_>) -> String {
    script_host::ScriptError::from_value(ctx, &ctx.catch()).head()
}

impl Window {
    /// Gives a port what has arrived at it.
    pub(super) fn deliver(&self, place: usize, id: PortId, arrival: Arrival) {
        let Some(world) = self.worlds.at(place) else { return };
        self.worlds.run(&world, |ctx| {
            let Some(function) = world::restore(&world.on_port, ctx)? else { return Ok(()) };
            let (bytes, ids) = match arrival {
                Arrival::Close => return function.call((id, true)),
                Arrival::Message(bytes, ids) => (bytes, ids),
            };
            // Also those of a message that cannot be read are this world's, which lets go of them.
            let ports = if ids.is_empty() { Vec::new() } else { adopt(&world, ctx, ids)? };
            match clone::decode(ctx, &bytes[..], self.limits(), &ports) {
                Ok(message) if ports.is_empty() => function.call((id, false, message)),
                Ok(message) => function.call((id, false, message, ports)),
                Err(error) => {
                    tracing::debug!(%error, "a message at a port could not be read");
                    drop(error.throw(ctx));
                    function.call((id, Value::new_null(ctx.clone()), ctx.catch()))
                }
            }
        });
    }
}

impl Dispatch for Renderer {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        // What has been posted still leaves when this process ends.
        if !self.hears() && !matches!(event, Incoming::Credit { .. }) {
            return;
        }
        match event {
            Incoming::Send { space: Space::User, channel, args } => self.user_send(channel, args.into()),
            Incoming::Send { space: Space::System, channel, args } => self.system_send(channel, args),
            Incoming::Invoke { id, ports, .. } if !ports.is_empty() => refuse_streams(connection, id, ports),
            Incoming::Invoke { id, space: Space::User, channel, args, .. } => {
                self.user_invoke(id, channel, args.into());
            }
            Incoming::Invoke { id, space: Space::System, channel, args, .. } => self.control(id, channel, args),
            Incoming::Post { channel, ports, message } => {
                self.posted(channel, &ports.iter().collect::<Vec<_>>(), message);
            }
            Incoming::PortMessage { port, ports, message } => {
                self.link.leftover.note(message.len());
                let numbers: Vec<u64> = ports.iter().collect();
                match &self.window {
                    Some(window) => {
                        let here = window.ports.here(port);
                        window.ports.received(&self.link, port, message, &numbers);
                        window.deliver_port(here);
                    }
                    None => numbers.iter().for_each(|number| connection.port_close(*number)),
                }
            }
            Incoming::Credit { port } => {
                if let Some(window) = &self.window {
                    window.ports.credited(&self.link, port);
                }
            }
            Incoming::PortClose { port } => {
                if let Some(window) = &self.window {
                    let here = window.ports.here(port);
                    window.ports.closed(&self.link, port);
                    window.deliver_port(here);
                }
            }
            Incoming::PortDirect { port, step } => match &self.window {
                Some(window) => window.ports.direct(&self.link, port, step),
                // Closed with its page: so is a socket that came for it.
                None => drop(connection.take_socket(port)),
            },
            Incoming::Ping { nonce } => connection.pong(nonce),
            Incoming::Goodbye(reason) => self.link.exit.set(Some(i32::from(!reason.is_clean()))),
            _ => {}
        }
    }

    fn incoming_large(&mut self, connection: &Connection, frame: &mut TakenFrame) {
        if let Some(LargeCall { id, channel, args }) = LargeCall::take(frame) {
            match id {
                _ if !self.hears() => {}
                Some(id) => self.user_invoke(id, &channel, args.into()),
                None => self.user_send(&channel, args.into()),
            }
        } else if let Some(event) = Incoming::of_checked_frame(frame.bytes()) {
            self.incoming(connection, event);
        }
    }

    fn closed(&mut self, _connection: &Connection, reason: &CloseReason) {
        let code = i32::from(!reason.is_clean());
        if self.link.exit.get().is_none() {
            self.link.exit.set(Some(code));
        }
    }
}
