//! Handlers that return streams and calls that take them: items go one by one, no faster than they are taken.
//!
//! cargo run -p dipole --example streams

use std::error::Error;

use dipole::{App, CallError, HandlerError, IpcRenderer, Program, Streaming};

/// The primes up to `to`: a stream that is made as it is read.
fn primes(to: u32) -> Streaming<u32> {
    let is_prime = |n: &u32| (2..*n).take_while(|m| m * m <= *n).all(|m| !n.is_multiple_of(m));
    Streaming::iter((2..to).filter(is_prime))
}

/// A countdown that may go wrong, with `?` for its errors as in any handler.
fn countdown(from: u32) -> Streaming<u32> {
    Streaming::generate(move |numbers| async move {
        for number in (1..=from).rev() {
            if number == 2 {
                return Err(HandlerError::named("Hold", "somebody is on the launch pad"));
            }
            numbers.send(number).await?;
        }
        Ok(())
    })
}

async fn mean(mut numbers: Streaming<f64>) -> Result<f64, HandlerError> {
    let (mut sum, mut count) = (0.0, 0.0);
    while let Some(number) = numbers.next().await {
        sum += number?;
        count += 1.0;
    }
    Ok(sum / count)
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(renderer) = dipole::init() {
        let setup = |ipc: &IpcRenderer| {
            ipc.handle("primes", |_, (to,): (u32,)| async move { Ok(primes(to)) }).expect("the first handler");
            ipc.handle("countdown", |_, (from,): (u32,)| async move { Ok(countdown(from)) })
                .expect("the first handler");
            ipc.handle("mean", |_, (numbers,): (Streaming<f64>,)| mean(numbers)).expect("the first handler");
        };
        renderer.connect(setup)?.wait_closed()?;
        return Ok(());
    }

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let app = App::new();
        let renderer = app.spawn_renderer(&Program::current()?)?;

        // There are millions of primes below that. The renderer makes as many as are taken, and some ahead.
        let mut primes: Streaming<u32> = renderer.invoke("primes", (u32::MAX,)).await?;
        for _ in 0..5 {
            let Some(prime) = primes.next().await else { break };
            println!("prime: {}", prime?);
        }
        // It stops when the stream is dropped.
        drop(primes);

        let mut countdown: Streaming<u32> = renderer.invoke("countdown", (4,)).await?;
        while let Some(number) = countdown.next().await {
            match number {
                Ok(number) => println!("countdown: {number}"),
                Err(CallError::Handler(error)) => println!("countdown: {error}"),
                Err(error) => return Err(error.into()),
            }
        }

        // A stream may be an argument, too.
        let mean: f64 = renderer.invoke("mean", (Streaming::iter([1.0, 2.0, 4.5]),)).await?;
        println!("mean: {mean}");
        Ok(())
    })
}
