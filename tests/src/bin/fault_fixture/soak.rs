//! A renderer of the soak test: numbered calls, messages and port messages at random until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ipc_tests::soak::{Done, Numbered};
use renderer_proc::{CallError, IpcRenderer, message_channel};

/// How long answers and echoes may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    let ipc = renderer_proc::init()
        .expect("started by a test")
        .connect(move |ipc| {
            ipc.on("stop", move |_, ()| stopping.store(true, Ordering::SeqCst)).forget();
        })
        .expect("the link to main");
    match soak(&ipc, &stop) {
        Ok(()) => {
            ipc.close();
        }
        // Main ends it.
        Err(CallError::PeerGone { .. } | CallError::ShuttingDown) => {}
        Err(error) => wrong(&error.to_string()),
    }
}

fn wrong(what: &str) -> ! {
    eprintln!("soak: {what}");
    std::process::exit(50)
}

fn soak(ipc: &IpcRenderer, stop: &AtomicBool) -> Result<(), CallError> {
    let (ours, theirs) = message_channel();
    let echoed = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&echoed);
    ours.on_message(move |message| {
        let number: u64 = message.decode().unwrap_or_else(|error| wrong(&error.to_string()));
        let expected = count.fetch_add(1, Ordering::SeqCst);
        if number != expected {
            wrong(&format!("echo {number} in the place of {expected}"));
        }
    });
    ipc.post_message("port", (), vec![theirs])?;
    let (mut state, mut number, mut posted) = (u64::from(std::process::id()) | 1, 0, 0);
    while !stop.load(Ordering::SeqCst) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let size = if state % 500 == 0 { 65_536 << ((state >> 20) % 5) } else { (state >> 20) as usize % 200 };
        match state % 100 {
            0..=69 => {
                let message = Numbered::new(number, size);
                number += 1;
                let answer: u64 = ipc.invoke_blocking("ask", (&message,), Some(PATIENCE))?;
                if answer != message.number + 1 {
                    wrong(&format!("answer {answer} to {}", message.number));
                }
            }
            70..=91 => {
                ipc.send_blocking("tell", (Numbered::new(number, size),))?;
                number += 1;
            }
            _ => {
                ours.post(&Numbered::new(posted, size))?;
                posted += 1;
            }
        }
    }
    let until = Instant::now() + PATIENCE;
    while echoed.load(Ordering::SeqCst) < posted {
        if Instant::now() > until {
            wrong(&format!("{} of {posted} echoes", echoed.load(Ordering::SeqCst)));
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    ipc.invoke_blocking::<()>("done", (Done { sent: number, posted },), Some(PATIENCE))
}
