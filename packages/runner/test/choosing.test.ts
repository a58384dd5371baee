import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

/** So many ports that are free now, the lowest first. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports.sort((one, other) => one - other);
}

/** Runs a script of CommonJS that knows two free ports, `low` and `high`. */
async function run(script: string, { args = [] as string[], env = {} } = {}) {
  const [low, high] = await freePorts(2);
  const cwd = await folderWith({
    'app.cjs': `const http = require('http'), https = require('https'), low = ${low}, high = ${high};
      const app = http.createServer((req, res) => res.end('the application'));\n${script}`,
  });
  const named = args.map((arg) => (arg === 'low' ? String(low) : arg === 'high' ? String(high) : arg));
  return new Runner(['--listen', './s', ...named, 'app.cjs'], { cwd, env: { PORT: undefined, ...env } });
}

/** Each opens a server of another kind before the application. */
const beside: Record<string, string> = {
  'metrics, on a lower port': `http.createServer((req, res) => res.end('# metrics')).listen(low); app.listen(high);`,
  'metrics, and the application when its database is there': `http.createServer((req, res) => res.end('# metrics')).listen(low);
    setTimeout(() => app.listen(high), 300);`,
  'a server that does not keep the process running': `http.createServer((req, res) => res.end('aside')).listen(low).unref(); app.listen(high);`,
  'a WebSocket server': `const ws = http.createServer((req, res) => { res.writeHead(426); res.end('Upgrade Required'); });
    ws.on('upgrade', () => {}); ws.listen(low); app.listen(high);`,
  'a server without a handler': `http.createServer().listen(low); app.listen(high);`,
  'a back end for this machine': `http.createServer((req, res) => res.end('internal')).listen(low, '127.0.0.1', () => app.listen(high, '0.0.0.0'));`,
  'a back end on a free port': `http.createServer((req, res) => res.end('internal')).listen(0, () => app.listen(high));`,
  'a redirect to HTTPS': `http.createServer((req, res) => { res.writeHead(301, { Location: 'https://' + req.headers.host }); res.end(); }).listen(low);
    https.createServer({}, (req, res) => res.end('the application')).listen(high);`,
  'a server on a higher port': `http.createServer((req, res) => res.end('aside')).listen(high); app.listen(low);`,
};

test.each(Object.entries(beside))('the application is served, and not %s', async (_name, script) => {
  const runner = await (await run(script)).serving();
  expect(await runner.get()).toBe('200 the application');
  expect(runner.stderr).toMatch(/Served is its server for port \d+.*, because .*name its port: --port/);
});

test('the server that is not served is open on its own port, and was told so once', async () => {
  const runner = await run(`let events = 0;
    const aside = http.createServer((req, res) => res.end('aside'));
    aside.on('listening', () => { events += 1; });
    aside.listen(0, () => {
      console.log(aside.address().port);
      setTimeout(() => console.log('events', events, aside.listening), 200);
    });
    app.listen(low);`);
  await runner.serving();
  await expect.poll(() => runner.stdout).toMatch(/^\d+\nevents 1 true\n$/);
  const answer = await fetch(`http://127.0.0.1:${Number.parseInt(runner.stdout, 10)}/`);
  expect(await answer.text()).toBe('aside');
});

test('--port names the server that is served, however late it listens', async () => {
  const script = `app.listen(low); setTimeout(() => http.createServer((req, res) => res.end('chosen')).listen(high), 300);`;
  const runner = await (await run(script, { args: ['--port', 'high'] })).serving();
  expect(await runner.get()).toBe('200 chosen');
  expect(runner.stderr).toMatch(/also listens on port \d+, which it opens itself/);
});

test('--port without a server that asks for it fails, and names one that does', async () => {
  const runner = await run(`app.listen(low);`, { args: ['--port', 'high', '--start-timeout', '0.5'] });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(
    /has not called listen\(\) for port (\d+) \(--port\).*It listens on port (\d+).*--port \2/,
  );
});

test('PORT of the environment names the server', async () => {
  const [port] = await freePorts(1);
  const script = `http.createServer((req, res) => res.end('aside')).listen(1 + low - low);
    app.listen(process.env.PORT);`.replace('1 + low - low', 'low > process.env.PORT ? low : 0');
  const runner = await (await run(script, { env: { PORT: String(port) } })).serving();
  expect(await runner.get()).toBe('200 the application');
});

