use super::*;

fn limits() -> Limits {
    Limits::default()
}

fn told(message: &ToMain<'_>) -> Vec<u8> {
    message.args().expect("what a runtime says can be encoded")
}

fn error() -> ErrorReport<'static> {
    ErrorReport {
        name: "TypeError",
        message: "no",
        stack: Some("TypeError: no\n    at a.js:1"),
        file: Some("a.js"),
        line: Some(1),
    }
}

fn all_to_main() -> Vec<ToMain<'static>> {
    let step = |step| ToMain::Load { step, navigation: Some(3) };
    let console =
        ConsoleLine { level: ConsoleLevel::Warning, text: "hé", line: 7, source: "file:///a.js", shown: None };
    vec![
        step(LoadStep::Started),
        step(LoadStep::Failed { code: Some(-6), description: Some("ERR_FILE_NOT_FOUND") }),
        step(LoadStep::Failed { code: None, description: None }),
        step(LoadStep::Navigated),
        step(LoadStep::Title("a title")),
        step(LoadStep::DomReady),
        step(LoadStep::Finished),
        ToMain::Load { step: LoadStep::Stopped, navigation: None },
        ToMain::Console(console),
        ToMain::Console(ConsoleLine { shown: Some("hé!"), ..console }),
        ToMain::Written { is_error: true, bytes: vec![b'a', 0xc3].into() },
        ToMain::Uncaught { error: error(), rejection: true },
        ToMain::Uncaught { error: ErrorReport { stack: None, file: None, line: None, ..error() }, rejection: false },
        ToMain::PreloadError { path: "/p.js", error: error() },
        ToMain::Window(WindowRequest::Open { url: "about:blank", target: "_blank", features: "width=3" }),
        ToMain::Window(WindowRequest::Navigate { url: "about:blank", replace: true }),
        ToMain::Window(WindowRequest::InPage { url: "file:///a.html#b", replace: false, by: -1 }),
        ToMain::Window(WindowRequest::Go { by: 2 }),
        ToMain::Window(WindowRequest::Reload),
        ToMain::Window(WindowRequest::Close),
        ToMain::Window(WindowRequest::BeforeUnloadPrevented),
        ToMain::Window(WindowRequest::Acts),
        ToMain::Storage { session: true, key: Some("k"), value: Some("v") },
        ToMain::Storage { session: false, key: None, value: None },
        ToMain::Sandbox { reached: "best-effort: no files" },
        ToMain::Heard { channel: "c", args: Payload::from_serialize(&(1, "x")).expect("a value") },
    ]
}

#[test]
fn what_a_renderer_says_is_read_as_it_was_meant() {
    for message in all_to_main() {
        let args = told(&message);
        assert_eq!(ToMain::read(message.name(), &args, &limits()), Ok(Some(message.clone())), "{message:?}");
    }
}

#[test]
fn what_main_says_is_read_as_it_was_meant() {
    let request = LoadRequest {
        url: "file:///a.html".into(),
        preload: Some("/p.js".into()),
        preferences: Preferences { context_isolation: Some(false), ..Preferences::default() },
        env: vec![("A".into(), Some("b".into())), ("B".into(), None)],
        navigation: 2,
        storage: Kept { origin: "file://".into(), local: vec![("k".into(), "v".into())], session: Vec::new() },
        session_preloads: vec!["/s.js".into()],
        frame_token: "F".into(),
        user_agent: "A/1".into(),
        referrer: "http://a/".into(),
        history: Some((3, 1)),
        dark: true,
        force: true,
        document: Some(Part { bytes: vec![1; 40_000].into(), size: 50_000, version: u64::MAX, ..Part::default() }),
        preload_script: Some(Refused::access_denied("why").into()),
        ..LoadRequest::default()
    };
    for message in [
        ToRenderer::Load(Box::new(request)),
        ToRenderer::Listen { channel: "c" },
        ToRenderer::Storage { key: Some("k"), value: None, url: "file:///a.html" },
        ToRenderer::Theme { dark: true },
        ToRenderer::GoInPage { url: Some("file:///a.html#b"), by: 0 },
        ToRenderer::Unload { force: true },
        ToRenderer::WatchIdle,
    ] {
        let args = message.args().expect("it can be encoded");
        assert_eq!(ToRenderer::read(message.name(), &args, &limits()), Ok(Some(message.clone())), "{message:?}");
    }
}

