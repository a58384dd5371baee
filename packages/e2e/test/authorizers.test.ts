import { expect } from 'vitest';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import type { Answer } from '../src/http.ts';
import { STATIC_TEXT } from '../src/scratch-folder.ts';
import type { Setup } from '../src/setup.ts';
import { startApacheFcgid, startApacheProxy } from '../src/web-servers/apache.ts';
import { startLighttpd } from '../src/web-servers/lighttpd.ts';

/** A web server that asks an authorizer before it asks the responder. */
interface AuthorizingSetup extends Pick<Setup, 'name' | 'programs' | 'start'> {
  /** It answers a refusal, whatever its status, with a 401 of its own. */
  readonly hidesRefusals: boolean;
  /** What the responder gets as REMOTE_USER if the authorizer has said `alice`. */
  readonly remoteUser: 'alice' | 'bob';
}

const setups: readonly AuthorizingSetup[] = [
  {
    name: 'An authorizer behind lighttpd',
    programs: ['lighttpd'],
    start: (options) => startLighttpd({ ...options, authorizing: true }),
    hidesRefusals: false,
    remoteUser: 'alice',
  },
  {
    name: 'An authorizer behind Apache with AuthBasicProvider, which sends no STDIN',
    programs: ['apache2'],
    start: (options) => startApacheProxy({ ...options, authorizing: 'AuthBasicProvider' }),
    hidesRefusals: true,
    remoteUser: 'bob',
  },
  {
    name: 'An authorizer behind Apache with AuthnzFcgiCheckAuthnProvider, which sends no STDIN',
    programs: ['apache2'],
    start: (options) => startApacheProxy({ ...options, authorizing: 'AuthnzFcgiCheckAuthnProvider' }),
    hidesRefusals: false,
    remoteUser: 'alice',
  },
];

/** AuthBasicProvider asks the authorizer about nobody who has not given a name. */
function asBob(path: string, password = 'sesame') {
  return { path, headers: { Authorization: `Basic ${btoa(`bob:${password}`)}` } };
}

interface SeenRequest {
  readonly body: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What the responder got; fails if it was not asked. */
function seenBy(answer: Answer): SeenRequest {
  expect(answer.status).toBe(200);
  return answer.json() as SeenRequest;
}

/** The responder has not been asked, and nobody is told why. */
function expectRefusal(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.text()).not.toMatch(/REQUEST_URI|secret/);
}

