//! What an app finds around it: its folder for data, its environment, the answers to its dialogs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use main_proc::permissions::Permissions;
use main_proc::sandbox::Level;
use main_proc::script::Options;

use super::dialogs;
use super::exit::Failure;

/// What runs main's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MainHost {
    /// The engine within this program.
    BuiltIn,
    /// Node.
    Node,
}

/// The options for it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The app's surroundings")]
pub(crate) struct Setting {
    /// What runs main's script: node, or built-in, which starts sooner and has less
    ///
    /// In place of what the app's package.json says, as in "dipole": {"main": "node"}; without both it is built-in. docs/node.md
    /// says what Node needs.
    #[arg(long, value_name = "HOST")]
    pub(crate) main: Option<MainHost>,
    /// The folder of the app's data, app.getPath('userData'); it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) user_data_dir: Option<PathBuf>,
    /// How much the sandbox matters of pages whose webPreferences leave it on: off, best-effort or require
    ///
    /// docs/sandbox.md says what each level stops.
    #[arg(long, value_name = "LEVEL", value_parser = level, default_value = "best-effort", hide_default_value = true)]
    pub(crate) sandbox: Level,
    /// What pages may do, in place of the file that the app's package.json names
    ///
    /// docs/permissions.md says what may stand there. Without one everything is allowed.
    #[arg(long, value_name = "FILE")]
    pub(crate) permissions: Option<PathBuf>,
    /// An environment variable for the app and its pages; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
    /// What dialogs are answered, as in DIPOLE_DIALOG; may be repeated: those that follow answer later dialogs
    ///
    /// A JSON object from showMessageBox, showOpenDialog and showSaveDialog to what they give, such as
    /// {"showOpenDialog": {"filePaths": ["a.txt"]}}, for every dialog; or to a list of that, for one dialog each. A dialog
    /// without an answer is cancelled.
    #[arg(long, value_name = "JSON")]
    pub(crate) dialog: Vec<String>,
}

impl Setting {
    /// Puts it into the options of an app.
    ///
    /// # Errors
    ///
    /// When something of it cannot be as it was given.
    pub(crate) fn apply(&self, options: &mut Options) -> Result<(), Failure> {
        options.dialogs = self.dialogs()?;
        if let Some(folder) = &self.user_data_dir {
            let made = std::fs::create_dir_all(folder).and_then(|()| std::path::absolute(folder));
            let failed = |error| Failure::usage(format_args!("--user-data-dir '{}': {error}", folder.display()));
            options.user_data = Some(made.map_err(failed)?);
        }
        options.renderer.env.extend(self.env.iter().map(|(name, value)| (name.into(), value.into())));
        options.env.clone_from(&self.env);
        options.sandbox = self.sandbox;
        if let Some(file) = &self.permissions {
            options.permissions = Some(Permissions::read(file).map_err(Failure::usage)?);
        }
        Ok(())
    }

    /// The answers to dialogs; those of the command line take the place of those of the environment, which are checked
    /// all the same.
    fn dialogs(&self) -> Result<Option<String>, Failure> {
        let variable = std::env::var_os(dialogs::VARIABLE).map(|text| text.to_string_lossy().into_owned());
        let ordinary = dialogs::answers(dialogs::VARIABLE, variable.as_slice()).map_err(Failure::usage)?;
        let given = dialogs::answers("--dialog", &self.dialog).map_err(Failure::usage)?;
        Ok(given.or(ordinary))
    }
}

fn level(text: &str) -> Result<Level, String> {
    Level::named(text).ok_or_else(|| "give off, best-effort or require".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !text.contains('\0') => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give a name and a value: NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name() {
        assert_eq!(variable("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(variable("A="), Ok(("A".into(), String::new())));
        assert!(variable("A").is_err() && variable("=b").is_err());
    }
}
