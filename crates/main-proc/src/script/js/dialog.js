'use strict';
// dialog: nobody is there to answer, so each dialog is cancelled, or answered as the command line says: with an answer
// for every dialog of a method, or with one from a list for each. What was asked is told on stderr.

const native = binding('dipole');
const info = require('dipole/info');

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

const cancelledOpen = () => ({ canceled: true, filePaths: [] });
const cancelledSave = () => ({ canceled: true, filePath: '' });

module.exports = {
  async showOpenDialog(...args) { return ask('showOpenDialog', args, cancelledOpen()); },
  showOpenDialogSync(...args) {
    const { canceled, filePaths } = ask('showOpenDialog', args, cancelledOpen());
    return canceled && filePaths.length === 0 ? undefined : filePaths;
  },
  async showSaveDialog(...args) { return ask('showSaveDialog', args, cancelledSave()); },
  showSaveDialogSync(...args) { return ask('showSaveDialog', args, cancelledSave()).filePath; },
  async showMessageBox(...args) {
    return ask('showMessageBox', args, { response: 0, checkboxChecked: false });
  },
  showMessageBoxSync(...args) {
    return ask('showMessageBox', args, { response: 0, checkboxChecked: false }).response;
  },
  showErrorBox(title, content) { native.note(`${title}\n${content}`); },
  async showCertificateTrustDialog() {},
};
