//! Any bytes as a page and a preload script that pass values through the context bridge: whatever they are, and whatever the page
//! has done to its built-ins, the page gets nothing of the preload script's world, and the preload script goes on.
//!
//! For the fuzzer (`fuzz/`), and for a test that replays its corpus. The bytes choose words of two scripts, so that most inputs are
//! programs that run.

use std::cell::RefCell;
use std::fmt::Write as _;

use serde_json::json;

use super::peer::{Peer, SEARCH};

/// How deep values nest, as they are written here.
const DEPTH: u32 = 4;
/// How many values and statements one input has at most.
const WORDS: u32 = 200;

/// What a preload script of an app might expose. It notes what goes wrong in it, which nothing that a page does may be.
const PRELOAD: &str = "const { contextBridge, ipcRenderer } = require('electron');
    const kept = [];
    globalThis.kept = kept;
    contextBridge.exposeInMainWorld('api', {
        echo: (...values) => values,
        call: (callback, ...values) => callback(...values),
        later: async (callback, value) => callback(await value),
        each: (list, callback) => Array.from(list, (entry) => callback(entry)),
        keep: (value) => { kept.push(value); return kept.length; },
        kept: (at) => kept[at % kept.length],
        use: (value) => [String(value), typeof value, value?.then, value?.x?.y, Object.keys(value ?? {})],
        fail: (value) => { throw value },
        reject: async (value) => { throw value },
    });";

/// Ways of a page to break what the host's scripts might lean on; each is undone before the search. A text in the place of a
/// function is one that looks at what it is called with and gives, and does what the old one did.
const ALTER: &str = "const altered = [];
    const { apply, construct, defineProperty, getOwnPropertyDescriptor, deleteProperty, setPrototypeOf } = Reflect;
    function alter(object, name, value) {
        const old = getOwnPropertyDescriptor(object, name);
        // What is put back is what was there, and nothing that objects have come to inherit since.
        if (old !== undefined) setPrototypeOf(old, null);
        if (old !== undefined && !old.configurable) return;
        altered[altered.length] = [object, name, old];
        const was = old?.value;
        if (typeof value === 'string' && typeof was === 'function') {
            value = function (...args) {
                look(this, 'receiver');
                look(args, 'arguments');
                look(new.target, 'target');
                const made = new.target === undefined ? apply(was, this, args) : construct(was, args);
                look(made, 'made');
                return made;
            };
        }
        defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true });
    }
    function undo() {
        for (let at = altered.length - 1; at >= 0; at--) {
            const object = altered[at][0], name = altered[at][1], old = altered[at][2];
            if (old === undefined) deleteProperty(object, name);
            else defineProperty(object, name, old);
        }
    }
    // What the language has itself needs no search: it is the page's.
    for (const name of Object.getOwnPropertyNames(globalThis)) {
        const value = getOwnPropertyDescriptor(globalThis, name).value;
        if (typeof value === 'function') { seen.add(value); seen.add(value.prototype); }
    }
    const v = [];
    v.push = v.push;
    function attempt(work) { try { const value = work(); look(value, 'given'); v.push(value); } catch (error) { look(error, 'thrown'); } }";

/// Choices that the bytes make; behind their end all are the first.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    words: u32,
}

