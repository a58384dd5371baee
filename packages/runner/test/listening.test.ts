import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

/** Runs a script of CommonJS on `s` in its folder. */
async function runScript(script: string, args: readonly string[] = ['--listen', './s']) {
  const cwd = await folderWith({ 'app.cjs': script });
  return { cwd, runner: await new Runner([...args, 'app.cjs'], { cwd }).serving() };
}

test('a server that listens tells its callback, its event and its address', async () => {
  const { runner } = await runScript(`
    const server = require('http').createServer((req, res) => {
      server.getConnections((error, count) => res.end(JSON.stringify({ said, count, listening: server.listening })));
    });
    const said = [server.listening, server.address()];
    server.on('listening', () => said.push('event'));
    const result = server.listen(3000, () => said.push('callback', server.address()));
    said.push(result === server, server.listening);`);
  const { said, count, listening } = JSON.parse((await runner.get()).slice(4));
  const address = {
    address: expect.stringMatching(/^(?:::|0\.0\.0\.0)$/),
    family: expect.any(String),
    port: 3000,
  };
  expect(said).toEqual([false, null, true, true, 'event', 'callback', address]);
  expect({ count, listening }).toEqual({ count: 1, listening: true });
});

test('a server that closes lets requests end, then tells its callback and event, and the process ends', async () => {
  const { runner } = await runScript(`
    const server = require('http').createServer((req, res) => {
      if (req.url === '/close') {
        server.on('close', () => console.log('event'));
        server.close((error) => console.log('callback', error, server.listening));
        console.log('closing', server.listening, server.address());
      }
      setTimeout(() => res.end('done'), 100);
    }).listen(3000);`);
  expect(await Promise.all([runner.get('/'), runner.get('/close')])).toEqual(['200 done', '200 done']);
  expect(await runner.exited).toBe(0);
  expect(runner.stdout).toBe('closing false null\nevent\ncallback undefined false\n');
  expect(runner.stderr).toMatch(/has closed its server for port 3000, and has not listened again/);
});

test('a second close() is told that the server does not run', async () => {
  const { runner } = await runScript(`
    const server = require('http').createServer((req, res) => {
      res.end('ok');
      server.close(() => console.log('first'));
      server.close((error) => console.log(error.code));
    }).listen(3000);`);
  await runner.get();
  expect(await runner.exited).toBe(0);
  expect(runner.stdout).toBe('first\nERR_SERVER_NOT_RUNNING\n');
});

test('closeAllConnections() breaks off what is under way', async () => {
  const { runner } = await runScript(`
    const server = require('http').createServer((req, res) => {
      res.on('close', () => console.log('closed', res.writableFinished));
      server.close();
      server.closeAllConnections();
    }).listen(3000);`);
  expect(await runner.get()).toMatch(/^500 /);
  expect(await runner.exited).toBe(0);
  expect(runner.stdout).toBe('closed false\n');
});

test('the time-out of the server counts for its requests', async () => {
  const { runner } = await runScript(`
    const server = require('http').createServer(() => {}).listen(3000);
    server.setTimeout(50, (socket) => { console.log('timeout'); socket.destroy(); });`);
  expect(await runner.get()).toMatch(/^500 /);
  await expect.poll(() => runner.stdout).toBe('timeout\n');
});

test('an exported function that listens only later opens no port', async () => {
  const { runner } = await runScript(`
    const app = (req, res) => res.end('exported');
    module.exports = app;
    setTimeout(() => {
      const server = require('http').createServer(app);
      server.listen(3000, () => console.log('listens', server.address()));
    }, 20);`);
  await expect.poll(() => runner.stdout).toMatch(/^listens \{.*port: 3000 \}\n$/);
  expect(await runner.get()).toBe('200 exported');
});

test('another server than the exported function opens its port', async () => {
  const { runner } = await runScript(`
    module.exports = (req, res) => res.end('exported');
    process.once('SIGUSR2', () => {
      const server = require('http').createServer((req, res) => res.end('figures'));
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));
    });`);
  runner.signal('SIGUSR2');
  await expect.poll(() => runner.stdout).toMatch(/^\d+\n$/);
  expect(await runner.get()).toBe('200 exported');
  expect(await (await fetch(`http://127.0.0.1:${runner.stdout.trim()}/`)).text()).toBe('figures');
  expect(runner.stderr).toMatch(/also listens on a free port of 127\.0\.0\.1, which it opens itself/);
});

test('a server with TLS is served, and its certificate is not used', async () => {
  const { runner } = await runScript(
    `require('https').createServer({}, (req, res) => res.end('secure: ' + req.socket.encrypted)).listen(443);`,
  );
  expect(await runner.get()).toBe('200 secure: undefined');
  expect(runner.stderr).toMatch(/listens with TLS.*certificate is not used/);
});

test('a server of HTTP/2 is not what is served, and that is said', async () => {
  const cwd = await folderWith({ 'app.cjs': `require('http2').createServer().listen(0);` });
  const runner = new Runner(['--start-timeout', '0.5', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/HTTP\/2 server on a free port/);
});

test('listening twice without closing fails as with node, and the server goes on', async () => {
  const { runner } =
    await runScript(`const server = require('http').createServer((req, res) => res.end('served')).listen(3000);
    try { server.listen(3001); } catch (error) { console.log(error.code); }
    server.once('listening', () => {
      try { server.listen(3002); } catch (error) { console.log(error.code); }
    });`);
  await expect.poll(() => runner.stdout).toBe('ERR_SERVER_ALREADY_LISTEN\nERR_SERVER_ALREADY_LISTEN\n');
  expect(await runner.get()).toBe('200 served');
  expect(await runner.stop()).toBe(0);
});

test('what a script throws after it listens ends the process, as with node', async () => {
  const cwd = await folderWith({
    'app.mjs': `import { createServer } from 'node:http';
      createServer(() => {}).listen(3000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('too late');`,
  });
  const runner = new Runner(['--listen', './s', 'app.mjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/Error: too late\n +at .*app\.mjs:4/);
});

test('what a listener of the server throws ends the process, as with node', async () => {
  const cwd = await folderWith({
    'app.cjs': `process.on('uncaughtException', (error, origin) => { console.log(origin, error.message); process.exit(5); });
      require('http').createServer(() => {}).listen(3000, () => { throw new Error('not ready'); });`,
  });
  const runner = new Runner(['--listen', './s', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(5);
  expect(runner.stdout).toBe('uncaughtException not ready\n');
});
