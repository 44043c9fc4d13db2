//! Typed services between real processes.

use std::process::Command;
use std::time::Duration;

use dipole::Streaming;
use ipc_tests::services::{
    Abacus, CalcError, Calculator, CalculatorClient, CalculatorServer, CounterClient, CounterServer, Fingers, Glass,
    MirrorServer,
};
use main_proc::supervisor::{Policy, Supervisor};
use main_proc::{App, CallError, Program, WebContents};

const FIXTURE: &str = env!("CARGO_BIN_EXE_service_fixture");

type ServiceError = dipole::ServiceError<CalcError>;

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

fn program() -> Program {
    Program::new(FIXTURE).arg("waits")
}

fn renderer(app: &App) -> WebContents {
    app.spawn_renderer(&program()).expect("the fixture starts")
}

#[test]
fn main_calls_a_renderers_methods_and_gets_their_types() {
    run(async {
        let app = App::new();
        let contents = renderer(&app);
        let calculator = CalculatorClient::new(&contents);
        assert_eq!(calculator.add(4, 5).await, Ok(9));
        assert_eq!(calculator.add(99, 2).await, Err(ServiceError::Failed(CalcError::TooLarge { most: 100 })));
        assert_eq!(calculator.divide(1, 0).await, Err(ServiceError::Failed(CalcError::DividedByZero)));
        assert_eq!(calculator.halves(vec![4, 7]).await, Ok(vec![2, 3]));
    });
}

#[test]
fn a_renderer_calls_mains_methods_and_a_method_knows_its_caller() {
    run(async {
        let app = App::new();
        app.ipc_main().serve(CalculatorServer::new(Abacus)).expect("the first").forget();
        app.ipc_main().serve(MirrorServer::new(Glass)).expect("the first").forget();
        let (one, other) = (renderer(&app), renderer(&app));
        let told: String = one.invoke("ask-main", ()).await.expect("an answer");
        assert_eq!(told, "Ok(9) Err(Failed(DividedByZero))");
        for contents in [&one, &other] {
            let (id, said): (u64, String) = contents.invoke("look", ()).await.expect("an answer");
            assert_eq!((id, said.as_str()), (contents.id(), "hello"));
        }
    });
}

#[test]
fn who_knows_no_types_calls_a_method_by_its_name() {
    run(async {
        let app = App::new();
        let contents = renderer(&app);
        assert_eq!(contents.invoke::<i64>("Calculator.add", (4, 5)).await, Ok(9));
        let error = contents.invoke::<i64>("Calculator.divide", (4, 0)).await.expect_err("no number");
        assert_eq!(error.to_string(), "Error: divided by zero");
        for wrong in [
            contents.invoke::<i64>("Calculator.add", (4, 5, 6)).await,
            contents.invoke::<i64>("Calculator.add", (4,)).await,
            contents.invoke::<i64>("Calculator.add", (4, "5")).await,
        ] {
            assert!(matches!(wrong, Err(CallError::BadArguments { .. })), "{wrong:?}");
        }
    });
}

#[test]
fn what_is_not_the_methods_own_error_is_the_calls() {
    run(async {
        let app = App::new();
        let contents = renderer(&app);
        let calculator = CalculatorClient::new(&contents);
        let soon = calculator.clone().within(Duration::from_millis(20));
        assert!(matches!(soon.wait().await, Err(CallError::Timeout { .. })));
        match calculator.panic().await {
            Err(ServiceError::Call(CallError::Handler(error))) => {
                assert!(error.text.contains("out of beads"), "{error}")
            }
            other => panic!("{other:?}"),
        }
        contents.invoke::<()>("stop-serving", ()).await.expect("an answer");
        let error = calculator.add(4, 5).await.expect_err("nobody serves it");
        assert_eq!(error.to_string(), "No handler registered for 'Calculator.add'");

        let contents = renderer(&app);
        let error = CalculatorClient::new(&contents).exit(3).await.expect_err("it ends");
        assert!(matches!(&error, CallError::PeerGone { reason, .. } if reason.contains("code 3")), "{error}");
        let gone = CalculatorClient::new(&contents).add(1, 1).await;
        assert!(matches!(gone, Err(ServiceError::Call(CallError::PeerGone { .. }))), "{gone:?}");
    });
}

