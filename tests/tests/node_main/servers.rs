//! What servers hear of pages and of main: who asks, whence, and with what.

use crate::{app, run};

const MAIN: &str = r#"
const http = require('node:http')
const { once } = require('node:events')
const { app, BrowserWindow, net, session } = require('electron')

const heard = []
const server = http.createServer((request, response) => {
  const { method, url, headers } = request
  let body = ''
  request.on('data', (part) => { body += part }).on('end', () => {
    const mine = (text) => String(text ?? '-').replaceAll(server.origin, 'ORIGIN').replace(/^Mozilla.*$/, 'usual')
    heard.push([method, url, mine(headers['user-agent']), mine(headers.referer), headers['x-more'] ?? '-', body || '-'].join(' '))
    if (url === '/away') return response.writeHead(302, { location: '/page' }).end()
    if (url === '/led') return response.writeHead(302, { location: '/secret' }).end()
    if (url === '/secret' && headers.authorization === undefined) {
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="the vault"' }).end('<title>refused</title>')
    }
    response.setHeader('content-type', 'text/html')
    response.end(`<title>${headers.authorization ?? 'page'}</title><a id="link" href="/linked">x</a>`)
  })
})

app.whenReady().then(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = server.origin = `http://127.0.0.1:${server.address().port}`
  const log = (number, ...values) => console.log(number, ...values.map((value) => String(value).replaceAll(origin, 'ORIGIN') || '-'), '|', heard.splice(0).join(', ') || '-')
  const win = new BrowserWindow({ show: false })
  const { webContents } = win
  const run = (code) => webContents.executeJavaScript(code)

  await win.loadURL(origin)
  log('01 an address without a path', webContents.getURL(), await run('location.href'), await run('document.referrer'))
  log('02 one user agent', await run('navigator.userAgent') === webContents.getUserAgent())
  const linked = once(webContents, 'did-finish-load')
  await run('link.click()')
  await linked
  log('03 a link', await run('document.referrer'))
  await run('fetch("/fetched").then((answer) => answer.text())')
  log('04 a fetch')
  webContents.reload()
  await once(webContents, 'did-finish-load')
  log('05 loaded again', await run('document.referrer'))
  await win.loadURL(`${origin}/posted#here`, {
    httpReferrer: 'http://example.org/', userAgent: 'Mine/1', extraHeaders: 'X-More: a b\ncontent-type: text/plain',
    postData: [{ type: 'rawData', bytes: Buffer.from('ab') }, { type: 'rawData', bytes: Buffer.from('c') }],
  })
  log('06 loadURL with options', await run('document.referrer'), await run('navigator.userAgent'), webContents.userAgent)
  await win.loadURL('data:text/html,x')
  webContents.navigationHistory.goBack()
  await once(webContents, 'did-finish-load')
  log('07 back there')
  await run(`new Promise((resolve) => { const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(navigator.userAgent)']))); worker.onmessage = (event) => resolve(event.data) })`)
    .then((agent) => log('08 its workers', agent))

  const opened = once(webContents, 'did-create-window')
  await win.loadURL(`${origin}/opener`)
  heard.length = 0
  webContents.setWindowOpenHandler(({ referrer }) => {
    log('09 the handler', referrer.url, referrer.policy)
    return { action: 'allow' }
  })
  await run('window.open("/opened"); 0')
  const [child] = await opened
  if (child.webContents.isLoading()) await once(child.webContents, 'did-finish-load')
  log('10 a window of the page', await child.webContents.executeJavaScript('document.referrer'))
  child.destroy()

  const alone = new BrowserWindow({ show: false, webPreferences: { partition: 'alone' } })
  alone.webContents.session.setUserAgent('Session/2')
  await alone.loadURL(`${origin}/alone`)
  log('11 of a session', await alone.webContents.executeJavaScript('navigator.userAgent'))
  await alone.webContents.session.fetch(`${origin}/fetched`)
  log('12 what main fetches in it')
  alone.webContents.session.webRequest.onBeforeSendHeaders((details, callback) => {
    callback({ requestHeaders: { ...details.requestHeaders, 'User-Agent': details.requestHeaders['User-Agent'] + ' changed' } })
  })
  await alone.loadURL(`${origin}/changed`)
  log('13 changed by webRequest')

  const redirected = once(webContents, 'did-redirect-navigation')
  webContents.once('did-redirect-navigation', () => {
    win.loadURL('data:text/html,y').catch((error) => log('14 within did-redirect-navigation', error.code))
  })
  await win.loadURL(`${origin}/away`)
  await redirected
  log('15 elsewhere', webContents.getURL())

  await win.loadURL(`${origin}/secret`)
  log('16 nobody is asked', webContents.getTitle())
  app.once('login', (event, contents, { url }, { isProxy, scheme, host, port, realm }, callback) => {
    event.preventDefault()
    log('17 login', contents === webContents, url, isProxy, scheme, host, port === server.address().port, realm)
    setImmediate(callback, 'me', 'pass')
  })
  await win.loadURL(`${origin}/secret`)
  log('18 said', webContents.getTitle())
  await win.loadURL(`${origin}/secret`)
  log('19 known', webContents.getTitle())
  await session.defaultSession.clearAuthCache()
  webContents.once('login', (event, details, info, callback) => {
    event.preventDefault()
    callback()
  })
  await win.loadURL(`${origin}/secret`)
  log('20 forgotten, and not said', webContents.getTitle())
  webContents.once('login', (event, { url }, info, callback) => {
    event.preventDefault()
    log('21 where it is', url)
    callback()
  })
  await win.loadURL(`${origin}/led`)
  log('22 no address', await win.loadURL('http://[').catch((error) => error.code))
  app.exit(0)
})
"#;

