//! Finding an app's main script, as `electron .` does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::permissions::{Permissions, PermissionsError};

/// What the names of TypeScript's files end in.
const TYPED: [&str; 4] = ["ts", "mts", "cts", "tsx"];

/// What there is to know of an app before it runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    /// The main script; `None` when the text is given.
    pub(crate) file: PathBuf,
    /// The folder of the app: what `app.getAppPath()` tells and `loadFile` starts from.
    pub(crate) folder: PathBuf,
    /// The text of its `package.json`, if it has one.
    pub(crate) package: Option<String>,
}

/// An app that cannot be run, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// There is nothing at that path.
    #[error("there is no app at '{}': give the path of a .js file, or of a directory with a package.json", .0.display())]
    NotFound(PathBuf),
    /// The path is a link to something that is not there.
    #[error("'{}' is a link to '{}', which does not exist: correct the link, or give the path of the app", path.display(), to.display())]
    DeadLink {
        /// The path.
        path: PathBuf,
        /// What it links to.
        to: PathBuf,
    },
    /// Links lead back to themselves.
    #[error("'{}' cannot be opened: its links lead in a loop. Give the path of the app itself", .0.display())]
    LinkLoop(PathBuf),
    /// The file or folder may not be read.
    #[error("'{}' cannot be read: permission denied. Check who may read it, and the folders that it is in", .0.display())]
    NotReadable(PathBuf),
    /// The file or folder cannot be opened for another reason.
    #[error("'{}' cannot be opened: {reason}", path.display())]
    NotOpened {
        /// The path.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A directory without a main script.
    #[error(
        "'{}' has no main script: name it in the \"main\" field of its package.json, or call it index.js", .0.display()
    )]
    NoMain(PathBuf),
    /// What `package.json` names is no text, and there is no `index.js`.
    #[error("the \"main\" field of '{}' is {main}, and not the path of a script in quotes: correct it", package.display())]
    BadMain {
        /// The `package.json`.
        package: PathBuf,
        /// What it has there.
        main: String,
    },
    /// `package.json` names a main script that is not there.
    #[error("'{}' names the main script '{main}', which does not exist: build the app, or correct its \"main\" field", package.display())]
    MissingMain {
        /// The `package.json`.
        package: PathBuf,
        /// What it names.
        main: String,
    },
    /// `package.json` is no JSON object.
    #[error("'{}' cannot be read: {reason}. Correct it and try again", package.display())]
    BadPackage {
        /// The `package.json`.
        package: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file of permissions cannot be used.
    #[error(transparent)]
    Permissions(#[from] PermissionsError),
    /// The file is TypeScript.
    #[error(
        "'{}' is TypeScript, which has to be compiled first: run tsc, or a bundler, and give the .js file that it writes. \
         With `--main node` Node or the loader of your project may do that (docs/node.md)", .0.display()
    )]
    TypeScript(PathBuf),
    /// The app is in an archive, as Electron's packagers make them.
    #[error(
        "'{}' is an archive, which is not looked into here: take out what is in it with `npx @electron/asar extract {} FOLDER`, \
         and give that folder, or the one that the app was packed from", .0.display(), .0.display()
    )]
    Archive(PathBuf),
    /// The file is not a script.
    #[error("'{}' is not a script: its name has to end in .js, .cjs or .mjs", .0.display())]
    NotAScript(PathBuf),
    /// Main's script is to run in Node, and cannot.
    #[error("{0}")]
    Node(String),
    /// The script engine could not be set up.
    #[error("the script engine could not be started: {0}")]
    Engine(String),
}

/// What `package.json` says to this program.
#[derive(Default, Deserialize)]
struct Package {
    dipole: Option<Dipole>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dipole {
    permissions: Option<PathBuf>,
    main: Option<String>,
}

impl Entry {
    /// What its `package.json` says to this program.
    fn dipole(&self) -> Result<Dipole, AppError> {
        let Some(text) = &self.package else { return Ok(Dipole::default()) };
        let package: Package = serde_json::from_str(text).map_err(|error| self.bad_field(&error.to_string()))?;
        Ok(package.dipole.unwrap_or_default())
    }

    fn bad_field(&self, reason: &str) -> AppError {
        let package = self.folder.join("package.json");
        AppError::BadPackage { package, reason: format!("its \"dipole\" field: {reason}") }
    }

    /// The file of permissions that its `package.json` names.
    pub(crate) fn permissions_file(&self) -> Result<Option<PathBuf>, AppError> {
        Ok(self.dipole()?.permissions.map(|file| self.folder.join(file)))
    }

