'use strict';
// Files that pages, servers and programs have downloaded: written while they come, under another name until they are whole.

const EventEmitter = require('events');
const fs = require('fs');
const path = require('path');
const { Event } = require('dipole/ipc_events');
const { NetError } = require('dipole/net_errors');
const { answerTo, header } = require('dipole/answers');
const { nameOf, numbered } = require('dipole/download_names');

// As for what pages are given.
const LARGEST = 256 * 1024 * 1024;
// So many may be under way that pages have begun, and so many names are tried.
const MOST = 32;
const MOST_NAMES = 100;

let underWay = 0;

class DownloadItem extends EventEmitter {
  #about;
  #answer;
  #abort;
  #state = 'progressing';
  #isPaused = false;
  #goOn = () => {};
  #received = 0;
  #path = '';
  #dialog = {};
  #start = Date.now() / 1000;
  #end = 0;

  constructor(about, answer, abort) {
    super();
    this.#about = about;
    this.#answer = answer;
    this.#abort = abort;
  }

  get savePath() { return this.#path; }
  set savePath(file) { this.setSavePath(file); }
  setSavePath(file) {
    if (typeof file !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    this.#path = file;
  }
  getSavePath() { return this.#path; }
  setSaveDialogOptions(options) { this.#dialog = { ...options }; }
  getSaveDialogOptions() { return { ...this.#dialog }; }
  getURL() { return this.#answer?.url ?? this.#about.url; }
  getURLChain() { return [...new Set([this.#about.url, this.getURL()])]; }
  getMimeType() { return (this.#header('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase(); }
  getContentDisposition() { return this.#header('content-disposition') ?? ''; }
  getLastModifiedTime() { return this.#header('last-modified') ?? ''; }
  getETag() { return this.#header('etag') ?? ''; }
  getFilename() { return nameOf(this.getURL(), this.#header('content-disposition'), this.#about.name, this.#header('content-type')); }
  getTotalBytes() { return this.#state === 'completed' ? this.#received : this.#answer?.size ?? (Number(this.#header('content-length')) || 0); }
  getReceivedBytes() { return this.#received; }
  getPercentComplete() { return this.getTotalBytes() > 0 ? Math.floor((this.#received / this.getTotalBytes()) * 100) : this.isDone() ? 100 : -1; }
  getCurrentBytesPerSecond() { return this.isDone() ? 0 : Math.floor(this.#received / Math.max(0.001, Date.now() / 1000 - this.#start)); }
  getStartTime() { return this.#start; }
  getEndTime() { return this.#end; }
  getState() { return this.#state; }
  hasUserGesture() { return this.#about.byPage; }
  isDone() { return this.#state !== 'progressing'; }
  isPaused() { return this.#isPaused; }
  canResume() { return this.#isPaused && !this.isDone(); }

  pause() {
    if (this.#isPaused || this.isDone()) return;
    this.#isPaused = true;
    this.#tell();
  }
  resume() {
    if (!this.canResume()) return;
    this.#isPaused = false;
    this.#goOn();
    this.#tell();
  }
  cancel() { this.#over('cancelled'); }

  #header(name) { return this.#answer === null ? undefined : header(this.#answer.headers, name); }
  #tell() { this.emit('updated', new Event({ sender: this }), 'progressing'); }

  #over(state) {
    if (this.isDone()) return;
    this.#state = state;
    this.#end = Date.now() / 1000;
    if (state !== 'completed') this.#abort.abort();
    this.#answer?.body.cancel();
    this.#goOn();
    setImmediate(() => this.emit('done', new Event({ sender: this }), state));
  }

  // Whatever becomes of it, its events say so.
  async run(folder, error) {
    let place = null;
    try {
      if (error !== null) throw error;
      if (this.isDone()) return;
      if (this.#answer.status >= 400) throw new NetError(-2, `the server has answered ${this.#answer.status}`);
      place = this.#open(folder);
      await this.#write(place.file);
      if (this.isDone()) return;
      fs.renameSync(place.made, this.#path);
      place.isKept = true;
      this.#over('completed');
    } catch (failure) {
      if (!this.isDone()) console.error(`The download of ${this.getURL().slice(0, 200)} ends: ${failure?.text || failure?.message}`);
      this.#over('interrupted');
    } finally {
      if (place !== null) close(place);
    }
  }

  async #write(file) {
    const { body } = this.#answer;
    for (;;) {
      while (this.#isPaused && !this.isDone()) await new Promise((goOn) => { this.#goOn = goOn; });
      if (this.isDone()) return;
      const bytes = await body.next();
      if (this.isDone() || bytes === null) return;
      if (this.#received + bytes.length > LARGEST) throw new NetError(-8, `${LARGEST} bytes are the most`);
      for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at);
      this.#received += bytes.length;
      this.#tell();
    }
  }

  // Where the program says, or in the folder under a name that is free.
  #open(folder) {
    let reserved = null;
    if (this.#path === '') {
      fs.mkdirSync(folder, { recursive: true });
      this.#path = reserved = reserve(folder, this.getFilename());
    } else {
      this.#path = path.resolve(this.#path);
      fs.mkdirSync(path.dirname(this.#path), { recursive: true });
    }
    try {
      const made = reserve(path.dirname(this.#path), `${path.basename(this.#path)}.crdownload`);
      return { made, reserved, file: fs.openSync(made, 'r+'), isKept: false };
    } catch (error) {
      if (reserved !== null) fs.rmSync(reserved, { force: true });
      throw error;
    }
  }
}

// An empty file of that name, or of one like it, that was not there before.
function reserve(folder, name) {
  for (let number = 0; ; number += 1) {
    const file = path.join(folder, numbered(name, number));
    try {
      fs.closeSync(fs.openSync(file, 'wx'));
      return file;
    } catch (error) {
      if (error.code !== 'EEXIST' || number >= MOST_NAMES) throw error;
    }
  }
}

function close({ file, made, reserved, isKept }) {
  try {
    fs.closeSync(file);
    if (isKept) return;
    fs.rmSync(made, { force: true });
    if (reserved !== null) fs.rmSync(reserved, { force: true });
  } catch {
    // What is left of it says so by its name.
  }
}

// It is under way while its server has not answered, too. What a listener throws is nobody's to catch.
async function go(work) {
  underWay += 1;
  try {
    await work;
  } catch (error) {
    setImmediate(() => { throw error; });
  } finally {
    underWay -= 1;
  }
}

/** There is an answer that is to be a file, or none because of `error`. `about` is `{ url, name, byPage }`. */
async function take(session, contents, about, answer, abort = new AbortController(), error = null) {
  const item = new DownloadItem(about, answer, abort);
  const event = new Event({ sender: session });
  session.emit('will-download', event, item, contents);
  if (event.defaultPrevented) {
    abort.abort();
    answer?.body.cancel();
    return;
  }
  await item.run(require('dipole/session').downloadFolder(session), error);
}

/** Asks for what is at an address, to keep it. `ways` are those of `answerTo`. */
async function begin(session, contents, about, request, ways = {}) {
  const abort = new AbortController();
  let [answer, failure] = [null, null];
  try {
    ways.begin?.();
    const asked = { method: 'GET', headers: [], body: null, referrer: '', ...request, url: about.url.replace(/#.*$/s, ''), signal: abort.signal };
    const details = {
      url: asked.url, method: asked.method, resourceType: 'other', referrer: asked.referrer,
      ...(contents === null ? {} : { webContents: contents, webContentsId: contents.id, frame: contents.mainFrame }),
    };
    answer = await session.webRequest.through(details, asked, (one) => answerTo(session, one, ways), ways.redirected);
  } catch (error) {
    failure = error;
  }
  await take(session, contents, about, answer, abort, failure);
}

/** The program asks for it. */
function byProgram(session, contents, url, options) {
  if (typeof url !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  if (!URL.canParse(url)) return;
  const { headersOf } = require('dipole/answers');
  const agent = contents?.getUserAgent() ?? session.getUserAgent();
  const headers = headersOf(options?.headers);
  if (!headers.some(([name]) => name === 'user-agent')) headers.push(['user-agent', agent]);
  go(begin(session, contents, { url: new URL(url).href, name: '', byPage: false }, { headers }));
}

/** Whether a page may begin another one. */
function isFree() { return underWay < MOST; }

/** Says so where it may not. */
function isRefused(contents) {
  if (isFree()) return false;
  console.warn(`WebContents #${contents.id} has begun too many downloads: ${MOST} are under way.`);
  return true;
}

module.exports = { take: (...given) => go(take(...given)), begin: (...given) => go(begin(...given)), byProgram, isRefused };
