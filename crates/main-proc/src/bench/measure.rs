//! The workloads, for any caller.

use std::time::{Duration, Instant};

use ipc_proto::bytes::Bytes;

use super::caller::{Caller, Item};
use super::failure::Failure;
use super::figures::{Content, Figure};
use super::job::{Job, now};
use super::usage::Usage;
use super::workload::Workload;

/// Sizes of the echo, and how many times fewer than the smallest each is sent.
const ECHOES: [(usize, u32); 3] = [(64 << 10, 1), (1 << 20, 10), (16 << 20, 150)];
/// Sizes for a curve, and how often each is sent.
const SIZES: [(usize, u32); 9] = [
    (64, 2000),
    (1 << 10, 2000),
    (4 << 10, 1000),
    (16 << 10, 500),
    (64 << 10, 300),
    (256 << 10, 100),
    (1 << 20, 40),
    (4 << 20, 10),
    (16 << 20, 4),
];
/// The length of the text.
const TEXT: usize = 1 << 20;
/// How many records are sent.
const RECORDS: u32 = 10_000;
/// A series of round trips ends after this time, if it has [`ENOUGH`] of them: a loaded machine may be slow.
const PATIENCE: Duration = Duration::from_secs(2);
const ENOUGH: usize = 200;
/// How long a process is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_millis(300);

/// Runs the job's workload and prints its figures.
pub(super) async fn measure(job: &Job, caller: &mut impl Caller) -> Result<(), Failure> {
    match job.workload {
        Workload::RoundTrip => round_trip(job, caller).await,
        Workload::Pipelined => pipelined(job, caller).await,
        Workload::OneWay => one_way(job, caller).await,
        Workload::Echo => {
            for (size, fewer) in ECHOES {
                echo(size, (job.n / fewer).max(1), caller).await?;
            }
            Ok(())
        }
        Workload::EchoSizes => {
            for (size, count) in SIZES {
                echo(size, count, caller).await?;
            }
            Ok(())
        }
        Workload::EchoText => echo_text(job.n, caller).await,
        Workload::EchoRecords => echo_records(job.n, caller).await,
        Workload::Cost => cost(job.n, caller).await,
        Workload::Calls => {
            for number in 0..i32::try_from(job.n)? {
                check_add(caller, number).await?;
            }
            Ok(())
        }
        Workload::ColdStart => {
            check_add(caller, 1).await?;
            let ns = now().saturating_sub(job.started.unwrap_or_default());
            Figure::ColdStart { ns }.print()
        }
        Workload::Memory => {
            check_add(caller, 1).await?;
            std::thread::sleep(IDLE);
            Figure::memory(&std::fs::read_to_string("/proc/self/smaps_rollup")?).print()
        }
        Workload::Sync
        | Workload::EchoMebibyte
        | Workload::EchoWide
        | Workload::App
        | Workload::SecondWindow
        | Workload::ThirdWindow
        | Workload::OneMore
        | Workload::Renderers
        | Workload::Port
        | Workload::Idle => Err("this workload is not a caller's".into()),
    }
}

async fn round_trip(job: &Job, caller: &mut impl Caller) -> Result<(), Failure> {
    let count = i32::try_from(job.n)?;
    for number in 0..count / 10 {
        check_add(caller, number).await?;
    }
    let mut times = Vec::with_capacity(job.n as usize);
    let begun = Instant::now();
    for number in 0..count {
        let start = Instant::now();
        let sum = caller.add(number, 1, 2).await?;
        times.push(nanoseconds(start));
        check_sum(number, sum)?;
        if number % 16 == 0 && times.len() > ENOUGH && begun.elapsed() > PATIENCE {
            break;
        }
    }
    Figure::round_trip(times, job.histogram).print()
}

async fn pipelined(job: &Job, caller: &mut impl Caller) -> Result<(), Failure> {
    let figure = if caller.pipelined((job.n / 10).max(1)).await? {
        let start = Instant::now();
        caller.pipelined(job.n).await?;
        Figure::Pipelined { per_s: Some(per_second(job.n, start)), unsupported: None }
    } else {
        Figure::Pipelined { per_s: None, unsupported: Some(true) }
    };
    figure.print()
}

async fn one_way(job: &Job, caller: &mut impl Caller) -> Result<(), Failure> {
    caller.one_way((job.n / 10).max(1)).await?;
    let start = Instant::now();
    caller.one_way(job.n).await?;
    Figure::OneWay { per_s: per_second(job.n, start) }.print()
}

async fn echo(size: usize, count: u32, caller: &mut impl Caller) -> Result<(), Failure> {
    let bytes = Bytes::from(vec![0x5a; size]);
    for _ in 0..=count / 10 {
        caller.echo(&bytes).await?;
    }
    let mut times = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let start = Instant::now();
        let back = caller.echo(&bytes).await?;
        times.push(nanoseconds(start));
        if back != size {
            return Err(format!("of {size} bytes {back} came back").into());
        }
    }
    Figure::echo(size, Content::Bytes, times).print()
}

async fn echo_text(count: u32, caller: &mut impl Caller) -> Result<(), Failure> {
    let text = "all of this is text ".repeat(TEXT.div_ceil(20));
    let text = text.get(..TEXT).unwrap_or_default();
    let mut times = Vec::new();
    for _ in 0..count + 2 {
        let start = Instant::now();
        let back = caller.echo_text(text).await?;
        times.push(nanoseconds(start));
        if back != TEXT {
            return Err(format!("of {TEXT} bytes of text {back} came back").into());
        }
    }
    Figure::echo(TEXT, Content::Text, times.split_off(2)).print()
}

async fn echo_records(count: u32, caller: &mut impl Caller) -> Result<(), Failure> {
    let records: Vec<Item> =
        (0..RECORDS).map(|id| Item { id, name: format!("record {id}"), value: f64::from(id) + 0.5 }).collect();
    let size = serde_json::to_vec(&records)?.len();
    let mut times = Vec::new();
    for _ in 0..count + 2 {
        let start = Instant::now();
        let back = caller.echo_records(&records).await?;
        times.push(nanoseconds(start));
        if back != records.len() {
            return Err(format!("of {RECORDS} records {back} came back").into());
        }
    }
    Figure::echo(size, Content::Records, times.split_off(2)).print()
}

/// Counts for this process, which calls, and its parent, which answers.
async fn cost(calls: u32, caller: &mut impl Caller) -> Result<(), Failure> {
    let server = std::os::unix::process::parent_id();
    let look = || Ok::<_, Failure>((Usage::of(std::process::id())?, Usage::of(server)?));
    for number in 0..500 {
        check_add(caller, number).await?;
    }
    let before = look()?;
    for number in 0..i32::try_from(calls)? {
        check_add(caller, number).await?;
    }
    let after = look()?;
    Figure::Cost { calls, caller: after.0.since(before.0), server: after.1.since(before.1) }.print()
}

async fn check_add(caller: &mut impl Caller, number: i32) -> Result<(), Failure> {
    let sum = caller.add(number, 1, 2).await?;
    check_sum(number, sum)
}

fn check_sum(number: i32, sum: i32) -> Result<(), Failure> {
    if sum == number + 3 { Ok(()) } else { Err(format!("{number} + 1 + 2 is not {sum}").into()) }
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn per_second(count: u32, since: Instant) -> u64 {
    rate(count, nanoseconds(since))
}

/// How many a second, when so many took so many nanoseconds.
pub(super) fn rate(count: u32, nanoseconds: u64) -> u64 {
    let rate = u128::from(count) * 1_000_000_000 / u128::from(nanoseconds.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}
