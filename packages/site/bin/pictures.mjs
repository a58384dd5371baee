// Makes docs/pictures and docs/terminal/{init,top}.ansi from what the built command really shows. By hand, when that changes:
// node packages/site/bin/pictures.mjs, then `npx vitest run --project site test/terminal -u`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import { findProgram } from '../../tooling/src/system-packages.mjs';
import { root } from '../../tooling/src/workspace.mjs';

const fcgi = join(root, 'packages/cli/dist/bin/fcgi.js');
const pictures = join(root, 'docs/pictures');
const project = join(mkdtempSync(join(tmpdir(), 'fcgi-js-pictures-')), 'shop');
const socket = join(project, 'shop.sock');
/** @type {import('node:child_process').ChildProcess[]} */
const started = [];

/** @type {Readonly<Record<string, string>>} */
const sources = {
  'package.json': '{ "name": "shop", "type": "module", "main": "app.js" }\n',
  'app.js': `const prices = new Map([['tea', 4]]);

/** What a cart costs. */
function total(cart) {
  return cart.map(({ name, count }) => prices.get(name).amount * count);
}

export default (req, res) => {
  if (req.url === '/cart') {
    res.end(String(total([{ name: 'coffee', count: 2 }])));
    return;
  }
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(\`You asked for \${req.url}\\n\`);
};
`,
};

/**
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<string>} what it printed on stdout
 */
async function ask(args, env = {}) {
  const { stdout } = await promisify(execFile)(process.execPath, [fcgi, ...args], {
    cwd: project,
    env: { ...process.env, ...env },
  });
  return stdout;
}

/**
 * @param {string[]} args
 * @param {RegExp} sign of its being ready, on stderr
 * @returns {Promise<string>} the first group of the sign
 */
async function start(args, sign) {
  const child = spawn(process.execPath, [fcgi, ...args], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let said = '';
  for await (const text of child.stderr.setEncoding('utf8')) {
    said += text;
    const match = sign.exec(said);
    if (match !== null) return match[1] ?? '';
  }
  throw new Error(`fcgi ${args.join(' ')} has ended: ${said}`);
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string} output
 */
function record(name, command, output) {
  const text = output.replaceAll(project, '/srv/shop').replaceAll(socket, '/run/shop.sock');
  writeFileSync(join(root, `docs/terminal/${name}.ansi`), `$ ${command}\n${text}`);
}

const init = 'init app.js --web-server nginx --start systemd --server-name example.org --yes';

async function terminals() {
  record('init', `fcgi ${init}`, await ask(init.split(' '), { FORCE_COLOR: '1' }));
  await start(
    ['run', '--listen', socket, '--workers', '2', '--status-path', '/status', 'app.js'],
    /is served on (\S+)/,
  );
  for (const url of ['/', '/tea', '/tea?size=2', '/search?q=tea']) await ask(['request', socket, url]);
  record('top', 'fcgi top /run/shop.sock --once', await ask(['top', socket, '--once', '--interval', '1']));
}

async function browserPages() {
  const browser = await chromium.launch({
    args: ['--no-sandbox', '--disable-gpu'],
    executablePath: findProgram('chromium') ?? 'chromium',
  });
  const page = await browser.newPage({ viewport: { width: 960, height: 560 } });
  /**
   * @param {string} name
   * @param {number} [height]
   * @param {number} [width]
   */
  const take = async (name, height = 560, width = 960) => {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const url = await start(['dev', '--port', '3000', 'app.js'], /(http:\S+\?key=\S+?),? [\s\S]*loaded/);
  await page.goto(url);
  for (const path of ['/tea', '/search?q=tea', '/cart']) await page.goto(new URL(path, url).href);
  // Up to the lines of the source: those of the stack are of this machine.
  await take('dev-error', 385);
  await page.goto(new URL('/__fcgi', url).href);
  await page.locator('summary', { hasText: '/search' }).first().click();
  await take('dev-requests');
  const status = await start(
    [
      'run',
      '--listen',
      `${socket}-2`,
      '--workers',
      '2',
      '--status-listen',
      'http://127.0.0.1:9090',
      'app.js',
    ],
    /(http:\S+)/,
  );
  for (const path of ['/', '/tea', '/search?q=tea']) await ask(['request', `${socket}-2`, path]);
  await page.goto(status);
  await take('status', 560, 1280);
  await browser.close();
}

try {
  mkdirSync(pictures, { recursive: true });
  mkdirSync(project);
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(project, name), text);
  await terminals();
  await browserPages();
} finally {
  for (const child of started.filter(({ exitCode }) => exitCode === null)) {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
  rmSync(join(project, '..'), { recursive: true });
}
