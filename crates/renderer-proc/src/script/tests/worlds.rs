//! What a page must not get hold of: anything of its preload script's world, and the host's own functions.

use serde_json::json;

use super::peer::Peer;

/// Looks at everything that can be reached from the page's global object, and from what it is given on the way: call
/// sites, errors, events, results and arguments of the bridge, and what all these functions give and throw when they are
/// called with nothing. Names what is of another realm, and objects without a prototype, which are the host's: those of
/// the language are known by their names.
pub(super) const SEARCH: &str = r#"
const foreign = [];
const unsafe = /location|navigat|close|reload|open|write|submit|remove|replace|click|wait|assign|clear|exit|reset|history|print|stop/i;
const bare = /unscopables|prototype$|__proto__$|import|groups/;
function call(value, owner, path) {
  if (unsafe.test(path)) return;
  try { look(Reflect.apply(value, owner, []), `${path}()`); } catch (error) { look(error, `error of ${path}()`); }
  try { look(Reflect.construct(value, []), `new ${path}`); } catch (error) { look(error, `error of new ${path}`); }
}
const seen = new Set();
const queue = [];
const own = { object: Object.prototype, function: Function.prototype };
function look(value, path) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  queue.push([value, path]);
}
function judge(value, path) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null) return;
  if (value !== own.object && !bare.test(path) && Object.getOwnPropertyDescriptor(value, 'constructor') === undefined) foreign.push(`bare ${path}`);
  // The end of a chain: that of this realm, an object without one, or the beginning of another realm.
  if (value === own.object) return;
  const constructor = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
  if (typeof constructor === 'function' && constructor.name === 'Object') foreign.push(path);
}
function walk() {
  while (queue.length > 0 && seen.size < 20000) {
    const [value, path] = queue.shift();
    judge(value, path);
    try { look(Object.getPrototypeOf(value), `${path}.__proto__`); } catch {}
    let keys = [];
    try { keys = Reflect.ownKeys(value); } catch {}
    for (const key of keys) {
      let descriptor;
      try { descriptor = Object.getOwnPropertyDescriptor(value, key); } catch { continue; }
      if (descriptor === undefined) continue;
      const name = `${path}.${String(key)}`;
      if ('value' in descriptor) {
        look(descriptor.value, name);
        if (typeof descriptor.value === 'function') call(descriptor.value, value, name);
      } else {
        look(descriptor.get, `get ${name}`);
        look(descriptor.set, `set ${name}`);
        if (!/location|navigate|close|reload/.test(name)) {
          try { look(value[key], name); } catch (error) { look(error, `error of ${name}`); }
        }
      }
    }
  }
}
function callSites(where) {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => {
    look(error, `${where}: error`);
    sites.forEach((site, at) => {
      look(site, `${where}: site ${at}`);
      for (const way of Reflect.ownKeys(Object.getPrototypeOf(site))) {
        try { look(site[way](), `${where}: site ${at}.${String(way)}()`); } catch (error) { look(error, where); }
      }
    });
    return '';
  };
  void new Error('x').stack;
  try { null.x } catch (error) { void error.stack; look(error, where); }
  Error.prepareStackTrace = before;
}
"#;

fn peer() -> Peer {
    let preload = "const { contextBridge, ipcRenderer, webFrame } = require('electron');
        contextBridge.exposeInMainWorld('api', {
            call: (callback, value) => callback({ ready: true, value, list: [new Date(0), new Map([[1, {}]])] }),
            fails: () => { throw new TypeError('no') },
            rejects: async () => { throw Object.assign(new RangeError('no'), { extra: {} }) },
            give: (value) => ({ value, error: new Error('given'), bytes: new Uint8Array(3), nested: { make: () => ({}) } }),
            each: (list, callback) => list.map((entry) => callback(entry)),
        });
        window.addEventListener('click', (event) => { globalThis.lastEvent = event; event.detailOfPreload = { own: true }; });
        window.addEventListener('message', (event) => { event.fromPreload = {} });";
    Peer::with_page("<button id=button onclick='window.inline = event'>b</button><input id=field>", preload, json!({}))
}

