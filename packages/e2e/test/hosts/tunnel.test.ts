import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { tunnelConfigs } from '@fcgi-js/configs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeBlocks } from '../../../tooling/src/markdown.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import type { Child } from '../../src/child.ts';
import { type ReservedPort, reservePort } from '../../src/free-port.ts';
import { answerOf, startTunnel, type TunnelProduct } from '../../src/hosts/tunnel.ts';
import { HttpClient } from '../../src/http.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const application = file('../../dist/apps/hosted-app.js');
const guide = readFileSync(file('../../../../docs/encrypting.md'), 'utf8');

const reason = skipReason('haproxy', 'nginx', 'openssl', 'stunnel');
if (reason !== undefined) console.warn(`skipped: tunnels of TLS: ${reason}`);

/** By the commands of the guide, in a folder of its own. */
function makeCertificates(folder: string): string {
  const commands = codeBlocks(guide).find(({ text }) => text.includes('openssl'))?.text ?? '';
  mkdirSync(folder);
  execFileSync('sh', ['-e', '-c', commands], { cwd: folder, stdio: 'pipe' });
  return folder;
}

const ends: ReadonlyArray<readonly [TunnelProduct, TunnelProduct]> = [
  ['stunnel', 'stunnel'],
  ['haproxy', 'haproxy'],
  ['stunnel', 'haproxy'],
  ['haproxy', 'stunnel'],
];

describe.skipIf(reason).each(ends)(
  'A tunnel with %s at the application and %s at the web server',
  (own, other) => {
    const children: Child[] = [];
    const ports: ReservedPort[] = [];
    let folder: ScratchFolder;
    let [certificates, strangers] = ['', ''];
    let outside = 0;
    let nginx: WebServer;

    beforeAll(async () => {
      folder = await createScratchFolder();
      certificates = makeCertificates(join(folder.path, 'certificates'));
      strangers = makeCertificates(join(folder.path, 'strangers'));
      ports.push(await reservePort(), await reservePort());
      const [listen, local] = ports.map(({ port }) => port) as [number, number];
      outside = listen;
      const socket = `unix:${folder.path}/s`;
      children.push(await startRunner(['--listen', socket, application, 'hosted', `${folder.path}/log`]));
      const configs = (product: TunnelProduct) =>
        tunnelConfigs({
          ...{ app: socket, folder: certificates, product },
          ...{ listen: `127.0.0.1:${listen}`, local: `127.0.0.1:${local}` },
        });
      children.push(await startTunnel(own, folder.path, configs(own).application, listen));
      children.push(await startTunnel(other, folder.path, configs(other).webServer, local));
      nginx = await startNginx({
        application: { kind: 'tcp', host: '127.0.0.1', port: local },
        folder: folder.path,
      });
    });

    afterAll(async () => {
      await nginx?.stop();
      for (const child of children.reverse()) await child.stop();
      for (const port of ports) port.release();
      folder.remove();
    });

    test('passes requests on, on kept connections and with bodies', async () => {
      const client = new HttpClient(nginx.url);
      const answers = await Promise.all(Array.from({ length: 30 }, () => client.request('/')));
      expect(new Set(answers.map(({ body, status }) => `${status} ${body}`))).toEqual(
        new Set(['200 hosted']),
      );
      const answer = await client.request({ method: 'POST', path: '/', body: Buffer.alloc(1_000_000, 'x') });
      expect(answer.status).toBe(200);
    });

    /** What becomes of somebody with a certificate of that name. */
    const asksWith = (from: string, name: string) => {
      const pem = readFileSync(join(from, `${name}.pem`));
      return answerOf(
        connectTls({
          ...{ cert: pem, key: pem, port: outside },
          ca: readFileSync(join(certificates, 'ca.pem')),
          servername: 'application',
        }),
      );
    };

    test('lets the web server through, by its certificate', async () => {
      expect(String(await asksWith(certificates, 'web-server'))).toContain('FCGI_MPXS_CONNS');
    });

    test('lets nobody through who has a certificate of another authority', async () => {
      expect(await asksWith(strangers, 'web-server')).toBeUndefined();
    });

    test('lets nobody through who has the certificate of the application', async () => {
      expect(await asksWith(certificates, 'application')).toBeUndefined();
    });

    test('lets nobody through who has no certificate', async () => {
      const ca = readFileSync(join(certificates, 'ca.pem'));
      expect(await answerOf(connectTls({ ca, port: outside, servername: 'application' }))).toBeUndefined();
    });

    test('lets nobody through who does not encrypt', async () => {
      const answer = await answerOf(connectTcp(outside, '127.0.0.1'));
      expect(String(answer)).not.toContain('FCGI_MPXS_CONNS');
    });
  },
);
