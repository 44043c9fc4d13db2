use super::super::serialize::outer_html;
use super::*;

fn page(html: &str) -> (SharedDocument, DocumentParser) {
    let document = shared(Document::new());
    let parser = DocumentParser::new(&document, html.to_owned());
    (document, parser)
}

fn markup(document: &SharedDocument) -> String {
    outer_html(&document.borrow(), NodeId::DOCUMENT)
}

#[test]
fn a_document_gets_the_elements_it_left_out() {
    let (document, mut parser) = page("<!doctype html><title>T</title><p>Hi");
    assert_eq!(parser.next_script(), Ok(None));
    assert_eq!(markup(&document), "<!DOCTYPE html><html><head><title>T</title></head><body><p>Hi</p></body></html>");
}

#[test]
fn the_parser_stops_at_each_script_and_later_elements_do_not_exist_yet() {
    let (document, mut parser) = page("<p id=a></p><script>1</script><p id=b></p>\n<script src=x></script><p id=c>");
    let first = parser.next_script().unwrap().unwrap();
    assert_eq!(document.borrow().text(first), "1");
    assert!(document.borrow().by_id(NodeId::DOCUMENT, "a").is_some());
    assert!(document.borrow().by_id(NodeId::DOCUMENT, "b").is_none());
    let second = parser.next_script().unwrap().unwrap();
    assert_eq!(document.borrow().attr(second, "src"), Some("x"));
    assert_eq!(document.borrow().element(second).unwrap().line, 2);
    assert!(document.borrow().by_id(NodeId::DOCUMENT, "c").is_none());
    assert_eq!(parser.next_script(), Ok(None));
    assert!(document.borrow().by_id(NodeId::DOCUMENT, "c").is_some());
}

#[test]
fn written_text_lands_where_the_script_stood() {
    let (document, mut parser) = page("<body><script>1</script><p>end</p>");
    parser.next_script().unwrap().unwrap();
    assert_eq!(parser.write("<b>new</b>"), None);
    assert!(markup(&document).contains("<b>new</b>"));
    let script = parser.write("<script>2</script><i>late</i>").unwrap();
    assert_eq!(document.borrow().text(script), "2");
    assert_eq!(parser.next_script(), Ok(None));
    assert!(markup(&document).contains("<script>2</script><i>late</i><p>end</p>"));
}

#[test]
fn a_fragment_is_parsed_by_its_context_and_its_scripts_never_run() {
    let document = shared(Document::new());
    let table = document.borrow_mut().create_html("tbody");
    let before = document.borrow().len();
    let fragment = parse_fragment(&document, table, "<tr><td>1</td></tr>").unwrap();
    assert_eq!(outer_html(&document.borrow(), fragment), "<tr><td>1</td></tr>");
    assert_eq!(document.borrow().len(), before + 4, "helper nodes are freed");
    let div = document.borrow_mut().create_html("div");
    let fragment = parse_fragment(&document, div, "<script>1</script>").unwrap();
    let script = document.borrow().node(fragment).first.unwrap();
    assert!(document.borrow().element(script).unwrap().script_started);
}

#[test]
fn misnested_markup_is_repaired() {
    let document = shared(Document::new());
    let div = document.borrow_mut().create_html("div");
    let fragment = parse_fragment(&document, div, "<b>1<p>2</b>3</p><table>x<tr><td>y").unwrap();
    assert_eq!(
        outer_html(&document.borrow(), fragment),
        "<b>1</b><p><b>2</b>3</p>x<table><tbody><tr><td>y</td></tr></tbody></table>"
    );
}

#[test]
fn a_script_that_moves_the_parsers_own_elements_cannot_make_a_ring() {
    let (document, mut parser) = page("<body><div id=o><span id=i><script>1</script>x</span><b>y");
    parser.next_script().unwrap().unwrap();
    {
        let mut tree = document.borrow_mut();
        let inner = tree.by_id(NodeId::DOCUMENT, "i").unwrap();
        let outer = tree.by_id(NodeId::DOCUMENT, "o").unwrap();
        tree.detach(inner);
        tree.detach(outer);
        tree.insert(inner, outer, None);
    }
    assert_eq!(parser.next_script(), Ok(None));
}