const EXPECTED: &str = "\
01 an address without a path ORIGIN/ ORIGIN/ - | GET / usual - - -
02 one user agent true | -
03 a link ORIGIN/ | GET /linked usual ORIGIN/ - -
04 a fetch | GET /fetched usual ORIGIN/linked - -
05 loaded again ORIGIN/ | GET /linked usual ORIGIN/ - -
06 loadURL with options http://example.org/ Mine/1 Mine/1 | POST /posted Mine/1 http://example.org/ a b abc
07 back there | POST /posted Mine/1 http://example.org/ a b abc
08 its workers Mine/1 | -
09 the handler ORIGIN/opener strict-origin-when-cross-origin | -
10 a window of the page ORIGIN/opener | GET /opened usual ORIGIN/opener - -
11 of a session Session/2 | GET /alone Session/2 - - -
12 what main fetches in it | GET /fetched Session/2 - - -
13 changed by webRequest | GET /changed Session/2 changed - - -
14 within did-redirect-navigation ERR_FAILED | GET /away Mine/1 - - -
15 elsewhere ORIGIN/page | GET /page Mine/1 - - -
16 nobody is asked refused | GET /secret Mine/1 - - -
17 login true ORIGIN/secret false basic 127.0.0.1 true the vault | GET /secret Mine/1 - - -
18 said Basic bWU6cGFzcw== | GET /secret Mine/1 - - -
19 known Basic bWU6cGFzcw== | GET /secret Mine/1 - - -
20 forgotten, and not said refused | GET /secret Mine/1 - - -
21 where it is ORIGIN/secret | GET /led Mine/1 - - -, GET /secret Mine/1 - - -
22 no address ERR_INVALID_URL | -
";

