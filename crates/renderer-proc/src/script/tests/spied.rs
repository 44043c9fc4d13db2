//! Every function that is built in, replaced by one that writes down what it is called with: none of it is of another
//! world.

use serde_json::{Value as Json, json};

use super::peer::{Answer, Peer, SEARCH};

/// Replaces each function of the language and of the platform that can be reached from the global object by one that notes
/// what it is called with, and then does what the old one did. What was noted goes to `look`.
const SPIES: &str = r#"
let listens = false;
let count = 0;
const noted = [];
const { apply, construct, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const names = [];
function note(value, name) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  defineProperty(noted, count, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  defineProperty(names, count++, { __proto__: null, value: name, writable: true, enumerable: true, configurable: true });
}
function spyOn(original, name) {
  const spy = {
    spy(...args) {
      if (listens) {
        note(this, name);
        note(new.target, name);
        for (let i = 0; i < args.length; i++) note(args[i], name);
      }
      const result = apply(original, this, args);
      if (listens) note(result, name);
      return result;
    },
  }.spy;
  spies.add(spy);
  return spy;
}
const spies = new WeakSet();
const done = new WeakSet();
let replaced = 0;
function replace(object, path) {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null || done.has(object)) return;
  done.add(object);
  for (const key of ownKeys(object)) {
    if (key === 'constructor') continue;
    const descriptor = getOwnPropertyDescriptor(object, key);
    const name = `${path}.${String(key)}`;
    if ('value' in descriptor) {
      const { value } = descriptor;
      if (typeof value === 'function' && !spies.has(value)) {
        // What has a prototype is a class; its functions are replaced, and it stays.
        if (getOwnPropertyDescriptor(value, 'prototype') !== undefined) {
          replace(value, name);
          replace(value.prototype, `${name}.prototype`);
          continue;
        }
        try { if (defineProperty(object, key, { ...descriptor, value: spyOn(value, name) })) replaced++; } catch {}
      } else if (path === 'globalThis' || typeof key === 'symbol') {
        if (key === 'document' || key === 'location' || typeof value === 'object') replace(value, name);
      }
    } else {
      // Classes of the platform are made when they are first asked for.
      let value;
      if (path === 'globalThis' && !/location/.test(key)) try { value = object[key] } catch {}
      if (typeof value === 'function' && getOwnPropertyDescriptor(value, 'prototype') !== undefined) {
        replace(value, name);
        replace(value.prototype, `${name}.prototype`);
        continue;
      }
      if (!descriptor.configurable) continue;
      const { get, set } = descriptor;
      try {
        defineProperty(object, key, {
          ...descriptor,
          get: typeof get === 'function' ? spyOn(get, `get ${name}`) : get,
          set: typeof set === 'function' ? spyOn(set, `set ${name}`) : set,
        });
        replaced++;
      } catch {}
    }
  }
}
replace(globalThis, 'globalThis');
// What no name leads to.
const hidden = [[][Symbol.iterator](), new Map().entries(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g),
  (function* () {})(), (async function* () {})(), async () => {}, new Uint8Array(0)];
for (const one of hidden) {
  for (let at = Object.getPrototypeOf(one); at !== null; at = Object.getPrototypeOf(at)) replace(at, 'hidden');
}
// What shows values makes its tables when it is first needed; they are the page's.
console.log({});
listens = true;
"#;

const PRELOAD: &str = "const { contextBridge, ipcRenderer, webFrame } = require('electron');
    const heard = [];
    globalThis.ask = (value) => ipcRenderer.sendSync('sync', value).args;
    for (const type of ['DOMContentLoaded', 'load', 'click', 'custom', 'input', 'change', 'keydown', 'submit']) {
        window.addEventListener(type, (event) => { heard.push(event.type); event.own = { of: 'preload' } });
    }
    window.addEventListener('message', (event) => {
        heard.push(`message ${event.data.text}`);
        const [port] = event.ports;
        if (port) { port.onmessage = (event) => { port.postMessage({ back: [event.data] }) } }
    });
    ipcRenderer.on('news', (event, value) => heard.push('news'));
    contextBridge.exposeInMainWorld('api', {
        heard: () => heard,
        call: (callback, value) => callback({ ready: true, value, list: [new Date(0), new Map([[1, new Set([2])]]), /a/g] }),
        fails: () => { throw new TypeError('no') },
        rejects: async () => { throw new RangeError('no') },
        give: (value) => ({ value, error: new Error('given'), bytes: new Uint8Array(3), big: 1n, boxed: new Number(1) }),
        each: (list, callback) => list.map((entry) => callback(entry)),
        ask: (...args) => ipcRenderer.invoke('ask', ...args),
        sync: (...args) => ipcRenderer.sendSync('sync', ...args),
        send: (...args) => ipcRenderer.send('send', ...args),
        on: (callback) => ipcRenderer.on('news', (event, ...args) => callback(...args)),
    });";

