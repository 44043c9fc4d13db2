'use strict';
// Elements by what a user sees of them, and the words of Playwright.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { launch, _electron } = require('../test.js');

const HTML = `<!doctype html><title>Tasks</title>
  <h1>Tasks</h1><h2>Open</h2>
  <label>Name <input id="name"></label>
  <form aria-label="New"><input placeholder="What is to be done?"><button type="button" title="Put it on the list">Add <b>task</b></button>
    <button type="button" hidden>Remove</button><input type="submit" value="Send"></form>
  <ul><li class="open first">Buy milk <a href="#milk">more</a></li><li class="done">Buy bread <a href="#bread">more</a></li><li>Sleep</li></ul>
  <img alt="A logo" data-testid="logo"><input type="checkbox" aria-label="All"> <p id="out" style="display: none"><span>Nothing</span></p>
  <script>
    const said = [];
    document.addEventListener('click', (event) => { said.push(event.target.textContent || event.target.id); });
    document.addEventListener('dblclick', () => { said.push('double'); });
    document.querySelector('h1').addEventListener('mouseenter', () => { said.push('hover'); });
    setTimeout(() => { document.querySelector('h2').textContent = 'Later'; }, 100);
    console.log('ready'); console.warn('be careful');
  </script>`;

function folder() {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'locators-'));
  fs.writeFileSync(path.join(place, 'index.html'), HTML);
  const main = "const { app, BrowserWindow } = require('electron'); app.whenReady().then(() => { new BrowserWindow().loadFile('index.html'); console.error('from main'); });";
  fs.writeFileSync(path.join(place, 'main.js'), main);
  test.after(() => fs.rmSync(place, { recursive: true }));
  return place;
}

/** An app with that page, for one test; each step has so long. */
async function started(context, run = launch, options = {}) {
  const place = folder();
  const app = await run(run === launch ? { app: path.join(place, 'main.js'), timeout: 20_000, ...options } : { args: [path.join(place, 'main.js')], ...options });
  context.after(() => app.close());
  return [app, await app.firstWindow()];
}

test('elements are found by role, label, text and attributes', async (context) => {
  const [, page] = await started(context);
  const names = async (locator) => (await locator.allTextContents()).map((text) => text.trim());
  assert.deepEqual(await names(page.getByRole('heading')), ['Tasks', await page.textContent('h2')]);
  assert.deepEqual(await names(page.getByRole('heading', { level: 1 })), ['Tasks']);
  assert.deepEqual(await names(page.getByRole('button')), ['Add task', '']);
  assert.equal(await page.getByRole('button', { name: 'add TASK' }).count(), 1);
  assert.equal(await page.getByRole('button', { name: 'add', exact: true }).count(), 0);
  assert.equal(await page.getByRole('button', { name: /^Send$/ }).count(), 1);
  assert.equal(await page.getByRole('button', { includeHidden: true }).count(), 3);
  assert.deepEqual(await names(page.getByText('Buy', { exact: false })), ['Buy milk more', 'Buy bread more']);
  assert.deepEqual(await names(page.getByText('sleep')), ['Sleep']);
  assert.deepEqual(await names(page.locator('text="Sleep"')), ['Sleep']);
  assert.equal(await page.locator('text="sleep"').count(), 0);
  assert.equal(await page.getByLabel('Name').getAttribute('id'), 'name');
  assert.equal(await page.getByAltText('logo').getAttribute('data-testid'), 'logo');
  assert.equal(await page.getByTitle('on the list').count(), 1);
  assert.equal(await page.getByTestId('logo').count(), 1);
  assert.equal(await page.getByTestId('log').count(), 0);
});

