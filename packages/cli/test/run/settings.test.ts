import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runOptions } from '../../../runner/src/options/run-options.ts';
import { folderWith, Runner } from '../../../runner/test/support/runner.ts';
import { runMain } from '../support/test-io.ts';

const application = "module.exports = (req, res) => res.end('served ' + process.argv.slice(2));";

/** What `--print-config` prints: the configuration, and the origins by name. */
async function printed(cwd: string, ...words: string[]) {
  const { status, stderr, stdout } = await runMain(['run', '--print-config', ...words], { cwd });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const origins = Object.fromEntries(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ')),
  );
  return { config: JSON.parse(stdout), origins };
}

/** How a configuration file is refused. */
async function refusal(config: string, name = 'fcgi.config.json'): Promise<string> {
  const cwd = await folderWith({ [name]: config, 'app.cjs': application });
  const { status, stderr, stdout } = await runMain(['run', '--print-config', 'app.cjs'], { cwd });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr.replaceAll(`${cwd}/`, '');
}

test('an application is run as its configuration file says, without a word on the command line', async () => {
  const cwd = await folderWith({
    'fcgi.config.json': JSON.stringify({ app: 'app.cjs', args: ['a', 'b'], listen: './s', workers: 1 }),
    'app.cjs': application,
  });
  const runner = await new Runner([], { cwd }).serving();
  expect(runner.stderr).toContain('by 1 worker');
  expect(await runner.get()).toBe('200 served a,b');
  expect(await runner.stop()).toBe(0);
});

test('the command line counts more than the file, and the file more than a default', async () => {
  const file = { app: 'other.cjs', args: ['a'], listen: './file', maxAge: '2h', startTimeout: 5 };
  const cwd = await folderWith({ 'fcgi.config.json': JSON.stringify(file) });
  const { config, origins } = await printed(cwd, '--listen', './flag', '--max-memory', '1G', 'app.cjs', 'b');
  expect(config).toMatchObject({
    app: join(cwd, 'app.cjs'),
    args: ['b'],
    listen: `unix:${cwd}/flag`,
    maxAge: 7_200,
    maxMemory: '1G',
    startTimeout: 5,
    stopTimeout: 30,
  });
  expect(origins).toMatchObject({
    app: 'command line',
    args: 'command line',
    listen: '--listen',
    maxAge: `${cwd}/fcgi.config.json`,
    maxMemory: '--max-memory',
    startTimeout: `${cwd}/fcgi.config.json`,
    stopTimeout: 'default',
  });
});

test('what --print-config prints is a configuration file with the same meaning, wherever it lies', async () => {
  const cwd = await folderWith({ 'app.cjs': application, 'elsewhere/.keep': '' });
  const words = [
    ...['--listen', './s', '--mount', '/shop', '--allow', '10.0.0.1', '--allow', '10.1.0.0/16'],
    ...['--socket-mode', '600', '--workers', 'auto', '--max-requests', '7', '--stop-timeout', '1.5m'],
    ...['--max-memory', '1.5G'],
  ];
  const { config } = await printed(cwd, ...words, 'app.cjs', '--listen', 'of the application');
  expect(config).toMatchObject({
    allow: ['10.0.0.1', '10.1.0.0/16'],
    args: ['--listen', 'of the application'],
    maxMemory: '1536M',
    socketMode: '600',
    stopTimeout: 90,
    workers: 'auto',
  });
  const copy = join(cwd, 'elsewhere/copy.json');
  await writeFile(copy, JSON.stringify(config));
  expect((await printed(join(cwd, 'elsewhere'), '--config', 'copy.json')).config).toEqual(config);
});

const content = "{ app: 'app.cjs', mount: '/typed' }";
test.each([
  ['fcgi.config.js', `module.exports = ${content};`],
  ['fcgi.config.mjs', `export default ${content};`],
  ['fcgi.config.cjs', `module.exports = ${content};`],
  ['fcgi.config.ts', `const config: object = ${content};\nexport default config;`],
  ['fcgi.config.mts', `const config: object = ${content};\nexport default config;`],
  ['fcgi.config.cts', `const config: object = ${content};\nexport default config;`],
])('%s is a configuration file', async (name, text) => {
  const cwd = await folderWith({ [name]: text });
  const { config, origins } = await printed(cwd);
  expect(config).toMatchObject({ app: join(cwd, 'app.cjs'), mount: '/typed' });
  expect(origins['mount']).toBe(join(cwd, name));
});

test('the file is looked for in the working directory first, then beside the application', async () => {
  const cwd = await folderWith({
    'shop/fcgi.config.json': '{ "mount": "/beside" }',
    'shop/app.cjs': application,
  });
  expect((await printed(cwd, 'shop/app.cjs')).config.mount).toBe('/beside');
  expect((await printed(cwd, 'shop')).config.mount).toBe('/beside');
  await writeFile(join(cwd, 'fcgi.config.json'), '{ "mount": "/here" }');
  expect((await printed(cwd, 'shop/app.cjs')).config.mount).toBe('/here');
  expect((await printed(cwd, '--config', 'shop/fcgi.config.json', 'shop')).config.mount).toBe('/beside');
});

test('two configuration files in one folder are one too many', async () => {
  const cwd = await folderWith({ 'fcgi.config.js': '', 'fcgi.config.json': '{}' });
  const { status, stderr } = await runMain(['run', 'app.cjs'], { cwd });
  expect(status).toBe(2);
  expect(stderr).toContain('Leave one of them, or name it with --config.');
});

