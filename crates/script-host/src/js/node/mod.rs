//! The Node-like builtin modules, as source text.

/// One builtin module: the name it is required by, the label its stack frames show, its source.
pub(crate) type Source = (&'static str, &'static str, &'static str);

macro_rules! module {
    ($name:literal, $file:literal) => {
        ($name, concat!("node:", $name), include_str!($file))
    };
}

/// Modules that user code may require.
pub(crate) const PUBLIC: &[Source] = &[
    module!("events", "events.js"),
    module!("path", "path.js"),
    module!("path/posix", "path_posix.js"),
    module!("path/win32", "path_win32.js"),
    module!("util", "util.js"),
    module!("util/types", "util_types.js"),
    module!("buffer", "buffer.js"),
    module!("url", "url.js"),
    module!("string_decoder", "string_decoder.js"),
    module!("querystring", "querystring.js"),
    module!("assert", "assert.js"),
    module!("assert/strict", "assert_strict.js"),
    module!("os", "os.js"),
    module!("timers", "timers.js"),
    module!("timers/promises", "timers_promises.js"),
];

/// Modules that only other builtin modules may require.
pub(crate) const INTERNAL: &[Source] = &[
    module!("internal/errors", "errors.js"),
    module!("internal/types", "types.js"),
    module!("internal/inspect", "inspect.js"),
    module!("internal/inspect_classify", "inspect_classify.js"),
    module!("internal/inspect_colors", "inspect_colors.js"),
    module!("internal/inspect_kinds", "inspect_kinds.js"),
    module!("internal/inspect_error", "inspect_error.js"),
    module!("internal/inspect_text", "inspect_text.js"),
    module!("internal/inspect_layout", "inspect_layout.js"),
    module!("internal/format", "format.js"),
    module!("internal/deep_equal", "deep_equal.js"),
    module!("internal/events_async", "events_async.js"),
    module!("internal/buffer_numbers", "buffer_numbers.js"),
    module!("internal/buffer_search", "buffer_search.js"),
    module!("internal/buffer_text", "buffer_text.js"),
    module!("internal/os_linux", "os_linux.js"),
    module!("internal/url_parser", "url_parser.js"),
    module!("internal/url_host", "url_host.js"),
    module!("internal/url_search", "url_search.js"),
    module!("internal/url_legacy", "url_legacy.js"),
    module!("internal/assertion_error", "assertion_error.js"),
];