impl Choices<'_> {
    fn byte(&mut self) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte))
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let at = self.byte().checked_rem(list.len())?;
        list.get(at).copied()
    }

    fn key(&mut self) -> &'static str {
        const KEYS: [&str; 14] = [
            "x",
            "y",
            "then",
            "constructor",
            "['__proto__']",
            "length",
            "0",
            "toString",
            "[Symbol.iterator]",
            "toJSON",
            "[Symbol.toPrimitive]",
            "value",
            "get",
            "message",
        ];
        self.of(&KEYS).unwrap_or("x")
    }

    fn values(&mut self, depth: u32) -> String {
        let count = self.byte() % 4;
        (0..count).map(|_| self.value(depth)).collect::<Vec<_>>().join(", ")
    }

    /// An expression. `depth` is how much deeper it may nest.
    fn value(&mut self, depth: u32) -> String {
        const PLAIN: [&str; 22] = [
            "undefined",
            "null",
            "true",
            "1",
            "-0",
            "NaN",
            "12n",
            "'text'",
            "'\\uD800'",
            "Symbol.for('s')",
            "Symbol()",
            "new Date(NaN)",
            "/x/gi",
            "new Error('e')",
            "new Uint8Array([1, 2])",
            "new ArrayBuffer(8)",
            "Object(5)",
            "new DataView(new ArrayBuffer(4))",
            "globalThis",
            "(() => {})",
            "new WeakMap()",
            "document.body",
        ];
        self.words = self.words.saturating_sub(1);
        let kind = self.byte();
        if depth == 0 || self.words == 0 || kind % 5 < 2 {
            return self.of(&PLAIN).unwrap_or("undefined").to_owned();
        }
        let depth = depth.saturating_sub(1);
        match kind / 5 % 20 {
            0..=2 => {
                let mut text = "({ ".to_owned();
                for _ in 0..self.byte() % 4 {
                    let (key, value) = (self.key(), self.value(depth));
                    let _ = match self.byte() % 6 {
                        0 => write!(text, "get {key}() {{ return {value} }}, "),
                        1 => write!(text, "get {key}() {{ throw {value} }}, "),
                        2 => write!(text, "set {key}(value) {{ v.push(value) }}, "),
                        _ => write!(text, "{key}: {value}, "),
                    };
                }
                text + "})"
            }
            3 | 4 => format!("[{}]", self.values(depth)),
            5 => format!("((...args) => {})", self.value(depth)),
            6 => format!("((...args) => {{ look(args, 'arguments'); throw {} }})", self.value(depth)),
            7 => "((f, ...args) => { look([f, args], 'arguments'); return typeof f === 'function' ? f(...args) : f })"
                .to_owned(),
            8 => format!("(async (...args) => {{ look(args, 'arguments'); return {} }})", self.value(depth)),
            9 => format!("(function* () {{ yield {} }})()", self.value(depth)),
            10 => format!("new Map([[{}, {}]])", self.value(depth), self.value(depth)),
            11 => format!("new Set([{}])", self.values(depth)),
            12 => format!("Promise.resolve({})", self.value(depth)),
            13 => format!("Promise.reject({})", self.value(depth)),
            14 => {
                let trap = self
                    .of(&["get", "has", "ownKeys", "getOwnPropertyDescriptor", "apply", "construct"])
                    .unwrap_or("get");
                let (target, result) = (self.value(depth), self.value(depth));
                let target = format!("Object({target} ?? {{}})");
                format!("new Proxy({target}, {{ {trap}(...args) {{ look(args, 'trap'); return {result} }} }})")
            }
            15 => {
                let value = self.value(depth);
                format!("(() => {{ const loop = {{ value: {value} }}; loop.loop = [loop]; return loop }})()")
            }
            16 => format!("({{ __proto__: null, constructor: 0, x: {} }})", self.value(depth)),
            17 => format!("Object.freeze([{}])", self.values(depth)),
            18 => format!("Object.assign(new RangeError('r'), {{ cause: {} }})", self.value(depth)),
            _ => format!("v[{}]", self.byte()),
        }
    }

    /// A statement of the page's script.
    fn statement(&mut self) -> String {
        const CLASSES: [&str; 10] =
            ["Object", "Array", "Function", "Promise", "Map", "WeakMap", "Set", "Error", "Uint8Array", "Symbol"];
        const METHODS: [&str; 18] = [
            "constructor",
            "then",
            "get",
            "set",
            "has",
            "push",
            "map",
            "call",
            "apply",
            "toString",
            "forEach",
            "value",
            "writable",
            "length",
            "stack",
            "slice",
            "next",
            "message",
        ];
        const STATICS: [&str; 14] = [
            "defineProperty",
            "getOwnPropertyDescriptor",
            "keys",
            "freeze",
            "isArray",
            "from",
            "resolve",
            "all",
            "create",
            "getPrototypeOf",
            "prepareStackTrace",
            "captureStackTrace",
            "prototype",
            "assign",
        ];
        match self.byte() % 16 {
            0..=2 => format!("attempt(() => api.echo({}))", self.values(DEPTH)),
            3 => format!("attempt(() => api.call({}))", self.values(DEPTH)),
            4 => format!("attempt(() => api.each({}, {}))", self.value(DEPTH), self.value(DEPTH)),
            5 => format!("attempt(() => api.keep({}))", self.value(DEPTH)),
            6 => format!("attempt(() => api.kept({}))", self.byte()),
            7 => format!("attempt(() => api.use({}))", self.value(DEPTH)),
            8 => format!("attempt(() => api.fail({}))", self.value(DEPTH)),
            9 => format!(
                "attempt(() => api.reject({}).then((value) => look(value, 'kept'), (error) => look(error, 'rejected')))",
                self.value(DEPTH)
            ),
            10 => format!(
                "attempt(() => api.later({}, {}).then((value) => look(value, 'came'), (error) => look(error, 'failed')))",
                self.value(DEPTH),
                self.value(DEPTH)
            ),
            11 => format!("attempt(() => extra.x({}))", self.values(DEPTH)),
            12 | 13 => {
                let (class, name) = (self.of(&CLASSES).unwrap_or("Object"), self.of(&METHODS).unwrap_or("then"));
                let value = self.value(DEPTH);
                let name =
                    if self.byte().is_multiple_of(8) { "Symbol.iterator".to_owned() } else { format!("'{name}'") };
                format!("attempt(() => alter({class}.prototype, {name}, {value}))")
            }
            14 => {
                let (class, name) = (self.of(&CLASSES).unwrap_or("Object"), self.of(&STATICS).unwrap_or("keys"));
                format!("attempt(() => alter({class}, '{name}', {}))", self.value(DEPTH))
            }
            _ => "attempt(() => callSites('here'))".to_owned(),
        }
    }
}

