import { type Deployment, diagnose, findingsOf, gatherFacts, lookedAt } from '@fcgi-js/doctor';
import { describe, expect, test } from 'vitest';
import { openFolder, responder, writeProgram } from './support/deployment.ts';

test('diagnose finds what the facts show', async () => {
  const target = `${await openFolder()}/run/app.sock`;
  const findings = await diagnose({ target });
  expect(findings.map(({ id }) => id)).toEqual(['socket-missing']);
  expect(findings).toEqual(findingsOf(await gatherFacts({ target })));
});

test('a cause that two programs show is one finding, with the evidence of both', async () => {
  const [first, second] = ['/srv/no-such-a', '/srv/no-such-b'];
  const facts = [...(await gatherFacts({ target: first })), ...(await gatherFacts({ target: second }))];
  const findings = findingsOf(facts);
  expect(findings.map(({ id }) => id)).toEqual(['program-missing']);
  expect(findings[0]?.evidence.join('\n')).toMatch(/no-such-a[\s\S]*no-such-b/);
  expect(lookedAt([...facts, ...facts])).toHaveLength(2);
});

test('a relative path begins in the folder that is given', async () => {
  const cwd = await openFolder();
  const [facts] = await gatherFacts({ cwd, target: 'app.fcgi' });
  expect(facts?.program).toMatchObject({ path: `${cwd}/app.fcgi`, kind: 'missing' });
});

test('a module is not started where nothing is named that serves it', async () => {
  const target = await writeProgram(await openFolder(), 'module.exports = () => {};\n', {
    mode: 0o644,
    name: 'app.js',
  });
  const [facts] = await gatherFacts({ target });
  expect(facts?.program?.kind).toBe('module');
  expect(facts?.start).toBeUndefined();
  expect(findingsOf(facts === undefined ? [] : [facts])).toEqual([]);
});

test('a module is started with the command that is named, its path added', async () => {
  const target = await writeProgram(await openFolder(), 'nothing that Node could run', {
    mode: 0o644,
    name: 'app.js',
  });
  const command = await writeProgram(await openFolder(), responder());
  const [facts] = await gatherFacts({ target, moduleCommand: [command, 'run'] });
  expect(facts?.start?.trial.setting.command).toEqual([command, 'run', target]);
  expect(facts?.answer?.status).toBe(200);
});

test('an examination that is aborted ends what it has started', async () => {
  const program = await writeProgram(await openFolder(), '#!/bin/sh\nexec sleep 600\n');
  const controller = new AbortController();
  const reason = new Error('no longer wanted');
  const examined = diagnose({ target: program, signal: controller.signal });
  controller.abort(reason);
  await expect(examined).rejects.toBe(reason);
});

describe('a deployment that names what is not there', () => {
  test.each<[string, Deployment]>([
    ['FCGI_TARGET_MISSING', {}],
    ['FCGI_TARGET_ADDRESS_INVALID', { target: '127.0.0.1:0' }],
    ['FCGI_TARGET_ADDRESS_INVALID', { target: 'unix:' }],
    ['FCGI_USER_MISSING', { target: '/app', user: 'no-such-user' }],
    ['FCGI_FILE_MISSING', { configuration: '/no/such/nginx.conf' }],
    ['FCGI_FILE_MISSING', { log: '/no/such/log' }],
    ['FCGI_FILE_IS_FOLDER', { log: '/' }],
    ['FCGI_WEB_SERVER_UNKNOWN', { configuration: '/etc/passwd' }],
  ])('is refused with %s: %j', async (code, deployment) => {
    await expect(diagnose(deployment)).rejects.toMatchObject({ name: 'DoctorError', code });
  });

  test.each<[string, Deployment]>([
    ['timeout', { target: '/app', timeout: 0 }],
    ['timeout', { target: '/app', timeout: Number.NaN }],
    ['url', { target: '/app', url: 'http://localhost/' }],
  ])('%s out of range is a TypeError: %j', async (name, deployment) => {
    await expect(diagnose(deployment)).rejects.toThrow(TypeError);
    await expect(diagnose(deployment)).rejects.toThrow(name);
  });
});
