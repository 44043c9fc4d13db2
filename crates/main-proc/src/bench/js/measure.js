'use strict';
// The measured renderer: calls in a loop and sends main the times in nanoseconds.

const { ipcRenderer } = require('electron');

const WINDOW = 64;
const now = () => process.hrtime.bigint();
const since = (start) => Number(now() - start);

async function add(number) {
  const sum = await ipcRenderer.invoke('add', number, 1, 2);
  if (sum !== number + 3) throw new Error(`${number} + 1 + 2 is not ${sum}`);
}

async function roundTrip(n) {
  for (let i = 0; i < n / 10; i += 1) await add(i);
  const times = [];
  for (let i = 0; i < n; i += 1) {
    const start = now();
    await add(i);
    times.push(since(start));
  }
  return { times };
}

async function pipelined(n) {
  let next = 0;
  const caller = async () => {
    while (next < n) {
      next += 1;
      await add(next);
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

async function echo(size, n) {
  const bytes = new Uint8Array(size).fill(0x5a);
  const times = [];
  for (let i = -Math.ceil(n / 10); i < n; i += 1) {
    const start = now();
    const back = await ipcRenderer.invoke('echo', bytes);
    const time = since(start);
    if (back.length !== size) throw new Error(`of ${size} bytes ${back.length} came back`);
    if (i >= 0) times.push(time);
  }
  return { size, times };
}

async function measure() {
  await add(1);
  const answered = now();
  const { workload, n, started } = await ipcRenderer.invoke('job');
  const tell = (result) => ipcRenderer.send('measured', result);
  switch (workload) {
    case 'w1': return tell(await roundTrip(n));
    case 'w2': return tell(await timed(pipelined, n));
    case 'w3': return tell(await timed(oneWay, n));
    case 'w4':
      for (const [size, fewer] of [[64 << 10, 1], [1 << 20, 10], [16 << 20, 150]]) {
        tell(await echo(size, Math.max(1, Math.floor(n / fewer))));
      }
      return undefined;
    case 'w5': return tell({ ns: Number(answered - started) });
    default: throw new Error(`there is no workload '${workload}'`);
  }
}

measure().then(
  () => ipcRenderer.send('done'),
  (error) => ipcRenderer.send('failed', String(error && error.stack || error)),
);
