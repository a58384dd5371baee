import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering } from './gateway-for.ts';
import { exchange, type RawAnswer, valuesOf } from './http-client.ts';
import { document } from './peer.ts';

const TEXT = '0123456789abcdefghij';

/** A folder with files, one beside it that must not be seen, and a gateway whose application names what it is asked for. */
async function startFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  mkdirSync(join(root, 'deep'), { recursive: true });
  mkdirSync(join(folder, 'rootless'));
  for (const name of ['a.txt', 'deep/ä b.txt', '100%.txt', '..x']) writeFileSync(join(root, name), TEXT);
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(folder, 'rootless/secret'), 'secret');
  symlinkSync(join(folder, 'secret'), join(root, 'link'));
  symlinkSync(folder, join(root, 'out'));
  symlinkSync(join(root, 'deep'), join(root, 'inside'));
  utimesSync(join(root, 'a.txt'), new Date('2020-02-02T02:02:02Z'), new Date('2020-02-02T02:02:02Z'));
  const errors: unknown[] = [];
  const { url } = await gatewayAnswering(
    ({ params }) => {
      const fields = new Map(params).get('HTTP_X_ANSWER') ?? '';
      return `${fields.replaceAll('|', '\r\n')}\r\nContent-Type: text/x-test\r\nSet-Cookie: a=1\r\n\r\nignored`;
    },
    { files: { '/files/': root, '/deep/': join(root, 'deep') }, onError: (error) => errors.push(error) },
  );
  const ask = (fields: string, more = '', method = 'GET'): Promise<RawAnswer> =>
    exchange(url, `${method} / HTTP/1.1\r\nX-Answer: ${fields}\r\n${more}`);
  return { ask, errors, folder, root };
}

/** Percent-encoded, but for the slashes. */
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

describe('a file that the application names', () => {
  test('is sent with its head, by its URL and by its path', async () => {
    const { ask, root } = await startFiles();
    for (const field of [
      'X-Accel-Redirect: /files/a.txt',
      `X-Sendfile: ${root}/a.txt`,
      'X-Accel-Redirect: /files/a.txt?x=1',
    ]) {
      const got = await ask(field);
      expect(got).toMatchObject({ status: 200, body: TEXT });
      expect(valuesOf(got, 'content-type')).toEqual(['text/x-test']);
      expect(valuesOf(got, 'set-cookie')).toEqual(['a=1']);
      expect(valuesOf(got, 'content-length')).toEqual(['20']);
      expect(valuesOf(got, 'last-modified')).toEqual(['Sun, 02 Feb 2020 02:02:02 GMT']);
      expect(valuesOf(got, 'accept-ranges')).toEqual(['bytes']);
      expect([...valuesOf(got, 'x-accel-redirect'), ...valuesOf(got, 'x-sendfile')]).toEqual([]);
    }
  });

  test.each(['/files/deep/ä b.txt', '/deep/ä b.txt', '/files/100%.txt', '/files/..x'])(
    'may be called %s',
    async (path) => {
      const { ask } = await startFiles();
      expect(await ask(`X-Accel-Redirect: ${encoded(path)}`)).toMatchObject({ status: 200, body: TEXT });
    },
  );

  test('may lie in a folder whose name has to be encoded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fcgi files ä-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a b.txt'), TEXT);
    const path = encoded(join(folder, 'a b.txt'));
    const { url } = await gatewayAnswering(`X-Sendfile: ${path}\r\n${document('')}`, {
      files: { '/files/': folder },
    });
    expect(await exchange(url, 'GET / HTTP/1.1\r\n')).toMatchObject({ status: 200, body: TEXT });
  });

  test('keeps the status of the application, which takes no conditions then', async () => {
    const { ask } = await startFiles();
    const got = await ask('Status: 403 No|X-Accel-Redirect: /files/a.txt', 'Range: bytes=0-1\r\n');
    expect(got).toMatchObject({ status: 403, body: TEXT });
  });

  test('may be empty', async () => {
    const { ask } = await startFiles();
    expect(await ask('X-Accel-Redirect: /files/empty')).toMatchObject({ status: 200, body: '' });
    expect(await ask('X-Accel-Redirect: /files/empty', 'Range: bytes=0-\r\n')).toMatchObject({ status: 416 });
  });

  test('has no body for HEAD', async () => {
    const { ask } = await startFiles();
    const got = await ask('X-Accel-Redirect: /files/a.txt', '', 'HEAD');
    expect(got).toMatchObject({ status: 200, body: '' });
    expect(valuesOf(got, 'content-length')).toEqual(['20']);
  });

  test('leaves no descriptor open', async () => {
    const { ask, folder } = await startFiles();
    const open = () =>
      execFileSync('ls', ['-l', `/proc/${process.pid}/fd`])
        .toString()
        .includes(folder);
    await ask('X-Accel-Redirect: /files/a.txt', '', 'HEAD');
    await ask('X-Accel-Redirect: /files/a.txt', 'If-None-Match: *\r\n');
    await ask('X-Accel-Redirect: /files/a.txt', 'Range: bytes=90-\r\n');
    await ask('X-Accel-Redirect: /files/deep');
    await ask('X-Accel-Redirect: /files/link');
    await expect.poll(open).toBe(false);
  });

  test('is not looked for where no folder is named: the fields are passed on', async () => {
    const { url } = await gatewayAnswering(`X-Sendfile: /etc/passwd\r\n${document('the body')}`);
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(got.body).toContain('the body');
    expect(valuesOf(got, 'x-sendfile')).toEqual(['/etc/passwd']);
  });
});

