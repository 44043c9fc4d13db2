use super::Window;

#[test]
fn nodes_have_one_object_each_and_keep_what_scripts_put_on_it() {
    let window = Window::with("<div id=a><b>x</b></div>");
    window.check(&[
        ("document.body === document.body", "true"),
        ("document.querySelector('b') === document.getElementById('a').firstChild", "true"),
        ("(document.body.own = 1, document.querySelector('body').own)", "1"),
        ("document.body instanceof HTMLBodyElement && document.body instanceof HTMLElement", "true"),
        ("document.body instanceof Node && document.body instanceof EventTarget", "true"),
        ("Object.prototype.toString.call(document.body)", "[object HTMLBodyElement]"),
        ("document.body.firstChild.constructor.name", "HTMLDivElement"),
        ("new HTMLDivElement()", "TypeError: Illegal constructor"),
        ("[document.nodeType, document.nodeName, document.documentElement.tagName]", "9,#document,HTML"),
    ]);
}

#[test]
fn both_worlds_see_the_same_tree_through_their_own_objects() {
    let window = Window::with("<p id=p>1</p>");
    window
        .preload("document.getElementById('p').textContent = 'from preload'; document.getElementById('p').secret = 1");
    window.check(&[("p.innerHTML", "from preload"), ("p.secret", "undefined")]);
    window.run("p.setAttribute('data-x', 'y'); p.append(document.createElement('i'))");
    window.preload("console.log(document.querySelector('p').outerHTML, typeof p)");
    assert_eq!(window.logged(), "<p id=\"p\" data-x=\"y\">from preload<i></i></p> undefined");
}

#[test]
fn markup_and_text_can_be_read_and_written() {
    let window = Window::with("<div id=a class='x y'>Hello <b>World</b></div><ul id=u></ul>");
    window.check(&[
        ("a.innerHTML", "Hello <b>World</b>"),
        ("a.textContent", "Hello World"),
        ("a.innerText", "Hello World"),
        ("a.outerHTML", "<div id=\"a\" class=\"x y\">Hello <b>World</b></div>"),
        ("(u.innerHTML = '<li>1<li>2', u.children.length)", "2"),
        ("(u.innerText = 'a\\nb', u.innerHTML)", "a<br>b"),
        ("(u.textContent = '<b>', u.innerHTML)", "&lt;b&gt;"),
        ("(u.textContent = null, u.childNodes.length)", "0"),
        ("(u.insertAdjacentHTML('beforeend', '<li>x</li>'), u.insertAdjacentHTML('afterbegin', '<li>w</li>'), u.textContent)", "wx"),
        ("(u.insertAdjacentText('afterend', 'tail'), u.nextSibling.data)", "tail"),
        ("(u.firstChild.outerHTML = '<li>q</li><li>r</li>', u.textContent)", "qrx"),
        ("u.insertAdjacentHTML('nowhere', '')", "SyntaxError: Failed to execute 'insertAdjacentHTML' on 'Element': The value provided ('nowhere') is not one of 'beforeBegin', 'afterBegin', 'beforeEnd', or 'afterEnd'."),
    ]);
}

#[test]
fn rendered_text_has_lines_and_no_hidden_parts() {
    let window = Window::with(
        "<div id=d><p>one  \n two</p><p>three<br>four</p><script>x</script><span hidden>no</span><pre>a\n  b</pre>end</div>",
    );
    window.check(&[("JSON.stringify(d.innerText)", "\"one two\\nthree\\nfour\\na\\n  b\\nend\"")]);
    window.logged();
}

