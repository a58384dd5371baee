import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScript } from '../../src/project/start-script.ts';
import { folderWith } from '../support/runner.ts';

const read = (scripts: Record<string, string>, name = 'start') =>
  readScript('/srv/app', { dependencies: new Set(), main: undefined, scripts }, name);

test.each([
  ['node server.js', { file: 'server.js' }],
  ['node ./bin/www --port 80', { file: './bin/www', args: ['--port', '80'] }],
  ['NODE_ENV=production node .', { file: '.', environment: { NODE_ENV: 'production' } }],
  ['cross-env A=1 B= node a.js', { file: 'a.js', environment: { A: '1', B: '' } }],
  ['exec node a.js', { file: 'a.js' }],
  ['node --env-file=.env --enable-source-maps a.js', { file: 'a.js', environmentFiles: ['.env'] }],
  ['node --env-file .env --env-file-if-exists .none a.js', { file: 'a.js', environmentFiles: ['.env'] }],
  [
    'node -r dotenv/config a.js dotenv_config_path=x',
    { args: ['dotenv_config_path=x'], preload: ['dotenv/config'] },
  ],
  [
    'node --import ./instrument.mjs --require=./b.cjs a.js -r',
    { args: ['-r'], preload: ['./instrument.mjs', './b.cjs'] },
  ],
  ['tsx src/main.ts', { file: 'src/main.ts' }],
  ['bun run src/main.ts', { file: 'src/main.ts' }],
])('%s', (start, program) => {
  const none = { args: [], environment: {}, environmentFiles: [], file: 'a.js', preload: [] };
  expect(read({ start })).toEqual({ kind: 'program', isNamed: true, ...none, ...program });
});

test('a script may lead to another one, and adds to its environment', () => {
  const scripts = { start: 'A=1 B=1 npm run start:prod', 'start:prod': 'B=2 node dist/main' };
  expect(read(scripts)).toMatchObject({ file: 'dist/main', environment: { A: '1', B: '2' } });
});

test.each([
  ['npm run build && node server.js', 'its script "start" is more than one program'],
  ['node --max-old-space-size=4096 a.js', 'gives node the option --max-old-space-size: set NODE_OPTIONS='],
  ['node --cpu-prof a.js', 'gives node the option --cpu-prof'],
  ['gunicorn app', 'runs "gunicorn", which is no program of Node in node_modules'],
  ['npm start', 'runs "npm"'],
  ['node', 'gives node no file'],
])('%s is not what one process can be', (start, reason) => {
  expect(read({ start })).toEqual({ kind: 'other', reason: expect.stringContaining(reason) });
});

test('a command is found by its package, whatever made node_modules', async () => {
  const folder = await folderWith({
    'node_modules/@react-router/serve/package.json': JSON.stringify({
      bin: { 'react-router-serve': 'bin.cjs' },
    }),
    'node_modules/next/package.json': JSON.stringify({ bin: './dist/bin/next' }),
  });
  const dependencies = new Set(['next', '@react-router/serve', 'not-installed']);
  const ofScript = (start: string) =>
    readScript(folder, { dependencies, main: undefined, scripts: { start } }, 'start');
  expect(ofScript('next start -p 80')).toMatchObject({
    file: join(folder, 'node_modules/next/dist/bin/next'),
    args: ['start', '-p', '80'],
    isNamed: false,
  });
  expect(ofScript('react-router-serve ./build/server/index.js')).toMatchObject({
    file: join(folder, 'node_modules/@react-router/serve/bin.cjs'),
  });
  expect(ofScript('not-installed')).toMatchObject({ kind: 'other' });
});
