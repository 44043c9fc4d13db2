import type { EventEmitter } from 'node:events';

/** How an app is started. */
export interface LaunchOptions {
  /** Its folder, or its main script; `.` without it. */
  app?: string;
  /** Arguments for it. */
  args?: string[];
  /** Variables besides those of this process. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** The folder of its data; a fresh one, which is removed at the end, without it. */
  userData?: string;
  /** Answers of dialogs, by the names of their methods. */
  dialogs?: Record<string, unknown>;
  /** How long each step may take, in milliseconds; 5000 without it. */
  timeout?: number;
  /** Whether `close` rejects when an error was left uncaught; true without it. */
  failOnError?: boolean;
  /** The Node to run main in; this one without it. */
  node?: string;
  /** Options of that Node. */
  execArgv?: string[];
  sandbox?: 'off' | 'best-effort' | 'require';
}

/** A line of a console, or what a process has written. */
export interface ConsoleLine {
  type: 'console' | 'write';
  process: 'main' | 'renderer' | 'utility';
  renderer?: number;
  level?: 'debug' | 'info' | 'warning' | 'error';
  text: string;
  file?: string;
  line?: number;
}

/** What nobody has caught. */
export interface Problem {
  type: 'uncaught-error' | 'unhandled-rejection' | 'crash' | 'load-failed' | 'preload-failed';
  process: 'main' | 'renderer' | 'utility';
  renderer?: number;
  text: string;
  file?: string;
  line?: number;
}

/** A page of an app. */
export interface Page {
  /** The number of its contents. */
  readonly number: number;
  click(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  selectOption(selector: string, value: string): Promise<void>;
  press(key: string): Promise<void>;
  waitForSelector(selector: string): Promise<void>;
  waitForText(text: string): Promise<void>;
  evaluate<R>(run: () => R): Promise<Awaited<R>>;
  evaluate<R, A>(run: (argument: A) => R, argument: A): Promise<Awaited<R>>;
  evaluate(code: string): Promise<unknown>;
  textContent(selector: string): Promise<string>;
  inputValue(selector: string): Promise<string>;
  title(): Promise<string>;
  url(): Promise<string>;
}

/** A running app. */
export interface App extends EventEmitter {
  readonly console: ConsoleLine[];
  readonly errors: Problem[];
  readonly pid: number | undefined;
  firstWindow(): Promise<Page>;
  windows(): Promise<Page[]>;
  waitForWindow(which: { title: string } | { url: string }): Promise<Page>;
  idle(options?: { timeout?: number }): Promise<void>;
  evaluate<R, A = undefined>(run: (electron: any, argument: A) => R, argument?: A): Promise<Awaited<R>>;
  invoke(channel: string, ...args: unknown[]): Promise<any>;
  send(channel: string, ...args: unknown[]): Promise<void>;
  sendSync(channel: string, ...args: unknown[]): Promise<any>;
  handlers(): Promise<{ handled: string[]; listened: string[] }>;
  waitForExit(options?: { timeout?: number }): Promise<number | null>;
  close(): Promise<void>;
}

/** A step has not come to its end in time. */
export class TimeoutError extends Error {}

/** Starts an app in a process of its own and waits until it is ready. */
export function launch(options?: LaunchOptions | string): Promise<App>;