#[test]
fn many_nodes_are_refused_and_not_kept() {
    let document = shared(Document::new());
    let div = document.borrow_mut().create_html("div");
    let before = document.borrow().len();
    let html = "<br>".repeat(super::super::tree::MAX_NODES + 1);
    assert_eq!(parse_fragment(&document, div, &html), Err(TooManyNodes));
    assert_eq!(document.borrow().len(), before);
}

#[test]
fn few_tags_that_stand_for_many_elements_make_no_more_than_there_may_be() {
    let document = shared(Document::new());
    let div = document.borrow_mut().create_html("div");
    let before = document.borrow().len();
    // Each further paragraph has all that was open in the first one.
    let open: String = (0..1000).map(|at| format!("<b x{at}>")).collect();
    let html = format!("<p>{open}</p>{}", "<p>x</p>".repeat(10_000));
    assert_eq!(parse_fragment(&document, div, &html), Err(TooManyNodes));
    assert_eq!(document.borrow().len(), before);
}

#[test]
fn what_a_script_writes_is_parsed_no_further_than_the_document_has_room() {
    let document = shared(Document::new());
    let mut parser = DocumentParser::new(&document, "<script></script>after".to_owned());
    assert!(matches!(parser.next_script(), Ok(Some(_))));
    for _ in 0..3 {
        assert_eq!(parser.write(&"<br>".repeat(super::super::tree::MAX_NODES)), None);
    }
    assert!(document.borrow().len() <= super::super::tree::MAX_NODES);
    assert_eq!(parser.next_script(), Err(TooManyNodes));
}

#[test]
fn the_svg_inside_html_keeps_its_namespace() {
    let document = shared(Document::new());
    let div = document.borrow_mut().create_html("div");
    let fragment = parse_fragment(&document, div, "<svg><use xlink:href='#a'/></svg>").unwrap();
    let svg = document.borrow().node(fragment).first.unwrap();
    assert_eq!(&*document.borrow().element(svg).unwrap().name.ns, "http://www.w3.org/2000/svg");
    assert_eq!(outer_html(&document.borrow(), fragment), "<svg><use xlink:href=\"#a\"></use></svg>");
}

#[test]
fn what_nests_too_deeply_becomes_siblings_in_the_deepest_place() {
    let depth = |document: &SharedDocument, root: NodeId| {
        let tree = document.borrow();
        tree.descendants(root).map(|id| tree.ancestors(id).take_while(|above| *above != root).count()).max()
    };
    let html = "<i>x</i>".to_owned() + &"<div>".repeat(5_000) + "deep";
    let (document, mut parser) = page(&html);
    assert_eq!(parser.next_script(), Ok(None));
    assert_eq!(depth(&document, NodeId::DOCUMENT), Some(513));
    assert_eq!(document.borrow().descendants(NodeId::DOCUMENT).count(), 5_000 + 6);
    let fragment = parse_fragment(&document, NodeId::DOCUMENT, &html).unwrap();
    assert_eq!(depth(&document, fragment), Some(512));
    assert_eq!(document.borrow().descendants(fragment).count(), 5_000 + 3);
}

#[test]
fn what_nests_too_deeply_is_closed_by_its_own_end_tags_alone() {
    let document = shared(Document::new());
    let context = document.borrow_mut().create_html("div");
    let (open, close) = ("<div>".repeat(2_000), "</div>".repeat(2_000));
    let html = format!("<p>{open}<br><img><b>x</b>{close}<i>last</i></p>")
        .replace("<p>", "<section>")
        .replace("</p>", "</section>");
    let fragment = parse_fragment(&document, context, &html).expect("room");
    let tree = document.borrow();
    let last = tree.descendants(fragment).find(|id| tree.html_tag(*id) == Some("i")).expect("it is there");
    assert_eq!(tree.node(last).parent.map(|parent| tree.html_tag(parent)), Some(Some("section")));
    let count = |tag: &str| tree.descendants(fragment).filter(|id| tree.html_tag(*id) == Some(tag)).count();
    assert_eq!(["div", "br", "img", "b"].map(count), [2_000, 1, 1, 1]);
}