#[test]
fn nodes_move_and_refuse_impossible_places() {
    let window = Window::with("<div id=a><i id=i></i></div><div id=b></div>");
    window.check(&[
        ("(b.appendChild(i), b.innerHTML + a.childElementCount)", "<i id=\"i\"></i>0"),
        ("(b.insertBefore(document.createTextNode('t'), i), b.textContent)", "t"),
        ("(b.append('x', document.createElement('u')), b.lastChild.tagName)", "U"),
        ("(b.prepend('first'), b.firstChild.data)", "first"),
        ("(i.before('b4'), i.after('af'), b.textContent)", "firsttb4afx"),
        ("(e = i, e.replaceWith('-', 'R'), e.isConnected)", "false"),
        ("(b.replaceChildren('only'), b.innerHTML)", "only"),
        ("(b.removeChild(b.firstChild), b.hasChildNodes())", "false"),
        ("a.appendChild(document.documentElement)", "HierarchyRequestError: Failed to execute 'appendChild' on 'Node': The new child element contains the parent."),
        ("a.insertBefore(b, e)", "NotFoundError: Failed to execute 'insertBefore' on 'Node': The node before which the new node is to be inserted is not a child of this node."),
        ("a.removeChild(b)", "NotFoundError: Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node."),
        ("document.appendChild(document.createElement('div'))", "HierarchyRequestError: Failed to execute 'appendChild' on 'Node': Only one element on document allowed."),
        ("a.appendChild('x')", "TypeError: Failed to execute 'appendChild' on 'Node': parameter 1 is not of type 'Node'."),
        ("(f = document.createDocumentFragment(), f.append('1', '2'), a.append(f), a.childNodes.length + f.childNodes.length)", "2"),
        ("(c = a.cloneNode(true), c !== a && c.outerHTML === a.outerHTML && c.parentNode === null)", "true"),
        ("a.compareDocumentPosition(b) + ',' + b.compareDocumentPosition(a) + ',' + document.body.compareDocumentPosition(a)", "4,2,20"),
        ("(a.replaceChild(b, a.firstChild), a.innerHTML)", "<div id=\"b\"></div>2"),
        ("document.body.contains(b) && !b.contains(a) && a.contains(a)", "true"),
    ]);
}

#[test]
fn siblings_and_children_are_reached() {
    let window = Window::with("<ul id=u>a<li id=x>1</li>b<li id=y>2</li></ul>");
    window.check(&[
        ("u.firstElementChild.id + u.lastElementChild.id", "xy"),
        ("x.nextElementSibling.id + y.previousElementSibling.id", "yx"),
        ("x.nextSibling.data + x.previousSibling.data", "ba"),
        ("u.childElementCount + ',' + u.childNodes.length + ',' + u.children.length", "2,4,2"),
        ("[...u.children].map((e) => e.id)", "x,y"),
        ("Array.from(u.childNodes, (n) => n.nodeType)", "3,1,3,1"),
        ("u.children[1].id + u.children.x.id + u.children.item(0).id", "yxx"),
        ("(l = u.children, u.append(document.createElement('li')), l.length)", "3"),
        ("x.parentNode === u && x.parentElement === u && document.documentElement.parentElement", "null"),
        ("Object.keys(document.querySelectorAll('#u li'))", "0,1,2"),
        ("(s = 0, document.querySelectorAll('#u li').forEach((e, i) => { s += i }), s)", "3"),
    ]);
}

#[test]
fn attributes_classes_data_and_style_are_views_of_one_thing() {
    let window = Window::with("<div id=a class='x y' data-user-id=7 style='color: red; width:1px'></div>");
    window.check(&[
        ("a.getAttribute('CLASS') + a.getAttribute('none')", "x ynull"),
        ("(a.classList.add('z', 'x'), a.className)", "x y z"),
        ("(a.classList.remove('y'), a.classList.toggle('on') + a.className)", "truex z on"),
        ("a.classList.toggle('on', false) + ',' + a.classList.contains('on') + a.classList.length", "false,false2"),
        ("(a.classList.replace('x', 'w'), [...a.classList] + a.classList[0])", "w,zw"),
        ("a.classList.add('')", "SyntaxError: Failed to execute 'add' on 'DOMTokenList': The token provided must not be empty."),
        ("a.dataset.userId", "7"),
        ("(a.dataset.fooBar = 1, a.getAttribute('data-foo-bar') + Object.keys(a.dataset))", "1userId,fooBar"),
        ("(delete a.dataset.fooBar, 'fooBar' in a.dataset)", "false"),
        ("a.style.color + a.style.width + a.style.height", "red1px"),
        ("(a.style.backgroundColor = 'blue', a.getAttribute('style'))", "color: red; width: 1px; background-color: blue;"),
        ("(a.style.setProperty('--v', ' 1 '), a.style.getPropertyValue('--v'))", "1"),
        ("(a.style.cssText = 'display:none', a.style.length + a.style.display)", "1none"),
        ("(a.style.display = '', a.hasAttribute('style'))", "false"),
        ("getComputedStyle(a).display", ""),
        ("[...a.attributes].map((x) => x.name)", "id,class,data-user-id"),
        ("a.attributes.class.value + a.attributes.length", "w z3"),
        ("a.toggleAttribute('hidden') + ',' + a.hidden + (a.hidden = false) + a.hasAttribute('hidden')", "true,truefalsefalse"),
        ("(e = a, e.title = 'T', e.id = 'b', e.tabIndex = 3, e.outerHTML)", "<div id=\"b\" class=\"w z\" data-user-id=\"7\" title=\"T\" tabindex=\"3\"></div>"),
        ("b.setAttribute('a b', 1)", "InvalidCharacterError: Failed to execute 'setAttribute' on 'Element': 'a b' is not a valid attribute name."),
    ]);
}

