//! Equal renderers that share the calls, as main sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use main_proc::pool::{Pool, PoolOptions};
use main_proc::{App, CallError, Program};

const FIXTURE: &str = env!("CARGO_BIN_EXE_supervised_fixture");

fn options(renderers: usize, change: impl FnOnce(&mut PoolOptions)) -> PoolOptions {
    let mut options = PoolOptions::default();
    options.renderers = renderers;
    options.policy.delay = Duration::from_millis(1);
    options.policy.budget = u32::MAX;
    change(&mut options);
    options
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

/// A pool of the fixture's, all of them ready.
async fn pool(app: &App, options: PoolOptions) -> Pool {
    let pool = Pool::start(app, &Program::new(FIXTURE), options, |_| {}).expect("the fixture starts");
    for supervisor in pool.supervisors() {
        supervisor.ready().await.expect("ready");
    }
    pool
}

async fn pid(pool: &Pool) -> u32 {
    pool.invoke("pid", ()).await.expect("an answer")
}

/// A call that is never answered, under way.
async fn occupied(pool: &Pool) -> tokio::task::JoinHandle<Result<(), CallError>> {
    let calls = pool.clone();
    let calling = tokio::spawn(async move { calls.invoke("wait", ()).await });
    // Its task goes as far as it can before this one goes on.
    tokio::task::yield_now().await;
    calling
}

#[test]
fn a_call_goes_to_the_renderer_that_has_the_fewest() {
    run(async {
        let app = App::new();
        let pool = pool(&app, options(2, |options| options.calls_each = 8)).await;
        let mut all = BTreeSet::new();
        for _ in 0..6 {
            all.insert(pid(&pool).await);
        }
        assert_eq!(all.len(), 2, "in turns while they are equal");
        let waiting = occupied(&pool).await;
        let mut free = BTreeSet::new();
        for _ in 0..6 {
            free.insert(pid(&pool).await);
        }
        assert_eq!(free.len(), 1, "the other one has a call already");
        waiting.abort();
    });
}

#[test]
fn calls_wait_in_a_queue_that_has_an_end_and_leave_it_with_their_callers() {
    run(async {
        let app = App::new();
        let pool = pool(&app, options(1, |options| options.queue = 1)).await;
        let first = occupied(&pool).await;
        let second = occupied(&pool).await;
        assert_eq!(pool.waiting(), 1);
        assert_eq!(pool.invoke::<u32>("pid", ()).await, Err(CallError::Busy { limit: 1 }));
        second.abort();
        assert!(second.await.expect_err("dropped").is_cancelled());
        let after = Duration::from_millis(30);
        let late = pool.invoke_within::<u32>("pid", (), after).await;
        assert_eq!(late, Err(CallError::Timeout { channel: "pid".to_owned(), after }));
        assert_eq!(pool.waiting(), 0);
        let (next, ()) = tokio::join!(pool.invoke::<u32>("pid", ()), async { first.abort() });
        next.expect("the place is free again");
    });
}

#[test]
fn a_crash_costs_the_calls_of_its_renderer_and_no_others() {
    run(async {
        let app = App::new();
        let pool = pool(&app, options(3, |_| {})).await;
        let results = pool.map::<i64, _>("double", (0..40_i64).map(|number| (number,))).collect().await;
        for (number, result) in (0..).zip(results) {
            match (number, result) {
                (13, Err(CallError::PeerGone { reason, .. })) => assert!(reason.contains("code 13"), "{reason}"),
                (number, result) => assert_eq!(result, Ok(number * 2), "{number}"),
            }
        }
    });
}

#[test]
fn results_of_a_map_come_with_their_places_and_no_argument_is_taken_early() {
    run(async {
        let app = App::new();
        let pool = pool(&app, options(2, |options| options.queue = 0)).await;
        let taken = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&taken);
        let args = (100..120_i64).inspect(move |_| {
            counts.fetch_add(1, Ordering::SeqCst);
        });
        let mut results = pool.map::<i64, _>("double", args.map(|number| (number,)));
        let mut places = BTreeSet::new();
        while let Some((place, result)) = results.next().await {
            assert_eq!(result, Ok((100 + i64::try_from(place).expect("small")) * 2));
            places.insert(place);
            let taken = taken.load(Ordering::SeqCst);
            assert!(taken <= places.len() + 1, "{taken} taken behind {} results", places.len());
        }
        assert_eq!(places.len(), 20);
    });
}