describe('a file outside the folders', () => {
  test.each([
    '/files/../secret',
    '/files/deep/../../secret',
    '/files/%2e%2e/secret',
    '/files/..%2Fsecret',
    '/files/deep%2F..%2F..%2Fsecret',
    '/files/deep%5C..%5Csecret',
    '/files//a.txt',
    '/files/./a.txt',
    '/files/',
    '/files/a.txt%00',
    '/files/%E0%A4%A',
    '/files/link',
    '/files/out/secret',
    '/files/inside/ä b.txt',
    '/elsewhere/a.txt',
    '/filesecret',
    'files/a.txt',
    'http://example.org/files/a.txt',
  ])('is refused by URL: %s', async (path) => {
    const { ask, errors } = await startFiles();
    const got = await ask(`X-Accel-Redirect: ${path.replace('ä b', '%C3%A4%20b')}`);
    expect(got.status).toBe(502);
    expect(got.body).not.toContain('secret');
    expect(errors).toHaveLength(1);
  });

  test('is refused by path', async () => {
    const { ask, folder, root } = await startFiles();
    for (const path of [
      '/etc/passwd',
      root,
      `${folder}/secret`,
      `${root}/../secret`,
      `${root}less/secret`,
      `${root}/link`,
      `${root}/%2e%2e/secret`,
      `.${root}/a.txt`,
    ]) {
      expect([path, (await ask(`X-Sendfile: ${path}`)).status]).toEqual([path, 502]);
    }
  });

  test('is told from one that is not there, which is a 404, as are folders and what is no file', async () => {
    const { ask, root } = await startFiles();
    execFileSync('mkfifo', [join(root, 'fifo')]);
    for (const name of ['nothing', 'a.txt/x', 'deep', 'fifo']) {
      expect([name, (await ask(`X-Accel-Redirect: /files/${name}`)).status]).toEqual([name, 404]);
    }
  });

  test.each([
    { files: { files: '/srv' } },
    { files: { '/files': '/srv' } },
    { files: { '/files/': 'srv' } },
    { files: { '/files/': '/srv/../etc' } },
    { files: '/srv' },
  ])('cannot be allowed by options that make no sense: %o', (options) => {
    expect(() => createGateway({ address: ':1', ...(options as { files: Record<string, string> }) })).toThrow(
      TypeError,
    );
  });
});