#[test]
fn selectors_search_and_bad_ones_throw() {
    let window = Window::with("<div class=msg><p>1</p><p class=on>2</p></div><input name=user>");
    window.check(&[
        ("document.querySelector('.msg > .on').textContent", "2"),
        ("document.querySelector('.none')", "null"),
        ("document.querySelectorAll('p').length", "2"),
        ("document.querySelector('p').matches('.msg p') + ',' + document.querySelector('.on').closest('div').className", "true,msg"),
        ("document.getElementsByTagName('P').length + document.getElementsByClassName('on').length", "3"),
        ("document.getElementsByName('user')[0].tagName", "INPUT"),
        ("document.querySelector('!')", "SyntaxError: Failed to execute 'querySelector' on 'Document': '!' is not a valid selector."),
        ("document.body.querySelectorAll('')", "SyntaxError: Failed to execute 'querySelectorAll' on 'Element': The provided selector is empty."),
        ("document.body.matches('a[')", "SyntaxError: Failed to execute 'matches' on 'Element': 'a[' is not a valid selector."),
    ]);
}

#[test]
fn templates_comments_and_fragments_work_as_in_lists_of_rows() {
    let window = Window::with("<template id=t><li><b></b></li></template><ul id=u></ul><!-- note -->");
    window.run("for (const n of ['a', 'b']) { const row = t.content.cloneNode(true); row.querySelector('b').textContent = n; u.appendChild(row) }");
    window.check(&[
        ("u.innerHTML", "<li><b>a</b></li><li><b>b</b></li>"),
        ("t.content.children.length + t.childNodes.length", "1"),
        ("u.nextSibling.nodeType + u.nextSibling.data", "8 note "),
        ("(x = new Text('q'), x.data + new Comment('c').nodeName)", "q#comment"),
        ("(n = document.createTextNode('abc'), n.splitText(1).data + n.data)", "bca"),
    ]);
}

#[test]
fn mutation_observers_hear_of_changes_once_the_script_is_done() {
    let window = Window::with("<div id=a></div>");
    window.run(
        "new MutationObserver((list) => console.log(list.map((r) => r.type + (r.attributeName ?? '') + r.addedNodes.length + r.removedNodes.length + r.oldValue).join()))
           .observe(a, { childList: true, attributes: true, attributeOldValue: true, subtree: true });
         a.append('x'); a.title = 'T'; a.title = 'U'; a.innerHTML = '<b></b>'; a.firstChild.remove(); console.log('done')",
    );
    window.settle();
    assert_eq!(
        window.logged(),
        "done|childList10null,attributestitle00null,attributestitle00T,childList11null,childList01null"
    );
}

#[test]
fn many_replaced_nodes_do_not_pile_up() {
    let window = Window::with("<div id=a></div>");
    let before = window.page.document().borrow().len();
    window.run("for (let i = 0; i < 30000; i++) { const e = document.createElement('i'); a.append(e); e.textContent = 'x'; e.remove() }");
    window.engine.run_gc();
    window.run("for (let i = 0; i < 30000; i++) { const e = document.createElement('i'); a.append(e); e.textContent = 'x'; e.remove() }");
    window.run("a.innerHTML = '<b>1</b>'.repeat(1000); a.innerHTML = ''");
    let after = window.page.document().borrow().len();
    assert!(after - before < 40_000, "{before} {after}");
    window.check(&[("a === document.getElementById('a')", "true")]);
}

