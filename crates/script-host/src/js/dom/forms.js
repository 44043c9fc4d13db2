'use strict';
// Form elements: their values, validity and submission.

const { Date, Object, Reflect, Set, WeakMap, Symbol, DOMException, Number, Proxy, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text } = core;
const { reflect, reflectFlag, reflectNumber, reflectUrl } = require('dom/element');
const { childMixin, idOf } = require('dom/node');
const { setAttr } = require('dom/attributes');
const { HTMLElement, html } = require('dom/html');
const { NodeList, ownCollection } = require('dom/collections');
const { fire } = require('dom/target');
const caret = require('dom/caret');

const { isLoaded } = binding('host');

const QUERY = /[?#].*$/;
const CONTROLS = 'button, fieldset, input:not([type=image]), object, output, select, textarea';

/** Of the page's own elements too. */
const controls = () => CONTROLS + (core.custom === null ? '' : core.custom.formSelector());

/** The form a control belongs to: by its `form` attribute or the one around it. */
function formOf(on) {
  const named = b.attr(idOf(on), 'form');
  if (named !== undefined) {
    const form = wrap(b.byId(0, named));
    return form?.localName === 'form' ? form : null;
  }
  return on.closest('form');
}

function controlsOf(form) {
  const all = form.id === '' ? [] : lists.filter(wrapAll(b.queryAll(0, controls())), (one) => formOf(one) === form);
  return all.length > 0 ? all : lists.filter(wrapAll(b.queryAll(idOf(form), controls())), (one) => formOf(one) === form);
}

const labels = (on) => new NodeList(lists.filter(wrapAll(b.byTag(0, 'label')), (one) => one.control === on));
const common = {
  form: formOf, name: reflect('name'), disabled: reflectFlag('disabled'), labels,
};

const { validity, Control, check, report, toNumber } = require('dom/validity');

// --- input ---
const TYPES = new Set(lists.words(
  'hidden text search tel url email password date month week time datetime-local number range color checkbox radio '
  + 'file submit image reset button',
));
const inputType = (on) => {
  const type = texts.lower(b.attr(idOf(on), 'type') ?? '');
  return TYPES.has(type) ? type : 'text';
};

function readValue(on) {
  const id = idOf(on);
  const attribute = b.attr(id, 'value');
  switch (inputType(on)) {
    case 'checkbox': case 'radio': return attribute ?? 'on';
    case 'hidden': case 'submit': case 'image': case 'reset': case 'button': return attribute ?? '';
    case 'file': return filesOf(on).length === 0 ? '' : 'C:\\fakepath\\' + filesOf(on)[0].name;
    case 'range': return b.value(id) ?? attribute ?? '50';
    case 'color': return b.value(id) ?? attribute ?? '#000000';
    default: return b.value(id) ?? clean(on, attribute ?? '');
  }
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LINE_BREAK = /\r\n?|\n/g;
function clean(on, value) {
  const type = inputType(on);
  if (type === 'number') return texts.test(value, NUMBER) ? value : '';
  const line = texts.replace(value, LINE_BREAK, '');
  return type === 'email' || type === 'url' ? texts.trim(line) : line;
}

function writeValue(on, value) {
  const data = value === null ? '' : text(value);
  switch (inputType(on)) {
    case 'checkbox': case 'radio': case 'hidden': case 'submit': case 'image': case 'reset': case 'button':
      setAttr(idOf(on), 'value', data);
      break;
    case 'file':
      chosen.delete(on);
      if (data !== '') {
        throw new DOMException("Failed to set the 'value' property on 'HTMLInputElement': This input element accepts a filename, which may only be programmatically set to the empty string.", 'InvalidStateError');
      }
      break;
    default: {
      const before = readValue(on);
      setValue(on, clean(on, data));
      caret.valueSet(on, before);
    }
  }
}

function setValue(on, value) {
  if (b.setValue(idOf(on), value) < 0) throw core.tooMany();
}

/** The radio buttons of the group of one. */
function groupOf(on) {
  const name = b.attr(idOf(on), 'name');
  if (!name) return [on];
  const form = formOf(on);
  const root = on.getRootNode();
  return lists.filter(wrapAll(b.queryAll(idOf(root), 'input[type=radio i]')), (one) => b.attr(idOf(one), 'name') === name && formOf(one) === form);
}

function setChecked(on, value) {
  if (value && inputType(on) === 'radio') {
    for (const other of each(groupOf(on))) if (other !== on && other.checked) b.setChecked(idOf(other), false);
  }
  b.setChecked(idOf(on), !!value);
}

const DATES = lists.words('date week time');
/** What an input of that type says for a number. */
function ofNumber(type, value) {
  if (type !== 'date' && type !== 'time' && type !== 'datetime-local') return text(value);
  const iso = new Date(value).toISOString();
  const time = texts.slice(iso, 11, texts.slice(iso, 17, 23) === '00.000' ? 16 : 23);
  return type === 'date' ? texts.slice(iso, 0, 10) : type === 'time' ? time : texts.slice(iso, 0, 10) + 'T' + time;
}

// What scripts have put into inputs of files.
const chosen = new WeakMap();
const filesOf = (on) => {
  if (!chosen.has(on)) chosen.set(on, require('internal/file_reader').fileList([]));
  return chosen.get(on);
};
function setFiles(on, files) {
  if (files === null || inputType(on) !== 'file') return;
  const { FileList } = require('internal/file_reader');
  if (!(files instanceof FileList)) throw new TypeError("Failed to set the 'files' property on 'HTMLInputElement': Failed to convert value to 'FileList'.");
  chosen.set(on, files);
}

const indeterminate = new WeakMap();

class HTMLInputElement extends Control {
  // Nobody is there who could choose.
  showPicker() {
    throw new DOMException("Failed to execute 'showPicker' on 'HTMLInputElement': HTMLInputElement::showPicker() requires a user gesture.", 'NotAllowedError');
  }
  get indeterminate() { return indeterminate.has(this); }
  set indeterminate(value) {
    if (value) indeterminate.set(this, true);
    else indeterminate.delete(this);
  }
  stepUp(count = 1) { this.valueAsNumber = (this.valueAsNumber || 0) + count * (Number(this.step) || 1); }
  stepDown(count = 1) { this.stepUp(-count); }
}
caret.addTo(HTMLInputElement);
html('HTMLInputElement', 'input', () => ({
  ...common, ...validity,
  type: [inputType, reflect('type')[1]],
  value: [readValue, writeValue],
  checked: [
    (on) => b.isChecked(idOf(on)), setChecked,
  ],
  defaultValue: reflect('value'), defaultChecked: reflectFlag('checked'),
  placeholder: reflect('placeholder'), required: reflectFlag('required'), readOnly: reflectFlag('readonly'),
  multiple: reflectFlag('multiple'), min: reflect('min'), max: reflect('max'), step: reflect('step'),
  pattern: reflect('pattern'), accept: reflect('accept'), autocomplete: reflect('autocomplete'), alt: reflect('alt'),
  src: reflectUrl('src'), maxLength: reflectNumber('maxlength', -1), minLength: reflectNumber('minlength', -1),
  size: reflectNumber('size', 20), files: [(on) => (inputType(on) === 'file' ? filesOf(on) : null), setFiles],
  list: (on) => wrap(b.byId(0, b.attr(idOf(on), 'list') ?? '')),
  valueAsNumber: [
    (on) => toNumber(inputType(on), on.value), (on, value) => { on.value = value === value ? ofNumber(inputType(on), value) : ''; }],
  valueAsDate: [(on) => {
    const time = lists.includes(DATES, inputType(on)) ? toNumber(inputType(on), on.value) : NaN;
    return time === time ? new Date(time) : null;
  }, (on, value) => { on.value = value === null ? '' : ofNumber(inputType(on), +value); }],
}), () => HTMLInputElement);

// --- button, label, textarea ---
html('HTMLButtonElement', 'button', () => ({
  ...common, ...validity, value: reflect('value'),
  type: [(on) => {
    const type = texts.lower(b.attr(idOf(on), 'type') ?? '');
    return type === 'button' || type === 'reset' ? type : 'submit';
  }, reflect('type')[1]],
}), () => class HTMLButtonElement extends Control {});

html('HTMLLabelElement', 'label', () => ({
  htmlFor: reflect('for'), form: (on) => on.control?.form ?? null,
  control: (on) => {
    const target = b.attr(idOf(on), 'for');
    if (target !== undefined) return wrap(b.byId(0, target));
    return on.querySelector('button, input:not([type=hidden]), meter, output, progress, select, textarea');
  },
}));

class HTMLTextAreaElement extends Control {}
caret.addTo(HTMLTextAreaElement);
html('HTMLTextAreaElement', 'textarea', () => ({
  ...common, ...validity, type: () => 'textarea',
  value: [
    (on) => b.value(idOf(on)) ?? on.textContent,
    (on, value) => {
      const before = on.value;
      setValue(on, texts.replace(value === null ? '' : text(value), LINE_BREAK, '\n'));
      caret.valueSet(on, before);
    }],
  defaultValue: [(on) => on.textContent, (on, value) => { on.textContent = value; }],
  textLength: (on) => on.value.length, placeholder: reflect('placeholder'), required: reflectFlag('required'),
  readOnly: reflectFlag('readonly'), rows: reflectNumber('rows', 2), cols: reflectNumber('cols', 20),
  maxLength: reflectNumber('maxlength', -1), wrap: reflect('wrap'),
}), () => HTMLTextAreaElement);

// --- select and option ---
const optionsOf = (select) => wrapAll(b.queryAll(idOf(select), ':scope > option, :scope > optgroup > option'));

/** The selected options; of a drop-down one is always selected. */
function selectedOf(select) {
  const all = optionsOf(select);
  const chosen = lists.filter(all, (one) => b.isChecked(idOf(one)));
  if (select.multiple) return chosen;
  if (chosen.length > 0) return [chosen[chosen.length - 1]];
  if (all.length === 0 || select.size > 1 || cleared.get(select) === lists.join(lists.map(all, idOf), ',')) return [];
  return [lists.find(all, (one) => !b.isDisabled(idOf(one))) ?? all[0]];
}
// Drop-downs whose selection a script took away, with the options they had then.
const cleared = new WeakMap();

function choose(select, wanted) {
  for (const one of each(optionsOf(select))) b.setChecked(idOf(one), one === wanted);
  if (wanted === undefined) cleared.set(select, lists.join(lists.map(optionsOf(select), idOf), ','));
  else cleared.delete(select);
}

class HTMLSelectElement extends Control {
  item(at) { return optionsOf(this)[at] ?? null; }
  namedItem(name) { return this.options.namedItem(name); }
  add(option, before = null) {
    const next = typeof before === 'number' ? this.item(before) : before;
    if (next === null) this.appendChild(option);
    else next.parentNode.insertBefore(option, next);
  }
  remove(at) {
    if (arguments.length === 0) Reflect.apply(childMixin.remove, this, []);
    else this.item(at)?.remove();
  }
  [Symbol.iterator]() { return lists.iterate(optionsOf(this)); }
}
html('HTMLSelectElement', 'select', () => ({
  ...common, ...validity,
  type: (on) => (on.multiple ? 'select-multiple' : 'select-one'),
  multiple: reflectFlag('multiple'), required: reflectFlag('required'), size: reflectNumber('size', 0),
  autocomplete: reflect('autocomplete'),
  options: (on) => ownCollection(on, 'options', () => b.queryAll(idOf(on), ':scope > option, :scope > optgroup > option')),
  length: [(on) => optionsOf(on).length, (on, value) => { lists.forEach(optionsOf(on), (one, at) => { if (at >= Number(value)) one.remove(); }); }],
  selectedOptions: (on) => ownCollection(on, 'selectedOptions', () => lists.map(selectedOf(on), idOf)),
  selectedIndex: [(on) => lists.indexOf(optionsOf(on), selectedOf(on)[0]), (on, at) => choose(on, optionsOf(on)[at])],
  value: [
    (on) => selectedOf(on)[0]?.value ?? '',
    (on, value) => choose(on, lists.find(optionsOf(on), (one) => one.value === text(value)))],
}), () => HTMLSelectElement);

const plain = (on) => texts.squeeze(on.textContent);
html('HTMLOptionElement', 'option', () => ({
  value: [(on) => b.attr(idOf(on), 'value') ?? plain(on), reflect('value')[1]],
  text: [plain, (on, value) => { on.textContent = value; }],
  label: [(on) => b.attr(idOf(on), 'label') || plain(on), reflect('label')[1]],
  disabled: reflectFlag('disabled'), defaultSelected: reflectFlag('selected'),
  form: (on) => on.closest('select')?.form ?? null,
  index: (on) => { const select = on.closest('select'); return select ? lists.indexOf(optionsOf(select), on) : 0; },
  selected: [
    (on) => { const select = on.closest('select'); return select ? lists.includes(selectedOf(select), on) : b.isChecked(idOf(on)); },
    (on, value) => {
      const select = on.closest('select');
      if (value && select !== null && !select.multiple) choose(select, on);
      else b.setChecked(idOf(on), !!value);
    }],
}));
html('HTMLOptGroupElement', 'optgroup', () => ({ label: reflect('label'), disabled: reflectFlag('disabled') }));
html('HTMLDataListElement', 'datalist', () => ({ options: (on) => ownCollection(on, 'options', () => b.byTag(idOf(on), 'option')) }));
html('HTMLFieldSetElement', 'fieldset', () => ({
  ...common, ...validity, type: () => 'fieldset', elements: (on) => ownCollection(on, 'elements', () => b.queryAll(idOf(on), controls())),
}), () => class HTMLFieldSetElement extends Control {});
html('HTMLLegendElement', 'legend');
html('HTMLOutputElement', 'output', () => ({
  ...validity, form: formOf, name: reflect('name'), htmlFor: reflect('for'),
  value: [(on) => on.textContent, (on, value) => { on.textContent = value; }],
}), () => class HTMLOutputElement extends Control {});

// --- form ---
class HTMLFormElement extends HTMLElement {
  requestSubmit(submitter = null) {
    if (submitter !== null && submitter.form !== this) {
      throw new DOMException("Failed to execute 'requestSubmit' on 'HTMLFormElement': The specified element is not owned by this form element.", 'NotFoundError');
    }
    submitForm(this, submitter);
  }
  submit() { send(this, null); }
  reset() {
    if (!fire(this, 'Event', 'reset', { bubbles: true, cancelable: true })) return;
    for (const one of each(controlsOf(this))) {
      core.custom?.tellOfForm(one, 'formResetCallback', []);
      b.setValue(idOf(one), undefined);
      b.setChecked(idOf(one), undefined);
      if (one.localName === 'select') {
        cleared.delete(one);
        for (const option of each(optionsOf(one))) b.setChecked(idOf(option), undefined);
      }
    }
  }
  checkValidity() { return lists.filter(controlsOf(this), (one) => !check(one)).length === 0; }
  reportValidity() { return report(controlsOf(this)); }
  [Symbol.iterator]() { return lists.iterate(controlsOf(this)); }
}
html('HTMLFormElement', 'form', () => ({
  name: reflect('name'), method: [(on) => (texts.lower(b.attr(idOf(on), 'method') ?? '') === 'post' ? 'post' : 'get'), reflect('method')[1]],
  action: [(on) => b.resolve(b.attr(idOf(on), 'action') ?? '') ?? '', reflect('action')[1]],
  target: reflect('target'), noValidate: reflectFlag('novalidate'), enctype: reflect('enctype', 'application/x-www-form-urlencoded'),
  autocomplete: reflect('autocomplete', 'on'),
  elements: (on) => ownCollection(on, 'elements', () => lists.map(controlsOf(on), idOf)),
  length: (on) => controlsOf(on).length,
}), () => HTMLFormElement);

// `form.user` is the control with that name or id.
Object.setPrototypeOf(HTMLFormElement.prototype, new Proxy(Object.create(HTMLElement.prototype), {
  get(target, key, receiver) {
    if (typeof key === 'string' && !(key in target) && idOf(receiver) !== undefined) {
      const found = lists.filter(controlsOf(receiver), (one) => one.id === key || one.getAttribute('name') === key);
      if (found.length > 0) return found.length === 1 ? found[0] : new NodeList(found);
    }
    return Reflect.get(target, key, receiver);
  },
}));

function submitForm(form, submitter) {
  if (!form.isConnected) return;
  if (!form.noValidate && !submitter?.hasAttribute('formnovalidate') && !report(controlsOf(form))) return;
  if (fire(form, 'SubmitEvent', 'submit', { bubbles: true, cancelable: true, submitter })) send(form, submitter);
}

/** What a submission that nobody prevented does: it asks the host for the next page. */
function send(form, submitter) {
  if (texts.lower(form.getAttribute('method') ?? '') === 'dialog') {
    form.closest('dialog')?.close(submitter?.value);
    return;
  }
  const url = submitter?.getAttribute('formaction') ? b.resolve(submitter.getAttribute('formaction')) : form.action;
  if (form.method === 'post') {
    require('internal/console').console.error('Submitting a form by POST is not supported.');
    return;
  }
  const given = [];
  for (const { 0: name, 1: value } of each(entriesOf(form, submitter))) {
    lists.push(given, name);
    // Of a file the name is sent.
    lists.push(given, text(typeof value === 'object' ? value.name : value));
  }
  b.navigate(texts.replace(url ?? '', QUERY, '') + '?' + binding('url').writeForm(given), false);
}

/** The names and values a form gives. */
function entriesOf(form, submitter) {
  const entries = [];
  for (const one of each(controlsOf(form))) {
    const name = one.getAttribute('name');
    if (core.custom?.definitionOf(one) !== undefined) {
      if (!b.isDisabled(idOf(one))) require('dom/internals').addEntries(one, name, entries);
      continue;
    }
    const { type } = one;
    if (!name || b.isDisabled(idOf(one)) || one.localName === 'fieldset' || one.localName === 'output') continue;
    if ((type === 'checkbox' || type === 'radio') && !one.checked) continue;
    if ((type === 'submit' || type === 'button' || type === 'reset') && one !== submitter) continue;
    if (type === 'file') {
      const files = filesOf(one);
      for (let at = 0; at < files.length; at++) lists.push(entries, [name, files[at]]);
      if (files.length === 0 && isLoaded('internal/form_data')) lists.push(entries, [name, new (require('internal/blob').File)([], '', { type: 'application/octet-stream' })]);
      continue;
    }
    if (one.localName === 'select') for (const option of each(selectedOf(one))) lists.push(entries, [name, option.value]);
    else lists.push(entries, [name, one.value]);
  }
  return entries;
}

module.exports = { entriesOf, inputType, groupOf, setChecked, submitForm };
