//! The catalogue of faults: each row is a test, or several, across real processes, named by its number.
//!
//! Every test runs in a process of its own, which is main. Meanwhile a bystander, another renderer of that main, makes checked
//! calls, of which none may fail or take longer than 250 ms, and at the end main has the descriptors, threads, children,
//! memory and files that it had before (`faults/harness.rs`). The rows are in `faults/catalogue.rs`; `docs/faults.md` is made
//! of them and of what these tests have measured (`fault_page.rs`). With `DIPOLE_FAULTS=long` the figures are those of a
//! release, else a tenth.

#[path = "faults/harness.rs"]
mod harness;

#[path = "faults/answers.rs"]
mod answers;
#[path = "faults/deaths.rs"]
mod deaths;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/permissions.rs"]
mod permissions;
#[path = "faults/ports.rs"]
mod ports;
#[path = "faults/scripts.rs"]
mod scripts;
#[path = "faults/starts.rs"]
mod starts;
#[path = "faults/stops.rs"]
mod stops;
#[path = "faults/surroundings.rs"]
mod surroundings;
#[path = "faults/wire.rs"]
mod wire;
