//! Streams as results and arguments of calls, across real processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use dipole::{App, CallError, Program, Stream, Streaming, Value, WebContents};
use tokio::sync::mpsc;

const FIXTURE: &str = env!("CARGO_BIN_EXE_streaming_fixture");

/// Nothing here takes as long.
const PATIENCE: Duration = Duration::from_secs(30);

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("in time") });
}

fn renderer(app: &App) -> WebContents {
    app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts")
}

async fn all(mut stream: Streaming<u64>) -> Result<Vec<u64>, CallError> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item?);
    }
    Ok(items)
}

/// How many items of the renderer's endless stream are made, once it makes no more for now.
async fn produced(renderer: &WebContents, enough: impl Fn(i64) -> bool) -> i64 {
    loop {
        let produced: i64 = renderer.invoke("produced", ()).await.expect("other calls go on");
        if enough(produced) {
            return produced;
        }
        tokio::task::yield_now().await;
    }
}

/// A stream of main's that tells when it is asked for an item, and when it is dropped.
struct Told {
    made: Arc<AtomicU64>,
    dropped: mpsc::UnboundedSender<()>,
}

impl Stream for Told {
    type Item = Result<u64, String>;

    fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(Ok(self.made.fetch_add(1, Ordering::SeqCst))))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.dropped.send(());
    }
}

/// Main's endless stream on a channel: how many items it has made, and what tells that it was dropped.
fn endless(app: &App, channel: &str) -> (Arc<AtomicU64>, mpsc::UnboundedReceiver<()>) {
    let (sender, dropped) = mpsc::unbounded_channel();
    let made = Arc::new(AtomicU64::new(0));
    let counted = made.clone();
    app.ipc_main()
        .handle(channel, move |_, ()| {
            let told = Told { made: counted.clone(), dropped: sender.clone() };
            async move { Ok(Streaming::new(told)) }
        })
        .expect("the first handler");
    (made, dropped)
}

#[test]
fn items_come_in_order_and_then_the_end() {
    run(async {
        let app = App::new();
        let stream = renderer(&app).invoke("count", (5_000,)).await.expect("a stream");
        assert_eq!(all(stream).await, Ok((0..5_000).collect()));
    });
}

#[test]
fn streams_of_main_come_in_order_to_a_renderer() {
    run(async {
        let app = App::new();
        app.ipc_main().handle("rows", |_, ()| async { Ok(Streaming::iter(0..3_000_u64)) }).expect("the first handler");
        let renderer = renderer(&app);
        let items: Vec<u64> = renderer.invoke("ask", ("rows", usize::MAX)).await.expect("all of them");
        assert_eq!(items, (0..3_000).collect::<Vec<_>>());
        let items: Vec<u64> = renderer.invoke("ask blocking", ("rows",)).await.expect("all of them");
        assert_eq!(items, (0..3_000).collect::<Vec<_>>());
    });
}

#[test]
fn a_stream_may_be_an_argument_before_the_renderer_has_said_hello() {
    run(async {
        let app = App::new();
        let sum: u64 = renderer(&app).invoke("sum", (Streaming::iter(1..=2_000_u64),)).await.expect("the sum");
        assert_eq!(sum, 2_001_000);
    });
}

#[test]
fn a_stream_that_nobody_reads_stops_its_producer_and_neither_calls_nor_other_streams() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut slow: Streaming<u64> = renderer.invoke("endless", ()).await.expect("a stream");
        // One more than there is credit for waits where it was made.
        assert_eq!(produced(&renderer, |count| count >= 129).await, 129);
        let other = renderer.invoke("count", (3_000,)).await.expect("a stream");
        assert_eq!(all(other).await.map(|items| items.len()), Ok(3_000));
        assert_eq!(produced(&renderer, |_| true).await, 129);
        for expected in 0..100 {
            assert_eq!(slow.next().await, Some(Ok(expected)));
        }
        let further = produced(&renderer, |count| count > 129).await;
        assert!(further <= 129 + 100, "{further}");
    });
}

#[test]
fn who_drops_a_stream_cancels_its_producer() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut stream: Streaming<u64> = renderer.invoke("endless", ()).await.expect("a stream");
        assert_eq!(stream.next().await, Some(Ok(0)));
        drop(stream);
        assert_eq!(produced(&renderer, |count| count < 0).await, -1);
        // A result that is none of a stream is one that nobody takes.
        let _: Value = renderer.invoke("endless", ()).await.expect("a value");
        assert_eq!(produced(&renderer, |count| count < 0).await, -1);
    });
}

#[test]
fn a_renderer_that_is_done_with_a_stream_of_mains_cancels_it() {
    run(async {
        let app = App::new();
        let (_, mut dropped) = endless(&app, "endless");
        let items: Vec<u64> = renderer(&app).invoke("ask", ("endless", 3)).await.expect("three of them");
        assert_eq!(items, [0, 1, 2]);
        assert_eq!(dropped.recv().await, Some(()));
    });
}

