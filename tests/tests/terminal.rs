//! What is meant for a person at a terminal: `main-proc repl` and `run --watch`, over a pseudo-terminal.

#[path = "terminal/pty.rs"]
mod pty;
#[path = "terminal/repl.rs"]
mod repl;
#[path = "terminal/watch.rs"]
mod watch;
