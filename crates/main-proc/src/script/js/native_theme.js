'use strict';
// nativeTheme: what the program decides; the system has no theme. Pages follow with `prefers-color-scheme`.

const EventEmitter = require('events');
const native = binding('dipole');
const { kState } = require('dipole/process_link');

const SOURCES = ['system', 'light', 'dark'];

class NativeTheme extends EventEmitter {
  #source = 'system';

  get themeSource() { return this.#source; }
  set themeSource(source) {
    if (!SOURCES.includes(source)) {
      throw new TypeError(`Error processing argument at index 0, conversion failure from ${String(source)}`);
    }
    const changes = isDark(source) !== isDark(this.#source);
    this.#source = source;
    if (!changes) return;
    tellPages();
    setImmediate(() => this.emit('updated'));
  }

  get shouldUseDarkColors() { return isDark(this.#source); }
  get shouldUseHighContrastColors() { return false; }
  get shouldUseDarkColorsForSystemIntegratedUI() { return false; }
  get shouldUseInvertedColorScheme() { return false; }
  get inForcedColorsMode() { return false; }
  get prefersReducedTransparency() { return false; }
  get shouldDifferentiateWithoutColor() { return false; }
}

const isDark = (source) => source === 'dark';

function tellPages() {
  for (const contents of require('dipole/contents').allContents()) {
    const { link, destroyed } = contents[kState];
    if (link !== 0 && !destroyed) tell(link);
  }
}

// One that does not read what it is sent misses the change: that is its own matter.
function tell(link) {
  try {
    native.tell(link, 'theme', [nativeTheme.shouldUseDarkColors]);
  } catch {
    // As said.
  }
}

const nativeTheme = new NativeTheme();

module.exports = { nativeTheme };
