// A maker of random graphs and a printer of graphs that shows identity: the same code runs in each realm, and in Node.
globalThis.make = seed => {
  let state = seed;
  const next = n => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % n };
  const made = [];
  const keys = ['a', 'b', 'name', '7', '', 'ü', '\ud800', '__proto__', 'x y'];
  const text = () => Array.from({length: next(6)}, () => String.fromCharCode([97, 0, 252, 0x65e5, 0xd83d, 0xde00, 0xdfff][next(7)])).join('');
  const value = depth => {
    const pick = next(depth > 5 ? 12 : 24);
    const keep = o => (made.push(o), o);
    switch (pick) {
      case 0: return undefined;
      case 1: return null;
      case 2: return next(2) === 1;
      case 3: return next(100000) - 50000;
      case 4: return [NaN, -0, Infinity, 1.5, 2 ** 40, -(2 ** 60)][next(6)];
      case 5: return text();
      case 6: return BigInt(next(1000) - 500) ** BigInt(next(40));
      case 7: return keep(new Date([NaN, next(100000)][next(2)]));
      case 8: return keep(Object([1, 'text', true, 5n][next(4)]));
      case 9: return keep(new RegExp('a' + next(9), ['', 'g', 'iy'][next(3)]));
      case 10: case 11: return made.length ? made[next(made.length)] : 'first';
      case 12: case 13: case 14: { const o = keep({}); for (let n = next(5); n > 0; n--) Object.defineProperty(o, keys[next(keys.length)], {value: value(depth + 1), enumerable: true, writable: true, configurable: true}); return o }
      case 15: case 16: case 17: { const a = keep([]); for (let n = next(6); n > 0; n--) if (next(5)) a[a.length] = value(depth + 1); else a.length += next(4); if (!next(4)) a.named = value(depth + 1); return a }
      case 18: { const m = keep(new Map()); for (let n = next(4); n > 0; n--) m.set(value(depth + 1), value(depth + 1)); return m }
      case 19: { const s = keep(new Set()); for (let n = next(4); n > 0; n--) s.add(value(depth + 1)); return s }
      case 20: { const e = keep(new [Error, TypeError, RangeError][next(3)](text())); e.stack = 'at ' + next(9); if (next(2)) e.cause = value(depth + 1); return e }
      case 21: { const b = keep(new Uint8Array(next(40))); for (let i = 0; i < b.length; i++) b[i] = next(256); return b }
      case 22: { const b = new Uint8Array(32).map(() => next(256)).buffer; const v = keep(new [Int16Array, Float64Array, DataView, Uint8ClampedArray][next(4)](b, next(2) * 8, 2)); if (next(2)) keep(new Uint8Array(b, next(8), next(8))); if (!next(3)) keep(b); return v }
      default: { const b = keep(new ArrayBuffer(next(20))); return b }
    }
  };
  return [value(0), value(0), value(0)];
};
globalThis.show = root => {
  const ids = new Map();
  const out = [];
  const hex = b => Array.from(b, x => x.toString(16)).join(' ');
  const walk = v => {
    if (typeof v === 'string') return out.push('s' + Array.from({length: v.length}, (_, i) => v.charCodeAt(i)).join('.'));
    if (typeof v === 'bigint') return out.push(v + 'n');
    if (typeof v !== 'object' || v === null) return out.push(Object.is(v, -0) ? '-0' : String(v));
    if (ids.has(v)) return out.push('#' + ids.get(v));
    ids.set(v, ids.size);
    const tag = v.constructor.name;
    out.push(tag);
    if (v instanceof Map) { for (const [k, x] of v) { walk(k); walk(x) } return out.push(';') }
    if (v instanceof Set) { for (const x of v) walk(x); return out.push(';') }
    if (v instanceof Date) return out.push(String(v.getTime()));
    if (v instanceof RegExp) return out.push(String(v));
    if (v instanceof ArrayBuffer) return out.push(hex(new Uint8Array(v)));
    if (ArrayBuffer.isView(v)) { out.push(hex(new Uint8Array(v.buffer, v.byteOffset, v.byteLength))); return out.push(ids.has(v.buffer) ? '#' + ids.get(v.buffer) : '') }
    if (v instanceof Error) { walk(v.message); walk(v.stack); if (Object.hasOwn(v, 'cause')) walk(v.cause); return out.push(';') }
    if (Array.isArray(v)) out.push(String(v.length));
    else if (v instanceof Number || v instanceof String || v instanceof Boolean || v instanceof BigInt) return walk(v.valueOf());
    for (const k of Object.keys(v)) { walk(k); walk(Object.getOwnPropertyDescriptor(v, k).value) }
    out.push(';');
  };
  walk(root);
  return out.join(' ');
};
0;