    /// The permissions that its `package.json` names.
    pub(crate) fn permissions(&self) -> Result<Option<Permissions>, AppError> {
        Ok(self.permissions_file()?.map(|file| Permissions::read(&file)).transpose()?)
    }

    /// Whether its `package.json` has main's script run in Node.
    pub(crate) fn wants_node(&self) -> Result<bool, AppError> {
        match self.dipole()?.main.as_deref() {
            Some("node") => Ok(true),
            Some("built-in") | None => Ok(false),
            Some(other) => Err(self.bad_field(&format!("\"main\" is \"{other}\": give \"node\" or \"built-in\""))),
        }
    }
}

/// Finds the main script of the app at `path`, which may be TypeScript if `typed` says so.
pub(crate) fn find(path: &Path, typed: bool) -> Result<Entry, AppError> {
    if let Some(archive) = path.ancestors().find(|part| part.extension() == Some("asar".as_ref()) && part.is_file()) {
        return Err(AppError::Archive(archive.to_owned()));
    }
    let full = fs::canonicalize(path).map_err(|error| not_opened(path, &error))?;
    if full.is_dir() { folder(path, &full, typed) } else { script(path, full, typed) }
}

/// Why there is nothing to be had at that path.
fn not_opened(path: &Path, error: &io::Error) -> AppError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => match fs::read_link(&path) {
            Ok(to) => AppError::DeadLink { path, to },
            Err(_) => AppError::NotFound(path),
        },
        io::ErrorKind::PermissionDenied => AppError::NotReadable(path),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => AppError::LinkLoop(path),
        _ => AppError::NotOpened { path, reason: error.to_string() },
    }
}

/// The text of a `package.json`, without the mark that some editors put before it.
fn read_package(name: &Path) -> io::Result<String> {
    let text = fs::read_to_string(name)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// What is wrong with the text of a `package.json`, and where.
fn explain(text: &str, error: &serde_json::Error) -> String {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    // A column counts bytes, from 1, up to the character that is not understood.
    let rest = line.get(error.column().saturating_sub(1)..).unwrap_or_default();
    let hint = if ["//", "/*", "#"].iter().any(|mark| rest.starts_with(mark)) {
        ". JSON has no comments"
    } else if error.is_eof() {
        ". The file seems to be cut off"
    } else {
        ""
    };
    format!("{error}{hint}")
}

fn script(path: &Path, full: PathBuf, typed: bool) -> Result<Entry, AppError> {
    let known = full.extension().is_some_and(|extension| ["js", "cjs", "mjs"].iter().any(|known| extension == *known));
    if is_typed(&full) && !typed {
        return Err(AppError::TypeScript(path.to_owned()));
    }
    if !known && !is_typed(&full) {
        return Err(AppError::NotAScript(path.to_owned()));
    }
    fs::File::open(&full).map_err(|error| not_opened(path, &error))?;
    let folder = full.parent().map(Path::to_owned).unwrap_or_default();
    // A broken package.json beside a script that was named itself is none of our business.
    let package = read_package(&folder.join("package.json"))
        .ok()
        .filter(|text| serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.is_object()));
    Ok(Entry { file: full, folder, package })
}

fn folder(path: &Path, full: &Path, typed: bool) -> Result<Entry, AppError> {
    let name = full.join("package.json");
    let package = match read_package(&name) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && fs::metadata(&name).is_err() => {
            return Err(AppError::NotReadable(path.to_owned()));
        }
        Err(error) => return Err(AppError::BadPackage { package: name, reason: error.to_string() }),
    };
    let (mut main, mut odd) = (None, None::<String>);
    if let Some(text) = &package {
        let bad = |reason: String| AppError::BadPackage { package: name.clone(), reason };
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| bad(explain(text, &error)))?;
        let Some(object) = value.as_object() else { return Err(bad("it is not an object".into())) };
        match object.get("main") {
            Some(serde_json::Value::String(text)) => main = Some(text.clone()),
            Some(other) if !other.is_null() => odd = Some(other.to_string().chars().take(100).collect()),
            _ => {}
        }
    }
    let wanted = main.as_deref().filter(|main| !main.is_empty());
    let file = candidates(full, wanted.unwrap_or("index.js")).into_iter().find(|file| file.is_file());
    match (file, wanted) {
        (Some(file), _) if is_typed(&file) && !typed => Err(AppError::TypeScript(file)),
        (Some(file), _) => Ok(Entry { file, folder: full.to_owned(), package }),
        (None, Some(main)) => Err(AppError::MissingMain { package: name, main: main.to_owned() }),
        (None, None) => Err(match odd {
            Some(main) => AppError::BadMain { package: name, main },
            None => AppError::NoMain(path.to_owned()),
        }),
    }
}