test('a server that listens after the choice opens its port, and the line says how to serve it', async () => {
  const runner = await run(`app.listen(low);
    process.once('SIGUSR2', () => http.createServer((req, res) => res.end('late')).listen(high));`);
  await runner.serving();
  runner.signal('SIGUSR2');
  const [, port, flag] = await runner.says(
    /also listens on port (\d+).*its server for port \d+\. .*--port (\d+)/,
  );
  expect(flag).toBe(port);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('late');
  expect(await runner.get()).toBe('200 the application');
});

test('a module that exports its application and listens later is served when it listens', async () => {
  const runner = await run(`let isReady = false;
    const listener = (req, res) => res.end('ready: ' + isReady);
    setTimeout(() => { isReady = true; http.createServer(listener).listen(low); }, 1500);
    module.exports = listener;`);
  await runner.serving();
  expect(await runner.get()).toBe('200 ready: true');
  expect(runner.stderr).toMatch(/has not called listen\(\), but may be about to.*1 × timer.*--port none/);
});

test('a module that exports its application and ends before it listens has never been served', async () => {
  const runner = await run(`module.exports = (req, res) => res.end();
    setTimeout(() => process.exit(3), 1200);`);
  expect(await runner.exited).toBe(3);
  expect(runner.stderr).not.toMatch(/is served on/);
});

test('--port none serves what is exported without waiting', async () => {
  const runner = await run(
    `module.exports = (req, res) => res.end('exported'); setInterval(() => {}, 1000);`,
    {
      args: ['--port', 'none'],
    },
  );
  await runner.serving();
  expect(await runner.get()).toBe('200 exported');
  expect(runner.stderr).not.toMatch(/may be about to/);
});

test('a server that is closed and listens again is served again', async () => {
  const runner = await run(`let n = 0;
    const server = http.createServer((req, res) => {
      res.end('start ' + n);
      if (req.url === '/again') server.close(() => setTimeout(() => { n += 1; server.listen(low); }, 100));
    }).listen(low);`);
  await runner.serving();
  expect(await runner.get('/again')).toBe('200 start 0');
  expect(await runner.get()).toBe('200 start 1');
});

test('a server in the place of one that was closed is served', async () => {
  const runner = await run(`app.on('request', (req) => {
      app.close();
      http.createServer((req, res) => res.end('the next')).listen(low);
    }).listen(low);`);
  await runner.serving();
  expect(await runner.get()).toBe('200 the application');
  expect(await runner.get()).toBe('200 the next');
});

test('a second server on the port of the first gets the error of Node', async () => {
  const runner = await run(`app.listen(low);
    http.createServer(() => {}).on('error', ({ code, message, port }) => console.log(code, port === low, message)).listen(low);`);
  await runner.serving();
  expect(await runner.get()).toBe('200 the application');
  expect(runner.stdout).toMatch(/^EADDRINUSE true listen EADDRINUSE: address already in use :::\d+\n$/);
});

test('an application may change or remove the Unix socket that it believes to have opened', async () => {
  const runner = await run(`const fs = require('fs');
    app.listen('./own.sock', () => {
      fs.chmodSync('./own.sock', 0o666);
      console.log(app.address());
      process.once('SIGUSR2', () => { fs.unlinkSync('./own.sock'); console.log('removed'); });
    });`);
  await runner.serving();
  runner.signal('SIGUSR2');
  await expect.poll(() => runner.stdout).toBe('./own.sock\nremoved\n');
  expect(await runner.get()).toBe('200 the application');
  expect(runner.stderr.match(/listens on "\.\/own\.sock"\. No socket is opened there/g)).toHaveLength(1);
});

test('an application that asks itself at its own port is told that there is none', async () => {
  const runner = await run(
    `app.listen(low, () => fetch('http://127.0.0.1:' + low).catch(({ cause }) => console.log(cause.code)));`,
  );
  await runner.serving();
  await expect.poll(() => runner.stdout).toBe('ECONNREFUSED\n');
  expect(runner.stderr).toMatch(/connects to its own port \d+, and is refused: fcgi run opens no port/);
});

test('a server that listens keeps its process running from the beginning', async () => {
  const runner = await run(`app.listen(low); process.on('beforeExit', () => process.exit(7));`);
  await runner.serving();
  expect(await runner.get()).toBe('200 the application');
});

test('an application that repeats the signal when its server has closed ends as it was told', async () => {
  const runner = await run(`app.listen(low);
    process.once('SIGTERM', () => app.close(() => process.kill(process.pid, 'SIGTERM')));`);
  await runner.serving();
  expect(await runner.get()).toBe('200 the application');
  expect(await runner.stop()).toBe(0);
});
