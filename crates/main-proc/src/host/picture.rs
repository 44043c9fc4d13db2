//! Pictures for `nativeImage`: the pixels of PNG and JPEG files, and PNG files of pixels.
//!
//! Pixels are as Electron's `toBitmap` has them on this platform: four bytes each, blue, green and red multiplied by alpha, and alpha
//! (<https://www.electronjs.org/docs/latest/api/native-image#imagetobitmapoptions>).

use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// A few bytes may stand for a picture of any size. Larger ones than a screen of 8K has are not decoded.
const MOST_PIXELS: u64 = 7680 * 4320;
/// A pixel's bytes.
const DEPTH: usize = 4;

/// The pixels of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Four bytes for each pixel, row by row.
    pub pixels: Vec<u8>,
}

/// Why there are no pixels, or no file of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The bytes begin as a PNG file and are none.
    #[error("the PNG picture cannot be decoded: {0}")]
    Png(#[from] png::DecodingError),
    /// The bytes begin as a JPEG file and are none.
    #[error("the JPEG picture cannot be decoded: {0:?}")]
    Jpeg(zune_jpeg::errors::DecodeErrors),
    /// They are something else.
    #[error("the bytes are neither a PNG nor a JPEG picture")]
    Unknown,
    /// Its pixels would need too much memory.
    #[error("the picture has more than {MOST_PIXELS} pixels")]
    TooLarge,
    /// Width and height do not fit the number of bytes.
    #[error("there are not four bytes for each pixel")]
    Size,
    /// The file could not be made.
    #[error("the PNG picture could not be made: {0}")]
    Encoding(#[from] png::EncodingError),
}

impl Picture {
    /// Decodes a PNG or JPEG file.
    ///
    /// # Errors
    ///
    /// When the bytes are no such file, or one of more pixels than an 8K screen has.
    pub fn decode(file: &[u8]) -> Result<Self, PictureError> {
        match file {
            [0x89, b'P', b'N', b'G', ..] => Self::png(file),
            [0xff, 0xd8, ..] => Self::jpeg(file),
            _ => Err(PictureError::Unknown),
        }
    }

    fn png(file: &[u8]) -> Result<Self, PictureError> {
        let bytes = usize::try_from(MOST_PIXELS).unwrap_or(usize::MAX).saturating_mul(DEPTH);
        let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16 | Transformations::ALPHA);
        let mut reader = decoder.read_info()?;
        let (width, height) = reader.info().size();
        fits(width, height)?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(PictureError::TooLarge)?];
        let info = reader.next_frame(&mut pixels)?;
        pixels.truncate(info.buffer_size());
        if info.color_type == ColorType::GrayscaleAlpha {
            pixels = pixels.as_chunks().0.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect();
        }
        for pixel in pixels.as_chunks_mut().0 {
            let [red, green, blue, alpha] = *pixel;
            *pixel = [times(blue, alpha), times(green, alpha), times(red, alpha), alpha];
        }
        Ok(Self { width, height, pixels })
    }

    fn jpeg(file: &[u8]) -> Result<Self, PictureError> {
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::BGRA);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
        decoder.decode_headers().map_err(PictureError::Jpeg)?;
        let (width, height) = decoder.dimensions().ok_or(PictureError::Unknown)?;
        let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        fits(width, height)?;
        let pixels = decoder.decode().map_err(PictureError::Jpeg)?;
        Ok(Self { width, height, pixels })
    }

    /// A PNG file of pixels.
    ///
    /// # Errors
    ///
    /// When width and height do not fit the number of bytes, or are nothing.
    pub fn encode(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<u8>, PictureError> {
        let wanted = fits(width, height)?.checked_mul(DEPTH as u64);
        if wanted != u64::try_from(pixels.len()).ok() {
            return Err(PictureError::Size);
        }
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Fast);
        let plain: Vec<u8> = pixels
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[blue, green, red, alpha]| [part(red, alpha), part(green, alpha), part(blue, alpha), alpha])
            .collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&plain)?;
        writer.finish()?;
        Ok(file)
    }
}

/// How many pixels there are, if they are not too many.
fn fits(width: u32, height: u32) -> Result<u64, PictureError> {
    let count = u64::from(width).saturating_mul(u64::from(height));
    if count <= MOST_PIXELS { Ok(count) } else { Err(PictureError::TooLarge) }
}

/// A color multiplied by alpha, rounded.
fn times(color: u8, alpha: u8) -> u8 {
    let product = u16::from(color).saturating_mul(u16::from(alpha)).saturating_add(127);
    u8::try_from(product / 255).unwrap_or(u8::MAX)
}

/// The color that was multiplied by alpha, as nearly as it can be known.
fn part(product: u8, alpha: u8) -> u8 {
    let wide = u16::from(product).saturating_mul(255).saturating_add(u16::from(alpha) / 2);
    wide.checked_div(u16::from(alpha)).map_or(0, |color| u8::try_from(color).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blue, half a green, and nothing, from top to bottom.
    const PIXELS: [u8; 12] = [255, 0, 0, 255, 0, 128, 0, 128, 0, 0, 0, 0];

    #[test]
    fn pixels_come_back_from_a_png_file() {
        let file = Picture::encode(1, 3, &PIXELS).expect("a file");
        assert_eq!(
            Picture::decode(&file).expect("its pixels"),
            Picture { width: 1, height: 3, pixels: PIXELS.to_vec() }
        );
    }

    #[test]
    fn a_gray_png_of_sixteen_bits_has_pixels() {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 2, 1);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Sixteen);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&[0x80, 0, 0xff, 0xff]).expect("two pixels");
        writer.finish().expect("a file");
        let decoded = Picture::decode(&file).expect("its pixels");
        assert_eq!(decoded.pixels, [0x80, 0x80, 0x80, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn what_is_cut_off_or_none_is_an_error() {
        let file = Picture::encode(1, 3, &PIXELS).expect("a file");
        for length in 0..file.len() {
            let part = file.get(..length).expect("a part");
            // The end of the file says nothing of its pixels.
            assert!(Picture::decode(part).is_err() || length + 12 >= file.len(), "{length} bytes are no picture");
        }
        Picture::decode(&[0xff, 0xd8, 0xff]).expect_err("no JPEG");
        Picture::decode(b"GIF89a").expect_err("another kind");
    }

    #[test]
    fn a_small_file_of_a_huge_picture_is_not_decoded() {
        let file = Picture::encode(1, 1, &[0; 4]).expect("a file");
        let mut huge = file.clone();
        huge.get_mut(16..24).expect("its size").copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let sum = crc(huge.get(12..29).expect("the header"));
        huge.get_mut(29..33).expect("its sum").copy_from_slice(&sum.to_be_bytes());
        assert!(matches!(Picture::decode(&huge), Err(PictureError::TooLarge)));
    }

    #[test]
    fn pixels_that_do_not_fill_the_picture_are_refused() {
        assert!(matches!(Picture::encode(2, 2, &[0; 12]), Err(PictureError::Size)));
        assert!(matches!(Picture::encode(u32::MAX, u32::MAX, &[]), Err(PictureError::TooLarge)));
        Picture::encode(0, 0, &[]).expect_err("no pixel");
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
        })
    }
}
