'use strict';
// The same workloads in Node, as people write them: a child started with fork's 'advanced' serialization, and a table
// that matches answers to calls. The child measures and prints.

const { spawn } = require('child_process');
const fs = require('fs');

const [role, workload, count, started] = process.argv.slice(1);
const n = Number(count);
const now = () => process.hrtime.bigint();
const since = (start) => Number(now() - start);
const print = (figure) => fs.writeSync(1, `${JSON.stringify({ w: workload, ...figure })}\n`);

function serve() {
  const args = [...process.execArgv, '--', 'child', workload, count, String(now())];
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  let ticks = 0;
  const handlers = {
    add: (a, b, c) => a + b + c,
    echo: (value) => value,
    ticks: () => ticks,
  };
  child.on('message', (message) => {
    if (message.id === undefined) ticks += 1;
    else child.send({ id: message.id, value: handlers[message.channel](...message.args) });
  });
  child.on('exit', (code) => process.exit(code === null ? 1 : code));
}

const waiting = new Map();
let lastId = 0;

function invoke(channel, ...args) {
  return new Promise((resolve) => {
    lastId += 1;
    waiting.set(lastId, resolve);
    process.send({ id: lastId, channel, args });
  });
}

async function add(number) {
  const sum = await invoke('add', number, 1, 2);
  if (sum !== number + 3) throw new Error(`${number} + 1 + 2 is not ${sum}`);
}

async function timed(work, times) {
  const all = [];
  for (let i = -Math.ceil(times / 10); i < times; i += 1) {
    const start = now();
    await work(i);
    if (i >= 0) all.push(since(start));
  }
  return all.sort((a, b) => a - b);
}

const at = (sorted, share) => sorted[Math.floor((sorted.length - 1) * share)];

// Every time to two digits, and how often there was such a one.
function histogram(sorted) {
  const counts = new Map();
  for (const time of sorted) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(time, 1))) - 1);
    const kept = Math.round(time / step) * step;
    counts.set(kept, (counts.get(kept) ?? 0) + 1);
  }
  return [...counts];
}

async function echo(value, size, content, times) {
  const sorted = await timed(async () => {
    const back = await invoke('echo', value);
    if (back.length !== value.length) throw new Error('not all came back');
  }, times);
  const p50 = at(sorted, 0.5);
  print({ w: 'w4', size, ms: p50 / 1e6, gb_s: (2 * size) / p50, content });
}

const work = {
  async w1() {
    const sorted = await timed(add, n);
    const mean = Math.round(sorted.reduce((sum, time) => sum + time, 0) / sorted.length);
    const [p50_ns, p99_ns, p10_ns] = [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.1)];
    print({ p50_ns, p99_ns, mean_ns: mean, p10_ns, n, histogram: histogram(sorted) });
  },
  async w2() {
    let next = 0;
    const caller = async (end) => {
      while (next < end) {
        next += 1;
        await add(next);
      }
    };
    const many = (end) => Promise.all(Array.from({ length: 64 }, () => caller(end)));
    await many(n / 10);
    const [start, before] = [now(), next];
    await many(before + n);
    print({ per_s: Math.round(n / (since(start) / 1e9)) });
  },
  async w3() {
    const message = new Uint8Array(60).fill(7);
    const start = now();
    for (let i = 0; i < n; i += 1) {
      process.send({ channel: 'tick', args: [message] });
      // Without a pause now and then all of it would wait in this process's memory.
      if (i % 1000 === 999) await new Promise(setImmediate);
    }
    if (await invoke('ticks') !== n) throw new Error('messages were lost');
    print({ per_s: Math.round(n / (since(start) / 1e9)) });
  },
  async sizes() {
    for (const [size, times] of [[64, 500], [1 << 10, 500], [4 << 10, 300], [16 << 10, 100], [64 << 10, 60], [256 << 10, 20],
      [1 << 20, 10], [4 << 20, 4], [16 << 20, 2]]) {
      await echo(new Uint8Array(size).fill(0x5a), size, 'bytes', times);
    }
  },
  async text() {
    const text = 'all this is text'.repeat(65536);
    await echo(text, text.length, 'text', n);
  },
  async records() {
    const records = Array.from({ length: 10000 }, (_, id) => ({ id, name: `record ${id}`, value: id + 0.5 }));
    await echo(records, JSON.stringify(records).length, 'records', n);
  },
  async w5() {
    await add(1);
    print({ ns: Number(now() - BigInt(started)) });
  },
  async w6() {
    await add(1);
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const text = fs.readFileSync('/proc/self/smaps_rollup', 'utf8');
    const sum = (key) => [...text.matchAll(new RegExp(`^${key}\\w*:\\s+(\\d+)`, 'gm'))].reduce((all, found) => all + Number(found[1]), 0);
    print({ pss_kb: Number(text.match(/^Pss:\s+(\d+)/m)[1]), rss_kb: sum('Rss'), private_kb: sum('Private_') });
  },
};

if (role === 'child') {
  process.on('message', ({ id, value }) => {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve(value);
  });
  work[workload]().then(() => process.exit(0), (error) => {
    console.error(error);
    process.exit(1);
  });
} else serve();
