//! What was measured: the one set of figures that the tables, the JSON lines and the page all show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bench::args::{Api, Polling, Section};
use crate::bench::figures::Content;
use crate::bench::histogram::Histogram;

/// Everything that one run has measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::bench) struct Report {
    pub(in crate::bench) about: About,
    pub(in crate::bench) records: Vec<Record>,
}

/// The machine and the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct About {
    pub(in crate::bench) version: String,
    /// The processor's name.
    pub(in crate::bench) processor: String,
    /// How many of them may be used.
    pub(in crate::bench) processors: usize,
    /// The operating system and its version.
    pub(in crate::bench) system: String,
    /// When the run began, in seconds since 1970.
    pub(in crate::bench) began: u64,
    /// How long it took, in seconds.
    pub(in crate::bench) seconds: f64,
    pub(in crate::bench) quick: bool,
    pub(in crate::bench) debug_build: bool,
    /// What could not be measured, and why.
    pub(in crate::bench) notes: Vec<String>,
}

/// Whose figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bench) enum Who {
    /// A bare socket, between two bare processes.
    Raw,
    SendSync,
    InvokeBlocking,
    Invoke,
    Js,
    /// From one renderer to another, over a port.
    Port,
    /// The same in JavaScript.
    JsPort,
    /// The second window of an app.
    JsSecond,
    /// One that opens behind the second.
    JsThird,
    /// A page and its preload script as elsewhere, main's script in Node.
    JsNode,
    /// Node's `fork` with `serialization: 'advanced'`.
    Node,
}

impl From<Api> for Who {
    fn from(api: Api) -> Self {
        match api {
            Api::SendSync => Self::SendSync,
            Api::InvokeBlocking => Self::InvokeBlocking,
            Api::Invoke => Self::Invoke,
            Api::Js => Self::Js,
        }
    }
}

impl Who {
    /// The name in tables and plots of a section.
    pub(in crate::bench) fn name_in(self, section: Section) -> &'static str {
        match (section, self) {
            (Section::OneWay, Self::SendSync) => "send, a thread",
            (Section::OneWay, Self::Invoke) => "send, tokio",
            (Section::ColdStart | Section::Memory, Self::SendSync) => "Rust",
            (Section::ColdStart | Section::Memory, Self::Invoke) => "Rust, tokio",
            (Section::Ports, Self::Port) => "over a port",
            (Section::Ports, Self::JsPort) => "JavaScript, over a port",
            (Section::ColdStart, Self::JsSecond) => "JavaScript, 2nd window",
            (Section::ColdStart, Self::JsThird) => "JavaScript, 3rd window",
            (Section::Node, Self::Js) => "built-in engine",
            (Section::Node, Self::JsNode) => "Node",
            (Section::Node, Self::Node) => "node -e 0",
            _ => self.name(),
        }
    }

    /// The name of the API.
    pub(in crate::bench) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw socket",
            Self::SendSync => "send_sync",
            Self::InvokeBlocking => "invoke_blocking",
            Self::Invoke => "invoke().await",
            Self::Js => "JavaScript",
            Self::Port => "port",
            Self::JsPort => "JavaScript port",
            Self::JsSecond => "JavaScript second window",
            Self::JsThird => "JavaScript third window",
            Self::JsNode => "JavaScript, main in Node",
            Self::Node => "Node fork",
        }
    }
}

/// Where the two processes run, and beside what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::bench) enum Placement {
    /// Wherever the system puts them; nothing else runs.
    #[default]
    Free,
    /// Both on the same processor.
    OneProcessor,
    /// Wherever the system puts them, while every processor is kept busy by another process.
    Busy,
}

