//! Which files an app is made of, and loading its pages again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use script_host::js::{Function, Object};

use super::app::ScriptApp;

impl ScriptApp {
    /// The files that main's scripts have loaded so far: scripts and JSON, and the `package.json` of the app.
    #[must_use]
    pub fn loaded_files(&self) -> BTreeSet<PathBuf> {
        let mut files: BTreeSet<PathBuf> = self.engine.loaded_modules().into_iter().map(PathBuf::from).collect();
        files.insert(self.entry.file.clone());
        files.insert(self.entry.folder.join("package.json"));
        let required = self.call_watch::<Vec<String>>("loaded", |function| function.call(()));
        files.extend(required.unwrap_or_default().into_iter().map(PathBuf::from));
        files
    }

    /// From now on the observer is told of each file of the app that is about to be read: modules of main, documents of
    /// pages, preload scripts. It may hear of one several times.
    pub fn on_file(&self, observer: impl Fn(&Path) + 'static) {
        let observer = Rc::new(observer);
        let of_pages = Rc::clone(&observer);
        self.engine.on_file(move |path| observer(Path::new(path)));
        *self.host.scripts.on_page_file.borrow_mut() = Some(of_pages);
    }

    /// Loads the pages again that changed files may concern: their documents and preload scripts, and where a script or
    /// a style has changed that main has not loaded, every page that is a file. The numbers of their contents.
    pub fn reload_pages(&mut self, changed: &BTreeSet<PathBuf>) -> Vec<u32> {
        let changed: Vec<String> = changed.iter().filter_map(|path| path.to_str().map(str::to_owned)).collect();
        self.call_watch("reload", |function| function.call((changed,))).unwrap_or_default()
    }

    fn call_watch<T>(
        &self,
        name: &str,
        call: impl for<'js> FnOnce(Function<'js>) -> script_host::js::Result<T>,
    ) -> Option<T> {
        if self.engine.exit_code().is_some() {
            return None;
        }
        self.realm.with(|ctx| {
            let module = self.realm.require_builtin(&ctx, "dipole/watched");
            let function = module.and_then(|module| module.get::<Object<'_>>()?.get::<_, Function<'_>>(name));
            function.and_then(call).map_err(|_| drop(ctx.catch())).ok()
        })
    }
}
