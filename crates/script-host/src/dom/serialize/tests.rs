use super::super::parse::parse_fragment;
use super::*;

fn round_trip(html: &str) -> String {
    let document = super::super::parse::shared(Document::new());
    let context = document.borrow_mut().create_html("div");
    let fragment = parse_fragment(&document, context, html).unwrap();
    let tree = document.borrow();
    outer_html(&tree, fragment)
}

#[test]
fn text_and_attributes_are_escaped() {
    // Chrome escapes < and > in attributes since version 138.
    assert_eq!(
        round_trip("<p title='a\"b&lt;c'>1 &lt; 2 &amp;&nbsp;3</p>"),
        "<p title=\"a&quot;b&lt;c\">1 &lt; 2 &amp;&nbsp;3</p>"
    );
}

#[test]
fn raw_text_and_void_elements_are_written_as_html() {
    assert_eq!(
        round_trip("<script>a<b&&c</script><br><img src=x><style>p>b{}</style>"),
        "<script>a<b&&c</script><br><img src=\"x\"><style>p>b{}</style>"
    );
}

#[test]
fn a_template_shows_its_content() {
    assert_eq!(round_trip("<template><tr><td>1</td></tr></template>"), "<template><tr><td>1</td></tr></template>");
}

#[test]
fn the_inner_html_of_an_empty_node_is_empty() {
    let mut document = Document::new();
    let element = document.create_html("div");
    assert_eq!(inner_html(&document, element), "");
    assert_eq!(outer_html(&document, element), "<div></div>");
}

#[test]
fn deep_trees_are_written_without_stack() {
    let mut document = Document::new();
    let top = document.create_html("i");
    let mut at = top;
    for _ in 0..50_000 {
        let child = document.create_html("i");
        document.insert(at, child, None);
        at = child;
    }
    assert_eq!(outer_html(&document, top).len(), 50_001 * 7);
}
