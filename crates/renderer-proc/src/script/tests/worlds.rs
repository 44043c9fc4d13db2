//! What a page must not get hold of: anything of its preload script's world, and the host's own functions.

use serde_json::json;

use super::peer::{Peer, SEARCH};

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
