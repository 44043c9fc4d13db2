use super::super::serialize::outer_html;
use super::*;

fn parsed(text: &str) -> std::result::Result<String, String> {
    let mut document = Document::new();
    let before = document.len();
    let root = document.create(Kind::Document);
    match parse(&mut document, root, text) {
        Ok(()) => Ok(outer_html(&document, root)),
        Err(XmlError { message, line, column }) => {
            assert_eq!(document.len(), before + 1, "nothing of it is kept");
            Err(format!("{line}:{column}: {message}"))
        }
    }
}

#[test]
fn a_text_that_is_well_formed_becomes_a_tree() {
    let cases = [
        ("<a/>", "<a></a>"),
        ("\u{feff}<?xml version='1.0'?>\n<!DOCTYPE a [ <!ENTITY x 'y'> ]>\n<a/>\n", "<!DOCTYPE a><a></a>"),
        (
            "<a b='1' c=\"&lt;&#65;&#x42;\"><d>&amp;</d><!-- e --></a>",
            "<a b=\"1\" c=\"&lt;AB\"><d>&amp;</d><!-- e --></a>",
        ),
        ("<a><![CDATA[<b>]]> c<?d e?></a>", "<a>&lt;b&gt; c</a>"),
        ("<Item>x\r\ny</Item >", "<Item>x\ny</Item>"),
    ];
    for (text, expected) in cases {
        assert_eq!(parsed(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_well_formed_is_told_with_its_place() {
    let cases = [
        ("", "1:1: Document is empty"),
        ("text", "1:5: Start tag expected, '<' not found"),
        ("<a>\n<b></a>", "2:8: Opening and ending tag mismatch: b and a"),
        ("<a>", "1:4: Premature end of data in tag a"),
        ("<a/><b/>", "1:6: Extra content at the end of the document"),
        ("<a b/>", "1:5: Specification mandates value for attribute b"),
        ("<a b='1' b='2'/>", "1:15: Attribute b redefined"),
        ("<a>&nbsp;</a>", "1:10: Entity 'nbsp' not defined"),
        ("<x:a/>", "1:7: Namespace prefix x on a is not defined"),
        ("<a><!-- b</a>", "1:8: a comment is not closed"),
    ];
    for (text, expected) in cases {
        assert_eq!(parsed(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn names_have_the_namespaces_of_their_prefixes() {
    let mut document = Document::new();
    let root = document.create(Kind::Document);
    let text = "<a xmlns='urn:1' xmlns:p='urn:2'><p:b/><c xmlns=''><p:d xmlns:p='urn:3'/></c></a>";
    parse(&mut document, root, text).expect("well-formed");
    let names: Vec<_> = document
        .descendants(root)
        .filter_map(|id| document.element(id))
        .map(|element| format!("{}|{}", &*element.name.ns, &*element.name.local))
        .collect();
    assert_eq!(names, ["urn:1|a", "urn:2|b", "|c", "urn:3|d"]);
}

#[test]
fn deep_trees_need_no_stack() {
    let text = format!("{}{}", "<a>".repeat(20_000), "</a>".repeat(20_000));
    assert!(parsed(&text).is_ok());
}

#[test]
fn neither_depth_nor_many_attributes_make_each_name_dearer() {
    // With what is looked through again for each of them, this would take minutes.
    let deep = format!("{}{}", "<a>".repeat(30_000), "</a>".repeat(30_000));
    let wide: String = (0..200_000).map(|at| format!(" a{at}=''")).collect();
    assert!(parsed(&deep).is_ok());
    assert!(parsed(&format!("<a{wide}/>")).is_ok());
}
