'use strict';
// Finds elements in a page by what its user sees: roles, labels, texts. The functions are run in the page, as their texts.

/**
 * The elements that steps lead to, one step from those of the step before: `{ css }`, `{ text }`, `{ label }`, `{ role, name }`,
 * `{ attribute, value }`, `{ nth }`, `{ hasText }`, `{ hasNotText }`, `{ has }`. What is looked for in texts is `{ text, exact }`
 * or `{ source, flags }`. With `ask` what comes back is what that says of them.
 */
function locate(steps, ask) {
  const plain = (text) => text.replace(/[\u200b\u00ad]/g, '').replace(/\s+/g, ' ').trim();
  const fits = ({ text, exact, source, flags }, given) => {
    if (source !== undefined) return new RegExp(source, flags).test(given);
    return exact ? plain(given) === plain(text) : plain(given).toLowerCase().includes(plain(text).toLowerCase());
  };
  const UNSEEN = 'head, script, style, noscript, template, title';
  const textOf = (on) => {
    if (/^(?:button|submit|reset)$/.test(on.type) && on.localName === 'input') return on.value;
    if (on.childElementCount === 0) return on.matches?.(UNSEEN) ? '' : on.textContent;
    return [...on.childNodes].map((one) => (one.nodeType === 3 ? one.data : one.nodeType === 1 ? textOf(one) : '')).join('');
  };
  const isShown = (on) => {
    if (on.closest('[hidden], dialog:not([open]), input[type=hidden], ' + UNSEEN) !== null) return false;
    for (let at = on; at !== null; at = at.parentElement) if (at.style?.display === 'none') return false;
    const said = on.closest('[style*=visibility]')?.style.visibility;
    return said !== 'hidden' && said !== 'collapse';
  };

  // --- roles and names

  const ROLES = {
    article: 'article', banner: 'header', button: 'button, summary, input:is([type=button], [type=submit], [type=reset], [type=image])',
    cell: 'td', checkbox: 'input[type=checkbox]', columnheader: 'th', combobox: 'select:not([multiple])', complementary: 'aside',
    contentinfo: 'footer', dialog: 'dialog', form: 'form', group: 'fieldset, details', heading: 'h1, h2, h3, h4, h5, h6',
    img: 'img', link: 'a[href], area[href]', list: 'ul, ol, menu', listbox: 'select[multiple]', listitem: 'li', main: 'main',
    navigation: 'nav', option: 'option', paragraph: 'p', progressbar: 'progress', radio: 'input[type=radio]', row: 'tr',
    rowgroup: 'tbody, thead, tfoot', searchbox: 'input[type=search]', separator: 'hr', slider: 'input[type=range]',
    spinbutton: 'input[type=number]', status: 'output', table: 'table',
    textbox: 'textarea, input:is(:not([type]), [type=text], [type=email], [type=tel], [type=url], [type=""])',
  };
  const BY_CONTENT = /^(?:button|cell|checkbox|columnheader|heading|link|menuitem|menuitemcheckbox|menuitemradio|option|radio|row|switch|tab|tooltip|treeitem)$/;
  const roleOf = (on) => {
    const own = on.getAttribute('role')?.trim().split(/\s+/)[0];
    if (own) return own;
    return Object.keys(ROLES).find((role) => on.matches(ROLES[role])) ?? '';
  };
  const labelsOf = (on) => [...on.labels ?? []].map(textOf);
  const nameOf = (on) => {
    const by = (on.getAttribute('aria-labelledby') ?? '').split(/\s+/).map((id) => id && document.getElementById(id)).filter(Boolean);
    const content = BY_CONTENT.test(roleOf(on)) ? [textOf(on), ...[...on.querySelectorAll('img[alt]')].map((one) => one.alt)].join(' ') : '';
    const names = [
      by.map(textOf).join(' '), on.getAttribute('aria-label'), labelsOf(on).join(' '), on.getAttribute('alt'), content,
      on.getAttribute('title'), on.getAttribute('placeholder'),
    ];
    return plain(names.find((name) => name && plain(name) !== '') ?? '');
  };
  const levelOf = (on) => Number(on.getAttribute('aria-level') ?? /^h([1-6])$/.exec(on.localName)?.[1]);

  // --- steps

  const under = (root) => [...root.querySelectorAll('*')];
  const ofRole = ({ role, name, level, checked, includeHidden }) => (on) => roleOf(on) === role
    && (includeHidden || (isShown(on) && on.closest('[aria-hidden=true]') === null))
    && (name === undefined || fits(name, nameOf(on))) && (level === undefined || levelOf(on) === level)
    && (checked === undefined || (on.checked ?? on.getAttribute('aria-checked') === 'true') === checked);
  // The innermost ones with that text.
  const ofText = (wanted) => (on) => on.closest(UNSEEN) === null && fits(wanted, textOf(on))
    && ![...on.children].some((child) => !child.matches(UNSEEN) && fits(wanted, textOf(child)));
  const ofLabel = (wanted) => (on) => labelsOf(on).some((label) => fits(wanted, label))
    || (on.hasAttribute('aria-label') && fits(wanted, on.getAttribute('aria-label')))
    || (on.hasAttribute('aria-labelledby') && fits(wanted, nameOf(on)));
  const from = (roots, all) => {
    let found = roots;
    for (const step of all) {
      const each = (look) => [...new Set(found.flatMap(look))];
      if (step.css !== undefined) found = each((root) => [...root.querySelectorAll(step.css)]);
      else if (step.text !== undefined) found = each((root) => under(root).filter(ofText(step.text)));
      else if (step.label !== undefined) found = each((root) => under(root).filter(ofLabel(step.label)));
      else if (step.role !== undefined) found = each((root) => under(root).filter(ofRole(step)));
      else if (step.attribute !== undefined) found = each((root) => under(root).filter((on) => on.hasAttribute(step.attribute) && fits(step.value, on.getAttribute(step.attribute))));
      else if (step.nth !== undefined) found = [found.at(step.nth)].filter(Boolean);
      else if (step.hasText !== undefined) found = found.filter((on) => fits(step.hasText, textOf(on)));
      else if (step.hasNotText !== undefined) found = found.filter((on) => !fits(step.hasNotText, textOf(on)));
      else if (step.has !== undefined) found = found.filter((on) => from([on], step.has).length > 0);
    }
    return found;
  };
  return ask(from([document], steps), { isShown, textOf, nameOf, roleOf });
}

