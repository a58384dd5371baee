import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { openFolder, writeProgram } from '../../../doctor/test/support/deployment.ts';
import { examine, expectFinding } from './support/examine.ts';

/** The packages of this repository may be in a folder that is closed to the user of web servers. */
const asMe = ['--user', userInfo().username, '--timeout', '30'];

const MODULE = { mode: 0o644, name: 'app.js' };

test('a script with a port of its own is looked at as fcgi run starts it', async () => {
  const app = await writeProgram(
    await openFolder(),
    "require('node:http').createServer((req, res) => res.end('hello')).listen(3000);\n",
    MODULE,
  );
  const { findings, looked } = await examine([app, ...asMe]);
  expect(findings).toEqual([]);
  expect(looked.join('\n')).toMatch(/fcgi\.js run .*app\.js, started in \/[\s\S]*status 200/);
});

test('a module that lacks a package', async () => {
  const app = await writeProgram(
    await openFolder(),
    "module.exports = require('no-such-package');\n",
    MODULE,
  );
  await expectFinding('module-not-found', [app, ...asMe], {
    evidence: 'no-such-package',
    remedy: 'npm install',
  });
});

test('a module whose handler throws', async () => {
  const app = await writeProgram(
    await openFolder(),
    "module.exports = (req, res) => { throw new Error('no table users'); };\n",
    MODULE,
  );
  await expectFinding('server-error', [app, ...asMe], {
    evidence: 'no table users',
    remedy: 'Read what it said',
  });
});

test('a module that the web server is to start itself lacks its run bit', async () => {
  const folder = await openFolder();
  const app = await writeProgram(folder, "module.exports = (req, res) => res.end('hello');\n", MODULE);
  const config = await writeProgram(
    folder,
    `server.modules = ("mod_fastcgi")\nfastcgi.server = ("/" => (("bin-path" => "${app}", "socket" => "/run/a.sock")))\n`,
    { name: 'lighttpd.conf' },
  );
  const { findings } = await examine(['--config', config, '--user', userInfo().username]);
  expect(findings.map(({ id }) => id)).toEqual(['run-bit-missing', 'shebang-missing']);
});
