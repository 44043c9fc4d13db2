'use strict';
// What to do about an error that main's script may fail with, as text behind it.

/** The package that a module is of. */
const packageOf = (name) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');

const LOADER = 'NODE_OPTIONS="--import tsx" with the package tsx installed, or whatever loader the project uses';

const OF_REQUIRED = "of Electron in an ES module that is required only what `import electron from 'electron'` gives: Node 22 has all";

/** What Node 20 does not have, and Electron's Node does. */
const newer = /\b(?:Promise\.(?:withResolvers|try)|Array\.fromAsync|Iterator\.from|process\.getBuiltinModule|globSync) is not a function/;

/** What an error's text is followed by where a next step is known. */
function advice(error) {
  const text = String(error?.message ?? '');
  if (error instanceof TypeError && newer.test(text)) {
    return `\nThis is Node ${process.versions.node}. Electron has a later one: put that on PATH, or name it in DIPOLE_NODE.`;
  }
  if (error instanceof SyntaxError && /module 'electron' does not provide an export named/.test(text)) {
    return `\nNode ${process.versions.node} has ${OF_REQUIRED}.`;
  }
  // The words of the packages bindings and node-gyp-build.
  if (/^(?:Could not locate the bindings file|No native build was found)\b/.test(text)) {
    return `\nA native addon is not built, as after \`npm install --ignore-scripts\`: ${rebuild(text)}.`;
  }
  switch (error?.code) {
    case 'MODULE_NOT_FOUND':
    case 'ERR_MODULE_NOT_FOUND': {
      const name = /Cannot find (?:module|package) '([^']+)'/.exec(text)?.[1];
      if (name === undefined || /^(?:[./]|file:)/.test(name)) return '';
      if (/^electron\/(?:main|common|renderer)$/.test(name)) {
        return `\nNode ${process.versions.node} has ${OF_REQUIRED}.`;
      }
      return `\nThe package '${packageOf(name)}' is not installed: run \`npm install\` in the app's folder.`;
    }
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      if (!/\.[cm]?tsx?"/.test(text)) return '';
      return `\nNode ${process.versions.node} takes no TypeScript: Node 22.18 and later do, or ${LOADER}.`;
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return `\nNode only takes types away: for the rest of TypeScript it needs ${LOADER}.`;
  }
  return '';
}

/** What builds the addon of the package that this file is of, or the first file that a text names. */
function rebuild(file) {
  const name = /.*[\\/]node_modules[\\/]((?:@[^\\/\s]+[\\/])?[^\\/\s]+)/.exec(file)?.[1];
  return `run \`npm rebuild${name === undefined ? '' : ` ${name.replace('\\', '/')}`}\` in the app's folder`;
}

/** What is wrong with a native addon that Node does not load, and what to do; nothing where that is not known. */
function ofAddon(file, text) {
  if (/NODE_MODULE_VERSION|undefined symbol|did not self-register/.test(text)) {
    return `It was built for Electron or for another Node: ${rebuild(file)} to have it for Node ${process.versions.node}.`;
  }
  if (/invalid ELF header|wrong ELF class|file too short|GLIBC/.test(text)) {
    return `It is not for this system, or not whole: ${rebuild(file)}.`;
  }
  return '';
}

/** Has errors of native addons say what to do, wherever they are caught. */
function adviseOnAddons() {
  const { dlopen } = process;
  process.dlopen = function (module, file, ...flags) {
    try {
      return Reflect.apply(dlopen, this, [module, file, ...flags]);
    } catch (error) {
      const text = error?.code === 'ERR_DLOPEN_FAILED' ? ofAddon(String(file), error.message) : '';
      if (text !== '') {
        const { message, stack } = error;
        error.message = `${message}\n${text}`;
        error.stack = stack.replace(message, () => error.message);
      }
      throw error;
    }
  };
  Object.defineProperty(process.dlopen, 'name', { value: 'dlopen' });
}

module.exports = { advice, adviseOnAddons };
