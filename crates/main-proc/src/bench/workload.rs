//! What can be measured, launch by launch.

use clap::ValueEnum;

/// What one launch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Workload {
    /// One call after the other.
    #[value(name = "w1")]
    RoundTrip,
    /// 64 calls outstanding.
    #[value(name = "w2")]
    Pipelined,
    /// Messages one way.
    #[value(name = "w3")]
    OneWay,
    /// Bytes there and back, in three sizes.
    #[value(name = "w4")]
    Echo,
    /// Bytes there and back, in many sizes.
    #[value(name = "sizes")]
    EchoSizes,
    /// A text of 1 MiB there and back.
    #[value(name = "text")]
    EchoText,
    /// One `sendSync` after the other, of a script.
    #[value(name = "sync")]
    Sync,
    /// 1 MiB of bytes there and back.
    #[value(name = "mebibyte")]
    EchoMebibyte,
    /// 1,000 records of ten fields there and back.
    #[value(name = "wide-records")]
    EchoWide,
    /// 10,000 small records there and back.
    #[value(name = "records")]
    EchoRecords,
    /// From the spawn to the first answer.
    #[value(name = "w5")]
    ColdStart,
    /// The same of an app's second window, whose renderer is not started ahead.
    #[value(name = "second")]
    SecondWindow,
    /// The same of one that opens behind the second: a renderer has been started ahead again.
    #[value(name = "third")]
    ThirdWindow,
    /// The memory of an idle renderer.
    #[value(name = "w6")]
    Memory,
    /// Start to exit of a whole app.
    #[value(name = "app")]
    App,
    /// What one more renderer costs main.
    #[value(name = "one-more")]
    OneMore,
    /// So many renderers at once.
    #[value(name = "renderers")]
    Renderers,
    /// Calls between two renderers.
    #[value(name = "port")]
    Port,
    /// What so many idle renderers cost.
    #[value(name = "idle")]
    Idle,
    /// Processor time and context switches of calls.
    #[value(name = "cost")]
    Cost,
    /// Calls and nothing else, for instruments that count from outside.
    #[value(name = "calls")]
    Calls,
}

impl Workload {
    /// The name in arguments; of the first six also in the JSON lines.
    pub(super) fn code(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// How many calls a launch makes that is not told.
    pub(super) fn default_n(self) -> u32 {
        match self {
            Self::RoundTrip => 50_000,
            Self::Pipelined => 200_000,
            Self::OneWay => 500_000,
            Self::Echo => 1_500,
            _ => 1,
        }
    }
}
