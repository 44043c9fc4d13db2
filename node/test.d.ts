import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
// @ts-ignore: `any` where Electron's own types are not installed.
import type * as ElectronModule from 'electron';

/** What `require('electron')` gives in main: Electron's own types where they are installed. */
export type Electron = typeof ElectronModule;

/** How an app is started. */
export interface LaunchOptions {
  /** Its folder, or its main script; `.` without it. */
  app?: string;
  /** Runs main in this process, and not in one of its own. One at a time in a thread. */
  inProcess?: boolean;
  /** Arguments for it. */
  args?: string[];
  /** Variables besides those of this process. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** The folder of its data; a fresh one, which is removed at the end, without it. */
  userData?: string;
  /** Answers of dialogs, by the names of their methods: one for all, or a list of one each. */
  dialogs?: Record<string, object | object[]>;
  /** How long each step may take, in milliseconds; 5000 without it. */
  timeout?: number;
  /** How long the start may take; 30000 without it. */
  startTimeout?: number;
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
  /** The number of the page. */
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

/** A dialog that the app has asked, and what it was answered. */
export interface Dialog {
  method: string;
  options: Record<string, any>;
  answer: Record<string, any>;
}

/** A message between main and a page. */
export interface Message {
  page: Page | null;
  direction: 'to-main' | 'to-page';
  verb: 'send' | 'invoke' | 'sendSync' | 'postMessage' | 'reply';
  channel: string;
  /** Of a request and its reply: the same number. */
  id: number | undefined;
  /** Of all but replies. */
  args?: any[];
  /** Of a reply: `ok`, or what went wrong; and what it brings. */
  status?: string;
  value?: any;
}

/** How long to wait. */
export interface Wait {
  timeout?: number;
}

/** Which event to wait for. */
export type Which<E> = ((event: E) => boolean) | { predicate?: (event: E) => boolean; timeout?: number };

/** What finds elements, of a page or below others. */
interface Finder {
  /** A CSS selector, or `text=Save`; one behind the other with ` >> `. */
  locator(selector: string | Locator, options?: Filter): Locator;
  /** By its role, as far as HTML says it, and its name. */
  getByRole(role: string, options?: Exact & { name?: string | RegExp; level?: number; checked?: boolean; includeHidden?: boolean }): Locator;
  getByText(text: string | RegExp, options?: Exact): Locator;
  getByLabel(text: string | RegExp, options?: Exact): Locator;
  getByAltText(text: string | RegExp, options?: Exact): Locator;
  getByTitle(text: string | RegExp, options?: Exact): Locator;
  getByPlaceholder(text: string | RegExp, options?: Exact): Locator;
  getByTestId(id: string | RegExp): Locator;
}

/** Whether a text is all of it, capitals included. */
interface Exact {
  exact?: boolean;
}

interface Filter {
  hasText?: string | RegExp;
  hasNotText?: string | RegExp;
  has?: Locator;
}

/** A line of a console in Playwright's words: of an app that `_electron.launch` has started. */
export interface ConsoleMessage {
  type(): string;
  text(): string;
  page(): Page | null;
  location(): { url: string; lineNumber: number; columnNumber: number };
}

interface PageActs<Selector extends unknown[]> {
  click(...args: [...Selector, options?: Wait]): Promise<void>;
  dblclick(...args: [...Selector, options?: Wait]): Promise<void>;
  hover(...args: [...Selector, options?: Wait]): Promise<void>;
  focus(...args: [...Selector, options?: Wait]): Promise<void>;
  type(...args: [...Selector, text: string, options?: Wait]): Promise<void>;
  /** Replaces what is there. */
  fill(...args: [...Selector, text: string, options?: Wait]): Promise<void>;
  /** By its value or its text. */
  selectOption(...args: [...Selector, value: string, options?: Wait]): Promise<void>;
  check(...args: [...Selector, options?: Wait]): Promise<void>;
  uncheck(...args: [...Selector, options?: Wait]): Promise<void>;
  textContent(...args: [...Selector, options?: Wait]): Promise<string>;
  innerText(...args: [...Selector, options?: Wait]): Promise<string>;
  innerHTML(...args: [...Selector, options?: Wait]): Promise<string>;
  inputValue(...args: [...Selector, options?: Wait]): Promise<string>;
  getAttribute(...args: [...Selector, name: string, options?: Wait]): Promise<string | null>;
  isChecked(...args: [...Selector, options?: Wait]): Promise<boolean>;
  isDisabled(...args: [...Selector, options?: Wait]): Promise<boolean>;
  isEnabled(...args: [...Selector, options?: Wait]): Promise<boolean>;
  /** Whether there is such an element, which no attribute and no style of its own hides. */
  isVisible(...args: Selector): Promise<boolean>;
  isHidden(...args: Selector): Promise<boolean>;
  count(...args: Selector): Promise<number>;
}

/** What leads to elements of a page. Playwright's own `expect` takes it. */
export interface Locator extends PageActs<[]>, Finder {
  readonly selector: string;
  page(): Page;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  filter(options: Filter): Locator;
  all(): Promise<Locator[]>;
  allTextContents(): Promise<string[]>;
  allInnerTexts(): Promise<string[]>;
  press(key: string, options?: Wait): Promise<void>;
  pressSequentially(text: string, options?: Wait): Promise<void>;
  waitFor(options?: Wait & { state?: 'attached' | 'detached' | 'visible' | 'hidden' }): Promise<void>;
  evaluate<R>(run: (element: any) => R): Promise<Awaited<R>>;
  evaluate<R, A>(run: (element: any, argument: A) => R, argument: A, options?: Wait): Promise<Awaited<R>>;
  evaluateAll<R>(run: (elements: any[]) => R): Promise<Awaited<R>>;
  evaluateAll<R, A>(run: (elements: any[], argument: A) => R, argument: A): Promise<Awaited<R>>;
}

/** A page of an app. */
export interface Page extends PageActs<[selector: string | Locator]>, Finder, EventEmitter {
  /** Keys where the focus is. */
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void>; insertText(text: string): Promise<void> };
  /** The number of its contents: `webContents.fromId(page.number)` in main. */
  readonly number: number;
  /** Presses a key where the focus is. */
  press(key: string, options?: Wait): Promise<void>;
  press(selector: string | Locator, key: string, options?: Wait): Promise<void>;
  waitForSelector(selector: string | Locator, options?: Wait & { state?: 'attached' | 'visible' }): Promise<Locator>;
  waitForSelector(selector: string | Locator, options: Wait & { state: 'detached' | 'hidden' }): Promise<null>;
  waitForURL(url: string | RegExp | ((url: URL) => boolean), options?: Wait): Promise<void>;
  waitForTimeout(ms: number): Promise<void>;
  $(selector: string): Promise<Locator | null>;
  $$(selector: string): Promise<Locator[]>;
  waitForText(text: string, options?: Wait): Promise<void>;
  waitForFunction<R>(run: (() => R) | string, argument?: undefined, options?: Wait): Promise<R>;
  waitForFunction<R, A>(run: (argument: A) => R, argument: A, options?: Wait): Promise<R>;
  waitForLoadState(state?: string, options?: Wait): Promise<void>;
  waitForMessage(which: string | ((message: Message) => boolean), options?: Wait): Promise<Message>;
  waitForEvent(name: 'console', which?: Which<ConsoleLine>): Promise<ConsoleLine>;
  waitForEvent(name: 'pageerror', which?: Which<Error>): Promise<Error>;
  waitForEvent(name: 'close' | 'crash', which?: Which<void>): Promise<void>;
  /** Runs a function, or a text, in the page. */
  evaluate<R>(run: () => R): Promise<Awaited<R>>;
  evaluate<R, A>(run: (argument: A) => R, argument: A): Promise<Awaited<R>>;
  evaluate(code: string): Promise<any>;
  content(): Promise<string>;
  title(): Promise<string>;
  url(): string;
  isClosed(): boolean;
  close(): Promise<void>;
  /** There are no pixels. */
  screenshot(): Promise<never>;
}

