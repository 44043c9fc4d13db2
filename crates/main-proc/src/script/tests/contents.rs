use super::when_ready;

#[test]
fn sending_what_cannot_be_cloned_is_told_and_not_thrown() {
    let ran = when_ready(
        "const { webContents: wc } = new BrowserWindow();
        console.log(wc.send('x', { a: [() => {}] }));
        console.log(attempt(() => wc.send()), '|', attempt(() => wc.send(null)));",
    );
    let missing = "TypeError: Missing required channel argument";
    assert_eq!(ran.lines(), ["undefined", &format!("{missing} | {missing}")], "{}", ran.stderr);
    assert!(
        ran.stderr.contains(
            "Error sending from webFrameMain:  Error: Failed to serialize arguments (args[0].a[0] (function))"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn post_message_throws_what_electron_throws() {
    let ran = when_ready(
        "const { webContents: wc } = new BrowserWindow();
        const { port1, port2 } = new MessageChannelMain();
        for (const args of [
            [], ['x'], [null, 1], ['x', () => {}], ['x', () => {}, [1]], ['x', 1, [1]], ['x', 1, [port1, port1]],
        ]) console.log(attempt(() => wc.postMessage(...args)));
        wc.postMessage('x', 1, [port2]);
        console.log(attempt(() => wc.mainFrame.postMessage('x', 1, [port2])));",
    );
    assert_eq!(
        ran.lines(),
        [
            "TypeError: Insufficient number of arguments.",
            "TypeError: Insufficient number of arguments.",
            "TypeError: Error processing argument at index 0, conversion failure from null",
            "Error: An object could not be cloned.",
            "Error: An object could not be cloned.",
            "TypeError: Invalid value for transfer",
            "Error: Port at index 1 is a duplicate.",
            "Error: Port at index 0 is already neutered.",
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_fresh_frame_tells_what_electrons_does() {
    let ran = when_ready(
        "const { webContents: wc } = new BrowserWindow();
        const frame = wc.mainFrame;
        console.log(frame === wc.mainFrame, frame.top === frame, frame.parent, frame.frames.length, frame.origin);
        console.log(wc.getOSProcessId(), wc.getProcessId(), frame.osProcessId, wc.getURL() === '', wc.isLoading());
        console.log(wc.constructor.name, Object.hasOwn(wc.constructor.prototype, 'send'), typeof wc.sendSync);
        console.log(attempt(() => wc.sendToFrame('x')), wc.sendToFrame(99, 'x'));
        console.log(attempt(() => wc.loadFile(5)));",
    );
    assert_eq!(
        ran.lines(),
        [
            "true true null 0 null",
            "0 0 0 true false",
            "WebContents true undefined",
            "Error: Missing required frame argument (must be number or [processId, frameId]) false",
            "TypeError: Must pass filePath as a string",
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_page_that_nobody_could_have_is_refused_with_its_reason() {
    let ran = when_ready(
        "const { webContents: wc } = new BrowserWindow();
        wc.on('did-fail-load', (event, code, text, url) => url.length < 99 && console.log(code, text, url));
        wc.loadURL('nobody://example.org/');
        await wc.loadURL('nonsense').catch((error) => console.log(error.code));
        await wc.loadURL('nobody://example.org/').catch((error) => console.log(error.message));
        await wc.loadURL(`data:,${'x'.repeat(2 << 20)}`).catch((error) => console.log(error.code));",
    );
    assert_eq!(
        ran.lines(),
        [
            // What could not even be asked for stops nothing that is on its way.
            "-2 ERR_FAILED nobody://example.org/",
            "-300 ERR_INVALID_URL nonsense",
            "ERR_INVALID_URL",
            "-2 ERR_FAILED nobody://example.org/",
            "ERR_FAILED (-2) loading 'nobody://example.org/'",
            "ERR_INVALID_URL",
        ],
        "{}",
        ran.stderr
    );
}
