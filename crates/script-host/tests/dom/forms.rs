use super::{PageRequest, Window};

#[test]
fn inputs_keep_value_and_attribute_apart() {
    let window = Window::with(
        "<input id=t value=a><input id=c type=checkbox><input id=n type=number><textarea id=x>\nT</textarea>",
    );
    window.check(&[
        ("t.value", "a"),
        ("(t.value = 'b', t.value + t.getAttribute('value') + t.defaultValue)", "baa"),
        ("(t.value = null, t.value)", ""),
        ("t.type + c.type + document.createElement('input').type", "textcheckboxtext"),
        ("c.value + c.checked", "onfalse"),
        ("(c.checked = true, c.checked + ',' + c.hasAttribute('checked') + document.querySelectorAll(':checked').length)", "true,false1"),
        ("(n.value = 'x', n.value + '/' + (n.value = '12.5', n.valueAsNumber))", "/12.5"),
        ("x.value", "T"),
        ("(x.value = 'a\\r\\nb', x.value.length + x.textContent)", "3T"),
        ("(t.disabled = true, t.outerHTML)", "<input id=\"t\" value=\"a\" disabled=\"\">"),
        ("(t.placeholder = 'p', t.getAttribute('placeholder'))", "p"),
    ]);
    window.preload("document.getElementById('t').value = 'shared'");
    window.check(&[("t.value", "shared")]);
}

#[test]
fn a_click_on_a_box_changes_it_first_and_tells_afterwards() {
    let window = Window::with(
        "<form id=f><label id=l for=c>L</label><input type=checkbox id=c><input type=radio name=r id=r1 checked><input type=radio name=r id=r2></form>",
    );
    window.run("for (const t of ['click', 'input', 'change']) f.addEventListener(t, (e) => console.log(t, e.target.id, e.target.checked)); c.click()");
    assert_eq!(window.logged(), "click c true|input c true|change c true");
    window.run("l.click()");
    assert_eq!(
        window.logged(),
        "click l |click c false|input c false|change c false".replace("click l |", "click l undefined|")
    );
    window.run("r2.click(); console.log(r1.checked, r2.checked); r2.click()");
    assert_eq!(window.logged(), "click r2 true|input r2 true|change r2 true|false true|click r2 true");
    window.run("f.addEventListener('click', (e) => e.preventDefault()); c.click(); r1.click(); console.log(c.checked, r1.checked, r2.checked)");
    assert_eq!(window.logged(), "click c true|click r1 true|false false true");
    window.run("c.disabled = true; c.click()");
    assert_eq!(window.logged(), "");
}

#[test]
fn selects_choose_options() {
    let window = Window::with(
        "<select id=s><option value=a>A<option>B<option value=c selected>C</select><select id=m multiple><option selected>1<option selected>2</select><select id=e></select>",
    );
    window.check(&[
        ("s.value + s.selectedIndex + s.options.length + s.type", "c23select-one"),
        ("(s.value = 'B', s.selectedIndex + s.selectedOptions[0].text)", "1B"),
        ("(s.selectedIndex = 0, s.value)", "a"),
        ("(s.options[2].selected = true, s.value + s.options[0].selected)", "cfalse"),
        ("(s.value = 'none', s.value + s.selectedIndex)", "-1"),
        ("(s.add(new Option('D', 'd')), s.options[3].value + s.length)", "d4"),
        ("(s.remove(0), s.options[0].text)", "B"),
        ("[...m.selectedOptions].map((o) => o.value)", "1,2"),
        ("e.value + e.selectedIndex", "-1"),
        ("(s.innerHTML = '<option>x<option>y', s.value)", "x"),
    ]);
}

#[test]
fn forms_submit_with_an_event_that_can_be_prevented() {
    let window = Window::with(
        "<form id=f action='next.html'><input name=user value='a b'><input type=checkbox name=k value=1 checked><input type=checkbox name=no>\
         <select name=s><option>x</select><button id=go name=b value=v>Go</button><button type=button id=plain></button></form>",
    );
    window.run("f.onsubmit = (e) => { e.preventDefault(); console.log(e.type, e.submitter.id, JSON.stringify([...new FormData(f, e.submitter)])) }; go.click(); plain.click()");
    assert_eq!(window.logged(), r#"submit go [["user","a b"],["k","1"],["s","x"],["b","v"]]"#);
    assert!(window.requests.borrow().is_empty());
    window.run("f.onsubmit = null; go.click()");
    assert_eq!(
        *window.requests.borrow(),
        [PageRequest::Navigate { url: "file:///app/next.html?user=a+b&k=1&s=x&b=v".into(), replace: false }]
    );
    window.check(&[
        ("f.user.value + f.elements.length + f.elements.user.name + f.length", "a b6user6"),
        ("f.k.type + typeof f.nothing + (f instanceof HTMLElement)", "checkboxundefinedtrue"),
        ("(f.user.value = 'z', f.reset(), f.user.value)", "a b"),
        ("(f.user.required = true, f.user.value = '', f.checkValidity())", "false"),
    ]);
    window.run("f.oninvalid = 1; f.user.oninvalid = () => console.log('invalid'); f.onsubmit = () => console.log('submitted'); go.click()");
    assert_eq!(window.logged(), "invalid");
}

#[test]
fn links_ask_the_host_to_go() {
    let window = Window::with("<a id=a href='b.html?q#h'><i id=i>x</i></a><a id=n href='#top'>y</a>");
    window.check(&[("a.href + a.hash + a.search + a.pathname", "file:///app/b.html?q#h#h?q/app/b.html")]);
    window.run("i.click(); a.onclick = () => false; i.click(); location.href = 'c.html'; location = 'd.html'; location.replace('e.html')");
    let to = |url: &str, replace| PageRequest::Navigate { url: format!("file:///app/{url}"), replace };
    assert_eq!(
        window.requests.take(),
        [to("b.html?q#h", false), to("c.html", false), to("d.html", false), to("e.html", true)]
    );
    window.run("onhashchange = (e) => console.log(e.newURL); location.hash = 'x'; location.reload(); close(); open('w.html', 'name', 'width=1')");
    window.settle();
    assert_eq!(window.logged(), "file:///app/index.html#x");
    assert_eq!(
        window.requests.take(),
        [
            PageRequest::InPage { url: "file:///app/index.html#x".into(), replace: false, by: 0 },
            PageRequest::Reload,
            PageRequest::Close,
            PageRequest::Open { url: "file:///app/w.html".into(), target: "name".into(), features: "width=1".into() }
        ]
    );
}