/** A spy in main. `expect` of Vitest and of Jest takes it; what it has heard is in `mock`. */
export interface Spy {
  (...args: any[]): never;
  readonly mock: {
    calls: any[][];
    results: { type: 'return' | 'throw'; value: any }[];
    lastCall: any[] | undefined;
    instances: any[];
    contexts: any[];
    invocationCallOrder: number[];
    settledResults: { type: 'fulfilled' | 'rejected'; value: any }[];
  };
  getMockName(): string;
  mockName(name: string): this;
  /** Takes in all calls that there have been until now. */
  update(): Promise<this>;
  /** Waits until it has been called (so often); the arguments of that call. */
  waitForCall(options?: Wait & { times?: number }): Promise<any[]>;
  mockClear(): Promise<this>;
  mockReset(): Promise<this>;
  mockRestore(): Promise<void>;
  /** Runs in main. */
  mockImplementation(run: (...args: any[]) => any): Promise<this>;
  mockImplementationOnce(run: (...args: any[]) => any): Promise<this>;
  mockReturnValue(value: any): Promise<this>;
  mockReturnValueOnce(value: any): Promise<this>;
  mockResolvedValue(value: any): Promise<this>;
  mockResolvedValueOnce(value: any): Promise<this>;
  mockRejectedValue(error: any): Promise<this>;
  mockRejectedValueOnce(error: any): Promise<this>;
  /** What is spied on does its work again. */
  mockPassThrough(): Promise<this>;
}

