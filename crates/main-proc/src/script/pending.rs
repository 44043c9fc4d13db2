//! What an app waits for, in words.

use std::time::{Duration, Instant};

use script_host::js::{Function, Object};
use serde::Deserialize;

use super::run::Loop;
use crate::host::shown;

/// How long the loop waits before it says what for, the first time; then twice as long each time.
const TELL_AFTER: Duration = Duration::from_secs(6);

/// What is said of a script of main that is not known better.
pub const RUNS_ON: &str = "main: a script runs and does not come to its end";

/// A page as `js/control.js` describes it.
#[derive(Debug, Default, Deserialize)]
struct Page {
    id: u32,
    window: bool,
    title: String,
    url: String,
    loading: bool,
    crashed: bool,
}

impl Page {
    fn address(&self) -> String {
        const SHOWN: usize = 200;
        let short: String = self.url.chars().take(SHOWN).collect();
        let dots = if short.len() < self.url.len() { "..." } else { "" };
        if short.is_empty() { "no page".to_owned() } else { shown::line(&short) + dots }
    }
}

/// When the loop says next what it waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling {
    next: Instant,
    step: Duration,
}

impl Loop<'_> {
    /// When to say what is waited for, if that is wanted: always while a step of the command is.
    pub(crate) fn next_telling(&self) -> Option<Instant> {
        if !self.host.scripts.tell_waiting.get() && self.host.scripts.awaited.borrow().is_none() {
            self.host.scripts.telling.set(None);
            return None;
        }
        let first = || Telling { next: Instant::now() + TELL_AFTER, step: TELL_AFTER };
        let telling = self.host.scripts.telling.get().unwrap_or_else(first);
        self.host.scripts.telling.set(Some(telling));
        Some(telling.next)
    }

    /// Says what is waited for, if it is time to.
    pub(crate) fn tell_waiting(&self, now: Instant) {
        if let Some(telling) = self.host.scripts.telling.get().filter(|telling| now >= telling.next) {
            let step = telling.step * 2;
            self.host.scripts.telling.set(Some(Telling { next: now + step, step }));
            self.tell_pending();
        }
    }

    /// Tells the user what the app waits for.
    pub(crate) fn tell_pending(&self) {
        let (pending, windows) = (self.pending(), self.open_windows());
        self.host.output.say(if pending.is_empty() { "waiting, with nothing to do" } else { "waiting for" });
        for line in pending.into_iter().chain(windows) {
            self.host.output.say(&format!("  {line}"));
        }
    }

    /// The windows that are open, a line each.
    pub(crate) fn open_windows(&self) -> Vec<String> {
        let windows = self.pages().into_iter().filter(|page| page.window);
        let line = |page: Page| {
            let title = shown::line(&page.title);
            let title = if title.is_empty() { title } else { format!(" '{title}'") };
            let crashed = if page.crashed { ", whose renderer is gone" } else { "" };
            format!("window {}{title} is open: {}{crashed}", page.id, page.address())
        };
        windows.map(line).collect()
    }

    fn pages(&self) -> Vec<Page> {
        self.ask("describePages")
    }

    /// What has not come to its end, a line each.
    pub(crate) fn pending(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.host.scripts.awaited.borrow().iter().cloned().collect();
        // It has been stopped, or else nobody could ask.
        let busy = self.engine.was_stopped();
        if busy {
            lines.push(match &*self.host.scripts.stopped_at.borrow() {
                Some(place) => format!("main: a script runs ({})", shown::line(place)),
                None => RUNS_ON.to_owned(),
            });
        }
        for page in self.pages().into_iter().filter(|page| page.loading) {
            lines.push(format!("renderer {}: loads {}", page.id, page.address()));
        }
        lines.extend(self.host.owed_lines());
        match self.engine.timers() {
            (0, _) if self.engine.has_pending() => lines.push("main: an operation that is not done".to_owned()),
            (0, _) => {}
            (count, next) => {
                let due = next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()));
                let timers = if count == 1 { "a timer".to_owned() } else { format!("{count} timers, the next one") };
                lines.push(format!("main: {timers} due in {:.1} s", due.as_secs_f64()));
            }
        }
        lines.extend(self.host.link_lines(busy));
        lines
    }

    /// Calls a function of `js/control.js` that answers at once with JSON; the default when the app has ended.
    pub(crate) fn ask<T: Default + for<'de> Deserialize<'de>>(&self, name: &str) -> T {
        if self.engine.exit_code().is_some() {
            return T::default();
        }
        let text = self.realm.with(|ctx| {
            let control = self.realm.require_builtin(&ctx, "dipole/control");
            let control = control.and_then(|control| control.get::<Object<'_>>());
            let answer = control.and_then(|control| control.get::<_, Function<'_>>(name)?.call::<_, String>(()));
            answer.map_err(|_| drop(ctx.catch())).ok()
        });
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}
