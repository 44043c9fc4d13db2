//! The trace event format of Chrome, which Perfetto reads too.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use main_proc::script::TraceEvent;
use serde_json::{Value, json};

/// What a file begins with, by which it is known.
pub(super) const HEAD: &str = "[\n{\"cat\":\"dipole\",";
/// What ends a file; what comes later is written over it.
pub(super) const TAIL: &str = "\n]\n";

/// What has been written of an app's messages.
#[derive(Default)]
pub(super) struct Chrome {
    /// For each process, where its last slice ends, in microseconds: slices of a track do not overlap.
    tracks: HashMap<u32, f64>,
    /// Requests without an answer yet, by process and number: whose they are, what they are called and their arrow.
    open: BTreeMap<(u32, u64), (u32, String)>,
    arrows: u64,
}

impl Chrome {
    /// What comes first: who this is.
    pub(super) fn head(&mut self) -> String {
        let pid = std::process::id();
        self.tracks.insert(pid, 0.0);
        // The first event has no comma before it.
        format!("[\n{}", self.name(pid, "main").trim_start_matches([',', '\n']))
    }

    /// The name of a process.
    fn name(&self, pid: u32, name: &str) -> String {
        let name =
            event(json!({ "name": "process_name", "ph": "M", "pid": pid, "tid": pid, "args": { "name": name } }), "");
        let order = json!({ "sort_index": self.tracks.len() });
        name + &event(json!({ "name": "process_sort_index", "ph": "M", "pid": pid, "tid": pid, "args": order }), "")
    }

    /// A message: a slice in each of its two processes and an arrow between them; a request is a span besides.
    pub(super) fn message(&mut self, at: Duration, message: &TraceEvent<'_>, contents: &str) -> String {
        let main = std::process::id();
        let mut out = String::new();
        if !self.tracks.contains_key(&message.pid) {
            let name = match message.contents {
                0 => "utility".to_owned(),
                number => format!("renderer {number}"),
            };
            out.push_str(&self.name(message.pid, &name));
        }
        let (from, to) = if message.incoming { (message.pid, main) } else { (main, message.pid) };
        let title = format!("{} {}", message.verb, message.channel);
        let about = json!({ "channel": message.channel, "bytes": message.encoded.len() });
        let mut about = about.to_string();
        about.pop();
        if let Some(status) = message.status {
            let _ = write!(about, ",\"status\":\"{status}\"");
        }
        let args = format!(",\"args\":{about}{contents}}}");
        self.arrows += 1;
        let arrow = self.arrows;
        let sent = self.slot(from, at);
        let received = self.slot(to, at).max(sent);
        for (pid, ts) in [(from, sent), (to, received)] {
            out.push_str(&event(
                json!({ "name": title, "ph": "X", "pid": pid, "tid": pid, "ts": ts, "dur": 1.0 }),
                &args,
            ));
        }
        let flow = |phase: &str, pid: u32, ts: f64| json!({ "name": title, "ph": phase, "id": arrow, "pid": pid, "tid": pid, "ts": ts + 0.5 });
        out.push_str(&event(flow("s", from, sent), ""));
        out.push_str(&event(flow("f", to, received), ",\"bp\":\"e\""));
        if let Some(id) = message.id {
            let key = (message.pid, id);
            if message.verb == "reply" {
                if let Some((pid, title)) = self.open.remove(&key) {
                    out.push_str(&span("e", pid, id, &title, received, &args));
                }
            } else {
                out.push_str(&span("b", message.pid, id, &title, sent, &args));
                self.open.insert(key, (message.pid, title));
            }
        }
        out
    }

    /// The requests that were not answered.
    pub(super) fn rest(&mut self, at: Duration) -> String {
        let open = std::mem::take(&mut self.open);
        let end = micros(at);
        let ends = open
            .into_iter()
            .map(|((_, id), (pid, title))| span("e", pid, id, &title, end, ",\"args\":{\"status\":\"unanswered\"}"));
        ends.collect()
    }

    /// Where the next slice of a process begins.
    fn slot(&mut self, pid: u32, at: Duration) -> f64 {
        let end = self.tracks.entry(pid).or_default();
        let start = micros(at).max(*end);
        *end = start + 1.5;
        start
    }
}

fn micros(at: Duration) -> f64 {
    // To the nanosecond, as the format has it.
    (at.as_secs_f64() * 1e9).round() / 1e3
}

/// The beginning or the end of a request, as long as it takes.
fn span(phase: &str, pid: u32, id: u64, title: &str, ts: f64, args: &str) -> String {
    let number = format!("{pid}.{id}");
    event(json!({ "name": title, "ph": phase, "id": number, "pid": pid, "tid": pid, "ts": ts }), args)
}

/// An event behind a comma, with more members.
fn event(members: Value, more: &str) -> String {
    let text = members.to_string();
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    format!(",\n{{\"cat\":\"dipole\",{inner}{more}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(verb: &'static str, incoming: bool, id: Option<u64>) -> TraceEvent<'static> {
        TraceEvent { link: 1, contents: 2, pid: 7, incoming, verb, channel: "a\"b", id, status: None, encoded: &[] }
    }

    #[test]
    fn every_prefix_with_its_end_is_json_and_calls_are_arrows_and_spans() {
        let mut chrome = Chrome::default();
        let mut text = chrome.head();
        let at = Duration::from_micros;
        let all = |text: &str| serde_json::from_str::<Vec<Value>>(&format!("{text}{TAIL}")).expect("JSON");
        assert_eq!(all(&text)[0]["args"]["name"], "main");
        assert!(text.starts_with(HEAD));
        assert!(text.lines().all(|line| line.matches("\"cat\"").count() <= 1), "{text}");
        for (time, message) in [
            (5, message("invoke", true, Some(1))),
            (5, message("send", true, None)),
            (9, message("reply", false, Some(1))),
            (9, message("invoke", true, Some(2))),
        ] {
            text += &chrome.message(at(time), &message, ",\"content\":[1]");
            all(&text);
        }
        text += &chrome.rest(at(20));
        let all = all(&text);
        let count = |phase: &str| all.iter().filter(|event| event["ph"] == phase).count();
        assert_eq!(["M", "X", "s", "f", "b", "e"].map(count), [4, 8, 4, 4, 2, 2]);
        for pid in [7, std::process::id()] {
            let slices: Vec<f64> = all
                .iter()
                .filter(|event| event["ph"] == "X" && event["pid"] == pid)
                .filter_map(|event| event["ts"].as_f64())
                .collect();
            assert!(slices.len() == 4 && slices.windows(2).all(|pair| pair[0] + 1.0 <= pair[1]), "{slices:?}");
        }
        let arrows = |phase: &str| {
            all.iter().filter(|event| event["ph"] == phase).map(|event| event["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(arrows("s"), arrows("f"));
        assert_eq!(all.iter().filter(|event| event["args"]["content"] == json!([1])).count(), 11);
    }
}
