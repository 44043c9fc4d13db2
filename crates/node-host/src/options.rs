//! How a host is started: JSON, since most of it comes from a command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ipc_proto::limits::Limits;
use main_proc::permissions::Permissions;
use main_proc::sandbox::{Level, Sandbox};
use main_proc::spawn::Program;
use serde::Deserialize;

use crate::sys::Failure;

/// The options, as JavaScript gives them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Options {
    /// Where this library is.
    addon: PathBuf,
    #[serde(default)]
    pub(crate) app_path: PathBuf,
    renderer: Option<Renderer>,
    sandbox: Option<Wish>,
    #[serde(default)]
    pub(crate) until_idle: bool,
    /// In milliseconds.
    unresponsive_after: Option<u64>,
    #[serde(default)]
    pub(crate) fail_on_error: bool,
    #[serde(default)]
    pub(crate) json: bool,
    permissions: Option<PathBuf>,
    #[serde(default)]
    pub(crate) record_permissions: bool,
    #[serde(default)]
    pub(crate) trace: bool,
    spare: Option<bool>,
    limits: Option<Given>,
}

/// The program that shows pages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Renderer {
    program: PathBuf,
    #[serde(default)]
    args: Vec<String>,
    /// Variables of its environment, as pairs.
    #[serde(default)]
    env: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Wish {
    BestEffort,
    Require,
    Off,
}

/// The limits that can be chosen.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    frame: Option<u32>,
    depth: Option<usize>,
    tokens: Option<usize>,
    queued: Option<usize>,
    renderers: Option<usize>,
}

impl Options {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text)
            .map_err(|error| Failure::type_error(format!("the options of dipole's host: {error}")))
    }

    /// The program that shows pages: what was chosen, or what lies beside this library.
    pub(crate) fn program(&self) -> Result<Program, Failure> {
        let program = match &self.renderer {
            Some(Renderer { program, args, env }) => {
                env.iter().fold(Program::new(program).args(args), |program, (name, value)| program.env(name, value))
            }
            None => self.beside().ok_or_else(|| {
                Failure::new(format!(
                    "there is no renderer program beside '{}': build it with `cargo build`, or name one by DIPOLE_RENDERER",
                    self.addon.display()
                ))
            })?,
        };
        let level = match self.sandbox {
            None | Some(Wish::BestEffort) => Level::BestEffort,
            Some(Wish::Require) => Level::Require,
            Some(Wish::Off) => Level::Off,
        };
        Ok(program.sandbox(Sandbox::of_pages(level).with_first_page()))
    }

    /// Builds leave the library beside the programs, or in a folder beside them.
    fn beside(&self) -> Option<Program> {
        let folder = self.addon.parent()?;
        let find = |name: &str| {
            let folders = [Some(folder), folder.parent()];
            folders.into_iter().flatten().map(|folder: &Path| folder.join(name)).find(|path| path.is_file())
        };
        let own = || find("main-proc").map(|path| Program::new(path).arg("--type=renderer"));
        find("renderer-proc").map(Program::new).or_else(own)
    }

    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(given) = &self.limits {
            limits.frame = given.frame.unwrap_or(limits.frame);
            limits.depth = given.depth.unwrap_or(limits.depth);
            limits.tokens = given.tokens.unwrap_or(limits.tokens);
            limits.queued = given.queued.unwrap_or(limits.queued);
            limits.renderers = given.renderers.unwrap_or(limits.renderers);
        }
        limits
    }

    pub(crate) fn permissions(&self) -> Result<Option<Permissions>, Failure> {
        Ok(self.permissions.as_deref().map(Permissions::read).transpose()?)
    }

    pub(crate) fn silence(&self) -> Option<Duration> {
        self.unresponsive_after.map(Duration::from_millis)
    }

    pub(crate) fn has_spare(&self) -> bool {
        self.spare.unwrap_or(true)
    }
}
