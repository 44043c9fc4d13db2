//! From bytes to a report. Runs in the renderer, since it reads what strangers wrote.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use serde_bytes::ByteBuf;

use crate::message::{Format, Report, Request};

/// Why an image has no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    /// It begins like none of the known formats.
    #[error("not a PNG, JPEG or GIF image")]
    UnknownFormat,
    /// It announces more than is allowed.
    #[error("{width}x{height} is more than the {limit} pixels that are allowed (--max-pixels)")]
    TooManyPixels {
        /// The announced width.
        width: u32,
        /// The announced height.
        height: u32,
        /// What is allowed.
        limit: u64,
    },
    /// It is corrupt, or of a kind that the decoder does not know.
    #[error("cannot be decoded: {0}")]
    Image(#[from] ImageError),
}

/// The most bytes a decoded pixel takes: four channels of 16 bits.
const PIXEL: u64 = 8;

/// Decodes an image; of an animation, the first picture.
///
/// # Errors
///
/// [`DecodeError`] for what is corrupt, unknown or too large.
pub(crate) fn decode(request: &Request) -> Result<Report, DecodeError> {
    let mut reader = ImageReader::new(Cursor::new(request.bytes.as_slice())).with_guessed_format().map_err(io)?;
    let format = match reader.format() {
        Some(ImageFormat::Png) => Format::Png,
        Some(ImageFormat::Jpeg) => Format::Jpeg,
        Some(ImageFormat::Gif) => Format::Gif,
        _ => return Err(DecodeError::UnknownFormat),
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(request.max_pixels.saturating_mul(PIXEL));
    reader.limits(limits);

    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > request.max_pixels {
        return Err(DecodeError::TooManyPixels { width, height, limit: request.max_pixels });
    }
    // Cameras turn photos by a note, not by moving pixels.
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);

    let (width, height) = (image.width(), image.height());
    let thumbnail = request.thumbnail.map(|side| thumbnail(&image, side)).transpose()?;
    Ok(Report { format, width, height, mean: mean(image), thumbnail })
}

fn io(error: std::io::Error) -> DecodeError {
    DecodeError::Image(ImageError::IoError(error))
}

fn thumbnail(image: &DynamicImage, side: u32) -> Result<ByteBuf, ImageError> {
    // One that is small already is not enlarged.
    let small = match image.width() <= side && image.height() <= side {
        true => image.to_rgba8(),
        false => image.thumbnail(side, side).into_rgba8(),
    };
    let mut file = Cursor::new(Vec::new());
    small.write_to(&mut file, ImageFormat::Png)?;
    Ok(ByteBuf::from(file.into_inner()))
}

/// The mean of all colours; what is transparent counts less.
fn mean(image: DynamicImage) -> Option<[u8; 3]> {
    let mut sums = [0u64; 3];
    let mut weight = 0u64;
    for pixel in image.into_rgba8().pixels() {
        let [channels @ .., alpha] = pixel.0;
        for (sum, channel) in sums.iter_mut().zip(channels) {
            *sum += u64::from(channel) * u64::from(alpha);
        }
        weight += u64::from(alpha);
    }
    let mean = |sum: u64| u8::try_from((sum + weight / 2) / weight).unwrap_or(u8::MAX);
    (weight > 0).then(|| sums.map(mean))
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn request(image: &RgbaImage, format: ImageFormat) -> Request {
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, format).expect("encodes");
        Request { bytes: ByteBuf::from(file.into_inner()), max_pixels: 1_000_000, thumbnail: None }
    }

    #[test]
    fn the_mean_weighs_colours_by_their_opacity() {
        let mut image = RgbaImage::from_pixel(2, 1, Rgba([200, 100, 0, 255]));
        image.put_pixel(1, 0, Rgba([0, 255, 255, 0]));
        let report = decode(&request(&image, ImageFormat::Png)).expect("decodes");
        assert_eq!(report.to_string(), "2x1 PNG, mean colour #c86400");
    }

    #[test]
    fn a_transparent_image_has_no_colour() {
        let report = decode(&request(&RgbaImage::new(3, 2), ImageFormat::Png)).expect("decodes");
        assert_eq!(report.to_string(), "3x2 PNG, transparent");
    }

    #[test]
    fn a_thumbnail_keeps_the_proportions_and_a_small_image_its_size() {
        for (width, height, expected) in [(400, 100, (64, 16)), (10, 20, (10, 20))] {
            let image = RgbaImage::from_pixel(width, height, Rgba([1, 2, 3, 255]));
            let request = Request { thumbnail: Some(64), ..request(&image, ImageFormat::Png) };
            let file = decode(&request).expect("decodes").thumbnail.expect("a thumbnail");
            let small = image::load_from_memory(&file).expect("a PNG");
            assert_eq!((small.width(), small.height()), expected);
        }
    }

    #[test]
    fn bytes_of_no_known_format_are_refused() {
        for bytes in [&b""[..], b"hello", b"BM\x00\x00"] {
            let request = Request { bytes: ByteBuf::from(bytes), max_pixels: 1, thumbnail: None };
            let error = decode(&request).expect_err("refused");
            assert_eq!(error.to_string(), "not a PNG, JPEG or GIF image");
        }
    }

    #[test]
    fn an_image_cut_anywhere_is_refused_or_described_but_never_panics() {
        for format in [ImageFormat::Png, ImageFormat::Gif] {
            let whole = request(&RgbaImage::from_pixel(5, 5, Rgba([9, 9, 9, 255])), format);
            for end in 0..whole.bytes.len() {
                let bytes = ByteBuf::from(&whole.bytes[..end]);
                let _ = decode(&Request { bytes, ..whole_limits() });
            }
        }
    }

    fn whole_limits() -> Request {
        Request { bytes: ByteBuf::new(), max_pixels: 100, thumbnail: Some(2) }
    }
}
