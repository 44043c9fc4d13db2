//! `--trace`: every message, one JSON object on a line.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{LineWriter, Write};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::exit::{Failure, tell};
use crate::script::{ScriptApp, TraceEvent};

#[derive(Serialize)]
struct Entry<'a> {
    us: u64,
    renderer: u32,
    direction: &'static str,
    verb: &'static str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    bytes: usize,
}

/// From now on writes what the app and its pages say to each other to that file, or to stderr for `-`.
pub(crate) fn start(app: &ScriptApp, file: &Path) -> Result<(), Failure> {
    let out: Box<dyn Write> = if file.as_os_str() == "-" {
        Box::new(LineWriter::new(std::io::stderr()))
    } else {
        let opened = File::create(file);
        let failed = |error| Failure::usage(format_args!("cannot write to '{}': {error}", file.display()));
        Box::new(LineWriter::new(opened.map_err(failed)?))
    };
    let (begin, out, failed) = (Instant::now(), RefCell::new(out), Cell::new(false));
    app.on_trace(move |event| {
        let written = write(&mut *out.borrow_mut(), begin, event);
        if let Err(error) = written
            && !failed.replace(true)
        {
            tell(&format!("the trace is not complete: {error}"));
        }
    });
    Ok(())
}

fn write(out: &mut dyn Write, begin: Instant, event: &TraceEvent<'_>) -> std::io::Result<()> {
    let entry = Entry {
        us: u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX),
        renderer: event.contents,
        direction: if event.incoming { "to-main" } else { "to-renderer" },
        verb: event.verb,
        channel: event.channel,
        id: event.id,
        bytes: event.bytes,
    };
    let mut line = serde_json::to_vec(&entry)?;
    line.push(b'\n');
    out.write_all(&line)
}
