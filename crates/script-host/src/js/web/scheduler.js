'use strict';
// scheduler: tasks of their own with priorities, and controllers that change these.

const { define } = require('internal/web_class');
const { fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { AbortController, AbortSignal } = require('dom/abort');
const { setTimeout, clearTimeout } = require('internal/timers');

const PRIORITIES = ['user-blocking', 'user-visible', 'background'];
const priorities = new WeakMap();
// What waits for its turn, the most urgent list first. Of each priority, who has begun goes on before those that have not.
const waiting = PRIORITIES.flatMap(() => [[], []]);
let last = 0;
let isSet = false;
// The task that runs: what it yields to goes on as urgently.
let current = {};

const listOf = (priority, hasBegun) => waiting[2 * PRIORITIES.indexOf(priority) + (hasBegun ? 0 : 1)];
const priorityOf = (signal) => priorities.get(signal) ?? 'user-visible';

function checked(where, name) {
  if (!PRIORITIES.includes(name)) throw new TypeError(`Failed to ${where}: The provided value '${String(name)}' is not a valid enum value of type TaskPriority.`);
  return name;
}

const TaskSignal = class TaskSignal extends AbortSignal {
  get priority() { return priorityOf(this); }
};
addHandlers(TaskSignal.prototype, 'onprioritychange', () => undefined);
define(TaskSignal, 'TaskSignal');

class TaskController extends AbortController {
  constructor(options = {}) {
    super();
    const { signal } = this;
    Object.setPrototypeOf(signal, TaskSignal.prototype);
    priorities.set(signal, checked("construct 'TaskController'", options?.priority ?? 'user-visible'));
  }
  setPriority(name) {
    const { signal } = this;
    const previousPriority = priorityOf(signal);
    priorities.set(signal, checked("execute 'setPriority' on 'TaskController'", name));
    if (name === previousPriority) return;
    for (const hasBegun of [true, false]) move(signal, listOf(previousPriority, hasBegun), listOf(name, hasBegun));
    fire(signal, 'TaskPriorityChangeEvent', 'prioritychange', { previousPriority });
  }
}
define(TaskController, 'TaskController');

// The tasks of a signal, among those that wait already as if they had been there from the beginning.
function move(signal, from, to) {
  const isIts = (task) => task.signal === signal && task.fixed === undefined;
  to.push(...from.filter(isIts));
  to.sort((one, other) => one.number - other.number);
  from.splice(0, from.length, ...from.filter((task) => !isIts(task)));
}

// One task, the most urgent that waits.
function run() {
  isSet = false;
  const task = waiting.find((list) => list.length > 0)?.shift();
  set();
  if (task === undefined) return;
  current = task;
  try {
    task.work();
  } finally {
    current = {};
  }
}

function set() {
  if (isSet || waiting.every((list) => list.length === 0)) return;
  isSet = true;
  setTimeout(run, 0);
}

function place(task, hasBegun) {
  last += 1;
  task.number = last;
  listOf(task.fixed ?? priorityOf(task.signal), hasBegun).push(task);
  set();
}

function remove(task) {
  for (const list of waiting) {
    const at = list.indexOf(task);
    if (at >= 0) list.splice(at, 1);
  }
}

const failure = (why) => `Failed to execute 'postTask' on 'Scheduler': ${why}`;

/** Runs `work` in its turn, unless its signal is aborted before. */
function schedule({ fixed, signal, delay = 0, hasBegun = false }, work) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason;
    let timer;
    const task = { fixed, signal, number: 0 };
    const abort = () => {
      clearTimeout(timer);
      remove(task);
      reject(signal.reason);
    };
    task.work = () => {
      signal?.removeEventListener('abort', abort);
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (delay > 0) timer = setTimeout(() => place(task, hasBegun), delay);
    else place(task, hasBegun);
  });
}

class Scheduler {
  async postTask(callback, options) {
    if (typeof callback !== 'function') throw new TypeError(failure("parameter 1 is not of type 'Function'."));
    const { signal, delay = 0, priority } = options ?? {};
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new TypeError(failure("Failed to read the 'signal' property from 'SchedulerPostTaskOptions': Failed to convert value to 'AbortSignal'."));
    }
    const fixed = priority === undefined ? undefined : checked("execute 'postTask' on 'Scheduler'", priority);
    return schedule({ fixed, signal, delay: Number(delay) }, callback);
  }
  yield() {
    const { fixed, signal } = current;
    return schedule({ fixed, signal, hasBegun: true }, () => {});
  }
}
define(Scheduler, 'Scheduler');

module.exports = { Scheduler, TaskController, TaskSignal, scheduler: new Scheduler() };
