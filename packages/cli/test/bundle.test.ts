import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** A folder with an application that says whatever it is asked for. */
async function shop(text = 'module.exports = (req, res) => res.end(req.url);\n'): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'index.js'), text);
  return folder;
}

test('says what has been made, what cannot be seen, and what to do next', async () => {
  const cwd = await shop('\nmodule.exports = ({ url }) => require(url);\n');
  const { status, stderr, stdout } = await runFcgi(['bundle', '-o', 'out'], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^\S+\/out: 12 files, \d+(\.\d+)? [kKM]i?B; needs Node 20\.19\.0 or later\n/);
  expect(stdout).toContain('note: index.js:2 loads a module whose name it makes at run time.');
  expect(stdout).toContain(
    '\nUpload the folder, then let it say whether it works there:\n    ./check https://YOUR.SITE/\n',
  );
});

test('as JSON, has all that the function returns', async () => {
  const cwd = await shop();
  const host = ['--node', '/home/me/node/bin/node', '--home', '/home/me', '--mount', '/shop'];
  const { stdout } = await runFcgi(['bundle', 'index.js', '-o', 'out', ...host, '--json'], { cwd });
  expect(JSON.parse(stdout)).toEqual({
    bytes: expect.any(Number),
    files: 12,
    folder: join(cwd, 'out'),
    natives: [],
    node: '20.19.0',
    notes: [],
    removed: [],
  });
  const program = await readFile(join(cwd, 'out/app.fcgi'), 'utf8');
  expect(program).toContain("node='/home/me/node/bin/node'\n");
  expect(program).toContain("HOME='/home/me'\n");
  expect(await readFile(join(cwd, 'out/.htaccess'), 'utf8')).toContain('RewriteBase "/shop/"');
});

test('a release is named with the command that switches to it', async () => {
  const cwd = await shop();
  await runFcgi(['bundle', '-o', 'out', '--release'], { cwd });
  const { stdout } = await runFcgi(['bundle', '-o', 'out', '--release', '--keep', '1'], { cwd });
  const [release = ''] = await readdir(join(cwd, 'out/releases'));
  expect(stdout).toContain(`    releases/${release}/activate\n`);
  expect(stdout).toMatch(/^Removed: \d{8}-\d{6}$/m);
});

describe('what cannot be made ends with', () => {
  test.each([
    [2, 'without a folder', ['index.js'], "required option '-o, --output <folder>'"],
    [2, 'an option that makes no sense', ['-o', 'out', '--keep', '2'], '--keep is for --release'],
    [2, 'an option of one word', ['-o', 'out', '--static', 'public'], '/assets=public'],
    [2, 'no application', ['nothing.js', '-o', 'out'], 'There is no application'],
    [
      1,
      'a module that is none',
      ['broken.js', '-o', 'out'],
      'fcgi: broken.js cannot be bundled: broken.js:1: ',
    ],
  ])('%d: %s', async (status, _title, words, message) => {
    const cwd = await shop();
    await writeFile(join(cwd, 'broken.js'), 'const = 1;\n');
    const outcome = await runFcgi(['bundle', ...words], { cwd });
    expect(outcome).toMatchObject({ status, stderr: expect.stringContaining(message) });
    expect(await readdir(cwd)).toEqual(['broken.js', 'index.js']);
  });
});

const noTerminal = skipReason('script');

describe.skipIf(noTerminal)(`on a terminal${noTerminal ? ` (${noTerminal})` : ''}`, () => {
  const ENTER = '\r';

  test('the paths of the host are asked for, and again where one is not absolute', async () => {
    const cwd = await shop();
    const running = new FcgiProcess(['bundle', '-o', 'out'], { cwd, terminal: true, columns: 100 });
    await running.printed('Where is Node on the host?');
    running.write(`x${ENTER}`);
    await running.printed('It must be an absolute path.');
    running.write(`\x7f/n/node${ENTER}`);
    await running.printed('What is your home folder there?');
    running.write(ENTER);
    expect(await running.outcome()).toMatchObject({ status: 0 });
    const program = await readFile(join(cwd, 'out/app.fcgi'), 'utf8');
    expect(program).toContain("node='/n/node'\n");
    expect(program).toContain('HOME=$(getent passwd');
  });

  test('Ctrl-C at a question ends it, and nothing is made', async () => {
    const cwd = await shop();
    const running = new FcgiProcess(['bundle', '-o', 'out'], { cwd, terminal: true, columns: 100 });
    await running.printed('Where is Node on the host?');
    running.write('\x03');
    expect(await running.outcome()).toMatchObject({
      status: 130,
      stdout: expect.stringContaining('Nothing is made.'),
    });
    expect(await readdir(cwd)).toEqual(['index.js']);
  });
});