#[test]
fn lone_surrogates_become_replacement_characters() {
    let window = Window::with("<div id=a></div>");
    window.check(&[("(a.textContent = '\\ud800x', a.textContent === '\\ufffdx')", "true")]);
}

#[test]
fn elements_of_svg_are_of_their_classes_and_tell_of_an_empty_drawing() {
    let window =
        Window::with("<svg id=s viewBox='0 0 1 1'><g id=g><path id=p d='M0 0'/><text id=t>wide</text></g></svg>");
    window.check(&[
        ("p instanceof SVGPathElement && p instanceof SVGGeometryElement && p instanceof SVGGraphicsElement && p instanceof SVGElement", "true"),
        ("[s, g, t].map((one) => one.constructor.name)", "SVGSVGElement,SVGGElement,SVGTextElement"),
        ("document.createElementNS('http://www.w3.org/2000/svg', 'feBlend').constructor.name", "SVGElement"),
        ("document.createElement('path').constructor.name", "HTMLUnknownElement"),
        ("[g.getBBox().width, p.getTotalLength(), p.getPointAtLength(1).x, s.createSVGPoint().matrixTransform(s.getScreenCTM()).y]", "0,0,0,0"),
        ("t.getComputedTextLength() > 10 && t.getNumberOfChars()", "4"),
        ("p.ownerSVGElement === s && s.ownerSVGElement === null && s.getElementById('p') === p", "true"),
        ("!!s.createSVGRect && typeof p.style.cssText", "string"),
    ]);
}

#[test]
fn nodes_are_made_however_many_a_script_holds() {
    let window = Window::with("<div id=a></div>");
    // So many that those of detached trees are looked at meanwhile.
    let made = "let missing = 0; const all = []; for (let i = 0; i < 20000; i++) { const one = document.createElement('i'); if (one === null) missing++; all.push(one) }";
    window.run(&format!("{made} globalThis.told = missing + ' ' + new Set(all).size"));
    assert_eq!(window.eval("told"), "0 20000");
}

#[test]
fn live_lists_are_read_again_after_each_change() {
    let window = Window::with("<div id=a><i>1</i>text<b>2</b></div><select id=s><option>x<option selected>y</select>");
    let script = "const [children, nodes, bold, chosen] = [a.children, a.childNodes, a.getElementsByTagName('b'), s.selectedOptions]
        const seen = () => [children.length, nodes.length, bold.length, chosen[0].text, a.className].join()
        const all = [seen(), seen()]
        a.append(document.createElement('b'), 'more'); all.push(seen(), children[2].localName)
        a.firstChild.remove(); all.push(seen(), children[0].textContent)
        s.value = 'x'; all.push(seen())
        a.innerHTML = '<b></b>'; all.push(seen())
        all.push(children === a.children, s.options === s.options)
        globalThis.told = all.join(' ')";
    window.run(script);
    assert_eq!(window.eval("told"), "2,3,1,y, 2,3,1,y, 3,5,2,y, b 2,4,2,y, 2 2,4,2,x, 1,1,1,x, true true");
}

#[test]
fn what_a_page_puts_into_all_arrays_is_no_part_of_how_events_are_made() {
    let window = Window::with("");
    // In strict mode nobody is `this`; a class of the platform's is what would come.
    window.run("'use strict'; globalThis.got = []; for (const at of [2, 3]) Array.prototype[at] = (given) => { got.push(typeof given) }");
    let made = "['FocusEvent', 'ToggleEvent', 'WheelEvent', 'MouseEvent', 'CustomEvent'].map((name) => new globalThis[name]('x') instanceof Event)";
    window.run(&format!("globalThis.told = {made}.concat([new FocusEvent('x').detail, got.length]).join()"));
    assert_eq!(window.eval("told"), "true,true,true,true,true,0,0");
    let setter = "Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'offsetWidth').set";
    window.run(&format!("Array.prototype[1] = () => got.push('set'); globalThis.setter = String({setter})"));
    assert_eq!(window.eval("setter"), "undefined");
}
