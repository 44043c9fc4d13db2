// What the page does with what is the host's. It may have no methods of texts, arrays or anything else.
const say = (what, value) => { api.tell(what + ': ' + value) };
const fails = (what, work) => { try { work(); say(what, 'nothing') } catch (error) { say(what, error.name + ' ' + error.message) } };
const name = (work) => { try { work() } catch (error) { return error.name } };
const get = (id) => document.getElementById(id);

const button = get('button');
button.addEventListener('click', () => say('the page', 'click'));
button.click();
const custom = new CustomEvent('custom', { bubbles: true });
button.dispatchEvent(custom);
const made = document.createElement('P');
made.textContent = 'text';
document.body.appendChild(made);
made.setAttribute('id', 'made');
say('the page', document.querySelector('#made').textContent + ' ' + document.body.children.length + made.tagName + made.localName);

// Elements and their views.
made.classList.add('a', 'b');
made.classList.toggle('c');
made.classList.replace('a', 'd');
made.classList.remove('none');
say('classList', made.className + made.classList.contains('b') + made.classList.length + made.classList[1]);
fails('classList', () => made.classList.add('a b'));
made.dataset.someName = 'x';
say('dataset', made.getAttribute('data-some-name') + made.dataset.someName + keysOf(made.dataset)[0]);
made.style.backgroundColor = 'red';
made.style.setProperty('--own', '1', 'important');
made.style.webkitBoxFlex = 2;
say('style', made.getAttribute('style') + made.style.getPropertyPriority('--own') + made.style.length + made.style[0]);
made.style.cssText = "content: ';'; Color: BLUE";
say('style', made.style.cssText + made.style.color + getComputedStyle(made).content);
say('attributes', made.attributes.length + made.attributes[0].localName + made.getAttributeNames().length);
fails('setAttribute', () => made.setAttribute('1 x', ''));
fails('createElement', () => document.createElement('<'));
fails('querySelector', () => document.querySelector('<'));
made.innerHTML = '<i title=x>a</i> b';
made.insertAdjacentHTML('BeforeEnd', '<u>c</u>');
say('innerHTML', made.outerHTML);
say('innerText', get('box2').innerText + '|' + document.body.innerText.length);
made.innerText = 'one\r\ntwo';
say('innerText', made.innerHTML);
const text = document.createTextNode('some text');
made.append(text, 'more');
text.splitText(4).insertData(1, 'x');
say('text', made.textContent + text.substringData(1, 2));
made.normalize();
say('nodes', made.childNodes.length + made.lastChild.data);
document.title = ' a  title ';
say('title', document.title);
say('createEvent', document.createEvent('MouseEvents').type + new MouseEvent('x', { clientX: 3 }).pageX);
fails('Event', () => new MouseEvent());
get('details').open = true;
get('summary').click();
get('dialog').addEventListener('close', () => say('dialog', 'closed'));
get('dialog').close('value');
say('dialog', get('dialog').returnValue + get('details').open);

// Collections.
const all = document.querySelectorAll('input');
say('NodeList', all.length + all[1].id + all.item(0).id);
say('collections', document.forms.form.length + document.forms[0].elements.r.id + get('form').field.id);
say('collections', keysOf(document.forms).length);

// Forms.
get('field').value = 'a\nb';
get('number').value = 'x1';
get('area').value = 'a\r\nb';
say('values', get('field').value + get('number').value + get('area').value.length + get('field').type + get('field').valueAsNumber);
get('list').value = 'two';
say('select', get('list').selectedIndex + get('list').options[1].text + get('list').selectedOptions.length + get('list').length);
get('list').selectedIndex = -1;
say('select', get('list').value + get('list').selectedIndex);
get('list').options[0].selected = true;
get('field').setCustomValidity('wrong');
say('validity', get('form').checkValidity() + get('field').validationMessage);
get('field').setCustomValidity('');
const data = new FormData(get('form'));
data.append('more', 1);
data.set('field', 'set');
say('FormData', data.get('field') + data.getAll('more').length + data.has('box'));
get('form').reset();
get('field').select();
say('field', get('field').value + get('field').tabIndex + get('field').maxLength);

// Addresses.
say('link', link.host + link.hostname + link.port + link.pathname + link.search + link.hash + link.username + link.password + link.origin);
link.pathname = '/other path';
link.search = 'x';
say('link', link.href);
say('location', location.protocol + location.host + location.search + location.origin + (document.URL === location.href));
addEventListener('hashchange', (event) => say('hashchange', location.hash));
location.hash = 'part';
say('history', history.length);
say('history', name(() => history.pushState(1, '', 'https://example.com/')));
fails('location', () => location.assign('https://['));

// The rest.
const controller = new AbortController();
controller.signal.onabort = () => say('abort', controller.signal.reason.name);
controller.abort();
sessionStorage.setItem('a', 1);
say('storage', sessionStorage.getItem('a') + sessionStorage.a + sessionStorage.length);
say('encoding', new TextDecoder(' Latin1 ').encoding);
fails('encoding', () => new TextDecoder('none'));
const observer = new MutationObserver((records) => say('observer', records.length + records[0].type + records[1].attributeName));
observer.observe(made, { childList: true, attributes: true, attributeFilter: ['id', 'class'] });
made.append('x');
made.id = 'made';
made.title = 'x';
new Image(1, 2).width;
say('Option', new Option('label', 'value').outerHTML);
requestAnimationFrame(() => say('frame', 1));
console.log('printed');
console.log('printed', 1, -0, true, 1n);
console.group('group');
console.count();
console.error('two\nlines');
console.groupEnd();
console.assert(false, 'assertion');
window.postMessage('nobody', 'https://example.com/path');
fails('postMessage', () => window.postMessage('nobody', 'x'));

api.send({ a: [1, 'text'] });
say('bridge', api.give('x').value + api.give('x').list.length + api.each([1, 2], (one) => one + 1)[1]);
const channel = new MessageChannel();
channel.port1.onmessage = (event) => {
    say('the page', 'port ' + event.data);
    later(() => api.done(), 30);
};
window.postMessage('hello', '*');
window.postMessage('with', '*', [channel.port2]);
channel.port1.postMessage('there');
