// Looks at everything that can be reached from the page's global object, and from what it is given on the way: call
// sites, errors, events, results and arguments of the bridge, and what all these functions give and throw when they are
// called with nothing. Names what is of another realm, and objects without a prototype, which are the host's: those of
// the language are known by their names.
const foreign = [];
const unsafe = /location|navigat|close|reload|open|write|submit|remove|replace|click|wait|assign|clear|exit|reset|history|print|stop/i;
const bare = /unscopables|prototype$|__proto__$|import|groups/;
function call(value, owner, path) {
  if (unsafe.test(path)) return;
  try { look(Reflect.apply(value, owner, []), `${path}()`); } catch (error) { look(error, `error of ${path}()`); }
  try { look(Reflect.construct(value, []), `new ${path}`); } catch (error) { look(error, `error of new ${path}`); }
}
// Methods of their own: what looks is called while the page's are something else.
const seen = new Set();
const queue = [];
const mine = { __proto__: null, value: undefined, writable: true, enumerable: true, configurable: true };
for (const name of ['has', 'add']) Object.defineProperty(seen, name, { ...mine, value: Set.prototype[name] });
for (const name of ['push', 'shift']) Object.defineProperty(queue, name, { ...mine, value: Array.prototype[name], enumerable: false });
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
