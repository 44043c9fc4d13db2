//! What a command asks of a running app: calls, scripts and clicks in its pages.

use script_host::js::function::Args;

use super::app::ScriptApp;
use super::run::{Outcome, Until};

/// Why something asked of an app did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// It failed; the text is what a script would have caught.
    #[error("{0}")]
    Failed(String),
    /// The app ended before, with that exit code.
    #[error("the app ended with exit code {0} before that was done")]
    Exited(i32),
    /// The time was over.
    #[error("that took longer than allowed")]
    TimedOut,
    /// Nothing can bring it about any more.
    #[error("the app has nothing left to do, so that will never happen")]
    Never,
}

impl ScriptApp {
    /// Waits until the first window's page has loaded; the number of its contents.
    ///
    /// # Errors
    ///
    /// [`DriveError::Failed`] when it cannot be loaded, and the other ways not to come about.
    pub fn first_page(&mut self) -> Result<u32, DriveError> {
        let text = self.operation("firstPage", |_| Ok(Vec::new()))?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// Makes a hidden, empty page with `ipcRenderer`, which is no window of the app; the number of its contents.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page).
    pub fn open_bare_renderer(&mut self) -> Result<u32, DriveError> {
        let text = self.operation("openBare", |_| Ok(Vec::new()))?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// Calls `ipcRenderer[verb](channel, ...args)` in a page and waits for its result: JSON text, or `None` for
    /// `undefined`. `verb` is `invoke`, `send`, `sendSync` or `postMessage`; `args` is a JSON array.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page); [`DriveError::Failed`] has the text that a script would have caught.
    pub fn call(&mut self, contents: u32, verb: &str, channel: &str, args: &str) -> Result<Option<String>, DriveError> {
        self.operation("call", |number| Ok(vec![number(contents), verb.into(), channel.into(), args.into()]))
    }

    /// Runs a script in a page and waits for its result, as JSON text.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn eval(&mut self, contents: u32, code: &str) -> Result<Option<String>, DriveError> {
        self.operation("evaluate", |number| Ok(vec![number(contents), code.into()]))
    }

    /// Clicks an element of a page.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn click(&mut self, contents: u32, selector: &str) -> Result<(), DriveError> {
        self.operation("click", |number| Ok(vec![number(contents), selector.into()])).map(drop)
    }

    /// From now on messages of that channel to that page are told to [`on_heard`](Self::on_heard)'s observer.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn listen(&mut self, contents: u32, channel: &str) -> Result<(), DriveError> {
        self.operation("listen", |number| Ok(vec![number(contents), channel.into()])).map(drop)
    }

    /// Starts an operation of `js/control.js` and runs the loop until it is done.
    fn operation(
        &mut self,
        name: &str,
        arguments: impl FnOnce(&dyn Fn(u32) -> Argument) -> Result<Vec<Argument>, DriveError>,
    ) -> Result<Option<String>, DriveError> {
        self.last_token += 1;
        let token = self.last_token;
        let arguments = arguments(&Argument::Number)?;
        self.call_control(name, |function| {
            let mut all = Args::new(function.ctx().clone(), arguments.len() + 1);
            all.push_arg(token)?;
            for argument in arguments {
                match argument {
                    Argument::Number(number) => all.push_arg(number)?,
                    Argument::Text(text) => all.push_arg(text)?,
                }
            }
            function.call_arg(all)
        });
        let until = Until { time: self.deadline, idle: self.host.watch_idle.get(), stuck: true };
        let outcome = self.engine_loop().run(until, |host| host.done.borrow().contains_key(&token));
        let done = self.host.done.borrow_mut().remove(&token);
        match (done, outcome) {
            (Some(done), _) if done.ok => Ok(done.text),
            (Some(done), _) => Err(DriveError::Failed(done.text.unwrap_or_default())),
            (None, Outcome::Exited(code)) => Err(DriveError::Exited(code)),
            (None, Outcome::TimedOut) => Err(DriveError::TimedOut),
            (None, Outcome::Idle | Outcome::Done) => Err(DriveError::Never),
        }
    }
}

/// An argument of an operation.
enum Argument {
    Number(u32),
    Text(String),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
