import { createGateway, type GatewayOptions } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering } from './gateway-for.ts';
import { exchange, parseAnswer, RawHttp } from './http-client.ts';
import { document, startPeer } from './peer.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

describe('allowedHosts', () => {
  test.each([
    ['localhost', LOOPBACK],
    ['localhost:8080', LOOPBACK],
    ['LocalHost', LOOPBACK],
    ['localhost.', LOOPBACK],
    ['localhost.:80', LOOPBACK],
    ['127.0.0.1:3000', LOOPBACK],
    ['[::1]', LOOPBACK],
    ['[::1]:3000', LOOPBACK],
    ['[0:0:0:0:0:0:0:1]:3000', LOOPBACK],
    ['[2001:DB8::A]', ['[2001:db8:0::a]']],
    ['my_app.example.org', ['My_App.Example.org.']],
    ['xn--bcher-kva.example', ['bücher.example']],
  ])('let the host %s pass with %j', async (host, allowedHosts) => {
    const { url } = await gatewayAnswering(document('served'), { allowedHosts });
    expect(await exchange(url, `GET / HTTP/1.1\r\nHost: ${host}\r\n`)).toMatchObject({ status: 200 });
  });

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    'localhost/',
    'notlocalhost',
    'localhost:8080:9090',
    '127.0.0.2',
    '[::2]',
    '::1',
    '[::1',
    '',
  ])('refuse the host %j with 421 and a reason, although nothing is to be explained', async (host) => {
    const { requests, url } = await gatewayAnswering(document('served'), {
      allowedHosts: LOOPBACK,
      explain: false,
    });
    const got = await exchange(url, `GET / HTTP/1.1\r\nHost: ${host}\r\n`);
    expect(got).toMatchObject({ body: expect.stringContaining('add it to allowedHosts'), status: 421 });
    expect(requests).toEqual([]);
  });

  test('look at the host that counts: that of an absolute target', async () => {
    const { url } = await gatewayAnswering(document('served'), { allowedHosts: LOOPBACK });
    const ask = (target: string, host: string) =>
      exchange(url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`).then(({ status }) => status);
    expect(await ask('http://evil.example/', 'localhost')).toBe(421);
    expect(await ask('http://localhost@evil.example/', 'localhost')).toBe(421);
    expect(await ask('http://localhost/', 'evil.example')).toBe(200);
  });

  test('refuse a request that names no host', async () => {
    const { url } = await gatewayAnswering(document('served'), { allowedHosts: LOOPBACK });
    const http = new RawHttp(url);
    http.send('GET / HTTP/1.0\r\n\r\n');
    expect(parseAnswer(await http.all()).status).toBe(421);
  });

  test('stand in front of before', async () => {
    const paths: Array<string | undefined> = [];
    const { url } = await gatewayAnswering(document('served'), {
      allowedHosts: LOOPBACK,
      before: (request, _response, next) => {
        paths.push(request.url);
        next();
      },
    });
    expect((await exchange(url, 'GET /own HTTP/1.1\r\nHost: localhost\r\n')).status).toBe(200);
    expect((await exchange(url, 'GET /other HTTP/1.1\r\nHost: evil.example\r\n')).status).toBe(421);
    expect(paths).toEqual(['/own']);
  });

  test('count for fetch', async () => {
    const { peer } = await gatewayAnswering(document('served'));
    const gateway = createGateway({ address: peer.address, allowedHosts: LOOPBACK });
    onTestFinished(() => gateway.close({ timeout: 1 }));
    const ask = async (url: string) => (await gateway.fetch(new Request(url))).status;
    expect(await ask('http://evil.example/')).toBe(421);
    expect(await ask('http://localhost:8080/')).toBe(200);
  });

  test('are all hosts where none are named, and none where the list is empty', async () => {
    for (const [options, status] of [
      [{}, 200],
      [{ allowedHosts: [] }, 421],
    ] as Array<[GatewayOptions, number]>) {
      const { url } = await gatewayAnswering(document('served'), options);
      expect((await exchange(url, 'GET / HTTP/1.1\r\nHost: anything\r\n')).status).toBe(status);
    }
  });

  test.each([
    [['localhost:8080']],
    [['http://localhost']],
    [['localhost/app']],
    [['*.example.org:1']],
    [['']],
    [['a b']],
    [[5]],
    ['localhost'],
  ])('of %j are a TypeError', async (allowedHosts) => {
    const { address } = await startPeer();
    const untyped = { address, ...JSON.parse(JSON.stringify({ allowedHosts })) };
    expect(() => createGateway(untyped)).toThrow(/^allowedHosts must/);
  });
});