for (const { hidesRefusals, remoteUser, ...setup } of setups) {
  describeSetup({ ...setup, application: 'authorizer-app', transport: 'tcp' }, (test) => {
    test('grants access, and its variables reach the responder', async ({ http }) => {
      const { params } = seenBy(await http.request(asBob('/protected/granted?a=1')));
      expect(params).toMatchObject({
        LATIN: 'caf\xe9',
        QUERY_STRING: 'a=1',
        REMOTE_USER: remoteUser,
        REQUEST_URI: '/protected/granted?a=1',
        USER_ID: '7',
      });
    });

    test('does not see the body of a request, which the responder gets whole', async ({ http }) => {
      const body = Buffer.from('abc'.repeat(10_000));
      const answer = await http.request({ ...asBob('/protected/granted'), method: 'POST', body });
      expect(seenBy(answer).body).toBe(String(body));
    });

    test('grants access to those who know the password only', async ({ http }) => {
      expect(seenBy(await http.request(asBob('/protected/password'))).params['REMOTE_USER']).toBe('bob');
      const answer = await http.request(asBob('/protected/password', 'wrong'));
      expect(answer.status).toBe(401);
      expect(answer.field('www-authenticate')).toEqual(['Basic realm="e2e"']);
    });

    test('refuses access with 401, and the browser is asked to log in', async ({ http }) => {
      const answer = await http.request(asBob('/protected/denied/401'));
      expect(answer.status).toBe(401);
      expect(answer.field('www-authenticate')).toEqual(['Basic realm="e2e"']);
      if (!hidesRefusals) expect(answer.text()).toBe('please log in');
    });

    test('refuses access with 403', async ({ http }) => {
      const answer = await http.request(asBob('/protected/denied/403'));
      expect(answer.status).toBe(hidesRefusals ? 401 : 403);
      if (!hidesRefusals) expect(answer.text()).toBe('keep out');
    });

    test('refuses access with 302 and a Location', async ({ http }) => {
      const answer = await http.request(asBob('/protected/denied/302'));
      expect(answer.status).toBe(hidesRefusals ? 401 : 302);
      expect(answer.headers.location).toBe(hidesRefusals ? undefined : 'https://example.org/login');
    });

    test('refuses access when it throws', async ({ http }) => {
      expectRefusal(await http.request(asBob('/protected/throws')), 500);
    });

    test('refuses access when its promise is rejected', async ({ http }) => {
      expectRefusal(await http.request(asBob('/protected/rejects')), 500);
    });

    test('refuses access when it has too much to do, and grants it again afterwards', async ({
      http,
      notes,
    }) => {
      // As many as it takes at once.
      const tokens = [notes.token(), notes.token()];
      const waiting = tokens.map((token) => http.request(asBob(`/protected/held/${token}`)));
      await Promise.all(tokens.map((token) => notes.waitFor(token, 'running')));
      expectRefusal(await http.request(asBob('/protected/granted')), hidesRefusals ? 401 : 503);
      // One after the other: the responder may do no more at once either.
      for (const [place, token] of tokens.entries()) {
        await notes.release(token);
        seenBy((await waiting[place])!);
      }
      seenBy(await http.request(asBob('/protected/granted')));
    });

    test('grants and refuses access to files of the web server', async ({ http }) => {
      const granted = await http.request(asBob('/protected/granted/a%20file.txt'));
      expect(granted.text()).toBe(STATIC_TEXT);
      const refused = await http.request(asBob('/protected/denied/403/a%20file.txt'));
      expect(refused.status).toBe(hidesRefusals ? 401 : 403);
      expect(refused.text()).not.toContain(STATIC_TEXT);
    });

    test('is not asked about what is not protected', async ({ http }) => {
      expect(seenBy(await http.request('/open')).params).not.toHaveProperty('USER_ID');
    });
  });

  describeSetup(
    { ...setup, name: `${setup.name}: an application that is none`, transport: 'tcp' },
    (test) => {
      test('refuses access, and goes on as a responder', async ({ http }) => {
        expectRefusal(await http.request(asBob('/protected/granted')), hidesRefusals ? 401 : 501);
        expect((await http.request('/')).text()).toBe('hello');
      });
    },
  );
}

describeSetup(
  {
    name: 'An authorizer behind Apache with FcgidAccessChecker, which answers every refusal itself',
    programs: ['apache2', 'mod_fcgid'],
    application: 'authorizer-app',
    launcher: 'web server',
    start: (options) => startApacheFcgid({ ...options, authorizing: true }),
  },
  (test) => {
    test('grants access, and its variables reach the responder', async ({ http }) => {
      const { params } = seenBy(await http.request('/protected/granted'));
      expect(params).toMatchObject({ LATIN: 'caf\xe9', REMOTE_USER: 'alice', USER_ID: '7' });
    });

    test('refuses access, to files of the web server too', async ({ http }) => {
      for (const path of [
        '/protected/denied/403',
        '/protected/denied/403/a%20file.txt',
        '/protected/throws',
      ]) {
        expectRefusal(await http.request(path), 401);
      }
      expect((await http.request('/protected/granted/a%20file.txt')).text()).toBe(STATIC_TEXT);
    });

    test('is not asked about what is not protected', async ({ http }) => {
      expect(seenBy(await http.request('/open')).params).not.toHaveProperty('USER_ID');
    });
  },
);
