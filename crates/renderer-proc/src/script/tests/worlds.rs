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

/// Values that see what they are called with, by what the engine makes for it: for the arguments of a proxy's trap and the
/// functions that a `then` is given. A native function or a proxy belongs to no realm but that of its caller.
const SEERS: &str = "
    const seer = (path) => new Proxy(function () {}, {
        apply(target, self, args) { look(self, path + ' this'); look(args, path + ' arguments'); return 1 },
        construct(target, args) { look(args, path + ' arguments'); return {} },
    });
    const thenable = (path) => ({ then(...given) { look(given, path + ' then'); given[0](1) } });
    const getter = (path) => Object.defineProperty({}, 'member', { enumerable: true, get: seer(path) });";

#[test]
fn what_the_engine_makes_for_a_call_is_of_the_world_that_is_called() {
    let preload = "const { contextBridge, ipcRenderer } = require('electron');
        contextBridge.exposeInMainWorld('api', {
            call: (callback, ...values) => callback(...values),
            later: async (callback, value) => callback(await value),
            echo: (...values) => values,
            take: (value) => { globalThis.taken = value },
            promise: () => new Promise((done) => setTimeout(done, 1, { a: [1] })),
            reject: async (value) => { throw value },
            fail: (value) => { throw value },
        });
        globalThis.details = [];
        window.addEventListener('own', (event) => details.push(JSON.stringify(event.detail)));
        window.addEventListener('message', (event) => details.push(JSON.stringify(event.data)));";
    let mut peer = Peer::with_page("", preload, json!({}));
    let page = format!(
        "{SEARCH} {SEERS}
        (async () => {{
            const attempt = async (name, work) => {{
                try {{ look(await work(), name) }} catch (error) {{ look(error, 'error of ' + name) }}
            }};
            await attempt('call', () => api.call(seer('call'), {{ a: 1 }}));
            await attempt('bound', () => api.call(seer('bound').bind(seer('this'), 1), {{ a: 1 }}));
            await attempt('later', () => api.later(seer('later'), 1));
            await attempt('getter', () => api.echo(getter('getter'), [getter('inner')]));
            await attempt('map', () => api.echo(new Map([[1, getter('map')]])));
            await attempt('thrown', () => api.call(() => {{ throw Object.defineProperty(new Error('x'), 'message', {{ get: seer('message') }}) }}));
            await attempt('proxy', () => api.call(() => {{ throw new Proxy({{}}, {{ get: seer('get') }}) }}));
            await attempt('rejected', () => api.later(() => Promise.reject(Object.defineProperty({{}}, 'message', {{ get: seer('reason') }}))));
            await attempt('then', () => api.promise().then(() => thenable('then')));
            await attempt('then proxy', () => api.promise().then(seer('then proxy')));
            await attempt('catch', () => api.reject(1).catch(() => thenable('catch')));
            await attempt('finally', () => api.promise().finally(() => thenable('finally')));
            await attempt('any', () => Promise.any([api.reject(1), api.reject(2)]));
            await attempt('itself', () => {{ const one = api.promise().then(() => one); return one }});
            await attempt('async', async () => {{ await api.promise(); return thenable('async') }});
            await attempt('await', async () => {{ await api.promise(); return await thenable('await') }});
            await attempt('generator', async () => {{
                const made = (async function* () {{ await api.promise(); yield 1; yield thenable('yield') }})();
                return [await made.next(), await made.next(), await made.return(thenable('return'))];
            }});
            await attempt('echoed', () => api.echo(Promise.resolve({{ a: 1 }}))[0].then(() => thenable('echoed')));
            await attempt('resolver', () => new Promise((resolve) => api.call(resolve, thenable('resolver'))));
            await attempt('species', () => {{
                const one = Promise.resolve(1);
                one.constructor = {{ [Symbol.species]: seer('species') }};
                return api.later((value) => value, one);
            }});
            await attempt('blob', () => api.take(Object.defineProperties(new File(['x'], 'name'), {{
                type: {{ value: {{ toString: seer('type') }} }}, name: {{ value: {{ toString: seer('name') }} }},
                lastModified: {{ value: {{ valueOf: seer('time') }} }},
            }})));
            await attempt('detail', () => window.dispatchEvent(new CustomEvent('own', {{ detail: getter('detail') }})));
            await attempt('data', () => window.dispatchEvent(new MessageEvent('message', {{ data: [getter('data')] }})));
            // What awaits a promise of the bridge goes on in the realm in which that was settled.
            const then = Promise.prototype.then;
            Promise.prototype.then = function (...given) {{ look(given, 'given to then'); return Reflect.apply(then, this, given) }};
            await api.promise();
            await Promise.resolve(1);
            await (async () => {{ await api.echo(Promise.reject(1))[0].catch(() => 1); return Promise.resolve(2) }})();
            Promise.prototype.then = then;
            walk();
            return [foreign, seen.size > 100];
        }})()"
    );
    assert_eq!(peer.page(&page), json!([[], true]));
    assert_eq!(peer.preload("details"), json!(["{\"member\":1}", "[{\"member\":1}]"]));
    assert_eq!(peer.end(), 0);
}