/** A CSS selector of the first of them, or `null`. */
function pathOf([on]) {
  if (on === undefined) return null;
  const places = [];
  for (; on.parentElement !== null; on = on.parentElement) places.unshift(`:nth-child(${[...on.parentElement.children].indexOf(on) + 1})`);
  return [':root', ...places].join(' > ');
}

/** What is expected of elements, as data. `about` is the name of an attribute or property. */
function look(all, { isShown, textOf, nameOf, roleOf }, about) {
  const texts = all.map(textOf);
  const classes = all.map((on) => on.getAttribute('class') ?? '');
  const [on] = all;
  if (on === undefined) return { count: 0, texts, classes };
  const isControl = /^(?:input|textarea|select)$/.test(on.localName);
  let property;
  try {
    property = about in on ? JSON.parse(JSON.stringify(on[about])) : undefined;
  } catch {
    property = String(on[about]);
  }
  return {
    count: all.length, texts, classes, isShown: isShown(on), inner: on.innerText, name: nameOf(on), role: roleOf(on), id: on.id,
    value: on.value, values: on.selectedOptions && [...on.selectedOptions].map((one) => one.value), property,
    attribute: about === '' ? null : on.getAttribute(about), isChecked: on.checked === true || on.getAttribute('aria-checked') === 'true',
    isDisabled: on.matches(':disabled') || on.getAttribute('aria-disabled') === 'true', isReadOnly: on.readOnly === true,
    isEmpty: isControl ? on.value === '' : on.textContent === '', isFocused: document.activeElement === on,
    css: about === '' ? '' : getComputedStyle(on).getPropertyValue(about),
  };
}

module.exports = { locate, pathOf, look };
