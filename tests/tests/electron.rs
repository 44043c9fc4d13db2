//! Electron's behaviour, asked of apps that run in real processes.
//!
//! Each app in `fixtures/electron` prints what it finds, a line for each question, beginning with the number of the
//! behaviour; the file `NAME.txt` beside `NAME.js` holds what Electron would answer, or what is documented here to be
//! answered instead.

#[path = "electron/apps.rs"]
mod apps;
#[path = "electron/bad_input.rs"]
mod bad_input;
mod common;
#[path = "electron/endings.rs"]
mod endings;
#[path = "electron/instances.rs"]
mod instances;
#[path = "electron/members.rs"]
mod members;
#[path = "electron/rows.rs"]
mod rows;