#[test]
fn what_is_missing_has_its_default_and_what_is_more_is_passed_over() {
    let args = encode(&("did-finish-load",)).expect("a value");
    let finished = ToMain::Load { step: LoadStep::Finished, navigation: None };
    assert_eq!(ToMain::read("load-event", &args, &limits()), Ok(Some(finished)));
    let more = std::collections::BTreeMap::from([("navigation", 4), ("later", 5)]);
    let args = encode(&("did-navigate", more, "more")).expect("a value");
    let navigated = ToMain::Load { step: LoadStep::Navigated, navigation: Some(4) };
    assert_eq!(ToMain::read("load-event", &args, &limits()), Ok(Some(navigated)));
    let args = encode(&("open", "about:blank")).expect("a value");
    let open = ToMain::Window(WindowRequest::Open { url: "about:blank", target: "", features: "" });
    assert_eq!(ToMain::read("window", &args, &limits()), Ok(Some(open)));
}

#[test]
fn a_name_that_is_not_known_is_nothing() {
    let args = encode(&("x",)).expect("a value");
    for name in ["", "load", "render-process-gone", "destroyed", "error", "Console"] {
        assert_eq!(ToMain::read(name, &args, &limits()), Ok(None), "{name}");
        assert_eq!(Request::read(name, &args, &limits()), Ok(None), "{name}");
    }
    for step in ["render-process-gone", "destroyed", "crashed", "error", "newListener", "will-navigate", ""] {
        let args = encode(&(step,)).expect("a value");
        assert_eq!(ToMain::read("load-event", &args, &limits()), Ok(None), "{step}");
        assert_eq!(ToMain::read("window", &args, &limits()), Ok(None), "{step}");
    }
    assert_eq!(ToRenderer::read("console", &args, &limits()), Ok(None));
}

#[test]
fn arguments_of_another_type_are_an_error() {
    let object = std::collections::BTreeMap::from([("toString", None::<u8>)]);
    let strange = std::collections::BTreeMap::from([("title", &object), ("navigation", &object)]);
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        ("load-event", encode::<[(); 0]>(&[]).expect("a value")),
        ("load-event", encode(&(&object,)).expect("a value")),
        ("load-event", encode(&("page-title-updated", &strange)).expect("a value")),
        ("load-event", encode(&("did-navigate", "no object")).expect("a value")),
        ("console", encode::<[(); 0]>(&[]).expect("a value")),
        ("console", encode(&("fatal", "x", 0, "")).expect("a value")),
        ("console", encode(&("info", &object, 0, "")).expect("a value")),
        ("console", encode(&("info", "x", -1, "")).expect("a value")),
        ("write", encode(&("stdout", [1])).expect("a value")),
        ("write", encode(&(true, 1)).expect("a value")),
        ("uncaught", encode::<[(); 0]>(&[]).expect("a value")),
        ("uncaught", encode(&(&object,)).expect("a value")),
        ("preload-error", encode(&("p",)).expect("a value")),
        ("window", encode(&(1,)).expect("a value")),
        ("window", encode(&("navigate", &object)).expect("a value")),
        ("window", encode(&("open",)).expect("a value")),
        ("storage", encode(&("k", "v", "w")).expect("a value")),
        ("storage", encode(&(true, 1, "w")).expect("a value")),
        ("heard", encode(&(1, [1])).expect("a value")),
        ("heard", encode(&("x",)).expect("a value")),
    ];
    for (name, args) in wrong {
        let read = ToMain::read(name, &args, &limits());
        assert!(matches!(read, Err(ValueError::Data(_))), "{name} {args:?}: {read:?}");
    }
    assert!(matches!(
        Request::read("execute-javascript", &encode(&("1", "x")).expect("a value"), &limits()),
        Err(ValueError::Data(_))
    ));
    assert!(matches!(
        Request::read("call", &encode(&("crash", "c", [1])).expect("a value"), &limits()),
        Err(ValueError::Data(_))
    ));
}

