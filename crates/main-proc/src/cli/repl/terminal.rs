//! Reading lines, on a thread of its own: the app runs on while its user thinks.

use std::io::{self, BufRead as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use main_proc::script::Interrupter;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, ExternalPrinter, Helper};

use super::history;
use crate::cli::exit::{Failure, LOST};

/// How long the app may take to complete a name, or to notice Ctrl-C, before it counts as busy.
const MOMENT: Duration = Duration::from_millis(300);

/// What the user has done.
#[derive(Debug)]
pub(super) enum Event {
    /// A whole line.
    Line(String),
    /// Ctrl-C at a line; whether that was empty.
    Interrupted { empty: bool },
    /// The name at the end of this text is to be completed.
    Complete { text: String, answer: Sender<(usize, Vec<String>)> },
    /// There are no more lines.
    End,
    /// Lines cannot be read.
    Failed(String),
}

/// How a line is asked for.
pub(super) struct Prompt(pub(super) String);

/// Prints above the line that is being typed.
pub(super) type Printer = Box<dyn ExternalPrinter + Send>;

/// The lines of the user.
pub(super) struct Lines {
    prompts: Sender<Prompt>,
    pub(super) events: Receiver<Event>,
}

impl Lines {
    /// Begins to read from the terminal, with history and completion; and how to print meanwhile.
    pub(super) fn terminal(file: Option<PathBuf>, app: Interrupter) -> Result<(Self, Option<Printer>), Failure> {
        let (printers, printer) = mpsc::sync_channel(1);
        let lines = Self::start(app, move |reader| {
            let mut editor = match editor(&reader) {
                Ok(editor) => editor,
                Err(error) => return reader.tell(Event::Failed(error.to_string())),
            };
            let made = editor.create_external_printer().ok();
            let _ = printers.send(made.map(|printer| Box::new(printer) as Printer));
            if let Some(file) = &file {
                history::load(&mut editor, file);
            }
            reader.edit(&mut editor, file.as_deref());
        })?;
        Ok((lines, printer.recv().ok().flatten()))
    }

    /// Begins to read from the standard input, which is no terminal.
    pub(super) fn piped(app: Interrupter) -> Result<Self, Failure> {
        Self::start(app, |reader| reader.pipe())
    }

    fn start(app: Interrupter, run: impl FnOnce(Reader) + Send + 'static) -> Result<Self, Failure> {
        let ((prompts, asked), (sender, events)) = (mpsc::channel(), mpsc::channel());
        let reader = Reader { asked, sender, app };
        // An editor needs more than the parser of a command.
        let thread = std::thread::Builder::new().name("dipole-repl".into()).stack_size(1 << 20);
        let started = thread.spawn(move || run(reader));
        started.map_err(|error| Failure::new(LOST, format!("no thread to read lines: {error}")))?;
        Ok(Self { prompts, events })
    }

    /// Asks for the next line.
    pub(super) fn ask(&self, prompt: String) {
        // A reader that has ended has said why.
        let _ = self.prompts.send(Prompt(prompt));
    }
}

/// The thread's side.
struct Reader {
    asked: Receiver<Prompt>,
    sender: Sender<Event>,
    app: Interrupter,
}

impl Reader {
    fn tell(&self, event: Event) {
        let _ = self.sender.send(event);
        self.app.wake();
    }

    fn pipe(&self) {
        let mut input = io::stdin().lock();
        while self.asked.recv().is_ok() {
            let mut line = String::new();
            match input.read_line(&mut line) {
                Ok(0) => return self.tell(Event::End),
                Ok(_) => {
                    line.truncate(line.trim_end_matches(['\n', '\r']).len());
                    self.tell(Event::Line(line));
                }
                Err(error) => return self.tell(Event::Failed(error.to_string())),
            }
        }
    }

    fn edit(&self, editor: &mut Editor<Assistant, FileHistory>, file: Option<&std::path::Path>) {
        let mut asked = self.asked.recv().ok();
        while let Some(Prompt(prompt)) = asked {
            match editor.readline(&prompt) {
                Ok(line) => {
                    history::add(editor, file, &line);
                    self.tell(Event::Line(line));
                    asked = self.asked.recv().ok();
                }
                Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {
                    let empty = editor.helper().is_none_or(|helper| helper.empty.load(Ordering::Relaxed));
                    self.tell(Event::Interrupted { empty });
                    asked = self.wait_for_app();
                }
                Err(ReadlineError::Eof) => return self.tell(Event::End),
                Err(error) => return self.tell(Event::Failed(error.to_string())),
            }
        }
    }

    /// Waits for the next prompt after Ctrl-C; a script of main that is in the way is stopped.
    fn wait_for_app(&self) -> Option<Prompt> {
        match self.asked.recv_timeout(MOMENT) {
            Ok(prompt) => Some(prompt),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.app.stop_script();
                self.asked.recv().ok()
            }
        }
    }
}

fn editor(reader: &Reader) -> rustyline::Result<Editor<Assistant, FileHistory>> {
    let config = Config::builder()
        .max_history_size(history::LENGTH)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Assistant {
        app: Mutex::new((reader.sender.clone(), reader.app.clone())),
        empty: Arc::new(AtomicBool::new(true)),
    }));
    Ok(editor)
}

/// Asks the app for names.
struct Assistant {
    app: Mutex<(Sender<Event>, Interrupter)>,
    /// Whether the line that is being typed is empty.
    empty: Arc<AtomicBool>,
}

impl Helper for Assistant {}
impl Highlighter for Assistant {}
impl Validator for Assistant {}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        // Asked after each change of the line.
        self.empty.store(line.is_empty(), Ordering::Relaxed);
        None
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let (answer, answered) = mpsc::channel();
        let text = line.get(..pos).unwrap_or_default().to_owned();
        {
            let app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = app.0.send(Event::Complete { text, answer });
            app.1.wake();
        }
        // While the app is busy nothing is completed.
        Ok(answered.recv_timeout(MOMENT).unwrap_or((pos, Vec::new())))
    }
}
