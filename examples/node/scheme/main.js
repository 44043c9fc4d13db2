// A single-page app from a scheme of its own: every path that is no file is the page's to route, and `app://shop/api` is main's.
const { app, BrowserWindow, net, protocol } = require('electron');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

const goods = [
  { id: 1, name: 'bread', price: 3.5 },
  { id: 2, name: 'butter', price: 2.25 },
];

async function api(request, pathname) {
  const [, id] = /^\/api\/goods\/(\d+)$/.exec(pathname) ?? [];
  if (pathname === '/api/goods') return Response.json(goods);
  const good = goods.find((one) => one.id === Number(id));
  if (good === undefined) return Response.json({ problem: `there is nothing at ${pathname}` }, { status: 404 });
  if (request.method === 'PUT') good.price = (await request.json()).price;
  return Response.json(good);
}

function handle(request) {
  const { host, pathname } = new URL(request.url);
  if (host !== 'shop') return new Response('no such host', { status: 404 });
  if (pathname.startsWith('/api/')) return api(request, pathname);
  if (!pathname.startsWith('/assets/')) return net.fetch(pathToFileURL(path.join(__dirname, 'src/index.html')).href);
  const file = path.resolve(__dirname, 'dist', `.${decodeURIComponent(pathname)}`);
  const inside = path.relative(path.join(__dirname, 'dist'), file);
  if (inside.startsWith('..') || path.isAbsolute(inside)) return new Response('not here', { status: 403 });
  return net.fetch(pathToFileURL(file).href);
}

app.whenReady().then(() => {
  protocol.handle('app', handle);
  const window = new BrowserWindow();
  window.loadURL('app://shop/');
});

app.on('window-all-closed', () => app.quit());