fn is_typed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| TYPED.iter().any(|typed| extension == *typed))
}

/// Where Node looks for the script that `main` names.
fn candidates(folder: &Path, main: &str) -> Vec<PathBuf> {
    let base = folder.join(main);
    let mut found = vec![base.clone()];
    for extension in ["js", "cjs", "mjs"] {
        let mut name = base.clone().into_os_string();
        name.push(format!(".{extension}"));
        found.push(name.into());
    }
    found.push(base.join("index.js"));
    found.into_iter().filter_map(|path| fs::canonicalize(path).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that goes with this.
    struct Folder {
        _kept: tempfile::TempDir,
        path: PathBuf,
    }

    impl std::ops::Deref for Folder {
        type Target = Path;

        fn deref(&self) -> &Path {
            &self.path
        }
    }

    fn app(files: &[(&str, &str)]) -> Folder {
        let kept = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(kept.path().join(name), text).expect("a file");
        }
        Folder { path: fs::canonicalize(&kept).expect("the folder"), _kept: kept }
    }

    #[test]
    fn a_folder_names_its_main_script_in_package_json() {
        let folder = app(&[("package.json", r#"{"main": "start"}"#), ("start.js", "")]);
        assert_eq!(find(&folder, false).expect("an entry").file, folder.join("start.js"));
        let folder = app(&[("index.js", "")]);
        assert_eq!(find(&folder, false).expect("an entry").file, folder.join("index.js"));
    }

    #[test]
    fn what_is_missing_or_broken_is_said_with_the_next_step() {
        let text = |folder: &Path| find(folder, false).expect_err("an error").to_string();
        assert!(text(Path::new("/nowhere/at/all")).contains("there is no app at '/nowhere/at/all'"));
        assert!(text(&app(&[])).contains("has no main script"));
        let odd = text(&app(&[("package.json", r#"{"main": 5}"#)]));
        assert!(odd.ends_with("is 5, and not the path of a script in quotes: correct it"), "{odd}");
        assert!(text(&app(&[("package.json", r#"{"main": "x.js"}"#)])).contains("names the main script 'x.js'"));
        assert!(text(&app(&[("package.json", "{")])).contains("line 1 column 1. The file seems to be cut off"));
        let comment = "{\n  // why\n  \"main\": \"x.js\"\n}";
        assert!(text(&app(&[("package.json", comment)])).contains("line 2 column 3. JSON has no comments"));
        let behind = "{\n  \"main\": \"x.js\", // why\n  \"name\": \"x\"\n}";
        assert!(text(&app(&[("package.json", behind)])).contains("line 2 column 19. JSON has no comments"));
        let before = "{\n  \"main\": /* why */ \"x.js\"\n}";
        assert!(text(&app(&[("package.json", before)])).contains("line 2 column 11. JSON has no comments"));
        let url = "{\n  \"main\": x //\n}";
        assert!(!text(&app(&[("package.json", url)])).contains("comments"));
        let comma = "{\n  \"main\": \"x.js\",\n}";
        assert!(text(&app(&[("package.json", comma)])).contains("trailing comma at line 3"));
        let folder = app(&[("package.json", "\u{feff}{\"main\": \"x.js\"}"), ("x.js", "")]);
        assert!(find(&folder, false).expect("an entry").package.is_some_and(|text| text.starts_with('{')));
        let links = app(&[]);
        std::os::unix::fs::symlink("gone.js", links.join("dead.js")).expect("a link");
        std::os::unix::fs::symlink("self.js", links.join("self.js")).expect("a link");
        assert!(text(&links.join("dead.js")).contains("is a link to 'gone.js', which does not exist"));
        assert!(text(&links.join("self.js")).contains("lead in a loop"));
        let folder = app(&[("notes.txt", "")]);
        assert!(text(&folder.join("notes.txt")).contains("is not a script"));
        let folder = app(&[("main.ts", "")]);
        assert!(text(&folder.join("main.ts")).contains("is TypeScript, which has to be compiled first"));
        let folder = app(&[("package.json", r#"{"main": "main.ts"}"#), ("main.ts", "")]);
        assert!(text(&folder).contains("is TypeScript"));
    }
}