#[test]
fn a_renderer_that_has_had_its_calls_or_has_grown_is_replaced_and_no_call_fails_for_that() {
    run(async {
        let app = App::new();
        let few = pool(&app, options(2, |options| options.most_calls = Some(3))).await;
        let mut calls = BTreeMap::new();
        for _ in 0..24 {
            *calls.entry(pid(&few).await).or_insert(0) += 1;
        }
        assert!(calls.values().all(|count| *count <= 3), "{calls:?}");

        let small = pool(&app, options(1, |options| options.most_memory = Some(64 << 20))).await;
        let first = pid(&small).await;
        assert_eq!(pid(&small).await, first, "it is small");
        assert_eq!(small.invoke("grow", (80 << 20,)).await, Ok(80 << 20));
        assert_ne!(pid(&small).await, first);
    });
}

#[test]
fn calls_fail_with_the_reason_when_all_renderers_have_been_given_up_or_stopped() {
    run(async {
        let app = App::new();
        let options_of_none = options(2, |options| options.policy.budget = 1);
        let none = Pool::start(&app, &Program::new("false"), options_of_none, |_| {}).expect("a program");
        match none.invoke::<u32>("pid", ()).await {
            Err(CallError::PeerGone { reason, .. }) => assert!(reason.contains("1 times within"), "{reason}"),
            other => panic!("{other:?}"),
        }
        let pool = pool(&app, options(1, |_| {})).await;
        let (first, second) = (occupied(&pool).await, occupied(&pool).await);
        pool.stop().await;
        for call in [first, second] {
            let error = call.await.expect("no panic").expect_err("it was stopped");
            assert!(matches!(error, CallError::PeerGone { .. } | CallError::ShuttingDown), "{error}");
        }
        assert!(app.renderers().is_empty());
    });
}

#[test]
fn a_renderer_that_takes_too_long_is_replaced_and_costs_its_own_calls_alone() {
    run(async {
        let app = App::new();
        let most_time = Duration::from_secs(2);
        let pool = pool(
            &app,
            options(2, |options| {
                options.most_time = Some(most_time);
                // It does not count as an end.
                options.policy.budget = 0;
            }),
        )
        .await;
        let before: BTreeSet<_> = [pid(&pool).await, pid(&pool).await].into();
        for _ in 0..3 {
            let late = pool.invoke::<()>("block", (3_600_u64,)).await;
            assert_eq!(late, Err(CallError::Timeout { channel: "block".to_owned(), after: most_time }));
            pid(&pool).await;
        }
        let mut after = BTreeSet::new();
        for supervisor in pool.supervisors() {
            after.insert(supervisor.ready().await.expect("one follows").os_process_id());
        }
        assert_ne!(after, before);
        assert_eq!(app.renderers().len(), 2, "those that were late have ended");
    });
}

#[test]
fn the_time_in_which_a_renderer_starts_is_not_that_of_its_first_call() {
    run(async {
        let app = App::new();
        let folder = tempfile::tempdir().expect("a folder");
        let gate = folder.path().join("gate");
        rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::RWXU).expect("a pipe");
        let script = format!("read go < '{}'; exec \"$0\"", gate.display());
        let slow = Program::new("sh").args(["-c", &script, FIXTURE]);
        let most_time = Duration::from_secs(1);
        let options = options(1, |options| options.most_time = Some(most_time));
        let pool = Pool::start(&app, &slow, options, |_| {}).expect("the shell starts");
        let calling = tokio::spawn({
            let pool = pool.clone();
            async move { pool.invoke::<u32>("pid", ()).await }
        });
        // Longer than any call may take.
        tokio::time::sleep(most_time + Duration::from_millis(200)).await;
        std::fs::write(&gate, "go\n").expect("the shell reads");
        calling.await.expect("no panic").expect("it has only just been given to a renderer");
    });
}