test('a file that makes no sense is refused with its name, the key and what is allowed', async () => {
  expect(await refusal('{ "worker": 2 }')).toMatch(
    /^fcgi: fcgi\.config\.json: There is no option "worker"\. There are app, args, listen, .*workers/,
  );
  expect(await refusal('{ "__proto__": 2 }')).toContain('There is no option "__proto__".');
  expect(await refusal('{ "workers": 0 }')).toBe(
    'fcgi: fcgi.config.json: "workers" is 0. It must be a whole number above 0, or auto.\n',
  );
  for (const size of ['500', '"500"']) {
    expect(await refusal(`{ "maxMemory": ${size} }`)).toBe(
      `fcgi: fcgi.config.json: "maxMemory" is ${size}. It has no unit: write 500M for megabytes, 500K or 500B.\n`,
    );
  }
  expect(await refusal('{ "listen": "here" }')).toContain('"listen" is "here". "here" is not an address');
  expect(await refusal('[1]')).toBe('fcgi: fcgi.config.json: It must have an object of options.\n');
  expect(await refusal('{')).toMatch(/^fcgi: fcgi\.config\.json could not be loaded: .*JSON/);
  expect(await refusal('throw new Error("no vault")', 'fcgi.config.js')).toBe(
    'fcgi: fcgi.config.js could not be loaded: no vault\n',
  );
  expect(await refusal('', 'fcgi.config.mjs')).toContain('It must export an object of options.');
});

test.each(Object.entries(runOptions))('%s of another type is refused in a file', async (name, option) => {
  const wrong = { nested: true };
  expect(await refusal(JSON.stringify({ [name]: wrong }))).toContain(
    `"${name}" is {"nested":true}. It must `,
  );
  expect(() => option.kind.fromFile(null, '/')).toThrow('It must ');
});

test('without an application the command says how to name one', async () => {
  const cwd = await folderWith({});
  const { status, stderr } = await runMain(['run'], { cwd });
  expect(status).toBe(2);
  expect(stderr).toContain(
    `Which application? There is no package.json in ${cwd}. Name its file, or give it as "app" in a file fcgi.config.js`,
  );
});

test('a configuration file that is named has to be there', async () => {
  const cwd = await folderWith({ 'app.cjs': application });
  const { status, stderr } = await runMain(['run', '--config', 'none.json', 'app.cjs'], { cwd });
  expect(status).toBe(2);
  expect(stderr).toMatch(/none\.json could not be loaded: ENOENT/);
});

test('an option behind APP goes to the application, and a line says where it belongs', async () => {
  const cwd = await folderWith({ 'app.cjs': application });
  const words = ['run', '--print-config', 'app.cjs', '--workers=2', 'x', '--verbose', '--', '--user', 'www'];
  const { stderr, stdout } = await runMain(words, { cwd });
  expect(JSON.parse(stdout)).toMatchObject({ args: words.slice(3) });
  expect(stderr).toMatch(
    /--workers behind APP goes to the application.*: fcgi run --workers=2 x --verbose app\.cjs\n/,
  );
  expect(stderr).not.toContain('--user behind');
});

test('limits of the server may stand in the file, and each on the command line counts more than that one', async () => {
  const limits = { requests: 5_000, bodyStallTimeout: '10m', paramsBytes: '2M', bodyBytes: 'Infinity' };
  const cwd = await folderWith({ 'fcgi.config.json': JSON.stringify({ app: 'app.cjs', limits }) });
  const words = [
    '--limit',
    'requests=6000',
    '--limit',
    'writeStallTimeout=1500',
    '--limit',
    'idleTimeout=90s',
  ];
  const { config, origins } = await printed(cwd, ...words);
  expect(config.limits).toEqual({
    requests: 6_000,
    bodyStallTimeout: 600_000,
    paramsBytes: 2_097_152,
    bodyBytes: 'Infinity',
    writeStallTimeout: 1_500,
    idleTimeout: 90_000,
  });
  expect(origins).toMatchObject({ limits: '--limit' });
});

test.each([
  ['requests', 'must be NAME=VALUE'],
  ['reqests=5', 'It must name limits, and "reqests" is none. There are bodyBytes, '],
  ['requests=0', 'limits.requests must be a number above 0, or Infinity, but it is "0"'],
  ['requests=5m', 'limits.requests must be a number above 0'],
  ['__proto__=5', '"__proto__" is none'],
  ['bodyStallTimeout=soon', 'must be a time above 0'],
])('--limit %s is refused with what is allowed', async (word, complaint) => {
  const { status, stderr } = await runMain(['run', '--limit', word, 'app.cjs'], { cwd: '/' });
  expect(status).toBe(2);
  expect(stderr).toContain(complaint);
});

test.each([
  ['{ "limits": 5 }', '"limits" is 5. It must be an object'],
  ['{ "limits": { "request": 5 } }', '"request" is none'],
  ['{ "limits": { "requests": null } }', 'limits.requests must be a number above 0'],
])('limits of a file that make no sense are refused: %s', async (config, complaint) => {
  expect(await refusal(config)).toContain(complaint);
});

test.each([[[]], [['--workers', '1']]])(
  'a limit holds, and the message about it names the option that raises it: %j',
  async (words) => {
    const cwd = await folderWith({ 'app.cjs': application });
    const runner = await new Runner(['--listen', './s', '--limit', 'paramsBytes=100', ...words, 'app.cjs'], {
      cwd,
    }).serving();
    expect(await runner.get(`/${'x'.repeat(100)}`)).toMatch(/^431/);
    await runner.says(
      /exceed 100 bytes, which is limits\.paramsBytes \(fcgi run --limit paramsBytes=VALUE\)/,
    );
    expect(await runner.stop()).toBe(0);
  },
);