#[test]
fn nothing_that_a_page_can_reach_is_of_another_world() {
    let mut peer = peer();
    let code = format!(
        "{SEARCH}
        callSites('page');
        api.call(function callback(value) {{
            look(value, 'argument'); look(this, 'this'); look(new.target, 'target');
            callSites('callback');
            try {{ look(callback.caller, 'caller') }} catch (error) {{ look(error, 'error of caller') }}
            try {{ look(callback.arguments, 'arguments') }} catch (error) {{ look(error, 'error of arguments') }}
        }}, {{ get x() {{ callSites('getter'); return 1 }} }});
        try {{ api.fails() }} catch (error) {{ look(error, 'thrown') }}
        look(api.give({{}}), 'given');
        look(api.give({{}}).nested.make(), 'made');
        api.each([1, 2], (entry) => {{ callSites('each'); return entry }});
        new Proxy({{}}, {{ get() {{ callSites('trap') }} }}).x;
        addEventListener('click', (event) => {{ look(event, 'event'); callSites('listener'); }});
        document.getElementById('button').addEventListener('click', (event) => look(event, 'event at the button'));
        document.getElementById('button').click();
        try {{ Reflect.construct(api.call, []) }} catch (error) {{ look(error, 'constructed') }}
        try {{ api.call.call(null, null) }} catch (error) {{ look(error, 'called with null') }}
        try {{ api.give({{ then: (resolve) => callSites('then') }}) }} catch (error) {{ look(error, 'thenable') }}
        for (const name of Object.getOwnPropertyNames(Array.prototype)) look(Array.prototype[name], name);
        look(globalThis, 'globalThis');
        walk();
        [foreign, seen.size > 2000]"
    );
    assert_eq!(peer.page(&code), json!([[], true]));
    assert_eq!(peer.end(), 0);
}

#[test]
fn the_search_finds_what_is_of_another_realm() {
    // Without isolation there is one world; a realm that is handed over on purpose has to be noticed.
    let mut peer = peer();
    let planted = format!(
        "{SEARCH} const other = {{ constructor: function Object() {{}}, __proto__: null }}; look({{ deep: [other] }}, 'planted'); walk(); foreign.length"
    );
    assert_eq!(peer.page(&planted), json!(1));
    assert_eq!(peer.end(), 0);
}

#[test]
fn a_page_that_replaces_built_ins_breaks_neither_the_bridge_nor_the_preload_script() {
    let mut peer = peer();
    let code = "const kept = { stringify: JSON.stringify };
        Array.prototype.push = 3; Array.prototype.map = () => { throw new Error('map') };
        Array.prototype[Symbol.iterator] = function* () { throw new Error('iterator') };
        Object.defineProperty = () => { throw new Error('define') }; Object.prototype.get = () => 'get';
        Object.prototype.value = 'value'; Object.prototype.writable = false;
        Function.prototype.call = Function.prototype.apply = () => { throw new Error('call') };
        Promise.prototype.then = 5; Map.prototype.get = WeakMap.prototype.get = () => { throw new Error('get') };
        Reflect.apply = Reflect.ownKeys = Reflect.get = () => { throw new Error('reflect') };
        let heard; api.call((value) => { heard = value.ready; }, 1);
        const given = api.give(7);
        [heard, given.value, given.bytes.length, api.each({ length: 0, map: 1, __proto__: Array.prototype } && [], () => 1).length]";
    assert_eq!(peer.page(code), json!([true, 7, 3, 0]));
    assert_eq!(peer.preload("[[1, 2].map((x) => x * 2), Object.keys({ a: 1 })]"), json!([[2, 4], ["a"]]));
    assert_eq!(peer.end(), 0);
}
