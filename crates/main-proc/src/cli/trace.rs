//! `--trace`: every message between an app's processes, as JSON lines or for a viewer of traces.

mod chrome;

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use ipc_proto::limits::Limits;
use ipc_proto::payload::Payload;
use ipc_proto::value::Value;
use main_proc::script::TraceEvent;
use main_proc::script::streams::{self, Wait};
use serde::Serialize;

use self::chrome::Chrome;
use super::app::App;
use super::exit::Failure;
use super::json;

/// How much of the contents of a message is written when it is not told, in bytes of JSON.
const CONTENTS: &str = "1024";

/// The options for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tracing")]
pub(crate) struct TraceArgs {
    /// Write every message to this file (`-` for stderr)
    ///
    /// A file that is there has to be empty or an earlier trace. docs/trace.md describes what is written.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<std::path::PathBuf>,
    /// What is written: a JSON object on a line, or a trace that Perfetto and chrome://tracing open
    #[arg(long, value_enum, default_value = "jsonl", requires = "trace", value_name = "FORMAT")]
    pub(crate) trace_format: Format,
    /// Write what messages hold too, cut off behind so many bytes of JSON
    #[arg(long, value_name = "BYTES", num_args = 0..=1, require_equals = true, default_missing_value = CONTENTS)]
    #[arg(requires = "trace")]
    pub(crate) trace_contents: Option<usize>,
}

/// What a trace is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A JSON object on a line for each message
    Jsonl,
    /// Chrome's trace events: a track for each process, an arrow for each message
    Chrome,
}

/// A trace that is being written.
pub(crate) struct Trace {
    out: RefCell<Out>,
    /// What has been said, for the formats that need to know.
    chrome: Option<RefCell<Chrome>>,
    contents: Option<usize>,
    begin: Instant,
    failed: RefCell<Option<io::Error>>,
}

enum Out {
    /// A file that what follows the last entry is written over.
    File { file: File, end: u64 },
    /// What can only be written on.
    Stream(Box<dyn io::Write>),
    /// Between whatever else this program says there.
    Stderr,
}

#[derive(Serialize)]
struct Entry<'a> {
    us: u64,
    renderer: u32,
    pid: u32,
    direction: &'static str,
    verb: &'static str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    bytes: usize,
}

impl Trace {
    /// Opens the file, if a trace is wanted. Nothing that is no trace is written over.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or holds something else.
    pub(crate) fn open(args: &TraceArgs) -> Result<Option<Rc<Self>>, Failure> {
        let Some(path) = &args.trace else { return Ok(None) };
        let out = if path.as_os_str() == "-" { Out::Stderr } else { open(path)? };
        let trace = Self {
            out: RefCell::new(out),
            chrome: (args.trace_format == Format::Chrome).then(RefCell::default),
            contents: args.trace_contents,
            begin: Instant::now(),
            failed: RefCell::default(),
        };
        if let Some(chrome) = &trace.chrome {
            trace.write(&chrome.borrow_mut().head());
        }
        Ok(Some(Rc::new(trace)))
    }

    /// From now on writes what the app and its pages say to each other.
    pub(crate) fn follow(self: &Rc<Self>, app: &App) {
        let trace = Rc::clone(self);
        app.on_trace(move |event| {
            let contents = trace.contents.map(|most| contents(event.encoded, most)).unwrap_or_default();
            let at = trace.begin.elapsed();
            let lines = match &trace.chrome {
                Some(chrome) => chrome.borrow_mut().message(at, event, &contents),
                None => line(at, event, &contents),
            };
            trace.write(&lines);
        });
    }

    /// Ends the trace, with what was not answered.
    ///
    /// # Errors
    ///
    /// What is to be told when some of it could not be written.
    pub(crate) fn finish(&self) -> Result<(), String> {
        if let Some(chrome) = &self.chrome {
            let rest = chrome.borrow_mut().rest(self.begin.elapsed());
            self.write(&rest);
            let ended = match &mut *self.out.borrow_mut() {
                Out::File { .. } => Ok(()),
                Out::Stream(out) => out.write_all(chrome::TAIL.as_bytes()).and_then(|()| out.flush()),
                Out::Stderr => {
                    streams::write_raw(streams::Stream::Err, chrome::TAIL.as_bytes(), Wait::No);
                    Ok(())
                }
            };
            self.note(ended);
        }
        self.failed.take().map_or(Ok(()), |error| Err(format!("the trace is not complete: {error}")))
    }

