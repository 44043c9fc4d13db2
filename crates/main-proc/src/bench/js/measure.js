'use strict';
// The measured renderer: calls in a loop and sends main the times in nanoseconds.

const { ipcRenderer } = require('electron');

const WINDOW = 64;
const now = () => process.hrtime.bigint();
const since = (start) => Number(now() - start);

// The end of a channel whose other one another renderer has, where main gives them one.
const given = new Promise((resolve) => { ipcRenderer.once('port', (event) => resolve(event.ports[0])); });

function check(number, sum) {
  if (sum !== number + 3) throw new Error(`${number} + 1 + 2 is not ${sum}`);
}

const add = (number) => ipcRenderer.invoke('add', number, 1, 2);

async function overPort() {
  const port = await given;
  let answered;
  port.onmessage = (event) => answered(event.data);
  return (number) => new Promise((resolve) => {
    answered = resolve;
    port.postMessage([number, 1, 2]);
  });
}

async function roundTrip(n, call) {
  for (let i = 0; i < n / 10; i += 1) check(i, await call(i));
  const times = [];
  const begun = now();
  for (let i = 0; i < n; i += 1) {
    const start = now();
    const sum = await call(i);
    times.push(since(start));
    check(i, sum);
    // A loaded machine may be slow.
    if (i % 16 === 0 && i > 200 && since(begun) > 2e9) break;
  }
  return { times };
}

async function pipelined(n) {
  let next = 0;
  const caller = async () => {
    while (next < n) {
      const number = next += 1;
      check(number, await add(number));
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, caller));
}

async function oneWay(n) {
  const message = new Uint8Array(60).fill(7);
  for (let i = 0; i < n; i += 1) ipcRenderer.send('tick', message);
  const ticks = await ipcRenderer.invoke('ticks');
  if (ticks !== n) throw new Error(`${n} messages were sent, ${ticks} arrived`);
}

async function timed(work, n) {
  await work(Math.max(1, Math.floor(n / 10)));
  const start = now();
  await work(n);
  return { ns: since(start) };
}

const SIZES = {
  w4: (n) => [[64 << 10, n], [1 << 20, n / 10], [16 << 20, n / 150]],
  sizes: () => [[64, 1000], [1 << 10, 1000], [4 << 10, 500], [16 << 10, 300], [64 << 10, 200], [256 << 10, 60], [1 << 20, 30],
    [4 << 20, 8], [16 << 20, 3]],
};

async function echo(bytes, size, n) {
  const times = [];
  for (let i = -Math.ceil(n / 10); i < n; i += 1) {
    const start = now();
    const back = await ipcRenderer.invoke('echo', bytes);
    const time = since(start);
    if (back.length !== bytes.length) throw new Error(`of ${bytes.length} elements ${back.length} came back`);
    if (i >= 0) times.push(time);
  }
  return { size, times };
}

async function calls(n) {
  for (let i = 0; i < n; i += 1) check(i, await add(i));
}

async function cost(n) {
  await calls(500);
  await ipcRenderer.invoke('mark');
  await calls(n);
  await ipcRenderer.invoke('mark');
}

async function measure() {
  await add(1);
  const answered = now();
  const { workload, n, started } = await ipcRenderer.invoke('job');
  const tell = (result) => ipcRenderer.send('measured', result);
  switch (workload) {
    case 'w1': return tell(await roundTrip(n, add));
    case 'port': return tell(await roundTrip(n, await overPort()));
    case 'sync': return tell(await roundTrip(n, (number) => ipcRenderer.sendSync('add', number, 1, 2)));
    case 'w2': return tell(await timed(pipelined, n));
    case 'w3': return tell(await timed(oneWay, n));
    case 'w4':
    case 'sizes':
      for (const [size, count] of SIZES[workload](n)) {
        tell(await echo(new Uint8Array(size).fill(0x5a), size, Math.max(1, Math.floor(count))));
      }
      return undefined;
    case 'mebibyte': return tell(await echo(new Uint8Array(1 << 20).fill(0x5a), 1 << 20, n));
    case 'wide-records': {
      const fields = (id) => Object.fromEntries(Array.from({ length: 10 }, (_, field) => [`field${field}`, field % 2 ? `text ${id}` : id + field]));
      const records = Array.from({ length: 1000 }, (_, id) => fields(id));
      return tell({ content: 'wide', ...await echo(records, JSON.stringify(records).length, n) });
    }
    case 'text': {
      const text = 'all this is text'.repeat(65536);
      return tell({ content: 'text', ...await echo(text, text.length, n) });
    }
    case 'records': {
      const records = Array.from({ length: 10000 }, (_, id) => ({ id, name: `record ${id}`, value: id + 0.5 }));
      return tell({ content: 'records', ...await echo(records, JSON.stringify(records).length, n) });
    }
    case 'cost': return cost(n);
    case 'w5':
    case 'second':
    case 'third':
      return tell({ ns: Number(answered - started) });
    default: throw new Error(`there is no workload '${workload}'`);
  }
}

measure().then(
  () => ipcRenderer.send('done'),
  (error) => ipcRenderer.send('failed', String(error && error.stack || error)),
);
