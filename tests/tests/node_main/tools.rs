//! The tools of Node's developers: TypeScript, source maps, the debugger (docs/node.md).

use std::process::Command;

use ipc_tests::node::node;

use super::{LEFT_OUT, PROGRAM, app, command, run};

/// What that Node says to an expression.
fn node_says(expression: &str) -> Option<String> {
    let output = node(LEFT_OUT)?.args(["-p", expression]).env_remove("NODE_OPTIONS").output().expect("Node starts");
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

const TYPED: &str = "import { app } from 'electron';
    import { add } from './add.ts';
    app.whenReady().then((): void => { console.log(add(4, 5)); app.exit(); });";
const ADD: (&str, &str) = ("add.ts", "export const add = (a: number, b: number): number => a + b;");
/// A loader as those of npm are: it takes the types away that the test uses.
const LOADER: &str = "import { readFile } from 'node:fs/promises';
    export async function load(url, context, next) {
      if (!/\\.[cm]?ts$/.test(url)) return next(url, context);
      const source = (await readFile(new URL(url), 'utf8')).replace(/: (?:void|number)/g, '');
      return { format: 'module', source, shortCircuit: true };
    }";

#[test]
fn a_main_in_typescript_runs_with_the_loader_that_the_app_uses() {
    let register = "import { register } from 'node:module'; register('./loader.mjs', import.meta.url);";
    let app = app(&[("main.ts", TYPED), ADD, ("loader.mjs", LOADER), ("register.mjs", register)]);
    let Some(mut command) = command(&app.path().join("main.ts"), &["run", "--timeout", "60"]) else { return };
    command.env("NODE_OPTIONS", format!("--import {}", app.path().join("register.mjs").display()));
    let output = command.output().expect("the command starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "9\n", "{output:?}");
}

#[test]
fn a_common_js_main_whose_loader_hands_its_source_to_node_requires_electron() {
    // Node 20 then asks its hooks what is required, by a file's URL.
    let main = "import electron = require('electron');
        const { app } = require('electron/main');
        electron.app.whenReady().then((): void => { console.log(electron.app === app, typeof electron.ipcMain.handle); app.exit(); });";
    let loader = LOADER
        .replace("format: 'module'", "format: 'commonjs'")
        .replace("/: (?:void|number)/g, ''", "/: (?:void|number)/g, '').replace('import electron', 'const electron'");
    let register = "import { register } from 'node:module'; register('./loader.mjs', import.meta.url);";
    let app = app(&[("main.cts", main), ("loader.mjs", &loader), ("register.mjs", register)]);
    let Some(mut command) = command(&app.path().join("main.cts"), &["run", "--timeout", "60"]) else { return };
    command.env("NODE_OPTIONS", format!("--import {}", app.path().join("register.mjs").display()));
    let output = command.output().expect("the command starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "true function\n", "{output:?}");
}

#[test]
fn a_main_in_typescript_runs_where_node_takes_types_away_and_else_the_next_step_is_said() {
    let Some(features) = node_says("process.features.typescript") else { return };
    let package = r#"{"type": "module", "main": "main.ts"}"#;
    let app = app(&[("package.json", package), ("main.ts", TYPED), ADD]);
    let Some((output, out, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    if features == "strip" {
        assert_eq!((output.status.code(), out.as_str()), (Some(0), "9\n"), "{err}");
    } else {
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(
            err.contains("takes no TypeScript: Node 22.18 and later do, or NODE_OPTIONS=\"--import tsx\""),
            "{err}"
        );
    }
}

#[test]
fn errors_of_a_bundle_name_the_lines_of_its_source_with_source_maps() {
    // The first column of the first line is that of the sixth line of the source.
    let map = r#"{"version":3,"sources":["main.ts"],"names":[],"mappings":"AAKA"}"#;
    let bundle = "throw new Error('of the sixth line')\n//# sourceMappingURL=index.js.map";
    let app = app(&[("index.js", bundle), ("index.js.map", map)]);
    for (options, expected) in [("--enable-source-maps", "main.ts:6"), ("", "index.js:1")] {
        let Some(mut command) = command(app.path(), &["run", "--timeout", "60"]) else { return };
        let output = command.env("NODE_OPTIONS", options).output().expect("the command starts");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(err.contains(&format!("/{expected}:")), "{options}: {err}");
    }
}

#[test]
fn a_debugger_attaches_and_stops_main_at_a_line() {
    let main = "const { app } = require('electron');
        app.whenReady().then(() => {
          const answer = 6 * 7;
          console.log('answer', answer);
          app.exit();
        });";
    let app = app(&[("index.js", main)]);
    let (Some(mut node), Some(command)) = (node(LEFT_OUT), command(app.path(), &["run", "--timeout", "60"])) else {
        return;
    };
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/node/debugger.js")).args(["index.js", "4", "answer"]);
    node.arg(PROGRAM).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => node.env(name, value),
            None => node.env_remove(name),
        };
    }
    let output = Command::output(&mut node).expect("Node starts");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(out, "stopped at line 4 where answer is 42\nanswer 42\nended with 0\n", "{output:?}");
}
