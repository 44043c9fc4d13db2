'use strict';
// dialog: nobody is there to answer, so each dialog is cancelled, or answered as the command line says: with an answer
// for every dialog of a method, or with one from a list for each. What was asked is told on stderr.

const native = binding('dipole');
const info = require('dipole/info');
const { text } = require('dipole/support');

function ask(name, args, otherwise) {
  const options = args.find((argument) => typeof argument === 'object' && argument !== null && !isWindow(argument)) ?? {};
  const question = options.message ?? options.title ?? '';
  const known = info.dialogs[name];
  const given = Array.isArray(known) ? known.shift() : known;
  const answer = given === undefined ? otherwise : { ...otherwise, ...given };
  // A dialog from which somebody has taken a file was not cancelled.
  if (given !== undefined && given.canceled === undefined && 'canceled' in otherwise) {
    answer.canceled = (answer.filePaths ?? answer.filePath).length === 0;
  }
  const rest = Array.isArray(known) && given === undefined ? ', behind the last answer that was given' : '';
  info.asked?.(name, options, answer);
  native.note(`dialog.${name}(${JSON.stringify(question)}) is answered ${JSON.stringify(answer)}${rest}`);
  return answer;
}

function isWindow(value) {
  return value instanceof require('dipole/window').BrowserWindow;
}

// What Electron refuses, in its order and words, and at once: also of methods that promise.
const texts = {
  title: 'Title', message: 'Message', detail: 'Detail', buttonLabel: 'Button label', defaultPath: 'Default path',
  nameFieldLabel: 'Name field label', checkboxLabel: 'checkboxLabel',
};

function check(args, names) {
  const options = args.find((argument) => typeof argument === 'object' && argument !== null && !isWindow(argument)) ?? {};
  for (const name of names) {
    if (options[name] !== undefined && typeof options[name] !== 'string') throw new TypeError(`${texts[name]} must be a string`);
  }
  return options;
}

function openAsked(args) {
  const { properties } = check(args, []);
  if (properties !== undefined && !Array.isArray(properties)) throw new TypeError('Properties must be an array');
  check(args, ['title', 'buttonLabel', 'defaultPath', 'message']);
  return ask('showOpenDialog', args, { canceled: true, filePaths: [] });
}

function saveAsked(args) {
  check(args, ['title', 'buttonLabel', 'defaultPath', 'message', 'nameFieldLabel']);
  return ask('showSaveDialog', args, { canceled: true, filePath: '' });
}

const kinds = ['none', 'info', 'warning', 'error', 'question'];

function messageAsked(args) {
  const { type = 'none', buttons = [], noLink = false } = check(args, []);
  if (!kinds.includes(type)) throw new TypeError('Invalid message box type');
  if (!Array.isArray(buttons)) throw new TypeError('Buttons must be an array');
  check(args, ['title']);
  if (typeof noLink !== 'boolean') throw new TypeError('noLink must be a boolean');
  const { checkboxChecked, checkboxLabel } = check(args, ['message', 'detail', 'checkboxLabel']);
  if (checkboxChecked && !checkboxLabel) throw new Error('checkboxChecked requires that checkboxLabel also be passed');
  return ask('showMessageBox', args, { response: 0, checkboxChecked: false });
}

module.exports = {
  showOpenDialog(...args) { return Promise.resolve(openAsked(args)); },
  showOpenDialogSync(...args) {
    const { canceled, filePaths } = openAsked(args);
    return canceled && filePaths.length === 0 ? undefined : filePaths;
  },
  showSaveDialog(...args) { return Promise.resolve(saveAsked(args)); },
  showSaveDialogSync(...args) { return saveAsked(args).filePath; },
  showMessageBox(...args) { return Promise.resolve(messageAsked(args)); },
  showMessageBoxSync(...args) { return messageAsked(args).response; },
  showErrorBox(title, content) { native.note(`${text(title)}\n${text(content, 1)}`); },
  async showCertificateTrustDialog() {},
};
