//! Most of the DOM is made when a script first asks for it: which part that is must make no difference.

use crate::Window;

const PAGE: &str = "<form id=f><input name=a value=1></form><p>text</p><!-- note -->";

/// What a page can count on, whatever was looked at before.
const WORKS: &str = "[document.nodeType, document instanceof HTMLDocument, document.body.tagName,
    document.querySelector('p').firstChild.data, new FormData(document.querySelector('form')).get('a'),
    document.createElement('b') instanceof HTMLElement, document.createTextNode('t').nodeName,
    document.createDocumentFragment().nodeType, new Option('o').text, new Image(1).width, location.href,
    localStorage.length, navigator.onLine, history.length, document.forms.length, f.localName,
    new AbortController().signal.aborted, new Event('e').type, document.createTreeWalker(document).nextNode().nodeName,
    document.body.dataset instanceof DOMStringMap, document.body.classList.length,
    document.body.style instanceof CSSStyleDeclaration, document.body.attributes instanceof NamedNodeMap,
    document.querySelectorAll('p') instanceof NodeList, document.forms instanceof HTMLCollection,
    typeof new MutationObserver(() => {}), Object.prototype.toString.call(window)].join()";

const NAMES: &str =
    "[...new Set([...Object.getOwnPropertyNames(globalThis), ...Object.getOwnPropertyNames(Window.prototype)])].join()";

fn fresh() -> Window {
    let window = Window::with(PAGE);
    assert_eq!(window.logged(), "");
    window
}

#[test]
fn whichever_global_a_page_looks_at_first_the_others_are_what_they_are() {
    let untouched = fresh();
    let works = untouched.eval(WORKS);
    assert!(
        works.starts_with("9,true,BODY,text,1,true,#text,11,o,1,file:///app/index.html,0,true,1,1,form,"),
        "{works}"
    );
    let names = untouched.eval(NAMES);
    for name in names.split(',').filter(|name| *name != "__answer") {
        let window = fresh();
        // Touched as programs do: looked at, asked for a member, used in an `instanceof`, made.
        window.eval(&format!(
            "typeof {name} === 'function'
                ? (document => {{ try {{ ({{}}) instanceof {name}; new {name}() }} catch {{}} }})()
                : Object({name}).constructor"
        ));
        assert_eq!(window.eval(WORKS), works, "after {name}");
        assert_eq!(window.eval(&format!("typeof {name}")), untouched.eval(&format!("typeof {name}")), "{name}");
    }
}