/// What goes on afterwards.
const WORK: &str = "
    const tell = (value) => note(value, 'told');
    api.on((...args) => tell(args));
    const button = document.getElementById('button');
    button.addEventListener('click', (event) => { tell(event); event.stopPropagation; });
    button.click();
    button.dispatchEvent(new CustomEvent('custom', { bubbles: true, detail: { a: 1 } }));
    const made = document.createElement('p');
    made.innerHTML = '<b class=x title=y>text</b>';
    made.className = 'a b'; made.classList.add('c'); made.dataset.name = 'value'; made.style.color = 'red';
    document.body.append(made, 'and text');
    made.setAttribute('id', 'made');
    tell(document.querySelectorAll('#made, .x'));
    made.remove();
    api.call((value) => { tell(value); return { given: [value] } }, { get x() { return 1 }, m: new Map([[1, 2]]), d: new Date(0) });
    try { api.fails() } catch (error) { tell(error); tell(error.stack) }
    api.rejects().catch((error) => tell(error));
    tell(api.give({ a: [1, , 3], s: new Set([1]), r: /x/gi, e: new RangeError('x', { cause: {} }), b: new Uint8Array(2) }));
    tell(api.each([1, 2], (entry) => [entry]));
    try { api.give(() => {}).value } catch (error) { tell(error) }
    try { api.give(Symbol('x')) } catch (error) { tell(error) }
    tell(api.sync({ a: 1 }, [2]));
    api.send(new Map([[1, 2]]));
    tell(structuredClone({ a: new Date(0), b: [1n], c: new Error('x') }));
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => tell(event);
    window.addEventListener('message', (event) => tell(event));
    window.postMessage({ text: 'hello' }, '*');
    window.postMessage({ text: 'with' }, '*', [channel.port2]);
    channel.port1.postMessage({ there: [1] });
    console.log('printed', { a: [1], m: new Map([[1, 2]]) }, new Error('shown'), /a/);
    console.table?.([{ a: 1 }]);
    localStorage.setItem('a', 'b');
    tell(new URL('x?y=z', 'https://example.com/').searchParams);
    api.ask({ a: 1 }).then((value) => tell(value));";

#[test]
fn built_in_functions_of_a_page_never_get_what_is_of_another_world() {
    let page = "<button id=button>b</button><form id=form><input id=field><input type=number id=number>
        <select id=list><option>one<option>two</select><input type=radio name=r id=r1><input type=radio name=r id=r2></form>";
    let mut peer = Peer::with_page(page, PRELOAD, json!({}));
    peer.handle(|_, args| Answer::Value(json!({ "args": args })));
    let replaced = peer.page(&format!(
        "{{ {SEARCH} {SPIES} globalThis.looks = {{ run() {{ {WORK} }}, end() {{ listens = false;
        for (let i = 0; i < count; i++) look(noted[i], names[i]);
        look(globalThis, 'globalThis');
        walk();
        // What util.inspect of the page's own world keeps: the page's console shows values with it.
        return [foreign.filter((path) => !/[.]inspect[.](colors|styles)$/.test(path)), count]; }} }}; replaced }}"
    ));
    assert!(replaced.as_u64().is_some_and(|replaced| replaced > 700), "{replaced}");
    peer.page("looks.run(), 0");
    peer.send("news", &json!([{ "a": [1] }]));
    let acts: [Json; 6] = [
        json!(["click", 1000, ["#button"]]),
        json!(["type", 1000, ["#field", "some text"]]),
        json!(["type", 1000, ["#number", "12"]]),
        json!(["select", 1000, ["#list", "two"]]),
        json!(["wait-for", 1000, ["#button"]]),
        json!(["wait-for-text", 1000, ["one"]]),
    ];
    for act in &acts {
        assert_eq!(peer.request("act", act), Ok(Json::Null), "{act}");
    }
    assert_eq!(
        peer.page("document.getElementById('field').value + document.getElementById('number').value"),
        json!("some text12")
    );
    assert_eq!(peer.preload("ask(1)"), json!([1]));
    let found = peer.page("looks.end()");
    assert_eq!(found[0], json!([]), "{found}");
    assert!(found[1].as_u64().is_some_and(|count| count > 200), "{found}");
    assert_eq!(peer.end(), 0);
}
