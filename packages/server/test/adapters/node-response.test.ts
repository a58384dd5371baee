import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { answerTo, serve, ways } from '../support/listening.ts';
import { GET, request } from '../support/wire.ts';

describe.each(ways)('the response of a listener, %s,', (_way, as) => {
  test('in one call leaves in one write, with its length', async () => {
    const { answer, chunks } = await answerTo(as, (_, res) => void res.end('hello'));
    expect(answer.head.at(-1)).toBe('Status: 200 OK');
    expect(answer.head).toContain('Content-Length: 5');
    expect(answer.body).toBe('hello');
    expect(chunks).toHaveLength(1);
  });

  test('is not framed, whatever the listener asks for', async () => {
    for (const listener of [
      (_: IncomingMessage, res: ServerResponse) => {
        res.write('one ');
        res.end('two');
      },
      (_: IncomingMessage, res: ServerResponse) => {
        res.setHeader('Transfer-Encoding', 'chunked');
        res.setHeader('Trailer', 'X-Check');
        res.write('one ');
        res.addTrailers({ 'X-Check': '5' });
        res.end('two');
      },
    ]) {
      const { answer } = await answerTo(as, listener);
      expect(answer.body).toBe('one two');
      expect(answer.head.join('\n')).not.toMatch(/transfer-encoding|connection|trailer/i);
    }
  });

  test('calls back when it was written and ended', async () => {
    const called: string[] = [];
    await answerTo(as, (_, res) => {
      res.write('a', () => called.push('write'));
      res.end('b', () => called.push('end'));
    });
    await expect.poll(() => called).toEqual(['write', 'end']);
  });

  test('to HEAD has no body, but its length', async () => {
    const { answer } = await answerTo(
      as,
      (_, res) => {
        res.setHeader('Content-Length', '5');
        res.end('hello');
      },
      { params: { ...GET, REQUEST_METHOD: 'HEAD' } },
    );
    expect(answer.head).toContain('Content-Length: 5');
    expect(answer.body).toBe('');
  });

  test('loses its interim responses', async () => {
    const { answer } = await answerTo(as, (_, res) => {
      res.writeContinue();
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.end('final');
    });
    expect(answer.status).toBe('200 OK');
    expect(answer.body).toBe('final');
    expect(answer.stdout).not.toContain('a.css');
  });

  test('that is longer than its Content-Length is cut, and told', async () => {
    const { answer, codes } = await answerTo(as, (_, res) => {
      res.writeHead(200, { 'Content-Length': 4 });
      res.end('0123456789');
    });
    expect(answer.body).toBe('0123');
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_LONG']);
  });

  test('that is shorter than its Content-Length is broken off', async () => {
    const { peer, codes } = await serve(as, async (_, res) => {
      res.writeHead(200, { 'Content-Length': 10 });
      await new Promise((resolve) => res.write('0123', resolve));
      res.end();
    });
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    expect(peer.ends(1)).toBe(0);
    expect(codes()).toEqual(['FCGI_RESPONSE_TOO_SHORT']);
  });

  test('with a head above 4 KiB is sent, and told', async () => {
    const { answer, codes } = await answerTo(as, (_, res) => {
      res.setHeader('X-Large', 'x'.repeat(5_000));
      res.end('body');
    });
    expect(answer.body).toBe('body');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_LARGE']);
  });

  test.each(['destroy', 'end'] as const)('whose socket is ended with %s() is none: 500', async (method) => {
    const { answer, codes } = await answerTo(as, (req) => void req.socket[method]());
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_HANDLER_FAILED']);
  });
});

describe.each(ways)('a response that streams, %s,', (_way, as) => {
  test.each([
    [
      'of events',
      { 'Content-Type': 'text/event-stream' },
      (res: ServerResponse): void => void res.write('data: 1\n\n'),
    ],
    ['whose head is flushed', {}, (res: ServerResponse): void => res.flushHeaders()],
  ])('%s asks nginx not to hold it back, unless that is turned off or decided', async (_, fields, begun) => {
    const listener = async (_req: IncomingMessage, res: ServerResponse): Promise<void> => {
      for (const [name, value] of Object.entries(fields)) res.setHeader(name, value);
      begun(res);
      await nextTurn();
      await nextTurn();
      res.end('last');
    };
    const { answer } = await answerTo(as, listener);
    expect(answer.head.filter((line) => /^x-accel/i.test(line))).toEqual(['X-Accel-Buffering: no']);
    const { peer } = await serve(as, listener, { unbufferedStreams: false });
    peer.send(request(1));
    expect((await peer.answer(1)).head.join()).not.toMatch(/x-accel/i);
    const decided = await answerTo(as, (req, res) => {
      res.setHeader('X-Accel-Buffering', 'yes');
      return listener(req, res);
    });
    expect(decided.answer.head.filter((line) => /^x-accel/i.test(line))).toEqual(['X-Accel-Buffering: yes']);
  });

  test('but that is all there is does not', async () => {
    const { answer } = await answerTo(as, (_, res) => {
      res.writeHead(200);
      res.end('all');
    });
    expect(answer.head.join()).not.toMatch(/x-accel/i);
  });

  test('has its head sent before its body', async () => {
    let finish: (() => void) | undefined;
    const { peer } = await serve(as, (_, res) => {
      res.flushHeaders();
      finish = () => res.end('body');
    });
    peer.send(request(1));
    await peer.until(() => peer.stdout(1).includes('Status: 200 OK\r\n\r\n'), 'the head');
    finish!();
    expect((await peer.answer(1)).body).toBe('body');
  });
});
