//! The main that the tests and the fuzzer play.

use std::collections::VecDeque;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ipc_link::call::Call;
use ipc_link::{Connection, Dispatch, Endpoint, Event};
use ipc_proto::error::CloseReason;
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Incoming};
use ipc_proto::system::{Part, Refused, RendererRequest};
use ipc_proto::value::Value;
use ipc_proto::wire::{Space, Status};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::process::serve;

/// Looks for what is of another world: begins with what a page knows, and ends with `foreign`.
pub(super) const SEARCH: &str = include_str!("tests/search.js");

/// How long a renderer may take: less than the fuzzer gives an input, which it runs with the lowest priority.
const PATIENCE: Duration = Duration::from_secs(if cfg!(fuzzing) { 280 } else { 120 });

/// Something the renderer said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Load(String, Json),
    Console(String, String),
    Uncaught(String),
    System(String, Json),
    Send(String, Json),
    Post(String, Json, Vec<u64>),
    Port(u64, Json, Vec<u64>),
    PortClosed(u64),
    Idle,
    Closed,
}

/// How this main answers an invoke or a sendSync.
type Handler = Box<dyn FnMut(&str, &Json) -> Answer>;

pub(super) enum Answer {
    Value(Json),
    Bytes(Vec<u8>),
    Failed(Json),
    Status(Status),
}

#[derive(Default)]
struct State {
    said: VecDeque<Said>,
    handler: Option<Handler>,
    /// Sent before a sendSync is answered.
    before_sync: Vec<(String, Json)>,
    /// What it has asked for of files, and from where on.
    read: Vec<String>,
}

pub(super) struct Peer {
    pub(super) connection: Connection,
    state: State,
    thread: Option<JoinHandle<i32>>,
}

pub(super) fn encode(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ipc_proto::ser::encode_into(&mut bytes, value).expect("the test's own value");
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Json {
    if bytes.is_empty() {
        return Json::Null;
    }
    let value: Value = ipc_proto::de::decode(bytes, &Limits::default()).expect("a value of the renderer");
    serde_json::to_value(value).unwrap_or_else(|error| json!(format!("<{error}>")))
}

impl Dispatch for State {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let said = match event {
            Incoming::Hello(_) => {
                let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 26 };
                connection.welcome(acceptance).expect("an open link");
                return;
            }
            Incoming::Send { space: Space::System, channel, args } => {
                let args = decode(args);
                match channel {
                    "load-event" => Said::Load(text(&args[0]), args[1].clone()),
                    "console" => Said::Console(text(&args[0]), text(&args[1])),
                    "uncaught" => Said::Uncaught(text(&args[0]["message"])),
                    _ => Said::System(channel.to_owned(), args),
                }
            }
            Incoming::Send { space: Space::User, channel, args } => Said::Send(channel.to_owned(), decode(args)),
            Incoming::SendSync { id, channel, args } => {
                for (channel, args) in std::mem::take(&mut self.before_sync) {
                    connection.send(Space::User, &channel, &encode(&args)).expect("an open link");
                }
                return self.answer(connection, id, channel, &decode(args));
            }
            Incoming::Invoke { id, space: Space::System, args, .. } => return self.read(connection, id, args),
            Incoming::Invoke { id, channel, args, .. } => return self.answer(connection, id, channel, &decode(args)),
            Incoming::Post { channel, ports, message } => {
                Said::Post(channel.to_owned(), decode(message), ports.iter().collect())
            }
            Incoming::PortMessage { port, ports, message } => Said::Port(port, decode(message), ports.iter().collect()),
            Incoming::PortClose { port } => Said::PortClosed(port),
            Incoming::Idle { .. } => Said::Idle,
            _ => return,
        };
        self.said.push_back(said);
    }

    fn closed(&mut self, _connection: &Connection, _reason: &CloseReason) {
        self.said.push_back(Said::Closed);
    }
}

/// So much of a file is sent at a time: less than most files of the tests have.
const PART: usize = 40;

impl State {
    /// Gives the renderer whatever file it asks for.
    fn read(&mut self, connection: &Connection, id: u64, args: &[u8]) {
        let request = RendererRequest::read("read", args, connection.limits()).expect("its arguments");
        let Some(RendererRequest::Read { url, offset, version, kind, .. }) = request else {
            unreachable!("the only one")
        };
        assert_eq!(version, if offset == 0 { 0 } else { 7 }, "that of the parts before");
        self.read.push(format!("{} {offset}", kind.name()));
        let part = match script_host::dom::url::file_path(url).map(std::fs::read) {
            None => Refused { text: url.to_owned(), ..Refused::access_denied("") }.into(),
            Some(Ok(whole)) => {
                let start = usize::try_from(offset).expect("small");
                let bytes = whole[start..whole.len().min(start + PART)].to_vec().into();
                Part { bytes, size: whole.len() as u64, version: 7, ..Part::default() }
            }
            Some(Err(error)) => Refused::not_found(error.to_string()).into(),
        };
        connection.reply(id, Status::Ok, &part.to_value().expect("a value")).expect("an open link");
    }

    fn answer(&mut self, connection: &Connection, id: u64, channel: &str, args: &Json) {
        let answer = match &mut self.handler {
            Some(handler) => handler(channel, args),
            None => Answer::Status(Status::NoHandler),
        };
        let (status, bytes) = match answer {
            Answer::Value(value) => (Status::Ok, encode(&value)),
            Answer::Bytes(bytes) => (Status::Ok, bytes),
            Answer::Failed(error) => (Status::Failed, encode(&error)),
            Answer::Status(status) => (status, Vec::new()),
        };
        connection.reply(id, status, &bytes).expect("an open link");
    }
}