#[test]
fn servers_hear_who_asks_and_whence() {
    let app = app(&[("index.js", MAIN)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert_eq!(out, EXPECTED, "{err}");
    assert_eq!(output.status.code(), Some(0), "{err}");
}

const COOKIES: &str = r#"
const http = require('node:http')
const { once } = require('node:events')
const { app, BrowserWindow, session } = require('electron')

let sent
const server = http.createServer((request, response) => {
  sent = String(request.headers.cookie)
  if (request.url === '/in/set') {
    response.setHeader('set-cookie', ['here=1', 'all=2; Path=/; HttpOnly', 'late=3; Max-Age=60; SameSite=Strict', 'other=4; Domain=example.org', 'gone=5; Max-Age=0'])
  }
  if (request.url === '/moved') return response.writeHead(302, { location: '/in/page', 'set-cookie': 'moved=6; Path=/' }).end()
  response.end('<title>x</title>')
})

app.whenReady().then(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`
  const mine = session.fromPartition('mine')
  const { cookies } = mine
  const changes = []
  cookies.on('changed', (event, { name, value }, cause, removed) => changes.push(`${name}=${value} ${cause}${removed ? ' removed' : ''}`))
  const win = new BrowserWindow({ show: false, webPreferences: { session: mine } })
  const names = async (filter) => (await cookies.get(filter)).map(({ name }) => name).join()
  const log = (...values) => console.log([...values, changes.splice(0).join(', ')].map((value) => (value === '' ? '-' : value)).join(' | '))

  await win.loadURL(`${origin}/in/set`)
  const [here] = await cookies.get({ name: 'here' })
  log('01 a server sets them', sent, [`${here.name}=${here.value}`, here.domain, here.hostOnly, here.path, here.session, here.sameSite].join(' '))
  await win.loadURL(`${origin}/in/page`)
  log('02 and is sent them', sent)
  await win.loadURL(`${origin}/elsewhere`)
  log('03 where they belong', sent)
  await win.loadURL(`${origin}/moved`)
  log('04 on the way too', sent)
  await win.webContents.executeJavaScript('fetch("/in/fetched").then((answer) => answer.text())')
  log('05 to what a page fetches', sent)
  await mine.fetch(`${origin}/in/main`)
  const bare = sent
  await mine.fetch(`${origin}/in/main`, { credentials: 'include' })
  log('06 to what main fetches, if it says so', bare, sent)
  await session.defaultSession.fetch(origin, { credentials: 'include' })
  log('07 not of another session', sent)
  await cookies.set({ url: origin, name: 'moved', value: '6' })
  await cookies.set({ url: origin, name: 'moved', value: '7' })
  await cookies.set({ url: origin, name: 'moved', value: '7', expirationDate: 1 })
  log('08 written over')
  const refused = (details) => cookies.set(details).catch((error) => error.message)
  log('09 refused', await refused({ url: origin, name: 'a', value: 'b;c' }), await refused({ url: origin, domain: 'example.org' }))
  await cookies.set({ url: 'http://a.b.example.org', name: 'wide', domain: 'B.example.org' })
  await cookies.set({ url: 'http://a.b.example.org', name: 'own' })
  log('10 by domain', await names({ domain: 'a.b.example.org' }), await names({ domain: 'b.example.org' }), await names({ domain: 'example.org' }), await names({ domain: 'c.example.org' }))
  await mine.clearData({ origins: ['http://a.b.example.org'] })
  log('11 cleared of one', await names({ domain: 'example.org' }))
  await mine.clearData({ excludeOrigins: [origin] })
  log('12 of all but one', await names({}))
  await mine.clearStorageData({ storages: ['localstorage'] })
  log('13 of another kind', await names({}))
  await mine.clearStorageData()
  log('14 of all', await names({}))
  await win.webContents.executeJavaScript('localStorage.kept = 1; 0')
  await mine.clearData()
  log('15 what an open page has kept', await win.webContents.executeJavaScript('localStorage.length'))
  app.exit(0)
})
"#;

const COOKIES_EXPECTED: &str = "\
01 a server sets them | undefined | here=1 127.0.0.1 true /in true unspecified | here=1 inserted, all=2 inserted, late=3 inserted
02 and is sent them | here=1; late=3; all=2 | -
03 where they belong | all=2 | -
04 on the way too | here=1; late=3; all=2; moved=6 | moved=6 inserted
05 to what a page fetches | here=1; late=3; all=2; moved=6 | -
06 to what main fetches, if it says so | undefined | here=1; late=3; all=2; moved=6 | -
07 not of another session | undefined | -
08 written over | moved=6 overwrite removed, moved=6 inserted-no-value-change-overwrite, moved=6 overwrite removed, moved=7 inserted, moved=7 expired-overwrite removed
09 refused | Failed to set cookie - The cookie contains ASCII control characters | Failed to set cookie - The cookie was set with an invalid Domain attribute. | -
10 by domain | wide,own | wide,own | wide,own | - | wide= inserted, own= inserted
11 cleared of one | wide | own= explicit removed
12 of all but one | here,all,late | wide= explicit removed
13 of another kind | here,all,late | -
14 of all | - | here=1 explicit removed, all=2 explicit removed, late=3 explicit removed
15 what an open page has kept | 0 | -
";

#[test]
fn cookies_of_servers_come_and_go_with_the_session() {
    let app = app(&[("index.js", COOKIES)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert_eq!(out, COOKIES_EXPECTED, "{err}");
    assert_eq!(output.status.code(), Some(0), "{err}");
}
