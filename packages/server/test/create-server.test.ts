import { createServer, type FcgiServerOptions, fromFetchHandler, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from './support/harness.ts';
import { bytesOf } from './support/received.ts';
import { request } from './support/wire.ts';

const responder = () => {};

/** Options that TypeScript would not let pass. */
function options(given: object): FcgiServerOptions {
  return given as FcgiServerOptions;
}

describe('createServer', () => {
  test('needs a handler for a role', () => {
    expect(() => createServer({})).toThrow(TypeError);
    expect(() => createServer({})).toThrow(
      /needs a handler for a role, usually \{ responder: fromNodeListener/,
    );
  });

  test.each(['responder', 'authorizer', 'filter'])('takes a handler for the role %s alone', (role) => {
    expect(createServer(options({ [role]: responder })).stats().connections).toBe(0);
  });

  test.each([{}, 'app', null, 5])('refuses %j for a handler', (handler) => {
    expect(() => createServer(options({ responder: handler }))).toThrow(/"responder" must be a function/);
  });

  test.each(['respnder', 'limit', 'port', '__proto__'])(
    'refuses the option %j, which there is not',
    (name) => {
      const given = options(
        Object.fromEntries([
          ['responder', responder],
          [name, 1],
        ]),
      );
      expect(() => createServer(given)).toThrow(TypeError);
      expect(() => createServer(given)).toThrow(/has no option ".*"\. Known are: allow, /);
    },
  );

  test.each(['app', '/a/../b', 5, null])('refuses %j for the prefix', (mount) => {
    expect(() => createServer(options({ responder, mount }))).toThrow(/"mount" must be/);
  });

  test.each([{}, null, 'strip'])('refuses %j for what changes params', (params) => {
    expect(() => createServer(options({ responder, params }))).toThrow(/"params" must be a function/);
  });

  test.each(['responder', 'authorizer', 'filter'])(
    'refuses a listener or an Express application for the role %s, and says what to write',
    (role) => {
      const given = options({ [role]: (_req: unknown, _res: unknown) => {} });
      expect(() => createServer(given)).toThrow(
        expect.objectContaining({
          code: 'FCGI_OPTION_INVALID',
          message: expect.stringMatching(/takes one argument.*takes 2.*responder: fromNodeListener\(app\)/),
        }),
      );
    },
  );

  test('refuses addresses that are none', () => {
    expect(() => createServer({ responder, allow: ['everybody'] })).toThrow(/"everybody"/);
  });

  test('does nothing by itself: no socket, no timer, nothing that keeps the process', () => {
    const before = process.getActiveResourcesInfo().length;
    createServer({ responder });
    expect(process.getActiveResourcesInfo()).toHaveLength(before);
  });
});

describe('what makes handlers', () => {
  test.each([undefined, null, {}, 'app', 5])('refuses %j', (application) => {
    const given = application as unknown;
    const nodeListener = given as Parameters<typeof fromNodeListener>[0];
    const fetchHandler = given as Parameters<typeof fromFetchHandler>[0];
    expect(() => fromNodeListener(nodeListener)).toThrow(
      /fromNodeListener\(\) takes a function \(req, res\)/,
    );
    expect(() => fromFetchHandler(fetchHandler)).toThrow(/fromFetchHandler\(\) takes a function/);
  });
});

describe('stats()', () => {
  test('counts what there is and what there was', async () => {
    const releases: Array<() => void> = [];
    const { connect, server } = await start({
      responder: ({ stdout }) => {
        stdout.write('Status: 200\r\n\r\n');
        return new Promise((resolve) => releases.push(resolve));
      },
    });
    const zero = {
      activeRequests: 0,
      bytesReceived: 0,
      bytesSent: 0,
      connections: 0,
      refusedRequests: 0,
      totalConnections: 0,
      totalRequests: 0,
    };
    expect(server.stats()).toEqual(zero);
    const peer = await connect();
    const sent = [
      request(1, { keepConn: true }),
      request(2, { keepConn: true }),
      request(3, { role: 2, keepConn: true }),
    ];
    const bytesReceived = bytesOf(sent).length;
    peer.send(...sent);
    await peer.answer(3);
    expect(server.stats()).toEqual({
      activeRequests: 2,
      bytesReceived,
      bytesSent: peer.receivedBytes,
      connections: 1,
      refusedRequests: 1,
      totalConnections: 1,
      totalRequests: 2,
    });
    for (const release of releases) release();
    await peer.answer(1);
    await peer.answer(2);
    peer.leave();
    await expect.poll(() => server.stats().connections).toBe(0);
    expect(server.stats()).toEqual({
      ...zero,
      bytesReceived,
      bytesSent: peer.receivedBytes,
      refusedRequests: 1,
      totalConnections: 1,
      totalRequests: 2,
    });
  });
});
