'use strict';
// dialog: nobody is there to answer, so each dialog is cancelled, or answered from DIPOLE_DIALOG, a JSON object from
// method name to answer. What was asked is told on stderr.

const native = binding('dipole');

let scripted;

function answers() {
  if (scripted === undefined) {
    const text = process.env.DIPOLE_DIALOG;
    try {
      scripted = text ? JSON.parse(text) : {};
    } catch (error) {
      throw new Error(`DIPOLE_DIALOG is not JSON: ${error.message}`);
    }
  }
  return scripted;
}

function ask(name, args, otherwise) {
  const options = args.find((argument) => typeof argument === 'object' && argument !== null && !isWindow(argument)) ?? {};
  const question = options.message ?? options.title ?? '';
  const given = answers()[name];
  const answer = given === undefined ? otherwise : { ...otherwise, ...given };
  native.note(`dialog.${name}(${JSON.stringify(question)}) is answered ${JSON.stringify(answer)}`);
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