impl Placement {
    /// The name in tables and plots.
    pub(in crate::bench) fn name(self) -> &'static str {
        match self {
            Self::Free => "processors free",
            Self::OneProcessor => "both processes on one processor",
            Self::Busy => "every processor busy",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_free(&self) -> bool {
        *self == Self::Free
    }
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bench) enum Metric {
    P50Us,
    SyncUs,
    P99Us,
    MeanUs,
    PerS,
    EchoMs,
    GbPerS,
    ColdStartMs,
    AppMs,
    PssKb,
    PrivateKb,
    RssKb,
    OneMoreKb,
    IdlePercent,
    IdleWakeUpsPerS,
    CpuCallerUs,
    CpuServerUs,
    SwitchesCaller,
    SwitchesServer,
    InstructionsCaller,
    InstructionsServer,
    AllocationsCaller,
    AllocationsServer,
    SystemCalls,
}

/// Whether more of a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) enum Better {
    /// A time or a size.
    Less,
    /// A rate.
    More,
}

impl Metric {
    pub(in crate::bench) fn better(self) -> Better {
        match self {
            Self::PerS | Self::GbPerS => Better::More,
            _ => Better::Less,
        }
    }
}

/// One figure over all launches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Value {
    pub(in crate::bench) median: f64,
    /// The least and the most that a launch brought.
    pub(in crate::bench) low: f64,
    pub(in crate::bench) high: f64,
    /// How many times the yardstick's time, which is the bare socket: the median over rounds of the ratio within the round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) x_raw: Option<f64>,
}

/// What distinguishes the points of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(in crate::bench) struct Point {
    /// Bytes each way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) content: Option<Content>,
    /// How many renderers there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) renderers: Option<u32>,
}

/// What some launches under the same conditions brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Record {
    pub(in crate::bench) section: Section,
    pub(in crate::bench) who: Who,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) polling: Option<Polling>,
    /// Whether it kept to its socket where it would have taken up a ring.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::bench) by_socket: bool,
    #[serde(default, skip_serializing_if = "Placement::is_free")]
    pub(in crate::bench) placement: Placement,
    #[serde(flatten)]
    pub(in crate::bench) point: Point,
    pub(in crate::bench) launches: usize,
    pub(in crate::bench) values: BTreeMap<Metric, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::bench) histogram: Option<Histogram>,
}

impl Record {
    pub(in crate::bench) fn value(&self, metric: Metric) -> Option<f64> {
        self.values.get(&metric).map(|value| value.median)
    }

    pub(in crate::bench) fn x_raw(&self, metric: Metric) -> Option<f64> {
        self.values.get(&metric)?.x_raw
    }

    /// The name with what distinguishes it among others of its section.
    pub(in crate::bench) fn name(&self) -> String {
        let mut name = self.who.name_in(self.section).to_owned();
        if let Some(polling) = self.polling {
            name.push_str(match polling {
                Polling::Adaptive => ", polling",
                Polling::Off => "",
            });
        }
        if self.by_socket {
            name.push_str(", by its socket");
        }
        name
    }
}

/// A line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    About(About),
    Record(Record),
}

impl Report {
    /// What programs get that set nothing.
    pub(in crate::bench) fn by_ring(&self) -> Self {
        let records = self.records.iter().filter(|record| !record.by_socket).cloned().collect();
        Self { about: self.about.clone(), records }
    }

    /// The records of a section, in the order in which they were measured.
    pub(in crate::bench) fn of(&self, section: Section) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.section == section)
    }

    /// JSON: a line about the run, and one for each record.
    pub(in crate::bench) fn to_lines(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(&Line::About(self.about.clone()))?;
        for record in &self.records {
            text.push('\n');
            text.push_str(&serde_json::to_string(&Line::Record(record.clone()))?);
        }
        text.push('\n');
        Ok(text)
    }

    /// Reads what [`to_lines`](Self::to_lines) has written.
    pub(in crate::bench) fn from_lines(text: &str) -> Result<Self, serde_json::Error> {
        let mut report = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line)? {
                Line::About(about) => report.about = about,
                Line::Record(record) => report.records.push(record),
            }
        }
        Ok(report)
    }
}