/// Runs one input.
///
/// # Panics
///
/// Where the page got hold of something that is not its own, or the renderer does not go on.
pub fn run(data: &[u8]) {
    // The renderer stays; each page has an engine of its own.
    thread_local!(static PEER: RefCell<Option<Peer>> = const { RefCell::new(None) });
    let mut choices = Choices { bytes: data.iter(), words: WORDS };
    let exposed = choices.value(DEPTH);
    let preload = format!(
        "{PRELOAD} const v = [], look = () => {{}}; try {{ contextBridge.exposeInMainWorld('extra', {exposed}) }} catch {{}}"
    );
    let mut page = format!("{{ {SEARCH} {ALTER}\n");
    while !choices.bytes.as_slice().is_empty() && choices.words > 0 {
        page.push_str(&choices.statement());
        page.push_str(";\n");
    }
    page.push_str("globalThis.end = () => { undo(); walk(); return foreign } } null");
    PEER.with_borrow_mut(|kept| {
        let mut peer = kept.take().unwrap_or_else(Peer::start);
        peer.load("", &preload, json!({}));
        peer.page(&page);
        // A turn later, what was promised has come.
        assert_eq!(peer.page("end()"), json!([]), "the page got hold of what is not its own:\n{exposed}\n{page}");
        assert_eq!(peer.preload("[1, 2].map((x) => x * 2)[1] + kept.length * 0"), json!(4));
        drop(peer.heard());
        *kept = Some(peer);
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn every_input_of_the_corpus_keeps_the_worlds_apart() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/bridge");
        let inputs: Vec<_> = std::fs::read_dir(folder).expect("a corpus").flatten().collect();
        assert!(inputs.len() > 3);
        for input in inputs {
            super::run(&std::fs::read(input.path()).expect("a file"));
        }
    }
}