/** A clock for main's script; pages have their own. */
export interface Clock {
  install(options?: { time?: number | string | Date }): Promise<void>;
  /** Moves it on, and runs what is due. */
  runFor(ms: number): Promise<void>;
  runAll(): Promise<void>;
  setSystemTime(time: number | string | Date): Promise<void>;
  uninstall(): Promise<void>;
}

type Labels = string[] | [{ id: string }];

/** A running app. */
export interface App extends EventEmitter {
  readonly console: ConsoleLine[];
  readonly errors: Problem[];
  readonly pid: number | undefined;
  readonly clock: Clock;
  /** Electron's module of an app in this process. */
  readonly electron: Electron;
  process(): ChildProcess | null;
  firstWindow(options?: Wait): Promise<Page>;
  windows(): Page[];
  /** What there is of Playwright's context of a browser; its traces record nothing. */
  context(): { pages(): Page[]; tracing: { start(options?: object): Promise<void>; stop(options?: object): Promise<void> } };
  /** Runs functions in main, which get the page's `BrowserWindow`. */
  browserWindow(page: Page): Promise<{
    evaluate<R>(run: (window: any) => R): Promise<Awaited<R>>;
    evaluate<R, A>(run: (window: any, argument: A) => R, argument: A): Promise<Awaited<R>>;
  }>;
  waitForWindow(which: ({ title: string } | { url: string }) & Wait): Promise<Page>;
  waitForEvent(name: 'window', which?: Which<Page>): Promise<Page>;
  waitForEvent(name: 'console', which?: Which<ConsoleLine>): Promise<ConsoleLine>;
  waitForEvent(name: 'error', which?: Which<Problem>): Promise<Problem>;
  waitForEvent(name: 'dialog', which?: Which<Dialog>): Promise<Dialog>;
  waitForEvent(name: 'message', which?: Which<Message>): Promise<Message>;
  waitForEvent(name: 'exit' | 'close', which?: Which<number | null>): Promise<[number | null, string | null]>;
  waitForMessage(which: string | ((message: Message) => boolean), options?: Wait): Promise<Message>;
  idle(options?: Wait): Promise<void>;
  evaluate<R>(run: (electron: Electron) => R): Promise<Awaited<R>>;
  evaluate<R, A>(run: (electron: Electron, argument: A) => R, argument: A): Promise<Awaited<R>>;
  execute<R, A extends unknown[]>(run: (electron: Electron, ...args: A) => R, ...args: A): Promise<Awaited<R>>;
  invoke(channel: string, ...args: any[]): Promise<any>;
  send(channel: string, ...args: any[]): Promise<void>;
  sendSync(channel: string, ...args: any[]): Promise<any>;
  handlers(): Promise<{ handled: string[]; listened: string[] }>;
  clickMenuItem(...path: Labels): Promise<void>;
  clickContextMenuItem(...path: Labels): Promise<void>;
  clickTray(options?: { index?: number; event?: 'click' | 'right-click' | 'double-click' }): Promise<void>;
  clickTrayMenuItem(...path: Labels): Promise<void>;
  pressShortcut(accelerator: string): Promise<void>;
  answerDialog(method: string, ...answers: object[]): Promise<void>;
  mock(module: string, name: string): Promise<Spy>;
  spy(module: string, name: string): Promise<Spy>;
  mockHandler(channel: string): Promise<Spy>;
  isMockFunction(value: unknown): value is Spy;
  clearAllMocks(): Promise<void>;
  resetAllMocks(): Promise<void>;
  restoreAllMocks(): Promise<void>;
  waitForExit(options?: Wait): Promise<number | null>;
  /** The app that has called `app.relaunch` and has ended, started again with its arguments and its data. */
  waitForRelaunch(options?: Wait): Promise<App>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An app in Playwright's words. */
export interface ElectronApplication extends Omit<App, 'waitForEvent'> {
  waitForEvent(name: 'window', which?: Which<Page>): Promise<Page>;
  waitForEvent(name: 'console', which?: Which<ConsoleMessage>): Promise<ConsoleMessage>;
  waitForEvent(name: string, which?: Which<any>): Promise<any>;
}

/** A step has not come to its end in time. */
export class TimeoutError extends Error {}

/** Starts an app and waits until it is ready. */
export function launch(options?: LaunchOptions | string): Promise<App>;

/** Playwright's own way: `_electron.launch({ args: ['main.js', '--an-option'] })`. */
export const _electron: {
  launch(options?: Omit<LaunchOptions, 'app' | 'timeout'> & { timeout?: number; executablePath?: string }): Promise<ElectronApplication>;
};
