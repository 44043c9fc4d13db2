use super::super::parse::{DocumentParser, shared};
use super::*;

const PAGE: &str = r#"<!doctype html><body>
<ul id="list" class="a b"><li class="on">1</li><li>2</li><li class="on last" data-k="En-us">3</li></ul>
<form id="f"><input id="c1" type="checkbox" checked><input id="c2" type="checkbox">
<fieldset disabled><input id="d1"><select id="s"><option id="o1">1</option><option id="o2" selected>2</option></select>
</fieldset><button id="go" disabled>Go</button><input id="req" required></form>
<p id="e1"></p><p id="e2"><!-- c --></p><p id="e3"> </p><div><span><b id="deep">x</b></span></div>
<a id="1st" href="x">y</a><svg><linearGradient id="lg"/></svg>"#;

fn found(selector: &str) -> String {
    let document = shared(Document::new());
    let mut parser = DocumentParser::new(&document, PAGE.to_owned());
    parser.next_script().unwrap();
    let tree = document.borrow();
    let selector = Selector::parse(selector).unwrap();
    let names: Vec<String> = selector
        .all(&tree, NodeId::DOCUMENT)
        .map(|id| tree.attr(id, "id").map_or_else(|| tree.text(id), str::to_owned))
        .collect();
    names.join(" ")
}

#[test]
fn simple_selectors_find_what_they_name() {
    assert_eq!(found("li"), "1 2 3");
    assert_eq!(found("LI.on"), "1 3");
    assert_eq!(found("#list"), "list");
    assert_eq!(found(".on.last"), "3");
    assert_eq!(found("ul.a.b, #deep"), "list deep");
    assert_eq!(found("*[href]"), "1st");
    assert_eq!(found("linearGradient"), "lg");
}

#[test]
fn attribute_tests_compare_as_css_says() {
    assert_eq!(found("[data-k]"), "3");
    assert_eq!(found("[data-k=En-us]"), "3");
    assert_eq!(found("[data-k='en-us']"), "");
    assert_eq!(found("[data-k='en-US' i]"), "3");
    assert_eq!(found("[data-k|=En]"), "3");
    assert_eq!(found("[data-k^=E]"), "3");
    assert_eq!(found("[data-k$='us']"), "3");
    assert_eq!(found("[data-k*='n-u']"), "3");
    assert_eq!(found("[class~=last]"), "3");
    assert_eq!(found("[class~='']"), "");
    assert_eq!(found("[class^='']"), "");
}

#[test]
fn combinators_relate_elements() {
    assert_eq!(found("ul > li"), "1 2 3");
    assert_eq!(found("body > li"), "");
    assert_eq!(found("body li"), "1 2 3");
    assert_eq!(found("li + li"), "2 3");
    assert_eq!(found(".on ~ li"), "2 3");
    assert_eq!(found("div>span>b"), "deep");
    assert_eq!(found("body div b"), "deep");
    assert_eq!(found("html > body > div b"), "deep");
    assert_eq!(found("ul ~ div b"), "deep");
}

#[test]
fn structural_pseudo_classes_count_elements() {
    assert_eq!(found("li:first-child"), "1");
    assert_eq!(found("li:last-child"), "3");
    assert_eq!(found("li:nth-child(2)"), "2");
    assert_eq!(found("li:nth-child(odd)"), "1 3");
    assert_eq!(found("li:nth-child( 2n + 1 )"), "1 3");
    assert_eq!(found("li:nth-child(-n+2)"), "1 2");
    assert_eq!(found("li:nth-last-child(1)"), "3");
    assert_eq!(found("p:first-of-type"), "e1");
    assert_eq!(found("p:empty"), "e1 e2");
    assert_eq!(found("b:only-child"), "deep");
    assert_eq!(found(":root > body > ul"), "list");
}

#[test]
fn form_pseudo_classes_follow_the_state() {
    assert_eq!(found("input:checked"), "c1");
    assert_eq!(found("option:checked"), "o2");
    assert_eq!(found("input:disabled, button:disabled, select:disabled"), "d1 s go");
    assert_eq!(found("input:enabled"), "c1 c2 req");
    assert_eq!(found("input:required"), "req");
}