    fn write(&self, text: &str) {
        if self.failed.borrow().is_some() {
            return;
        }
        let tail = if self.chrome.is_some() { chrome::TAIL } else { "" };
        let written = match &mut *self.out.borrow_mut() {
            Out::Stream(out) => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
            Out::Stderr => {
                let write = if self.chrome.is_some() { streams::write_raw } else { streams::write_lines };
                write(streams::Stream::Err, text.as_bytes(), Wait::No);
                Ok(())
            }
            // The file is a whole one after each entry, whatever ends this process.
            Out::File { file, end } => {
                let written = file.write_all_at(format!("{text}{tail}").as_bytes(), *end);
                *end += text.len() as u64;
                written
            }
        };
        self.note(written);
    }

    /// Keeps the first error.
    fn note(&self, written: io::Result<()>) {
        if let Err(error) = written {
            self.failed.borrow_mut().get_or_insert(error);
        }
    }
}

fn open(path: &Path) -> Result<Out, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| Failure::usage(format_args!("cannot write to '{shown}': {error}"));
    let kind = std::fs::metadata(path).map(|known| known.file_type());
    if kind.as_ref().is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
        // A pipe or a device holds nothing.
        return Ok(Out::Stream(Box::new(OpenOptions::new().write(true).open(path).map_err(failed)?)));
    }
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
    let mut start = Vec::new();
    io::Read::by_ref(&mut file).take(4_096).read_to_end(&mut start).map_err(failed)?;
    if !start.is_empty() && !is_trace(&start) {
        return Err(Failure::usage(format_args!("'{shown}' is no trace, and is not overwritten"))
            .and("Give the name of a new file, or remove that one."));
    }
    file.set_len(0).map_err(failed)?;
    Ok(Out::File { file, end: 0 })
}

/// Whether a file that begins like that is a trace.
fn is_trace(start: &[u8]) -> bool {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let keys = [&b"\"us\":"[..], b"\"renderer\":", b"\"direction\":", b"\"channel\":"];
    let has = |part: &[u8]| line.windows(part.len()).any(|window| window == part);
    start.starts_with(chrome::HEAD.as_bytes()) || line.starts_with(b"{\"us\":") && keys.into_iter().all(has)
}

/// What a message holds, as the members of a JSON object, each behind a comma.
fn contents(encoded: &[u8], most: usize) -> String {
    if encoded.is_empty() {
        return String::new();
    }
    let value = Value::from_payload(&Payload::from_vec(encoded.to_vec()), &Limits::default());
    let text = value.map_err(|error| error.to_string()).and_then(|value| json::write(value.root()));
    match text {
        Ok(text) if text.len() <= most => format!(",\"content\":{text}"),
        Ok(text) => {
            let start = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
            format!(",\"contentStart\":{}", serde_json::Value::from(start))
        }
        Err(error) => format!(",\"contentError\":{}", serde_json::Value::from(error)),
    }
}

fn line(at: Duration, event: &TraceEvent<'_>, contents: &str) -> String {
    let entry = Entry {
        us: u64::try_from(at.as_micros()).unwrap_or(u64::MAX),
        renderer: event.contents,
        pid: event.pid,
        direction: if event.incoming { "to-main" } else { "to-renderer" },
        verb: event.verb,
        channel: event.channel,
        id: event.id,
        status: event.status,
        bytes: event.encoded.len(),
    };
    let text = serde_json::to_string(&entry).unwrap_or_default();
    format!("{}{contents}}}\n", text.strip_suffix('}').unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_is_taken_for_one() {
        let event = TraceEvent {
            link: 1,
            contents: 1,
            pid: 7,
            incoming: true,
            verb: "invoke",
            channel: "a \"b\"",
            id: Some(1),
            status: None,
            encoded: &[],
        };
        assert!(is_trace(line(Duration::ZERO, &event, "").as_bytes()));
        assert!(is_trace(Chrome::default().head().as_bytes()));
        for text in ["precious\n", "{\"us\":1}\n", "[]", "[\n{\"name\":\"x\"}]", "{}", "{\"channel\":1,\"renderer\":1}"]
        {
            assert!(!is_trace(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_a_message_holds_is_cut_off_at_a_character() {
        let payload = Payload::from_serialize(&["é\"", "x"]).expect("a value");
        assert_eq!(contents(payload.as_bytes(), 100), ",\"content\":[\"é\\\"\",\"x\"]");
        assert_eq!(contents(payload.as_bytes(), 3), ",\"contentStart\":\"[\\\"\"");
        assert_eq!(contents(&[], 3), "");
        assert!(contents(&[0xff], 3).starts_with(",\"contentError\":"));
    }
}
