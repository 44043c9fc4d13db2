import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { launch } from 'dipole/test';

const image = Buffer.alloc(300_000, 'an AppImage ');
const sha512 = createHash('sha512').update(image).digest('base64');
const latest = (version) =>
  `version: ${version}\nfiles:\n  - url: app.AppImage\n    sha512: ${sha512}\n    size: ${image.length}\npath: app.AppImage\nsha512: ${sha512}\nreleaseDate: '2025-01-01T00:00:00.000Z'\n`;

/** Runs the app against a server of releases. */
async function withServer(version, run) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'updater-'));
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (/^\/latest.*\.yml$/.test(pathname)) return response.end(latest(version));
    if (pathname === '/app.AppImage') return response.end(image);
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = path.join(folder, 'app-update.yml');
  fs.writeFileSync(config, `provider: generic\nurl: http://127.0.0.1:${server.address().port}/\nupdaterCacheDirName: cache\n`);
  const env = { UPDATE_CONFIG: config, XDG_CACHE_HOME: folder, APPIMAGE: path.join(folder, 'old.AppImage') };
  const app = await launch({ app: import.meta.dirname, timeout: 20_000, env });
  try {
    await run(app, await app.firstWindow());
  } finally {
    await app.close();
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

test('a newer version is offered, loaded when the user wants it, and checked', async () => {
  await withServer('1.2.0', async (app, page) => {
    await page.waitForText('available 1.2.0');
    await page.click('#download');
    await page.waitForText('ready 1.2.0');
    const { downloadedFile } = await app.invoke('update:state');
    assert.ok(fs.readFileSync(downloadedFile).equals(image));
  });
});

test('the same version is no update', async () => {
  await withServer('1.0.0', (_app, page) => page.waitForText('current 1.0.0'));
});

test('a server that is not there is told to the user', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  await (await app.firstWindow()).waitForText('failed: ');
  await app.close();
});
