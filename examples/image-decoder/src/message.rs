//! What main and its renderers tell each other.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// The channel on which a renderer answers.
pub(crate) const DECODE: &str = "decode";

/// One image to decode.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The file's content. The renderer never sees the file itself.
    pub(crate) bytes: ByteBuf,
    /// The most pixels the image may have.
    pub(crate) max_pixels: u64,
    /// The longer side of the thumbnail in pixels, if one is wanted.
    pub(crate) thumbnail: Option<u32>,
}

/// What is in an image.
///
/// Main takes it from a process that may have been taken over by the image, so it has room for facts only: a text
/// could carry commands for the user's terminal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Red, green and blue; `None` when every pixel is transparent.
    pub(crate) mean: Option<[u8; 3]>,
    /// A PNG file.
    pub(crate) thumbnail: Option<ByteBuf>,
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Format {
    Png,
    Jpeg,
    Gif,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
        })
    }
}

/// `300x200 PNG, mean colour #7f0000`
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{} {}, ", self.width, self.height, self.format)?;
        match self.mean {
            Some([red, green, blue]) => write!(f, "mean colour #{red:02x}{green:02x}{blue:02x}"),
            None => f.write_str("transparent"),
        }
    }
}