describe('of a file', () => {
  test.each([
    ['bytes=0-4', 206, '01234', 'bytes 0-4/20'],
    ['bytes=15-', 206, 'fghij', 'bytes 15-19/20'],
    ['bytes=-3', 206, 'hij', 'bytes 17-19/20'],
    ['bytes=-50', 206, TEXT, 'bytes 0-19/20'],
    ['bytes=18-99', 206, 'ij', 'bytes 18-19/20'],
    ['bytes=20-', 416, '', 'bytes */20'],
    ['bytes=-0', 416, '', 'bytes */20'],
    ['bytes=5-4', 200, TEXT, undefined],
    ['bytes=0-1,4-5', 200, TEXT, undefined],
    ['bytes=-', 200, TEXT, undefined],
    ['lines=0-1', 200, TEXT, undefined],
    ['bytes=0-99999999999999999999', 206, TEXT, 'bytes 0-19/20'],
  ])('the range %s gets %i', async (range, status, body, contentRange) => {
    const { ask } = await startFiles();
    const got = await ask('X-Accel-Redirect: /files/a.txt', `Range: ${range}\r\n`);
    expect(got).toMatchObject({ status, body });
    expect(valuesOf(got, 'content-range')[0]).toBe(contentRange);
    expect(valuesOf(got, 'content-length')).toEqual([`${body.length}`]);
  });

  test('what an HTTP client has is not sent again', async () => {
    const { ask, root } = await startFiles();
    const field = 'X-Accel-Redirect: /files/a.txt';
    const etag = valuesOf(await ask(field), 'etag')[0]!;
    const { mtimeMs } = statSync(join(root, 'a.txt'));
    expect(etag).toBe(`"${mtimeMs.toString(16)}-14"`);
    const status = async (more: string) => (await ask(field, more)).status;
    expect(await status(`If-None-Match: ${etag}\r\n`)).toBe(304);
    expect(await status(`If-None-Match: "x", W/${etag}\r\n`)).toBe(304);
    expect(await status('If-None-Match: "x"\r\n')).toBe(200);
    expect(await status('If-Modified-Since: Sun, 02 Feb 2020 02:02:02 GMT\r\n')).toBe(304);
    expect(await status('If-Modified-Since: Sun, 02 Feb 2020 02:02:01 GMT\r\n')).toBe(200);
    expect(await status('If-Modified-Since: nonsense\r\n')).toBe(200);
    // If-None-Match counts alone where it is there.
    expect(await status('If-None-Match: "x"\r\nIf-Modified-Since: Sun, 02 Feb 2020 02:02:02 GMT\r\n')).toBe(
      200,
    );
    const unchanged = await ask(field, `If-None-Match: ${etag}\r\n`);
    expect(unchanged.body).toBe('');
    expect(valuesOf(unchanged, 'etag')).toEqual([etag]);
    expect(valuesOf(unchanged, 'content-length')).toEqual([]);
  });

  test('a range of another state of it is not sent', async () => {
    const { ask } = await startFiles();
    const field = 'X-Accel-Redirect: /files/a.txt';
    const etag = valuesOf(await ask(field), 'etag')[0]!;
    const status = async (ifRange: string) =>
      (await ask(field, `Range: bytes=0-1\r\nIf-Range: ${ifRange}\r\n`)).status;
    expect(await status(etag)).toBe(206);
    expect(await status('Sun, 02 Feb 2020 02:02:02 GMT')).toBe(206);
    expect(await status('"other"')).toBe(200);
    expect(await status('Sun, 02 Feb 2020 02:02:01 GMT')).toBe(200);
  });

  test('HEAD has no ranges (RFC 9110 §14.2), nor has what the application wants whole', async () => {
    const { ask } = await startFiles();
    const field = 'X-Accel-Redirect: /files/a.txt';
    const head = await ask(field, 'Range: bytes=0-1\r\n', 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(valuesOf(head, 'content-length')).toEqual(['20']);
    const whole = await ask(`${field}|Accept-Ranges: none`, 'Range: bytes=0-1\r\n');
    expect(whole).toMatchObject({ status: 200, body: TEXT });
    expect(valuesOf(whole, 'accept-ranges')).toEqual(['none']);
  });

  test('the ETag and the date of the application count where it gives some', async () => {
    const { ask } = await startFiles();
    const field =
      'X-Accel-Redirect: /files/a.txt|ETag: W/"mine"|Last-Modified: Mon, 03 Feb 2020 00:00:00 GMT';
    const got = await ask(field);
    expect([valuesOf(got, 'etag'), valuesOf(got, 'last-modified')]).toEqual([
      ['W/"mine"'],
      ['Mon, 03 Feb 2020 00:00:00 GMT'],
    ]);
    expect((await ask(field, 'If-None-Match: "mine"\r\n')).status).toBe(304);
    // A weak one is too weak for a part.
    expect((await ask(field, 'Range: bytes=0-1\r\nIf-Range: W/"mine"\r\n')).status).toBe(200);
  });
});