/// Tries something at every depth from the end of the stack upwards, with frames of several sizes, and keeps what it throws.
const BRINK: &str = "
    const caught = [];
    function brink(work) {
        for (let size = 0; size < 4; size++) {
            let tries = 0;
            const down = (...some) => {
                try { down(...some) } catch (error) {
                    if (tries++ < 150) try { work() } catch (thrown) { caught[caught.length] = thrown }
                    throw error;
                }
            };
            try { down(...Array(size * 3)) } catch (error) { caught[caught.length] = error }
        }
    }
    const isOwn = (error) => error instanceof Error && error.constructor.constructor === Function;";

#[test]
fn where_the_stack_ends_each_world_is_thrown_an_error_of_its_own() {
    let preload = format!(
        "{BRINK} const {{ contextBridge, webFrame }} = require('electron');
        const run = (code) => webFrame.executeJavaScript(code).then(() => null, (error) => {{ caught[caught.length] = error }});
        contextBridge.exposeInMainWorld('api', {{
            call: (callback, ...values) => callback(...values),
            echo: (...values) => values,
            fail: (value) => {{ throw value }},
            promise: async () => {{ throw new Error('no') }},
            keep: (callback) => {{ globalThis.callback = callback }},
        }});
        window.addEventListener('own', (event) => event.detail);
        Object.assign(globalThis, {{ brink, caught, isOwn, run }});
        globalThis.execute = () => contextBridge.executeInMainWorld({{ func: () => {{ throw new Error('x') }} }});"
    );
    let mut peer = Peer::with_page("", &preload, json!({}));
    let page = format!(
        "{SEARCH} {SEERS} {BRINK}
        (async () => {{
            brink(() => api.call(() => 1));
            brink(() => api.call(() => {{ throw new Error('x') }}));
            brink(() => api.call(seer('call'), {{ a: 1 }}, [new Map()]));
            brink(() => api.echo({{ a: [getter('a'), new Date(0), document] }}, () => 1));
            brink(() => api.echo(new WeakMap()));
            brink(() => api.fail(new Error('x')));
            brink(() => api.promise().catch((error) => {{ caught[caught.length] = error }}));
            brink(() => api.echo(Promise.reject(new Error('x')))[0].catch((error) => {{ caught[caught.length] = error }}));
            brink(() => window.dispatchEvent(new CustomEvent('own', {{ detail: getter('detail') }})));
            // From one world to the other, down to the end.
            const both = () => {{ try {{ api.call(both) }} catch (error) {{ caught[caught.length] = error; throw error }} }};
            try {{ both() }} catch {{}}
            await new Promise((done) => setTimeout(done, 1));
            api.keep(() => {{ throw new Error('x') }});
            const others = caught.filter((error) => !isOwn(error)).length;
            caught.forEach((error) => look(error, 'caught'));
            walk();
            return [foreign, others, caught.length > 1000];
        }})()"
    );
    assert_eq!(peer.page(&page), json!([[], 0, true]));
    let preload = "(async () => {
            brink(() => callback());
            brink(() => callback({ a: [new Map()] }));
            brink(execute);
            brink(() => run('Promise.resolve({ a: 1 })'));
            brink(() => run('throw new Error(1)'));
            await run('1');
            return [caught.filter((error) => !isOwn(error)).length, caught.length > 1000];
        })()";
    assert_eq!(peer.preload(preload), json!([0, true]));
    assert_eq!(peer.end(), 0);
}

#[test]
fn code_that_a_preload_script_runs_in_the_page_gives_the_page_nothing_of_its_own() {
    let preload = "const { contextBridge, webFrame } = require('electron');
        globalThis.run = (code) => webFrame.executeJavaScript(code).then((value) => [value], (error) => [error instanceof Error, error.message]);
        globalThis.make = () => { try { return contextBridge.executeInMainWorld({ func: () => { throw window.bad } }) } catch (error) { return error instanceof Error } };";
    let mut peer = Peer::with_page("", preload, json!({}));
    let page = format!(
        "{SEARCH} {SEERS}
        window.later = thenable('later');
        window.sees = Object.defineProperty({{}}, 'then', {{ get: seer('then') }});
        window.bad = Object.defineProperty(new Error('x'), 'message', {{ get: seer('message') }});
        window.result = () => {{ walk(); return foreign }};
        const then = Promise.prototype.then;
        Promise.prototype.then = function (...given) {{ look(given, 'given to then'); return Reflect.apply(then, this, given) }};
        null"
    );
    peer.page(&page);
    assert_eq!(peer.preload("run('later')"), json!([1]));
    assert_eq!(peer.preload("run('Promise.resolve({ a: 1 })')"), json!([{ "a": 1 }]));
    assert_eq!(peer.preload("run('sees').then(([value]) => Object.keys(value))"), json!([]));
    assert_eq!(peer.preload("run('throw bad').then(([isOwn]) => isOwn)"), json!(true));
    assert_eq!(peer.preload("run('Promise.reject(bad)').then(([isOwn]) => isOwn)"), json!(true));
    assert_eq!(peer.preload("make()"), json!(true));
    assert_eq!(peer.page("result()"), json!([]));
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