#[test]
fn negation_and_alternatives_nest() {
    assert_eq!(found("li:not(.on)"), "2");
    assert_eq!(found("li:not(.on, :nth-child(2))"), "");
    assert_eq!(found(":is(ul, form):not(#f)"), "list");
    assert_eq!(found("li:not(:not(.last))"), "3");
}

#[test]
fn escapes_name_odd_ids() {
    assert_eq!(found("#\\31 st"), "1st");
    assert_eq!(found("[id='1st']"), "1st");
    assert_eq!(found("#\\6cist"), "list");
}

#[test]
fn what_is_no_selector_is_refused() {
    for text in [
        "",
        " ",
        "#",
        ".",
        "..a",
        "#1st",
        "li >",
        "> li",
        "a,,b",
        "a,",
        "[x",
        "[x=]",
        "[x='a]",
        ":nope",
        "li:nth-child(x)",
        "a b)",
        ":not()",
        "a!b",
        "::part(x)",
        "p::",
        "\\",
    ] {
        assert!(Selector::parse(text).is_err(), "{text:?}");
    }
    assert!(Selector::parse(&":not(".repeat(1000)).is_err());
    assert!(Selector::parse(&"a ".repeat(1000)).is_err());
}

#[test]
fn long_descendant_chains_do_not_explode_on_deep_trees() {
    let mut document = Document::new();
    let mut at = NodeId::DOCUMENT;
    for _ in 0..2_000 {
        let child = document.create_html("a");
        document.insert(at, child, None);
        at = child;
    }
    let selector = Selector::parse(&format!("b {}", "a ".repeat(60))).unwrap();
    assert!(!selector.matches(&document, at, NodeId::DOCUMENT));
}

#[test]
fn an_element_is_found_by_what_is_below_it_or_behind_it() {
    assert_eq!(found("fieldset :has(option[selected])"), "s");
    assert_eq!(found("div:has(b), span:has(> b)"), "x x");
    assert_eq!(found("p:has(+ p)"), "e1 e2");
    assert_eq!(found("p:has(~ div b), p:has(~ div i)"), "e1 e2 e3");
    assert_eq!(found("p:has(~ div > span)"), "e1 e2 e3");
    assert_eq!(found("li:not(:has(*)):not(.on)"), "2");
    assert!(Selector::parse(":has(:has(b))").is_err());
    assert!(Selector::parse(":has()").is_err());
}

#[test]
fn controls_are_found_by_what_a_user_can_do_with_them() {
    assert_eq!(found("input:read-write"), "c1 c2 req");
    assert_eq!(found("input:read-only"), "d1");
    assert_eq!(found(":default"), "c1 o2");
    assert_eq!(found(":open, :modal, :popover-open"), "");
}

#[test]
fn places_among_siblings_are_found_in_no_square_of_their_number_and_follow_changes() {
    let mut document = Document::new();
    let list = document.create_html("ul");
    document.insert(NodeId::DOCUMENT, list, None);
    let items: Vec<NodeId> = (0..20_000)
        .map(|number| {
            let item = document.create_html(if number % 2 == 0 { "dt" } else { "dd" });
            document.insert(list, item, None);
            item
        })
        .collect();
    let count = |document: &Document, text: &str| {
        let started = std::time::Instant::now();
        let count = Selector::parse(text).unwrap().all(document, NodeId::DOCUMENT).count();
        // Each of them counted for itself took minutes.
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{text}");
        count
    };
    assert_eq!(count(&document, ":nth-child(4n)"), 5_000);
    assert_eq!(count(&document, "dd:nth-last-of-type(4n)"), 2_500);
    assert_eq!(count(&document, "dt:nth-child(2)"), 0);
    document.detach(items[1]);
    assert_eq!(count(&document, "dt:nth-child(2)"), 1);
    assert_eq!(count(&document, "dt:nth-last-of-type(10000):first-child"), 1);
}