test('locators are narrowed, and each act waits for its element', async (context) => {
  const [, page] = await started(context);
  const items = page.getByRole('listitem');
  assert.equal(await items.count(), 3);
  assert.equal(await items.nth(1).getAttribute('class'), 'done');
  assert.equal(await items.last().textContent(), 'Sleep');
  assert.equal((await items.all()).length, 3);
  const bread = items.filter({ hasText: 'bread' });
  assert.equal(await bread.locator('a').getAttribute('href'), '#bread');
  assert.equal(await items.filter({ has: page.getByRole('link') }).count(), 2);
  assert.equal(await items.filter({ hasNotText: 'Buy' }).count(), 1);
  await bread.getByText('more').click();
  assert.match(page.url(), /#bread$/);
  await page.getByText('Later').click();
  await page.getByPlaceholder('what is to be').fill('Walk');
  assert.equal(await page.inputValue('form input'), 'Walk');
  await page.getByLabel('Name').focus();
  await page.keyboard.type('Ada');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Ada');
  await page.getByLabel('All').check();
  assert.equal(await page.getByRole('checkbox', { checked: true }).count(), 1);
  await page.getByRole('heading', { name: 'Tasks' }).hover();
  await items.last().dblclick();
  assert.deepEqual(await page.evaluate('said'), ['more', 'Later', '', 'hover', 'Sleep', 'Sleep', 'double']);
  assert.equal(await items.first().evaluate((on, more) => on.className + more, '!'), 'open first!');
  assert.equal(await (await page.waitForSelector('h1')).textContent(), 'Tasks');
  assert.equal(await page.$('.none'), null);
  assert.equal((await page.$$('li')).length, 3);
  assert.equal(await page.isVisible('#out span'), false);
  await page.waitForURL(/#bread$/);
  await assert.rejects(page.getByRole('button', { name: 'Nope' }).click({ timeout: 200 }), /click getByRole\('button', \{ name: 'Nope' \}\): no element matches: not within 200 ms/);
  await assert.rejects(page.waitForURL('about:blank', { timeout: 100 }), /the page is at 'about:blank' \(it is at 'file:.*#bread'\): not within 100 ms/);
});

test("what Playwright's expect asks is looked at until it is so", async (context) => {
  const [, page] = await started(context);
  const text = (string) => [{ string, normalizeWhiteSpace: true }];
  const asks = async (on, what, options = {}) => (await on._expect(what, { timeout: 200, ...options })).matches;
  assert.equal((await page.locator('h2')._expect('to.have.text', { timeout: 10_000, expectedText: text('Later') })).matches, true);
  const late = await page.locator('h2')._expect('to.have.text', { timeout: 100, expectedText: text('Never') });
  assert.deepEqual(late, { matches: false, received: 'Later', log: [], timedOut: true });
  const later = await page.locator('h2')._expect('to.have.text', { signal: undefined, expectedText: text('Later') });
  assert.deepEqual(later, { matches: true, received: { value: 'Later' }, log: [], timedOut: false });
  assert.equal(await asks(page.getByText('Nothing'), 'to.be.visible'), false);
  assert.equal(await asks(page.getByText('Nothing'), 'to.be.hidden'), true);
  assert.equal(await asks(page.locator('.none'), 'to.be.hidden'), true);
  assert.equal(await asks(page.locator('.none'), 'to.be.visible', { isNot: true }), false);
  // Of what is not there nothing is not so either.
  assert.equal(await asks(page.locator('.none'), 'to.have.text', { isNot: true, expectedText: text('a') }), true);
  assert.equal(await asks(page.locator('li'), 'to.have.count', { expectedNumber: 3 }), true);
  assert.equal(await asks(page.locator('li'), 'to.contain.text.array', { expectedText: [{ string: 'milk', matchSubstring: true }, { string: 'sleep', ignoreCase: true }] }), true);
  assert.equal(await asks(page.locator('li').first(), 'to.contain.class', { expectedText: [{ string: 'first' }] }), true);
  assert.equal(await asks(page.getByText('more').first(), 'to.have.attribute.value', { expressionArg: 'href', expectedText: [{ regexSource: 'milk$', regexFlags: '' }] }), true);
  assert.equal(await asks(page.getByTitle('list'), 'to.have.accessible.name', { expectedText: text('Add task') }), true);
  assert.equal(await asks(page.mainFrame(), 'to.have.title', { expectedText: text('Tasks') }), true);
  await assert.rejects(page.locator('h1')._expect('to.be.in.viewport', {}), /needs what is laid out or drawn/);
});

test("an app that was started in Playwright's words tells of its consoles so, and of its windows", async (context) => {
  const [app, page] = await started(context, _electron.launch);
  const heard = app.waitForEvent('console', (message) => message.text() === 'late');
  await app.evaluate(() => { console.error('late'); });
  assert.equal((await heard).type(), 'error');
  const ofPage = page.waitForEvent('console');
  await page.evaluate(() => { console.log('hello'); });
  const message = await ofPage;
  assert.deepEqual([message.type(), message.text(), message.page()], ['log', 'hello', page]);
  const window = await app.browserWindow(page);
  assert.equal(await window.evaluate((own, more) => own.getTitle() + more, '!'), 'Tasks!');
  assert.match(page.url(), /index\.html$/);
});
