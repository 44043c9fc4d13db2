//! What a command asks of an app in Node: the operations of `js/control.js`, and what there is to know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ipc_proto::value::Value;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{NodeApp, Outcome, TO_ANSWER, Until, hex, unhex};
use crate::host::STOP_WITHIN;
use crate::script::prompt::read;
use crate::script::{Channels, Completions, DriveError, PageInfo, RUNS_ON, TraceEvent, Typed, Wanted};

fn number(value: &Value) -> u32 {
    value.root().as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

impl NodeApp {
    fn begin(&self, name: &str, args: Vec<Json>) -> u64 {
        let id = self.last.get() + 1;
        self.last.set(id);
        self.state.borrow_mut().idle = None;
        self.channel.say(&json!({"id": id, "do": "operation", "name": name, "args": args}));
        id
    }

    /// Waits until an operation is done; `None` at that time, if it comes before the end of all time.
    fn wait_for(&self, id: u64, time: Option<Instant>) -> Option<Result<Value, DriveError>> {
        let until = Until { time: self.until(time), idle: self.options.until_idle, stuck: true };
        let outcome = self.go(until, || self.answers.borrow().contains_key(&id));
        let answer = self.answers.borrow_mut().remove(&id);
        Some(match (answer, outcome) {
            (Some(Ok(value)), _) => {
                crate::script::drive::value(unhex(value.as_str().unwrap_or_default()), &self.options.limits)
            }
            (Some(Err(thrown)), _) => Err(DriveError::Failed(thrown)),
            (None, Outcome::Exited(code)) => Err(DriveError::Exited(code)),
            (None, Outcome::TimedOut) if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
                Err(DriveError::TimedOut)
            }
            (None, Outcome::TimedOut) => return None,
            (None, Outcome::Done) => Err(DriveError::GivenUp),
            (None, Outcome::Idle) => Err(DriveError::Never),
        })
    }

    fn operation(&self, name: &str, args: Vec<Json>) -> Result<Value, DriveError> {
        let id = self.begin(name, args);
        self.wait_for(id, None).unwrap_or(Err(DriveError::TimedOut))
    }

    /// Asks what is answered at once; the default when Node has ended, or runs a script.
    fn ask<T: Default + for<'de> Deserialize<'de>>(&self, name: &str, args: Json) -> T {
        self.try_ask(name, args).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    fn try_ask(&self, name: &str, args: Json) -> Option<Json> {
        if self.state.borrow().exited.is_some() {
            return self.state.borrow().end.get(name).cloned();
        }
        let id = self.last.get() + 1;
        self.last.set(id);
        // Being asked is nothing to do.
        if let Some(idle) = &mut self.state.borrow_mut().idle {
            idle.heard += u64::from(idle.heard + 1 == id);
        }
        self.channel.say(&json!({"id": id, "do": "ask", "name": name, "args": args}));
        let until = Instant::now() + TO_ANSWER;
        loop {
            if let Some(answer) = self.answers.borrow_mut().remove(&id) {
                self.busy.set(false);
                return answer.ok();
            }
            if self.state.borrow().exited.is_some() {
                return self.state.borrow().end.get(name).cloned();
            }
            if Instant::now() >= until {
                self.busy.set(true);
                return None;
            }
            self.step(Some(until));
        }
    }

    /// As [`ScriptApp::first_page`](crate::script::ScriptApp::first_page).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn first_page(&mut self) -> Result<u32, DriveError> {
        self.operation("page", Wanted::First.arguments()).map(|value| number(&value))
    }

    /// As [`ScriptApp::open_bare_renderer`](crate::script::ScriptApp::open_bare_renderer).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn open_bare_renderer(&mut self) -> Result<u32, DriveError> {
        self.operation("openBare", Vec::new()).map(|value| number(&value))
    }

    /// As [`ScriptApp::call`](crate::script::ScriptApp::call).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn call(&mut self, contents: u32, verb: &str, channel: &str, args: &Value) -> Result<Value, DriveError> {
        let args = json!({"value": hex(args.to_payload().as_bytes())});
        self.operation("call", vec![contents.into(), verb.into(), channel.into(), args])
    }

    /// As [`ScriptApp::eval`](crate::script::ScriptApp::eval).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn eval(&mut self, contents: u32, code: &str) -> Result<Value, DriveError> {
        self.operation("evaluate", vec![contents.into(), code.into()])
    }

    /// As [`ScriptApp::run_script`](crate::script::ScriptApp::run_script).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn run_script(&mut self, contents: u32, code: &str) -> Result<(), DriveError> {
        self.operation("run", vec![contents.into(), code.into()]).map(drop)
    }

    /// As [`ScriptApp::page`](crate::script::ScriptApp::page).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn page(&mut self, wanted: &Wanted, within: Duration) -> Result<Option<u32>, DriveError> {
        if *wanted == Wanted::First {
            return self.first_page().map(Some);
        }
        let there = |app: &Self| app.pages().iter().any(|page| page.is(wanted));
        let id = self.begin("page", wanted.arguments());
        match self.wait_for(id, Some(Instant::now() + within)) {
            Some(result) => result.map(|value| Some(number(&value))),
            None if there(self) => match self.wait_for(id, None) {
                Some(result) => result.map(|value| Some(number(&value))),
                None => Err(DriveError::TimedOut),
            },
            None => Ok(None),
        }
    }

    /// As [`ScriptApp::perform`](crate::script::ScriptApp::perform).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn perform(
        &mut self,
        contents: u32,
        verb: &str,
        args: &Value,
        within: Duration,
    ) -> Result<Option<Value>, DriveError> {
        let ms = u32::try_from(within.as_millis()).unwrap_or(u32::MAX);
        let args = json!({"value": hex(args.to_payload().as_bytes())});
        let id = self.begin("act", vec![contents.into(), verb.into(), args, ms.into()]);
        self.wait_for(id, Some(Instant::now() + within + Duration::from_secs(1))).transpose()
    }

    /// As [`ScriptApp::listen`](crate::script::ScriptApp::listen).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn listen(&mut self, contents: u32, channel: &str) -> Result<(), DriveError> {
        self.operation("listen", vec![contents.into(), channel.into()]).map(drop)
    }

    /// As [`ScriptApp::open_prompt`](crate::script::ScriptApp::open_prompt).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn open_prompt(&mut self) -> Result<(), DriveError> {
        self.operation("promptOpen", Vec::new()).map(drop)
    }

    /// As [`ScriptApp::type_line`](crate::script::ScriptApp::type_line).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn type_line(&mut self, contents: Option<u32>, code: &str, colors: bool) -> Result<Typed, DriveError> {
        let colors = if colors { "colors" } else { "" };
        let place = contents.unwrap_or_default();
        read(self.operation("promptRun", vec![place.into(), code.into(), colors.into()])?)
    }

    /// As [`ScriptApp::complete_line`](crate::script::ScriptApp::complete_line).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn complete_line(&mut self, contents: Option<u32>, text: &str) -> Result<Completions, DriveError> {
        read(self.operation("promptComplete", vec![contents.unwrap_or_default().into(), text.into()])?)
    }

    /// As [`ScriptApp::run_held`](crate::script::ScriptApp::run_held): an app in Node stays as long as this process does.
    pub fn run_held(&mut self, done: impl Fn() -> bool) -> Outcome {
        self.run_until(None, done)
    }

    /// As [`ScriptApp::stop_typed`](crate::script::ScriptApp::stop_typed).
    pub fn stop_typed(&mut self, contents: u32) -> bool {
        self.ask("stopTyped", json!([contents]))
    }

    /// As [`ScriptApp::ending`](crate::script::ScriptApp::ending).
    pub fn ending(&mut self, contents: u32) -> Option<(String, bool)> {
        let until = Instant::now() + STOP_WITHIN;
        loop {
            let known: Option<(String, bool)> = self.ask("ending", json!([contents]));
            if known.is_some() || Instant::now() >= until || self.state.borrow().exited.is_some() {
                return known;
            }
            self.step(Some(Instant::now() + Duration::from_millis(20)));
        }
    }

    /// As [`ScriptApp::on_trace`](crate::script::ScriptApp::on_trace); before [`start`](Self::start).
    pub fn on_trace(&self, observer: impl Fn(&TraceEvent<'_>) + 'static) {
        self.trace.borrow_mut().push(Box::new(observer));
    }

    /// As [`ScriptApp::on_heard`](crate::script::ScriptApp::on_heard).
    pub fn on_heard(&self, observer: impl Fn(u32, &str, Value) + 'static) {
        *self.heard.borrow_mut() = Some(Box::new(observer));
    }

    /// As [`ScriptApp::on_file`](crate::script::ScriptApp::on_file); before [`start`](Self::start).
    pub fn on_file(&self, observer: impl Fn(&Path) + 'static) {
        *self.on_file.borrow_mut() = Some(Box::new(observer));
        self.channel.say(&json!({"do": "watch"}));
    }

    /// As [`ScriptApp::loaded_files`](crate::script::ScriptApp::loaded_files).
    #[must_use]
    pub fn loaded_files(&self) -> BTreeSet<PathBuf> {
        let mut files: BTreeSet<PathBuf> = self.ask("loadedFiles", json!([]));
        files.insert(self.entry.file.clone());
        files.insert(self.entry.folder.join("package.json"));
        files
    }

    /// As [`ScriptApp::reload_pages`](crate::script::ScriptApp::reload_pages).
    pub fn reload_pages(&mut self, changed: &BTreeSet<PathBuf>) -> Vec<u32> {
        self.ask("reloadPages", json!([changed]))
    }

    /// As [`ScriptApp::pages`](crate::script::ScriptApp::pages).
    #[must_use]
    pub fn pages(&self) -> Vec<PageInfo> {
        self.ask("pages", json!([]))
    }

    /// As [`ScriptApp::windows`](crate::script::ScriptApp::windows).
    #[must_use]
    pub fn windows(&self) -> Vec<u32> {
        self.ask("windows", json!([]))
    }

    /// As [`ScriptApp::channels`](crate::script::ScriptApp::channels).
    #[must_use]
    pub fn channels(&self) -> Channels {
        self.ask("channels", json!([]))
    }

    /// As [`ScriptApp::has_renderer`](crate::script::ScriptApp::has_renderer).
    #[must_use]
    pub fn has_renderer(&self, contents: u32) -> bool {
        self.ask("hasRenderer", json!([contents]))
    }

    /// As [`ScriptApp::is_open`](crate::script::ScriptApp::is_open).
    #[must_use]
    pub fn is_open(&self, contents: u32) -> bool {
        self.state.borrow().exited.is_none() && self.ask("isOpen", json!([contents]))
    }

    /// As [`ScriptApp::has_acted`](crate::script::ScriptApp::has_acted).
    #[must_use]
    pub fn has_acted(&self) -> bool {
        self.ask("hasActed", json!([]))
    }

    /// As [`ScriptApp::lost`](crate::script::ScriptApp::lost).
    #[must_use]
    pub fn lost(&self) -> bool {
        self.ask("lost", json!([]))
    }

    /// As [`ScriptApp::last_loss`](crate::script::ScriptApp::last_loss).
    #[must_use]
    pub fn last_loss(&self) -> Option<String> {
        self.ask("lastLoss", json!([]))
    }

    /// As [`ScriptApp::failed_for`](crate::script::ScriptApp::failed_for).
    #[must_use]
    pub fn failed_for(&self) -> Option<String> {
        self.ask("failedFor", json!([]))
    }

    /// As [`ScriptApp::main_error`](crate::script::ScriptApp::main_error).
    #[must_use]
    pub fn main_error(&self) -> Option<String> {
        self.state.borrow().main_error.clone()
    }

    /// As [`ScriptApp::recorded_permissions`](crate::script::ScriptApp::recorded_permissions).
    #[must_use]
    pub fn recorded_permissions(&self) -> Option<String> {
        self.ask("recordedPermissions", json!([]))
    }

    /// As [`ScriptApp::relaunch`](crate::script::ScriptApp::relaunch): known once the app has ended.
    #[must_use]
    pub fn relaunch(&self) -> Option<Vec<String>> {
        let wanted = self.state.borrow().end.get("relaunch").cloned()?;
        serde_json::from_value(wanted).ok()?
    }

    /// As [`ScriptApp::pending`](crate::script::ScriptApp::pending).
    #[must_use]
    pub fn pending(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.awaited.borrow().iter().cloned().collect();
        match self.try_ask("pending", json!([])) {
            Some(pending) => lines.extend(serde_json::from_value::<Vec<String>>(pending).unwrap_or_default()),
            None if self.state.borrow().exited.is_none() => lines.push(RUNS_ON.to_owned()),
            None => {}
        }
        lines
    }

    /// As [`ScriptApp::open_windows`](crate::script::ScriptApp::open_windows).
    #[must_use]
    pub fn open_windows(&self) -> Vec<String> {
        self.ask("openWindows", json!([]))
    }

    /// As [`ScriptApp::set_awaited`](crate::script::ScriptApp::set_awaited).
    pub fn set_awaited(&self, what: Option<String>) {
        *self.awaited.borrow_mut() = what;
    }

    /// As [`ScriptApp::deadline`](crate::script::ScriptApp::deadline).
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}
