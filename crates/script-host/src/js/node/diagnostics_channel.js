'use strict';
// Named channels of messages within one process.

const { invalidArgType, needFunction } = require('internal/errors');

// Only while somebody has it: a channel without subscribers is made anew.
const channels = new Map();
const registry = new FinalizationRegistry((name) => {
  if (channels.get(name)?.deref() === undefined) channels.delete(name);
});

class Channel {
  #subscribers = [];
  #stores = new Map();

  constructor(name) {
    this.name = name;
  }

  get hasSubscribers() {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  subscribe(subscription) {
    needFunction(subscription, 'subscription');
    // A list of its own for each change, since one may happen while a message is published.
    this.#subscribers = [...this.#subscribers, subscription];
    held.add(this);
  }

  unsubscribe(subscription) {
    const at = this.#subscribers.indexOf(subscription);
    if (at === -1) return false;
    this.#subscribers = this.#subscribers.toSpliced(at, 1);
    this.#release();
    return true;
  }

  bindStore(store, transform) {
    this.#stores.set(store, transform);
    held.add(this);
  }

  unbindStore(store) {
    const had = this.#stores.delete(store);
    this.#release();
    return had;
  }

  publish(data) {
    for (const subscription of this.#subscribers) {
      try {
        subscription(data, this.name);
      } catch (error) {
        process.nextTick(() => { throw error; });
      }
    }
  }

  runStores(data, fn, thisArg, ...args) {
    let run = () => {
      this.publish(data);
      return Reflect.apply(fn, thisArg, args);
    };
    for (const [store, transform] of this.#stores) {
      const inner = run;
      run = () => {
        let context = data;
        if (transform !== undefined) {
          try {
            context = transform(data);
          } catch (error) {
            process.nextTick(() => { throw error; });
            return inner();
          }
        }
        return store.run(context, inner);
      };
    }
    return run();
  }

  #release() {
    if (!this.hasSubscribers) held.delete(this);
  }
}

// Channels that somebody listens to stay.
const held = new Set();

function channel(name) {
  const known = channels.get(name)?.deref();
  if (known !== undefined) return known;
  if (typeof name !== 'string' && typeof name !== 'symbol') {
    throw invalidArgType('channel', ['string', 'symbol'], name);
  }
  const made = new Channel(name);
  channels.set(name, new WeakRef(made));
  registry.register(made, name);
  return made;
}

function subscribe(name, subscription) {
  channel(name).subscribe(subscription);
}

function unsubscribe(name, subscription) {
  return channel(name).unsubscribe(subscription);
}

function hasSubscribers(name) {
  return channels.get(name)?.deref()?.hasSubscribers ?? false;
}

// --- what begins, ends and fails ---

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

class TracingChannel {
  constructor(nameOrChannels) {
    for (const event of EVENTS) {
      const one = typeof nameOrChannels === 'string' ?
        channel(`tracing:${nameOrChannels}:${event}`) : nameOrChannels?.[event];
      if (!(one instanceof Channel)) {
        throw invalidArgType(typeof nameOrChannels === 'object' ? `nameOrChannels.${event}` : 'nameOrChannels',
          ['Channel'], nameOrChannels);
      }
      Object.defineProperty(this, event, { value: one, enumerable: true });
    }
  }

  get hasSubscribers() {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }

  subscribe(handlers) {
    for (const event of EVENTS) if (handlers[event]) this[event].subscribe(handlers[event]);
  }

  unsubscribe(handlers) {
    return EVENTS.map((event) => !handlers[event] || this[event].unsubscribe(handlers[event])).every(Boolean);
  }

  traceSync(fn, context = {}, thisArg = undefined, ...args) {
    return this.start.runStores(context, () => {
      try {
        return context.result = Reflect.apply(fn, thisArg, args);
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(fn, context = {}, thisArg = undefined, ...args) {
    const settle = (key, value) => {
      context[key] = value;
      if (key === 'error') this.error.publish(context);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.start.runStores(context, () => {
      try {
        let promise = Reflect.apply(fn, thisArg, args);
        if (!(promise instanceof Promise)) promise = Promise.resolve(promise);
        return promise.then((result) => {
          settle('result', result);
          return result;
        }, (error) => {
          settle('error', error);
          throw error;
        });
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  traceCallback(fn, position = -1, context = {}, thisArg = undefined, ...args) {
    const callback = args.at(position);
    needFunction(callback, 'callback');
    const traced = (...results) => {
      const [error, result] = results;
      if (error) {
        context.error = error;
        this.error.publish(context);
      } else {
        context.result = result;
      }
      return this.asyncStart.runStores(context, () => {
        try {
          return Reflect.apply(callback, undefined, results);
        } finally {
          this.asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, traced);
    return this.start.runStores(context, () => {
      try {
        return Reflect.apply(fn, thisArg, args);
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }
}

function tracingChannel(nameOrChannels) {
  return new TracingChannel(nameOrChannels);
}

Object.assign(exports, { channel, hasSubscribers, subscribe, tracingChannel, unsubscribe, Channel });