impl Peer {
    /// A renderer on a thread of its own, and its main.
    pub(super) fn start() -> Self {
        let (ours, theirs) = Endpoint::pair().expect("a socket pair");
        let stack = 8 << 20;
        let thread = std::thread::Builder::new().stack_size(stack).spawn(move || {
            serve(&Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default())).expect("a renderer")
        });
        let connection = Connection::new(ours, Role::Main, Limits::default());
        Self { connection, state: State::default(), thread: Some(thread.expect("a thread")) }
    }

    /// A renderer with a page whose body is `html` and, if not empty, this preload script.
    pub(super) fn with_page(html: &str, preload: &str, preferences: Json) -> Self {
        let mut peer = Self::start();
        peer.load(html, preload, preferences);
        peer
    }

    pub(super) fn load(&mut self, html: &str, preload: &str, preferences: Json) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), preload).expect("a file");
        let path = if preload.is_empty() { Json::Null } else { json!(file.path()) };
        self.load_url(&data_url(html), path, preferences);
    }

    pub(super) fn load_url(&mut self, url: &str, preload: Json, preferences: Json) {
        self.begin(url, preload, preferences);
        self.until("the page to be loaded", |said| matches!(said, Said::Load(name, _) if name == "did-stop-loading"));
    }

    /// Asks for a page, and does not wait for it.
    pub(super) fn begin(&mut self, url: &str, preload: Json, preferences: Json) {
        let request = json!({
            "url": url, "preload": preload, "preferences": preferences, "appPath": "/", "argv": ["renderer"],
            "navigation": 7,
        });
        self.system("load", &json!([request]));
    }

    pub(super) fn system(&self, channel: &str, args: &Json) {
        self.connection.send(Space::System, channel, &encode(args)).expect("an open link");
    }

    pub(super) fn send(&self, channel: &str, args: &Json) {
        self.connection.send(Space::User, channel, &encode(args)).expect("an open link");
    }

    pub(super) fn handle(&mut self, handler: impl FnMut(&str, &Json) -> Answer + 'static) {
        self.state.handler = Some(Box::new(handler));
    }

    pub(super) fn before_sync(&mut self, messages: Vec<(String, Json)>) {
        self.state.before_sync = messages;
    }

    /// Dispatches until the renderer has said something like that; what it said before is passed over.
    pub(super) fn until(&mut self, what: &str, mut is: impl FnMut(&Said) -> bool) -> Said {
        let mut passed = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(said) = self.state.said.pop_front() {
                if is(&said) {
                    return said;
                }
                passed.push(said);
            }
            assert!(Instant::now() < deadline, "waited for {what}; heard {passed:#?}");
            self.pump();
        }
    }

    pub(super) fn pump(&mut self) {
        self.connection.flush();
        let mut fds = [PollFd::new(&self.connection, PollFlags::IN)];
        let step = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let _ = poll(&mut fds, Some(&step));
        self.connection.pump(&mut self.state, usize::MAX);
    }

    /// Which parts of files it has asked for.
    pub(super) fn reads(&mut self) -> Vec<String> {
        std::mem::take(&mut self.state.read)
    }

    /// What the renderer said so far and nobody asked for.
    pub(super) fn heard(&mut self) -> Vec<Said> {
        self.state.said.drain(..).collect()
    }

    /// The arguments of the next message on a user channel.
    pub(super) fn message(&mut self, channel: &str) -> Json {
        match self.until(channel, |said| matches!(said, Said::Send(name, _) if name == channel)) {
            Said::Send(_, args) => args,
            _ => Json::Null,
        }
    }

    /// Asks a request of the runtime: its result, or the error's description.
    pub(super) fn request(&mut self, channel: &str, args: &Json) -> Result<Json, Json> {
        let call = self.connection.invoke(Space::System, channel, &encode(args)).expect("an open link");
        self.result(call).map(|bytes| decode(&bytes))
    }

    pub(super) fn result(&mut self, mut call: Call) -> Result<Vec<u8>, Json> {
        let deadline = Instant::now() + PATIENCE;
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(ending) =
                std::future::Future::poll(std::pin::Pin::new(&mut call), &mut context)
            {
                let answer = ending.map_err(|reason| json!(reason.to_string()))?;
                return match answer.status {
                    Status::Ok => Ok(answer.value.to_vec()),
                    Status::Failed => Err(decode(&answer.value)),
                    status => Err(json!([format!("{status:?}"), decode(&answer.value)])),
                };
            }
            assert!(Instant::now() < deadline, "no answer; heard {:#?}", self.heard());
            self.pump();
        }
    }

    /// The value of an expression in the page's world.
    pub(super) fn page(&mut self, code: &str) -> Json {
        self.request("execute-javascript", &json!([code, 0])).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    /// The value of an expression in the preload script's world.
    pub(super) fn preload(&mut self, code: &str) -> Json {
        self.request("execute-javascript", &json!([code, 999])).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    /// Ends the renderer in good order; its exit code.
    pub(super) fn end(self) -> i32 {
        self.system("unload", &json!([]));
        self.join()
    }

    /// Waits for the renderer's end; its exit code.
    pub(super) fn join(mut self) -> i32 {
        self.until("the end", |said| *said == Said::Closed);
        self.thread.take().map_or(0, |thread| thread.join().expect("a renderer without a panic"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.connection.goodbye(CloseReason::new(ipc_proto::error::CloseCode::Normal, "the test is over"));
    }
}

pub(super) fn data_url(html: &str) -> String {
    let mut url = "data:text/html,".to_owned();
    for byte in html.bytes() {
        if byte.is_ascii_alphanumeric() {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}
