//! Runs a JavaScript file as `node FILE` does: `cargo run -p script-host --example run -- FILE`.

use std::process::ExitCode;

use script_host::{Engine, EngineOptions, RealmOptions};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().collect();
    let file = args.get(1).cloned().ok_or("usage: run FILE [ARGS]")?;
    args[1] = std::path::absolute(&file)?.to_string_lossy().into_owned();

    let engine = Engine::new(EngineOptions::default())?;
    engine.on_exit(|code| std::process::exit(code));
    engine.on_uncaught(|_, uncaught, _| {
        eprintln!("{}", uncaught.text);
        std::process::exit(1);
    });
    let mut options = RealmOptions::node("main");
    options.process.argv = args;
    let realm = engine.new_realm(options)?;
    if let Err(error) = realm.run_main(&file) {
        eprintln!("{error}");
        return Ok(ExitCode::FAILURE);
    }
    engine.run_until_idle();
    Ok(ExitCode::from(u8::try_from(realm.finish(0)).unwrap_or(1)))
}
