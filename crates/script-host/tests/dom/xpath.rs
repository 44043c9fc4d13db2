use super::Window;

fn window() -> Window {
    let window = Window::with(
        "<main id=m lang=en-US><ul><li class=a>1<li hx-on:click=go>2<li>x</ul><!-- c --><p id=p title=t>Two <b>words</b></p></main>",
    );
    window.run(
        "globalThis.s = (path, node = document) => document.evaluate('string(' + path + ')', node, null, 2).stringValue;
         globalThis.n = (path) => document.evaluate(path, document, null, 1).numberValue;
         globalThis.t = (path) => document.evaluate(path, document, null, 3).booleanValue",
    );
    window
}

#[test]
fn paths_find_nodes_in_document_order() {
    let window = window();
    window.run("globalThis.x = (path, node = document) => { const found = document.evaluate(path, node, null, 7); return Array.from({ length: found.snapshotLength }, (_, at) => { const one = found.snapshotItem(at); return one.id || one.nodeName.toLowerCase() + (one.nodeValue ?? '').trim(); }).join() }");
    window.check(&[
        ("x('//li')", "li,li,li"),
        ("x('/HTML/body/main//p | id(\"m\")')", "m,p"),
        ("x('//p/ancestor::*')", "html,body,m"),
        ("x('ancestor-or-self::*[1]', document.querySelector('b'))", "b"),
        ("x('//li[2]/@*')", "hx-on:clickgo"),
        ("x('.//*[@*[ starts-with(name(), \"hx-on:\") or starts-with(name(), \"data-hx-on:\") ]]')", "li"),
        ("x('//li[last()]/preceding-sibling::li[1]/text()')", "#text2"),
        ("x('//text()[normalize-space(.) != \"\"]')", "#text1,#text2,#textx,#textTwo,#textwords"),
        ("x('//comment()/following::node()')", "p,#textTwo,b,#textwords"),
        ("x('//b/preceding::li[position() < 3]')", "li,li"),
        ("x('//*[@id][not(self::p)]')", "m"),
        ("x('/')", "#document"),
        ("x('(//li)[3]/..')", "ul"),
        ("x('//*[contains(concat(\" \", @class, \" \"), \" a \")]')", "li"),
        ("x('..', document.querySelector('p').attributes.title)", "p"),
        ("x('//p[lang(\"en\")]') + x('//p[lang(\"de\")]')", "p"),
    ]);
}

#[test]
fn expressions_have_numbers_texts_and_booleans() {
    let window = window();
    window.check(&[
        ("n('count(//li) * 2 - 1 div 4')", "5.75"),
        ("n('sum(//li[. != \"x\"]) + - - 2 mod 2')", "3"),
        ("n('string-length(\"a\u{1f600}\") + floor(-1.5) + round(2.5) + ceiling(.2)')", "4"),
        ("n('\"no\"')", "NaN"),
        ("s('//p')", "Two words"),
        ("s('substring(\"12345\", 1.5, 2.6)') + s('substring(\"12345\", 0, 3)') + s('1 div 0')", "23412Infinity"),
        ("s('translate(\"bar\", \"abc\", \"AB\")') + s('substring-before(\"1999/04\", \"/\")') + s('substring-after(\"1999/04\", \"/\")')", "BAr199904"),
        ("s('concat(local-name(//p), name(//p/@title), namespace-uri(//p))')", "ptitlehttp://www.w3.org/1999/xhtml"),
        ("t('//li = 2 and //li != 2 and not(//li = 5) and //li > 1')", "true"),
        ("t('//none or false() = //none and 1 <= 1')", "true"),
        ("document.evaluate('//li', document).resultType + document.evaluate('1', document).resultType", "5"),
        ("document.evaluate('//li', document, null, 9).singleNodeValue.textContent", "1"),
        ("document.evaluate('//li', document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue.className", "a"),
        ("new XPathEvaluator().createExpression('.//li').evaluate(document.querySelector('ul'), 4).iterateNext().textContent", "1"),
        (
            "document.evaluate('//d:date', new DOMParser().parseFromString('<r xmlns:a=\"urn:a\"><a:date>n</a:date></r>', 'text/xml'), (prefix) => prefix === 'd' ? 'urn:a' : null, 2).stringValue",
            "n",
        ),
    ]);
}

#[test]
fn what_is_no_expression_is_refused_however_long_or_deep_it_is() {
    let window = window();
    let wrong = |path: &str| {
        (
            format!("document.evaluate({path}, document)"),
            "SyntaxError: Failed to execute 'evaluate' on 'Document': The string",
        )
    };
    for (code, expected) in [
        "'//['",
        "'a b'",
        "'1 +'",
        "'foo()'",
        "'$x'",
        "'count()'",
        "''",
        "'('.repeat(1e5)",
        "'('.repeat(65) + '1' + ')'.repeat(65)",
        "' '.repeat(1e6)",
    ]
    .map(wrong)
    {
        window.check(&[(&format!("(() => {{ try {{ return {code}.resultType }} catch (error) {{ return String(error).slice(0, {}) }} }})()", expected.len()), expected)]);
    }
    window.check(&[
        ("document.evaluate('1' + ' + 1'.repeat(9999), document).numberValue", "10000"),
        ("document.evaluate('self::*' + '/..'.repeat(9999), document).iterateNext()", "null"),
        ("document.evaluate('//q:b', document)", "NamespaceError: The prefix 'q' is not bound to a namespace."),
        (
            "document.evaluate('1', document, null, 7)",
            "TypeError: The result is not a node set, and therefore cannot be converted to the desired type.",
        ),
        ("new XPathResult()", "TypeError: Illegal constructor"),
    ]);
}
