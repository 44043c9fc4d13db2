//! What goes along with requests of pages beside `credentials`, origins and sites, and what comes back with the answers.

use crate::{app, run};

const MAIN: &str = r#"
const http = require('node:http')
const { once } = require('node:events')
const { app, BrowserWindow, session } = require('electron')

const heard = []
let origins = []
// As text, addresses without their ports.
const named = (text) => origins.reduce((all, [name, origin]) => all.replaceAll(origin, name), String(text ?? '-'))
const server = http.createServer((request, response) => {
  const { method, headers } = request
  const { pathname, searchParams } = new URL(request.url, 'http://x')
  heard.push([method, named(`http://${headers.host}`) + pathname, named(headers.origin), Buffer.from(headers.cookie ?? '-', 'latin1'), headers.authorization ?? '-'].join(' '))
  const { origin } = headers
  if (origin !== undefined && searchParams.get('allow') !== 'none') {
    response.setHeader('access-control-allow-origin', searchParams.get('allow') ?? origin)
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('access-control-allow-headers', 'x-own, authorization')
    response.setHeader('access-control-allow-methods', 'PUT')
  }
  const set = searchParams.getAll('set')
  if (set.length > 0) response.setHeader('set-cookie', set)
  if (searchParams.has('to')) return response.writeHead(Number(searchParams.get('status') ?? 302), { location: searchParams.get('to') }).end()
  if (pathname === '/secret' && headers.authorization === undefined) return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  response.setHeader('content-type', 'text/html')
  response.end('<title>x</title>')
})
const other = http.createServer((...given) => server.emit('request', ...given))

app.whenReady().then(async () => {
  await once(server.listen(0, '0.0.0.0'), 'listening')
  await once(other.listen(0, '0.0.0.0'), 'listening')
  const [one, two] = [server.address().port, other.address().port]
  const [own, near, far] = [`http://127.0.0.1:${one}`, `http://127.0.0.1:${two}`, `http://127.0.0.2:${one}`]
  origins = [['OWN', own], ['NEAR', near], ['FAR', far]]
  const mine = session.fromPartition('mine')
  const { cookies } = mine
  const win = new BrowserWindow({ show: false, webPreferences: { session: mine, mayRead: [near, far] } })
  const { webContents } = win
  const run = (code) => webContents.executeJavaScript(code)
  const names = async () => (await cookies.get({})).map(({ name, domain }) => `${name}@${domain}`).join() || '-'
  const log = (name, ...values) => console.log([[name, ...values].map(named).join(' | '), ...heard.splice(0)].join('\n  '))
  const get = async (name, url, init = {}) => {
    const seen = await run(`fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
      async (answer) => answer.type + ' ' + answer.status + ' ' + answer.headers.get('set-cookie'), (error) => error.message)`)
    log(name, seen)
  }
  const kept = async () => {
    for (const [url, name] of [[own, 'c'], [own, 's'], [own, 'l'], [far, 'c'], [far, 's'], [far, 'l']]) {
      const sameSite = { c: 'no_restriction', s: 'strict', l: 'lax' }[name]
      await cookies.set({ url, name, value: '1', sameSite, secure: name === 'c', httpOnly: name === 's' })
    }
  }

  await kept()
  await win.loadURL(own)
  log('page')
  await get('own', `${own}/a?set=t%3D1;Max-Age=0`)
  await get('own, omitted', `${own}/a?set=n%3D1`, { credentials: 'omit' })
  await get('other origin', `${near}/a?set=n%3D1`)
  await get('other origin, included', `${near}/a`, { credentials: 'include' })
  await get('included, allowed for all', `${near}/a?allow=*`, { credentials: 'include' })
  await get('included, allowed for nobody', `${near}/a?allow=none`, { credentials: 'include' })
  await get('other site', `${far}/a?set=n%3D1`)
  await get('other site, omitted', `${far}/a?set=n%3D1`, { credentials: 'omit' })
  log('nothing was taken', await names())
  await get('other site, included', `${far}/a?set=x%3D1&set=y%3D1;SameSite=None&set=z%3D1;SameSite=None;Secure&set=w%3D1;SameSite=Strict`, { credentials: 'include' })
  log('taken', await names())
  await get('asked before', `${near}/a`, { credentials: 'include', method: 'PUT', headers: { 'x-own': '1' } })
  await get('another asked before', `${far}/a`, { method: 'PUT', headers: { authorization: 'mine' } })
  await get('what a page says of cookies', `${own}/a`, { credentials: 'omit', headers: { cookie: 'mine=1', 'x-more': '1' } })
  await get('without CORS', `${far}/a`, { mode: 'no-cors', credentials: 'include' })

  const to = (place, more = '') => `/a?to=${encodeURIComponent(place)}${more}`
  await get('led away', own + to(`${near}/b`))
  await get('led there and back', own + to(near + to(`${own}/b`)))
  await get('led on to a third', near + to(`${far}/b`), { credentials: 'include' })
  await get('with a body no more', own + to(`${own}/b`), { method: 'POST', body: 'x' })
  await get('said by the page, led away', own + to(`${near}/b`), { headers: { authorization: 'mine' } })

  app.on('login', (event, contents, details, info, back) => { event.preventDefault(); back('me', 'x') })
  await win.loadURL(`${own}/secret`)
  log('told who asks')
  await get('known', `${own}/known`)
  await get('not elsewhere', own + to(`${near}/b`))
  await get('not elsewhere, though included', own + to(`${near}/b`), { credentials: 'include' })
  await get('nor before', `${near}/b`, { method: 'PUT' })
  await get('omitted', `${own}/known`, { credentials: 'omit' })

  const loaded = () => once(webContents, 'did-stop-loading')
  const go = async (name, url) => {
    await run(`document.body.innerHTML = '<a id="link" href="${url}">x</a>'; const loading = 0; 0`)
    const there = loaded()
    await run('link.click()')
    await there
    log(name, webContents.getURL())
  }
  await go('a link within', `${own}/c`)
  await go('a link to another site', `${far}/c`)
  await win.loadURL(`${own}/there`)
  log('by the program')
  const hidden = await run('document.cookie')
  log('what a page sees', hidden)
  await run(`document.cookie = 's=2'; document.cookie = 'h=1; HttpOnly'; document.cookie = 'mine=2; path=/there; Max-Age=100'; 0`)
  log('what it sets', await run('document.cookie'), (await cookies.get({ name: 's', domain: '127.0.0.1' }))[0].value)
  await run(`document.cookie = 'u=日'; 0`)
  await get('letters of all kinds', `${own}/a?set=v%3D%C3%BC`)
  log('and back', await run('document.cookie'))
  app.exit(0)
})
"#;

