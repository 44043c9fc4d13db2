use super::*;

#[test]
fn references_resolve_as_in_a_browser() {
    let base = "file:///app/pages/index.html?q=1#top";
    for (reference, expected) in [
        ("renderer.js", "file:///app/pages/renderer.js"),
        ("./renderer.js", "file:///app/pages/renderer.js"),
        ("../lib/a.js?v=2#x", "file:///app/lib/a.js?v=2#x"),
        ("../../../../a.js", "file:///a.js"),
        ("/abs.js", "file:///abs.js"),
        ("//host/a.js", "file://host/a.js"),
        ("#end", "file:///app/pages/index.html?q=1#end"),
        ("?z", "file:///app/pages/index.html?z"),
        ("", "file:///app/pages/index.html?q=1"),
        ("https://example.com/a/./b", "https://example.com/a/b"),
        ("https://example.com", "https://example.com/"),
        ("a b\u{e9}.js", "file:///app/pages/a%20b%C3%A9.js"),
        (" x/.. ", "file:///app/pages/"),
        ("javascript:void(0)", "javascript:void(0)"),
        ("mailto:a@b.c", "mailto:a@b.c"),
    ] {
        assert_eq!(resolve(base, reference).as_deref(), Some(expected), "{reference:?}");
    }
    assert_eq!(resolve("about:blank", "a.js"), None);
    assert_eq!(resolve("no base", "a.js"), None);
}

#[test]
fn the_parts_of_a_url_are_found() {
    let parts = split("https://user@example.com:8080/a/b?c=d#e").unwrap();
    assert_eq!(
        parts,
        Parts {
            scheme: "https:".to_owned(),
            authority: Some("user@example.com:8080".to_owned()),
            path: "/a/b".to_owned(),
            query: "?c=d".to_owned(),
            fragment: "#e".to_owned()
        }
    );
    assert_eq!(split("a.js"), None);
    assert_eq!(split("1a:b"), None);
}

#[test]
fn a_file_url_names_a_path() {
    assert_eq!(file_path("file:///a%20b/%C3%BC.html?x#y"), Some(PathBuf::from("/a b/ü.html")));
    assert_eq!(file_path("https://example.org/a"), None);
    assert_eq!(file_path("file:///100%"), Some(PathBuf::from("/100%")));
}
