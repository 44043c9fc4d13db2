use super::Window;

#[test]
fn controls_say_what_is_wrong_with_them() {
    let window = Window::with(
        "<form id=f><input id=t required><input id=e type=email><input id=u type=url><input id=p pattern='[a-z]{3}' title=three>\
         <input id=n type=number min=2 max=10 step=2><input id=d type=date min=2026-01-10><input id=c type=checkbox required>\
         <input type=radio name=r required id=r1><input type=radio name=r id=r2><select id=s required><option value=''>-<option>x</select>\
         <textarea id=a required></textarea><button id=b>Go</button><input id=w type=week><input id=m type=time min=09:00></form>",
    );
    let faults = "(on) => { const all = []; for (const name in on.validity) if (name !== 'valid' && on.validity[name]) all.push(name); return all.join() + '|' + on.validationMessage }";
    window.run(&format!(
        "globalThis.faults = {faults}; globalThis.set = (on, value) => {{ on.value = value; return faults(on) }}"
    ));
    window.check(&[
        ("faults(t)", "valueMissing|Please fill out this field."),
        ("set(t, 'x') + t.checkValidity()", "|true"),
        ("set(e, 'x')", "typeMismatch|Please include an '@' in the email address. 'x' is missing an '@'."),
        ("set(e, 'x@y.z')", "|"),
        ("(e.multiple = true, set(e, 'a@b, c@d'))", "|"),
        ("set(u, 'x')", "typeMismatch|Please enter a URL."),
        ("set(u, 'https://x.y')", "|"),
        ("set(p, 'ab')", "patternMismatch|Please match the requested format."),
        ("set(p, 'abc') + set(p, '')", "||"),
        ("set(n, 1)", "rangeUnderflow,stepMismatch|Value must be greater than or equal to 2."),
        ("set(n, 12)", "rangeOverflow|Value must be less than or equal to 10."),
        ("set(n, 5)", "stepMismatch|Please enter a valid value. The two nearest valid values are 4 and 6."),
        ("(n.step = 'any', set(n, 5.5))", "|"),
        ("set(d, '2026-01-09')", "rangeUnderflow|Value must be greater than or equal to 2026-01-10."),
        ("set(d, '2026-01-10') + d.valueAsNumber + d.valueAsDate.toISOString()", "|17680032000002026-01-10T00:00:00.000Z"),
        ("(d.valueAsDate = new Date(0), d.value)", "1970-01-01"),
        ("(w.value = '2026-W01', w.valueAsDate.toISOString())", "2025-12-29T00:00:00.000Z"),
        ("set(m, '08:30') + m.valueAsNumber", "rangeUnderflow|Value must be greater than or equal to 09:00.30600000"),
        ("faults(c) + (c.checked = true, faults(c))", "valueMissing|Please check this box if you want to proceed.|"),
        ("faults(r1) + (r1.checked = true, faults(r2))", "valueMissing|Please select one of these options.|"),
        ("faults(s) + (s.value = 'x', faults(s))", "valueMissing|Please select an item in the list.|"),
        ("faults(a) + (a.disabled = true, a.willValidate) + faults(a)", "valueMissing|Please fill out this field.false|"),
        ("(t.setCustomValidity('mine'), faults(t)) + t.checkValidity() + (t.setCustomValidity(''), faults(t))", "customError|minefalse|"),
        ("(t.value = '', t.readOnly = true, faults(t)) + (t.readOnly = false, faults(t))", "|valueMissing|Please fill out this field."),
        ("t.validity === t.validity && t.validity instanceof ValidityState && Object.prototype.toString.call(t.validity)", "[object ValidityState]"),
        ("new ValidityState()", "TypeError: Illegal constructor"),
    ]);
}

#[test]
fn selectors_know_what_is_valid() {
    let window = Window::with(
        "<form id=f><fieldset id=g><input id=t required><input id=n type=number min=2 value=1></fieldset><input id=o></form><form id=k></form><p>",
    );
    window.check(&[
        ("[...document.querySelectorAll(':invalid')].map((one) => one.id)", "f,g,t,n"),
        ("[...document.querySelectorAll(':valid')].map((one) => one.id)", "o,k"),
        ("n.matches(':out-of-range') + '' + o.matches(':in-range')", "truefalse"),
        ("(t.value = 'x', n.value = 3, f.matches(':valid') + '' + n.matches(':in-range:valid') + t.closest('form:invalid'))", "truetruenull"),
        ("(t.setCustomValidity('x'), t.matches('input:not(:valid)') + '' + f.querySelector('input:invalid').id)", "truet"),
    ]);
}

#[test]
fn a_form_is_not_submitted_before_all_is_right() {
    let window = Window::with(
        "<form id=f><input id=t required name=t><input id=e type=email name=e value=x><button id=b>Go</button><button id=s formnovalidate>Go</button></form>",
    );
    window.run("for (const type of ['invalid', 'submit']) f.addEventListener(type, (e) => { console.log(type, e.target.id, e.cancelable); e.preventDefault() }, true); f.requestSubmit(); b.click()");
    assert_eq!(window.logged(), "invalid t true|invalid e true|invalid t true|invalid e true");
    window.check(&[("document.activeElement.localName", "body")]);
    window.run("t.value = 'x'; f.oninvalid = null; e.addEventListener('invalid', (event) => event.stopPropagation()); s.click(); e.value = 'a@b'; f.requestSubmit(b)");
    assert_eq!(window.logged(), "submit f true|submit f true");
    window.run("globalThis.q = document.createElement('form'); q.innerHTML = '<input required>'; document.body.append(q); console.log(q.reportValidity(), document.activeElement === q.firstChild, q.noValidate)");
    assert_eq!(window.logged(), "false true false");
}