const EXPECTED: &str = "\
page
  GET OWN/ - c=1; s=1; l=1 -
own | basic 200 null
  GET OWN/a - c=1; s=1; l=1 -
own, omitted | basic 200 null
  GET OWN/a - - -
other origin | cors 200 null
  GET NEAR/a OWN - -
other origin, included | cors 200 null
  GET NEAR/a OWN c=1; s=1; l=1 -
included, allowed for all | Failed to fetch
  GET NEAR/a OWN c=1; s=1; l=1 -
included, allowed for nobody | Failed to fetch
  GET NEAR/a OWN c=1; s=1; l=1 -
other site | cors 200 null
  GET FAR/a OWN - -
other site, omitted | cors 200 null
  GET FAR/a OWN - -
nothing was taken | c@127.0.0.1,s@127.0.0.1,l@127.0.0.1,c@127.0.0.2,s@127.0.0.2,l@127.0.0.2
other site, included | cors 200 null
  GET FAR/a OWN c=1 -
taken | c@127.0.0.1,s@127.0.0.1,l@127.0.0.1,c@127.0.0.2,s@127.0.0.2,l@127.0.0.2,z@127.0.0.2
asked before | cors 200 null
  OPTIONS NEAR/a OWN - -
  PUT NEAR/a OWN c=1; s=1; l=1 -
another asked before | cors 200 null
  OPTIONS FAR/a OWN - -
  PUT FAR/a OWN - mine
what a page says of cookies | basic 200 null
  GET OWN/a - - -
without CORS | opaque 0 null
  GET FAR/a - c=1; z=1 -
led away | cors 200 null
  GET OWN/a - c=1; s=1; l=1 -
  GET NEAR/b OWN - -
led there and back | cors 200 null
  GET OWN/a - c=1; s=1; l=1 -
  GET NEAR/a OWN - -
  GET OWN/b null - -
led on to a third | cors 200 null
  GET NEAR/a OWN c=1; s=1; l=1 -
  GET FAR/b null c=1; z=1 -
with a body no more | basic 200 null
  POST OWN/a OWN c=1; s=1; l=1 -
  GET OWN/b - c=1; s=1; l=1 -
said by the page, led away | Failed to fetch
  GET OWN/a - c=1; s=1; l=1 mine
told who asks
  GET OWN/secret - c=1; s=1; l=1 -
  GET OWN/secret - c=1; s=1; l=1 Basic bWU6eA==
known | basic 200 null
  GET OWN/known - c=1; s=1; l=1 Basic bWU6eA==
not elsewhere | cors 200 null
  GET OWN/a - c=1; s=1; l=1 Basic bWU6eA==
  GET NEAR/b OWN - -
not elsewhere, though included | cors 200 null
  GET OWN/a - c=1; s=1; l=1 Basic bWU6eA==
  GET NEAR/b OWN c=1; s=1; l=1 -
nor before | cors 200 null
  OPTIONS NEAR/b OWN - -
  PUT NEAR/b OWN - -
omitted | basic 200 null
  GET OWN/known - - -
a link within | OWN/c
  GET OWN/c - c=1; s=1; l=1 Basic bWU6eA==
a link to another site | FAR/c
  GET FAR/c - c=1; l=1; z=1 -
by the program
  GET OWN/there - c=1; s=1; l=1 Basic bWU6eA==
what a page sees | c=1; l=1
what it sets | mine=2; c=1; l=1 | 1
letters of all kinds | basic 200 null
  GET OWN/a - c=1; s=1; l=1; u=日 Basic bWU6eA==
and back | mine=2; c=1; l=1; u=日; v=ü
";

#[test]
fn cookies_and_names_go_along_where_credentials_and_sites_allow() {
    let app = app(&[("index.js", MAIN)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert_eq!(out, EXPECTED, "{err}");
    assert_eq!(output.status.code(), Some(0), "{err}");
}