#[test]
fn malformed_bytes_are_malformed() {
    for name in ["load-event", "console", "write", "uncaught", "preload-error", "window", "storage", "heard"] {
        for bytes in [&[0xff][..], &[], &[0x0b], &[0x0b, 0x19, 0x19]] {
            let read = ToMain::read(name, bytes, &limits());
            assert!(
                read.is_err_and(|error| error.is_malformed() || matches!(error, ValueError::Data(_))),
                "{name} {bytes:?}"
            );
        }
    }
}

#[test]
fn a_request_is_read_as_it_was_meant() {
    let args = Payload::from_serialize(&[1]).expect("a value");
    let read = |name, bytes: &[u8]| Request::read(name, bytes, &limits()).map(|request| format!("{request:?}"));
    let cases = [
        (
            "execute-javascript",
            encode(&("1 + 1", 999)),
            Request::ExecuteJavaScript { code: "1 + 1".into(), world: 999 },
        ),
        ("evaluate", encode(&("await 1",)), Request::Evaluate { code: "await 1".into() }),
        (
            "call",
            encode(&("sendSync", "c", &args)),
            Request::Call { verb: Verb::SendSync, channel: "c".into(), args: args.clone() },
        ),
        ("act", encode(&("click", 250, &args)), Request::Act { verb: "click", within: 250.0, args: args.clone() }),
        ("utility", encode(&(&args,)), Request::Utility { program: args.clone() }),
        ("prompt", encode(&("complete", "x")), Request::Prompt { what: Prompt::Complete, text: "x".into() }),
    ];
    for (name, bytes, wanted) in cases {
        let bytes = bytes.expect("a value");
        assert_eq!(read(name, &bytes), Ok(format!("{:?}", Some(wanted))), "{name}");
    }
}

#[test]
fn what_a_renderer_asks_for_is_read_as_it_was_meant() {
    for request in [
        RendererRequest::Read {
            kind: ResourceKind::Module,
            url: "file:///a.mjs",
            offset: 1 << 40,
            version: u64::MAX,
            sent: None,
        },
        RendererRequest::Read {
            kind: ResourceKind::Fetch,
            url: "app://host/a",
            offset: 0,
            version: 0,
            sent: Some(Sent { method: "POST", headers: vec![("x", "y")], body: Some(vec![1, 2].into()) }),
        },
        RendererRequest::Window { verb: "closed" },
        RendererRequest::Figures { name: "self/status" },
    ] {
        let args = request.args().expect("it can be encoded");
        assert_eq!(RendererRequest::read(request.name(), &args, &limits()), Ok(Some(request)));
    }
    let later = encode(&("font", "file:///a.ttf", 0, 0, None::<u8>, "more")).expect("a value");
    let (kind, url) = (ResourceKind::Other, "file:///a.ttf");
    let other = RendererRequest::Read { kind, url, offset: 0, version: 0, sent: None };
    assert_eq!(RendererRequest::read("read", &later, &limits()), Ok(Some(other)));
    assert_eq!(RendererRequest::read("write", &later, &limits()), Ok(None));
    for wrong in [
        encode(&("script", "u", -1, 0)),
        encode(&("script",)),
        encode(&(1, "u", 0, 0)),
        encode(&("script", "u", 0.5, 0)),
    ] {
        assert!(RendererRequest::read("read", &wrong.expect("a value"), &limits()).is_err());
    }
}

#[test]
fn a_part_is_read_as_it_was_sent() {
    for part in [
        Part { bytes: vec![7; 100_000].into(), size: 100_001, version: 3, ..Part::default() },
        Part {
            head: Some(Head {
                storage: Some(Kept { origin: "http://a".into(), ..Kept::default() }),
                status: 404,
                status_text: "Not Found".to_owned(),
                url: "app://host/".to_owned(),
                headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            }),
            more: true,
            ..Part::default()
        },
        Part::from(Refused::not_found("no such file")),
        Part::default(),
    ] {
        assert_eq!(Part::from_value(&part.to_value().expect("a value"), &limits()), Ok(part));
    }
}