#[test]
fn the_streams_of_a_renderer_that_is_killed_are_dropped() {
    run(async {
        let app = App::new();
        let (made, mut dropped) = endless(&app, "endless");
        let renderer = renderer(&app);
        let _: () = renderer.invoke("hold", ("endless",)).await.expect("it has it");
        renderer.kill();
        assert_eq!(dropped.recv().await, Some(()));
        assert!(made.load(Ordering::SeqCst) <= 129);
    });
}

#[test]
fn the_stream_of_a_process_that_ends_says_how_it_ended_behind_what_had_come() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut stream: Streaming<u64> = renderer.invoke("die", ()).await.expect("a stream");
        assert_eq!(stream.next().await, Some(Ok(1)));
        let _ = renderer.invoke::<()>("exit", (3,)).await;
        let Some(Err(error)) = stream.next().await else { panic!("no end") };
        assert_eq!(error.ended().map(|ended| ended.exit_code), Some(3), "{error}");
        assert!(renderer.is_gone());
        assert_eq!(stream.next().await, None);
    });
}

#[test]
fn a_stream_fails_with_what_its_producer_failed_with() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut stream: Streaming<u64> = renderer.invoke("fail", (2,)).await.expect("a stream");
        assert_eq!(stream.next().await, Some(Ok(0)));
        assert_eq!(stream.next().await, Some(Ok(1)));
        let Some(Err(CallError::Handler(error))) = stream.next().await else { panic!("no failure") };
        assert_eq!((error.text.as_str(), error.code.as_deref()), ("RangeError: that is enough", Some("E_ENOUGH")));
        assert_eq!(stream.next().await, None);

        let stream = renderer.invoke("panic", ()).await.expect("a stream");
        let Err(CallError::Handler(error)) = all(stream).await else { panic!("no failure") };
        assert_eq!(error.text, "Panic: the stream panicked: on purpose");
        assert_eq!(renderer.invoke::<u64>("sum", (Streaming::iter([1_u64]),)).await, Ok(1), "it goes on");
    });
}

#[test]
fn an_item_of_another_type_ends_the_stream_with_an_error() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut stream: Streaming<String> = renderer.invoke("endless", ()).await.expect("a stream");
        assert!(matches!(stream.next().await, Some(Err(CallError::BadReply { .. }))));
        assert_eq!(stream.next().await, None);
        assert_eq!(produced(&renderer, |count| count < 0).await, -1);
    });
}

#[test]
fn a_handler_that_takes_a_part_of_a_stream_cancels_the_rest() {
    run(async {
        let app = App::new();
        let (sender, mut dropped) = mpsc::unbounded_channel();
        let told = Told { made: Arc::default(), dropped: sender };
        let first: Vec<u64> = renderer(&app).invoke("first", (Streaming::new(told), 2)).await.expect("two of them");
        assert_eq!(first, [0, 1]);
        assert_eq!(dropped.recv().await, Some(()));
    });
}

#[test]
fn a_stream_is_sent_on_with_what_is_left_of_it() {
    run(async {
        let app = App::new();
        let (one, other) = (renderer(&app), renderer(&app));
        let numbers: Streaming<u64> = one.invoke("count", (4_000,)).await.expect("a stream");
        // From one renderer by main to the other, and back to main.
        let rest: Streaming<u64> = other.invoke("rest", (numbers, 1_500)).await.expect("a stream");
        assert_eq!(all(rest).await, Ok((1_500..4_000).collect()));
    });
}

#[test]
fn a_stream_goes_by_calls_alone_and_only_once() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let sent = renderer.send("sum", (Streaming::iter([1_u64]),)).await;
        assert!(matches!(sent, Err(CallError::NotCloneable { .. })), "{sent:?}");
        let stream = Streaming::iter([1_u64, 2]);
        assert_eq!(renderer.invoke::<u64>("sum", (&stream,)).await, Ok(3));
        let again = renderer.invoke::<u64>("sum", (&stream,)).await;
        assert!(matches!(again, Err(CallError::NotCloneable { .. })), "{again:?}");
        let none = renderer.invoke::<u64>("sum", (7,)).await;
        assert!(
            matches!(&none, Err(CallError::BadArguments { reason }) if reason.contains("expected a stream")),
            "{none:?}"
        );
    });
}

#[test]
fn streams_beyond_the_number_of_ports_are_refused_and_those_that_have_ended_count_no_more() {
    run(async {
        let app = App::new();
        let renderer = renderer(&app);
        let mut open = Vec::new();
        let refused = loop {
            match renderer.invoke::<Streaming<u64>>("count", (300,)).await {
                Ok(stream) => open.push(stream),
                Err(error) => break error,
            }
        };
        assert_eq!(open.len(), 256);
        assert!(matches!(&refused, CallError::Handler(error) if error.text.contains("too many")), "{refused}");
        drop(open.pop());
        let stream = renderer.invoke("count", (3,)).await.expect("one more");
        assert_eq!(all(stream).await, Ok(vec![0, 1, 2]));
    });
}
