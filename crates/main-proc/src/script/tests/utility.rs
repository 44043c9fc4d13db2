use super::{run, when_ready};

#[test]
fn fork_checks_what_it_is_given() {
    let ran = run("const { utilityProcess } = require('electron');
        try { utilityProcess.fork('x.js') } catch (error) { console.log(String(error)) }");
    assert_eq!(ran.lines(), ["TypeError: utilityProcess cannot be created before app is ready."]);
    let ran = when_ready(
        "for (const args of [
            [''], ['x', [], { execArgv: 5 }], ['x', [], { serviceName: 5 }], ['x', [], { cwd: 5 }],
            ['x', [], { stdio: 'z' }], ['x', [], { stdio: ['pipe', 'pipe', 'pipe'] }],
            ['x', [], { stdio: ['ignore', 'z', 'ignore'] }], ['x', [], { stdio: ['ignore', 'ignore', 'z'] }],
            ['x', [], { stdio: ['ignore'] }], ['x', [5]], ['x', [], { env: 5 }],
        ]) console.log(attempt(() => electron.utilityProcess.fork(...args)));",
    );
    let values = "must be of the following values: inherit, pipe, ignore";
    assert_eq!(
        ran.lines(),
        [
            "Error: Missing UtilityProcess entry script.".to_owned(),
            "TypeError: execArgv must be an array of strings.".to_owned(),
            "TypeError: serviceName must be a string.".to_owned(),
            "TypeError: cwd path must be a string.".to_owned(),
            format!("Error: stdio {values}"),
            "Error: stdin value other than ignore is not supported.".to_owned(),
            format!("Error: stdout configuration {values}"),
            format!("Error: stderr configuration {values}"),
            "Error: configuration missing for stdin, stdout or stderr.".to_owned(),
            "TypeError: Invalid value for args".to_owned(),
            "TypeError: Invalid value for env".to_owned(),
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_utility_process_that_cannot_start_exits() {
    let ran = when_ready(
        "const child = electron.utilityProcess.fork('x.js');
        console.log(child.pid, child.stdout);
        child.postMessage('nobody hears');
        console.log(await new Promise((done) => child.on('exit', done)), child.kill());",
    );
    assert_eq!(ran.lines(), ["undefined null", "1 false"], "{}", ran.stderr);
}
