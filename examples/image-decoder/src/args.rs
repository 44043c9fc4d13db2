//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

const AFTER_HELP: &str = "\
Examples:
  image-decoder photo.jpg logo.png
  image-decoder --thumbnails small/ inbox/*

Exit codes: 0 all images are described, 1 some are not, 2 wrong usage.";

/// Describe PNG, JPEG and GIF images that nobody vouches for
///
/// Each image is decoded in a renderer: a process that can crash, hang or run out of memory without harm to this one
/// or to the other images.
#[derive(Debug, Parser)]
#[command(name = "image-decoder", version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The images
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write a small PNG of each image into this directory, as FILE.png
    #[arg(long, value_name = "DIR")]
    pub(crate) thumbnails: Option<PathBuf>,
    /// How many renderers work side by side [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<NonZeroUsize>,
    /// How long one image may take
    #[arg(long, value_name = "SECS", default_value = "10", value_parser = seconds)]
    pub(crate) deadline: Duration,
    /// The largest file that is read, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=32))]
    pub(crate) max_file: u64,
    /// The most pixels an image may announce
    #[arg(long, value_name = "N", default_value_t = 40_000_000)]
    pub(crate) max_pixels: u64,
    /// The memory a renderer may use, in MiB; it crashes beyond that
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(64..=1 << 20))]
    pub(crate) memory: u64,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "give a number of seconds above 0, such as 10 or 0.5".to_owned())
}
