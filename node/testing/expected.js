'use strict';
// What Playwright's `expect` expects of elements and pages.

const { TimeoutError, until } = require('./deadline.js');

const plain = (text) => text.replace(/[\u200b\u00ad]/g, '').replace(/\s+/g, ' ').trim();

/** Whether a text is one that is expected. */
function isText({ string, regexSource, regexFlags, matchSubstring, ignoreCase, normalizeWhiteSpace }, given = '') {
  const text = normalizeWhiteSpace ? plain(String(given)) : String(given);
  if (regexSource !== undefined) {
    const flags = ignoreCase && !regexFlags.includes('i') ? `${regexFlags}i` : regexFlags;
    return new RegExp(regexSource, flags).test(text);
  }
  const fold = (one) => (ignoreCase ? one.toLowerCase() : one);
  const wanted = fold(normalizeWhiteSpace ? plain(string) : string);
  return matchSubstring ? fold(text).includes(wanted) : fold(text) === wanted;
}

/** Whether each of those that are expected is there, in this order; `all` says that there are no others. */
function areTexts(expected, given, all) {
  if (all && expected.length !== given.length) return false;
  let at = 0;
  for (const one of expected) {
    while (at < given.length && !isText(one, given[at])) {
      if (all) return false;
      at += 1;
    }
    if (at === given.length) return false;
    at += 1;
  }
  return true;
}

const words = (text) => text.split(/\s+/).filter(Boolean);
const hasClasses = (wanted, given) => words(wanted.string).every((one) => words(given).includes(one));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What each expectation looks at, and whether that is it. */
const EXPECTATIONS = {
  'to.be.checked': (seen, { expectedValue }) => [seen.isChecked, seen.isChecked === (expectedValue?.checked ?? true)],
  'to.be.disabled': (seen) => [seen.isDisabled ? 'disabled' : 'enabled', seen.isDisabled],
  'to.be.enabled': (seen) => [seen.isDisabled ? 'disabled' : 'enabled', !seen.isDisabled],
  'to.be.editable': (seen) => ['', !seen.isDisabled && !seen.isReadOnly],
  'to.be.readonly': (seen) => ['', seen.isReadOnly],
  'to.be.empty': (seen) => ['', seen.isEmpty],
  'to.be.focused': (seen) => [seen.isFocused ? 'focused' : 'inactive', seen.isFocused],
  'to.be.visible': (seen) => [seen.isShown ? 'visible' : 'hidden', seen.isShown],
  'to.be.attached': () => ['attached', true],
  'to.have.text': (seen, { expectedText: [text], useInnerText }) => {
    const given = useInnerText ? seen.inner : seen.texts[0];
    return [given, isText(text, given)];
  },
  'to.have.accessible.name': (seen, { expectedText: [text] }) => [seen.name, isText(text, seen.name)],
  'to.have.role': (seen, { expectedText: [text] }) => [seen.role, isText(text, seen.role)],
  'to.have.id': (seen, { expectedText: [text] }) => [seen.id, isText(text, seen.id)],
  'to.have.value': (seen, { expectedText: [text] }) => [seen.value, isText(text, seen.value)],
  'to.have.values': (seen, { expectedText }) => [seen.values, areTexts(expectedText, seen.values ?? [], true)],
  'to.have.attribute': (seen) => [seen.attribute, seen.attribute !== null],
  'to.have.attribute.value': (seen, { expectedText: [text] }) => [seen.attribute, seen.attribute !== null && isText(text, seen.attribute)],
  'to.have.property': (seen, { expectedValue }) => [seen.property, same(seen.property, expectedValue)],
  'to.have.css': (seen, { expectedText: [text] }) => [seen.css, isText(text, seen.css)],
  'to.have.class': (seen, { expectedText: [text] }) => [seen.classes[0], isText(text, seen.classes[0])],
  'to.contain.class': (seen, { expectedText: [text] }) => [seen.classes[0], hasClasses(text, seen.classes[0])],
  'to.have.title': (seen, { expectedText: [text] }) => [seen.title, isText(text, seen.title)],
  'to.have.url': (seen, { expectedText: [text] }) => [seen.url, isText(text, seen.url)],
};
/** Those that are asked of all elements, also where there are none. */
const OF_ALL = {
  'to.be.hidden': (seen) => [seen.isShown ? 'visible' : 'hidden', seen.isShown !== true],
  'to.be.detached': (seen) => [seen.count === 0 ? 'detached' : 'attached', seen.count === 0],
  'to.have.count': (seen, { expectedNumber }) => [seen.count, seen.count === expectedNumber],
  'to.have.text.array': (seen, { expectedText }) => [seen.texts, areTexts(expectedText, seen.texts, true)],
  'to.contain.text.array': (seen, { expectedText }) => [seen.texts, areTexts(expectedText, seen.texts, false)],
  'to.have.class.array': (seen, { expectedText }) => [seen.classes, areTexts(expectedText, seen.classes, true)],
  'to.contain.class.array': (seen, { expectedText }) => [
    seen.classes, seen.classes.length === expectedText.length && expectedText.every((one, at) => hasClasses(one, seen.classes[at])),
  ],
};

/** Whether what was seen is as expected, as Playwright's `expect` takes it. */
function fulfils(what, seen, expected, isNot) {
  const ask = EXPECTATIONS[what] ?? OF_ALL[what];
  if (ask === undefined) throw new Error(`expect: '${what}' needs what is laid out or drawn, or is not known here`);
  // Of what is not there nothing is so, and nothing is not so, but that it cannot be seen.
  if (seen.count === 0 && EXPECTATIONS[what] !== undefined) {
    const matches = /visible|attached/.test(what) ? false : isNot;
    return { matches, received: undefined, errorMessage: 'Error: element(s) not found' };
  }
  const [value, matches] = ask(seen, expected);
  return { matches, received: value };
}

/** Looks until it is as expected, or the time is over: what comes of it. */
async function waitToFulfil(what, look, { isNot = false, timeout = 5_000, ...expected }) {
  // Later versions of Playwright, which give a signal along, want what was seen in an object.
  const isLater = Object.hasOwn(expected, 'signal');
  let last;
  const ask = async () => (last = fulfils(what, await look(), expected, isNot));
  let timedOut = false;
  try {
    await until(ask, ({ matches }) => matches !== isNot, what, timeout);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    timedOut = true;
  }
  return { ...last, received: isLater ? { value: last.received } : last.received, log: [], timedOut };
}

module.exports = { waitToFulfil };
