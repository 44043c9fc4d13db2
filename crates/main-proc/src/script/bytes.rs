//! What `nativeImage` and `safeStorage` need of native code.

use script_host::js::{Ctx, Function, Object, TypedArray, Value};
use script_host::sys::{new_array_buffer, with_buffer_bytes};

use crate::host::{Picture, PictureError, obscure, reveal};

/// Adds the functions to what `binding('dipole')` gives.
pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> script_host::js::Result<()> {
    // (a file): the width, the height and the pixels of its picture
    object.set(
        "decodePicture",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, file: TypedArray<'js, u8>| {
            let picture = with_bytes(&file, Picture::decode)?.map_err(|error| thrown(&ctx, &error))?;
            let object = Object::new(ctx.clone())?;
            object.set("width", picture.width)?;
            object.set("height", picture.height)?;
            object.set("bytes", new_array_buffer(&ctx, &picture.pixels)?)?;
            Ok::<_, script_host::js::Error>(object)
        })?,
    )?;
    // (width, height, pixels): a PNG file
    object.set(
        "encodePicture",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, width: u32, height: u32, pixels: TypedArray<'js, u8>| {
            let file = with_bytes(&pixels, |pixels| Picture::encode(width, height, pixels))?;
            new_array_buffer(&ctx, &file.map_err(|error| thrown(&ctx, &error))?)
        })?,
    )?;
    // (a text's bytes): what is written of it
    object.set(
        "obscure",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, text: TypedArray<'js, u8>| {
            new_array_buffer(&ctx, &with_bytes(&text, obscure)?)
        })?,
    )?;
    // (what was written): the text's bytes, or null
    object.set(
        "reveal",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, written: TypedArray<'js, u8>| {
            match with_bytes(&written, reveal)? {
                Some(text) => new_array_buffer(&ctx, &text),
                None => Ok(Value::new_null(ctx)),
            }
        })?,
    )
}

fn with_bytes<R>(view: &TypedArray<'_, u8>, use_them: impl FnOnce(&[u8]) -> R) -> script_host::js::Result<R> {
    let buffer: Value<'_> = view.get("buffer")?;
    with_buffer_bytes(&buffer, view.get("byteOffset")?, view.get("byteLength")?, |bytes| use_them(bytes))
}

fn thrown(ctx: &Ctx<'_>, error: &PictureError) -> script_host::js::Error {
    script_host::throw_error(ctx, &error.to_string())
}
