//! Work that is shared among equal renderers: a crash costs the piece it happened in, and no other.
//!
//! cargo run -p dipole --example pool

use std::error::Error;

use dipole::pool::PoolOptions;
use dipole::{App, IpcRenderer, Pool, Program};

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(renderer) = dipole::init() {
        let setup = |ipc: &IpcRenderer| {
            ipc.handle("letters", |_event, (word,): (String,)| async move {
                if word == "crash" {
                    std::process::abort();
                }
                Ok(word.chars().count())
            })
            .expect("the first handler");
        };
        renderer.connect(setup)?.wait_closed()?;
        return Ok(());
    }

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let app = App::new();
        let mut options = PoolOptions::default();
        options.renderers = 2;
        let pool = Pool::start(&app, &Program::current()?, options, |_renderer| {})?;

        let words = ["a", "pool", "shares", "its", "work", "crash", "and", "goes", "on"];
        let mut results = pool.map::<usize, _>("letters", words.map(|word| (word,)));
        let (mut done, mut counts) = (0, Vec::new());
        while let Some((place, result)) = results.next().await {
            done += 1;
            eprintln!("{done} of {}", words.len());
            counts.push((place, result));
        }
        counts.sort_by_key(|(place, _)| *place);
        for (word, (_, result)) in words.iter().zip(counts) {
            match result {
                Ok(letters) => println!("{word}: {letters}"),
                Err(error) => println!("{word}: {error}"),
            }
        }
        pool.stop().await;
        Ok(())
    })
}