#[test]
fn results_and_arguments_may_be_streams() {
    run(async {
        let app = App::new();
        app.ipc_main().serve(CounterServer::new(Fingers)).expect("the first").forget();
        let contents = renderer(&app);
        let counter = CounterClient::new(&contents);
        let mut numbers = counter.count(5_000).await.expect("a stream");
        for expected in 1..=5_000 {
            assert_eq!(numbers.next().await, Some(Ok(expected)));
        }
        assert_eq!(numbers.next().await, None);
        assert_eq!(counter.sum(Streaming::iter(1..=100)).await, Ok(5050));
        let refused = counter.count(10_001).await.expect_err("too many");
        assert_eq!(refused, ServiceError::Failed(CalcError::TooLarge { most: 10_000 }));
        assert_eq!(contents.invoke::<i64>("count-by-main", ()).await, Ok(500_500));
    });
}

#[test]
fn a_client_of_a_supervisor_asks_whoever_runs() {
    run(async {
        let app = App::new();
        let supervisor = Supervisor::start(&app, program(), Policy::default(), |_| {}).expect("the fixture starts");
        let calculator = CalculatorClient::new(&supervisor);
        assert!(matches!(calculator.exit(3).await, Err(CallError::PeerGone { .. })));
        assert_eq!(calculator.add(4, 5).await, Ok(9));
        assert_eq!(supervisor.epoch(), 2);
    });
}

#[test]
fn a_service_is_registered_whole_or_not_at_all_and_removes_its_own_handlers() {
    let app = App::new();
    let ipc = app.ipc_main();
    ipc.handle("Calculator.exit", |_, ()| async { Ok(()) }).expect("the first handler");
    let error = ipc.serve(CalculatorServer::new(Abacus)).expect_err("one of its channels is taken");
    assert_eq!(error.channel, "Calculator.exit");
    assert_eq!(ipc.handled_channels(), ["Calculator.exit"]);

    assert!(ipc.remove_handler("Calculator.exit"));
    let served = ipc.serve(CalculatorServer::new(Abacus)).expect("all are free");
    assert_eq!(ipc.handled_channels().len(), 6);
    assert!(ipc.remove_handler("Calculator.add"));
    ipc.handle("Calculator.add", |_, ()| async { Ok(1) }).expect("free again");
    drop(served);
    assert_eq!(ipc.handled_channels(), ["Calculator.add"]);
}

/// A calculator with an opinion of its own, which takes its time.
struct Other;

impl Calculator for Other {
    async fn add(&self, a: i64, b: i64) -> Result<i64, CalcError> {
        tokio::task::yield_now().await;
        Ok(-a - b)
    }
    async fn divide(&self, _: i64, _: i64) -> Result<i64, CalcError> {
        tokio::task::yield_now().await;
        Err(CalcError::TooLarge { most: 0 })
    }
    async fn halves(&self, of: Vec<i64>) -> Vec<i64> {
        of
    }
    async fn wait(&self) {}
    async fn panic(&self) -> Result<(), CalcError> {
        Ok(())
    }
    async fn exit(&self, _: i32) {}
}

#[test]
fn a_renderers_own_service_comes_before_that_of_all() {
    run(async {
        let app = App::new();
        app.ipc_main().serve(CalculatorServer::new(Abacus)).expect("the first").forget();
        let contents = renderer(&app);
        let own = contents.ipc().serve(CalculatorServer::new(Other)).expect("the first of its own");
        let told: String = contents.invoke("ask-main", ()).await.expect("an answer");
        assert_eq!(told, "Ok(-9) Err(Failed(TooLarge { most: 0 }))");
        drop(own);
        let told: String = contents.invoke("ask-main", ()).await.expect("an answer");
        assert_eq!(told, "Ok(9) Err(Failed(DividedByZero))");
    });
}

fn command_line() -> Command {
    Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")))
}

const APP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/service");

#[test]
fn a_script_may_answer_a_client() {
    let ended = command_line()
        .args(["run", APP, "--timeout", "60"])
        .env("DIPOLE_RENDERER", FIXTURE)
        .output()
        .expect("the command starts");
    let said = String::from_utf8_lossy(&ended.stdout);
    // What a script throws has no type of Rust's, but all that it says.
    assert!(said.starts_with("Ok(9) Err(Call(Handler(HandlerError"), "{ended:?}");
    assert!(said.contains("RangeError: divided by zero"), "{said}");
}

#[test]
fn the_command_line_calls_a_method_by_its_name() {
    let ended = command_line().args(["invoke", APP, "Calculator.add", "4", "5"]).output().expect("the command starts");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "9\n", "{ended:?}");
}
