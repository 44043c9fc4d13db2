//! What a measured process can ask of its parent.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use ipc_proto::bytes::Bytes as Shared;
use renderer_proc::{Arguments, CallError, IpcRenderer};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::failure::Failure;

/// The calls of the workloads. Blocking callers never await.
pub(super) trait Caller {
    /// The sum of three integers.
    async fn add(&mut self, a: i32, b: i32, c: i32) -> Result<i32, Failure>;
    /// `total` such calls, [`WINDOW`] outstanding; `false` when that cannot be done.
    async fn pipelined(&mut self, total: u32) -> Result<bool, Failure>;
    /// `count` messages one way, then one call that proves that all were received and decoded.
    async fn one_way(&mut self, count: u32) -> Result<(), Failure>;
    /// Sends bytes there and back; how many came back.
    async fn echo(&mut self, bytes: &Shared) -> Result<usize, Failure>;
    /// Sends text there and back; how many bytes came back.
    async fn echo_text(&mut self, text: &str) -> Result<usize, Failure>;
    /// Sends records there and back; how many came back.
    async fn echo_records(&mut self, records: &[Item]) -> Result<usize, Failure>;
}

/// How many calls are outstanding at a time.
pub(super) const WINDOW: usize = 64;
/// The payload of a one-way message.
pub(super) const MESSAGE: [u8; 60] = [7; 60];

/// A small record, one of many.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) value: f64,
}

/// Bytes that travel as bytes, not as a list of numbers.
pub(super) struct Bytes<T>(pub(super) T);

impl<T: AsRef<[u8]>> Serialize for Bytes<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}

impl<'de> Deserialize<'de> for Bytes<Vec<u8>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Buffer;
        impl Visitor<'_> for Buffer {
            type Value = Bytes<Vec<u8>>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Buffer)
    }
}

/// `send_sync` or `invoke_blocking` from a plain thread.
pub(super) struct Blocking {
    pub(super) ipc: IpcRenderer,
    pub(super) invoke: bool,
}

impl Blocking {
    fn call<A: Arguments + Serialize, R: DeserializeOwned>(&self, channel: &str, args: &A) -> Result<R, Failure> {
        Ok(if self.invoke {
            self.ipc.invoke_blocking(channel, args, None)?
        } else {
            self.ipc.send_sync(channel, args)?
        })
    }
}

impl Caller for Blocking {
    async fn add(&mut self, a: i32, b: i32, c: i32) -> Result<i32, Failure> {
        self.call("add", &(a, b, c))
    }

    async fn pipelined(&mut self, _total: u32) -> Result<bool, Failure> {
        Ok(false) // a caller that blocks has one call outstanding
    }

    async fn one_way(&mut self, count: u32) -> Result<(), Failure> {
        for _ in 0..count {
            self.ipc.send_blocking("tick", (Bytes(MESSAGE),))?;
        }
        all_received(self.call("ticks", &())?, count)
    }

    async fn echo(&mut self, bytes: &Shared) -> Result<usize, Failure> {
        let back: Shared = self.call("echo", &(bytes,))?;
        Ok(back.len())
    }

    async fn echo_text(&mut self, text: &str) -> Result<usize, Failure> {
        let back: String = self.call("echo-text", &(text,))?;
        Ok(back.len())
    }

    async fn echo_records(&mut self, records: &[Item]) -> Result<usize, Failure> {
        let back: Vec<Item> = self.call("echo-records", &(records,))?;
        Ok(back.len())
    }
}

/// `invoke`, awaited.
pub(super) struct Awaiting(pub(super) IpcRenderer);

impl Caller for Awaiting {
    async fn add(&mut self, a: i32, b: i32, c: i32) -> Result<i32, Failure> {
        Ok(self.0.invoke("add", (a, b, c)).await?)
    }

    async fn pipelined(&mut self, total: u32) -> Result<bool, Failure> {
        let ipc = &self.0;
        in_window(total, |index| ipc.invoke::<i64>("add", (index, 1, 2))).await?;
        Ok(true)
    }

    async fn one_way(&mut self, count: u32) -> Result<(), Failure> {
        for _ in 0..count {
            self.0.send("tick", (Bytes(MESSAGE),)).await?;
        }
        let ticks: u32 = self.0.invoke("ticks", ()).await?;
        all_received(ticks, count)
    }

    async fn echo(&mut self, bytes: &Shared) -> Result<usize, Failure> {
        let back: Shared = self.0.invoke("echo", (bytes,)).await?;
        Ok(back.len())
    }

    async fn echo_text(&mut self, text: &str) -> Result<usize, Failure> {
        let back: String = self.0.invoke("echo-text", (text,)).await?;
        Ok(back.len())
    }

    async fn echo_records(&mut self, records: &[Item]) -> Result<usize, Failure> {
        let back: Vec<Item> = self.0.invoke("echo-records", (records,)).await?;
        Ok(back.len())
    }
}

fn all_received(ticks: u32, count: u32) -> Result<(), Failure> {
    if ticks == count { Ok(()) } else { Err(format!("{count} messages were sent, {ticks} arrived").into()) }
}

/// Makes `total` calls in all and keeps [`WINDOW`] of them outstanding, each started when the oldest has ended.
async fn in_window<F>(total: u32, call: impl Fn(u32) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<i64, CallError>>,
{
    let mut slots: Vec<Slot<F>> = Vec::with_capacity(WINDOW);
    let mut started = 0;
    let mut ended = 0;
    std::future::poll_fn(|context| {
        while ended < total {
            // A request leaves with the first poll of its future, which may find the answer already.
            while started < total && (started - ended) < WINDOW as u32 {
                let future = call(started);
                let place = started as usize % WINDOW;
                match slots.get_mut(place) {
                    Some(slot) => slot.begin(future),
                    None => slots.push(Slot { future: Box::pin(future), result: None }),
                }
                started += 1;
                if let Some(slot) = slots.get_mut(place) {
                    slot.poll(context);
                }
            }
            let Some(oldest) = slots.get_mut(ended as usize % WINDOW) else { break };
            oldest.poll(context);
            match oldest.result.take() {
                Some(Ok(sum)) if sum == i64::from(ended) + 3 => ended += 1,
                Some(Ok(sum)) => return Poll::Ready(Err(format!("{ended} + 1 + 2 is not {sum}").into())),
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                None => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    })
    .await
}

/// A call and, from when it has ended, its result.
struct Slot<F: Future> {
    future: Pin<Box<F>>,
    result: Option<F::Output>,
}

impl<F: Future> Slot<F> {
    fn begin(&mut self, future: F) {
        self.future.set(future);
        self.result = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        if self.result.is_none()
            && let Poll::Ready(result) = self.future.as_mut().poll(context)
        {
            self.result = Some(result);
        }
    }
}

/// Runs a future that never waits.
pub(super) fn run_blocking<F: Future<Output = Result<(), Failure>>>(future: F) -> Result<(), Failure> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err("a blocking caller waited".into()),
    }
}
