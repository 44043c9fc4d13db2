//! `binding('url')`: the URL standard under `URL` and `URLSearchParams`.

use rquickjs::prelude::Opt;
use rquickjs::{Array, Ctx, Function, Object, Value};
use url::{Url, form_urlencoded, quirks};

use crate::error::lossy;
use crate::realm::Realm;
use crate::{sys, urls};

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("url", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("parse", Function::new(ctx.clone(), parse)?)?;
        object.set("change", Function::new(ctx.clone(), change)?)?;
        object.set(
            "origin",
            Function::new(ctx.clone(), |href: String| urls::parse(&href, None).map(|url| quirks::origin(&url)))?,
        )?;
        object.set("toAscii", Function::new(ctx.clone(), |name: String| idna::domain_to_ascii(&name).ok())?)?;
        object.set("toUnicode", Function::new(ctx.clone(), |name: String| idna::domain_to_unicode(&name).0)?)?;
        object.set("parseForm", Function::new(ctx.clone(), parse_form)?)?;
        object.set("writeForm", Function::new(ctx.clone(), write_form)?)?;
        Ok(object)
    });
}

/// What a text means, on a base if there is one; `undefined` if that is no URL.
fn parse<'js>(ctx: Ctx<'js>, text: Value<'js>, base: Opt<Value<'js>>) -> rquickjs::Result<Option<Array<'js>>> {
    let text = lossy(&text).unwrap_or_default();
    let url = match base.0.filter(|base| !base.is_undefined()) {
        None => urls::parse(&text, None),
        Some(base) => {
            urls::parse(&lossy(&base).unwrap_or_default(), None).and_then(|base| urls::parse(&text, Some(&base)))
        }
    };
    url.map(|url| parts(&ctx, &url)).transpose()
}

/// Sets a part of a URL as the setters of the standard do; `undefined` where that changes nothing.
fn change<'js>(ctx: Ctx<'js>, href: String, part: String, value: Value<'js>) -> rquickjs::Result<Option<Array<'js>>> {
    let Some(mut url) = urls::parse(&href, None) else { return Ok(None) };
    let changed = urls::change(&mut url, &part, &lossy(&value).unwrap_or_default());
    if changed { parts(&ctx, &url).map(Some) } else { Ok(None) }
}

/// The URL as text, and where its parts are: the ends of scheme and user name, start and end of the host, the port, the
/// starts of path, query and fragment; -1 for what is not there. All of the text is ASCII.
fn parts<'js>(ctx: &Ctx<'js>, url: &Url) -> rquickjs::Result<Array<'js>> {
    let parts = quirks::internal_components(url);
    let array = Array::new(ctx.clone())?;
    array.set(0, sys::string_from_str(ctx, url.as_str())?)?;
    let numbers = [
        i64::from(parts.scheme_end),
        i64::from(parts.username_end),
        i64::from(parts.host_start),
        i64::from(parts.host_end),
        parts.port.map_or(-1, i64::from),
        i64::from(parts.path_start),
        parts.query_start.map_or(-1, i64::from),
        parts.fragment_start.map_or(-1, i64::from),
    ];
    for (index, number) in numbers.into_iter().enumerate() {
        array.set(index + 1, number)?;
    }
    Ok(array)
}

/// Names and values of a query, by turns.
fn parse_form(text: Value<'_>) -> Vec<String> {
    let text = lossy(&text).unwrap_or_default();
    form_urlencoded::parse(text.as_bytes()).flat_map(|(name, value)| [name.into_owned(), value.into_owned()]).collect()
}

/// The query of names and values, which come by turns.
fn write_form(list: Vec<String>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for pair in list.chunks_exact(2) {
        if let [name, value] = pair {
            query.append_pair(name, value);
        }
    }
    query.finish()
}
