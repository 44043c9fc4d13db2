//! Many images, several at a time.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dipole::{App, Program};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::args::Args;
use crate::decoder::{self, Decoders};
use crate::message::{Report, Request};

/// The longer side of a thumbnail.
const THUMBNAIL: u32 = 128;
/// No honest thumbnail is larger: four bytes for each pixel, and room for the rest of the file.
const THUMBNAIL_BYTES: usize = (THUMBNAIL * THUMBNAIL * 4) as usize + 4096;

/// What became of one file.
pub(crate) enum Outcome {
    Described(Report),
    Failed(String),
}

/// The files of one command line.
pub(crate) struct Batch {
    args: Args,
    program: Program,
    next: AtomicUsize,
}

impl Batch {
    /// Makes the directory of thumbnails and finds this executable.
    ///
    /// # Errors
    ///
    /// When one of the two fails, or when two thumbnails would have the same name.
    pub(crate) fn new(args: Args) -> io::Result<Self> {
        if let Some(directory) = &args.thumbnails {
            let mut taken = HashMap::new();
            for file in &args.files {
                if let Some(other) = taken.insert(thumbnail_path(directory, file), file) {
                    let both = format!("{} and {}", other.display(), file.display());
                    return Err(io::Error::other(format!("{both} would have the same thumbnail: give one of them")));
                }
            }
            fs::create_dir_all(directory)?;
        }
        let program = decoder::program(args.memory << 20)?;
        Ok(Self { args, program, next: AtomicUsize::new(0) })
    }

    /// Decodes all files and shows each outcome, in the order of the files.
    ///
    /// # Errors
    ///
    /// When `show` fails; the rest is given up.
    pub(crate) async fn run(self, mut show: impl FnMut(&Path, Outcome) -> io::Result<()>) -> io::Result<()> {
        let processors = || std::thread::available_parallelism().map_or(1, Into::into);
        let workers = self.args.workers.map_or_else(processors, Into::into).min(self.args.files.len());
        // Its renderers end with it, when this function returns.
        let app = App::new();
        let started = Decoders::start(&app, &self.program, workers, self.args.deadline);
        let decoders = started.map_err(io::Error::other)?;
        let (outcomes, mut arrived) = mpsc::channel(workers);
        let batch = Arc::new(self);
        // One more file is read for each while it decodes.
        for _ in 0..workers.saturating_mul(2) {
            tokio::spawn(Arc::clone(&batch).work(decoders.clone(), outcomes.clone()));
        }
        drop(outcomes);

        let mut early = BTreeMap::new();
        let mut files = batch.args.files.iter().enumerate();
        let mut awaited = files.next();
        while let Some((index, outcome)) = arrived.recv().await {
            early.insert(index, outcome);
            while let Some((index, file)) = awaited
                && let Some(outcome) = early.remove(&index)
            {
                show(file, outcome)?;
                awaited = files.next();
            }
        }
        Ok(())
    }

    /// Takes file after file until none is left or nobody wants to know.
    async fn work(self: Arc<Self>, decoders: Decoders, outcomes: mpsc::Sender<(usize, Outcome)>) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.args.files.get(index) else { return };
            let outcome = match self.describe(&decoders, file).await {
                Ok(report) => Outcome::Described(report),
                Err(reason) => Outcome::Failed(reason),
            };
            if outcomes.send((index, outcome)).await.is_err() {
                return;
            }
        }
    }

    async fn describe(&self, decoders: &Decoders, file: &Path) -> Result<Report, String> {
        let (path, limit) = (file.to_owned(), self.args.max_file << 20);
        // A file on a slow disk, or a pipe, holds up nobody else.
        let reading = tokio::task::spawn_blocking(move || read(&path, limit));
        let bytes = reading.await.map_err(|error| error.to_string())??;
        let thumbnail = self.args.thumbnails.as_ref().map(|_| THUMBNAIL);
        let request = Request { bytes: ByteBuf::from(bytes), max_pixels: self.args.max_pixels, thumbnail };
        let report = decoders.decode(&request).await.map_err(|failure| failure.to_string())?;
        if let Some(directory) = &self.args.thumbnails {
            let path = thumbnail_path(directory, file);
            let small = report.thumbnail.as_ref().filter(|small| small.len() <= THUMBNAIL_BYTES);
            let small = small.ok_or("its renderer made no proper thumbnail")?;
            fs::write(&path, small).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(report)
    }
}

fn thumbnail_path(directory: &Path, file: &Path) -> PathBuf {
    let mut name = file.file_name().map_or_else(|| OsString::from("image"), ToOwned::to_owned);
    name.push(".png");
    directory.join(name)
}

/// Reads a file of at most `limit` bytes, whatever size it claims to have.
fn read(file: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match opened {
        Ok(length) if length as u64 > limit => Err(format!("larger than {} MiB (--max-file)", limit >> 20)),
        Ok(_) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}
