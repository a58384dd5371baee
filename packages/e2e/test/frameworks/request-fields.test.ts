import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';

/** Of pairs in turns, those of the application's own interest, sorted: CGI loses their order. */
function sorted(raw: readonly string[]): string[] {
  const lines = raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));
  return lines.filter((line) => !/^connection:/i.test(line)).sort();
}

function withoutConnection<T>(fields: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'connection'));
}

differentialActions('The fields of a request', {
  'are those that the browser sent': {
    ask: {
      headers: [
        ['Accept', 'text/html'],
        ['User-Agent', 'test'],
        ['X-Custom-Field', 'a b'],
      ],
    },
    does: ({ note, req, res }) => {
      note(withoutConnection(req.headers));
      note(withoutConnection(req.headersDistinct));
      note(sorted(req.rawHeaders));
      note([req.trailers, req.rawTrailers, { ...req.trailersDistinct }]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toMatchObject({ accept: 'text/html', 'x-custom-field': 'a b' }),
  },
  'have no body where there is none': {
    does: ({ note, req, res }) => {
      note([
        'content-type' in req.headers,
        'content-length' in req.headers,
        'transfer-encoding' in req.headers,
      ]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([false, false, false]),
  },
  'tell the length and type of a body': {
    ask: { body: 'abc', headers: [['Content-Type', 'text/plain']] },
    does: ({ note, req, res }) => {
      note([req.headers['content-type'], req.headers['content-length'], req.headers['transfer-encoding']]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['text/plain', '3', undefined]),
  },
  'tell that a body has no length': {
    ask: { body: 'abc', chunked: true },
    does: ({ note, req, res }) => {
      note([req.headers['content-length'], req.headers['transfer-encoding']]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([undefined, 'chunked']),
  },
  'are joined where they come more than once': {
    ask: {
      headers: [
        ['Accept', 'a'],
        ['Accept', 'b'],
        ['X-Custom', '1'],
        ['X-Custom', '2'],
      ],
    },
    does: ({ note, req, res }) => {
      note([req.headers.accept, req.headers['x-custom']]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['a, b', '1, 2']),
  },
  'hold all cookies in one': {
    ask: {
      headers: [
        ['Cookie', 'a=1; b=2'],
        ['Cookie', 'c=3'],
      ],
    },
    does: ({ note, req, res }) => {
      note(req.headers.cookie);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toBe('a=1; b=2; c=3'),
  },
  'hold bytes above 127, a byte a character': {
    ask: {
      headers: [
        ['X-Name', 'caf\xe9 \xc3\xa9'],
        ['Cookie', 'n=\xff'],
      ],
    },
    does: ({ note, req, res }) => {
      note([req.headers['x-name'], req.headers.cookie]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['caf\xe9 \xc3\xa9', 'n=\xff']),
  },
  'hold empty values': {
    ask: { headers: [['X-Empty', '']] },
    does: ({ note, req, res }) => {
      note(req.headers['x-empty']);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toBe(''),
  },
  'can be changed by the application': {
    does: ({ note, req, res }) => {
      req.headers['x-added'] = 'yes';
      note([req.headers['x-added'], req.headersDistinct['x-added']]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['yes', undefined]),
  },
});

differentialActions('A request', {
  'has method, URL and version': {
    ask: { method: 'PURGE', path: '/a%2Fb//c;d?x=1&y=%20' },
    does: ({ note, req, res }) => {
      note([req.method, req.url, req.httpVersion, req.httpVersionMajor, req.httpVersionMinor]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['PURGE', '/a%2Fb//c;d?x=1&y=%20', '1.1', 1, 1]),
  },
  'has the version of an old browser': {
    ask: { version: '1.0' },
    does: ({ note, req, res }) => {
      note([req.httpVersion, req.httpVersionMajor, req.httpVersionMinor]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['1.0', 1, 0]),
  },
  'has the properties that Node gives it': {
    does: ({ note, req, res }) => {
      note([req.complete, req.aborted, req.destroyed, req.readable, req.readableEnded, req.readableFlowing]);
      note([
        req.readableLength,
        req.readableObjectMode,
        req.readableEncoding,
        req.readableHighWaterMark,
        req.closed,
      ]);
      note([req.statusCode, req.statusMessage, req.errored]);
      note([
        req.connection === req.socket,
        res.req === req,
        res.socket === req.socket,
        res.connection === req.socket,
      ]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[3]).toEqual([true, true, true, true]),
  },
  'can be given another URL, as rewriting middleware does': {
    ask: { path: '/a/b' },
    does: ({ note, req, res }) => {
      req.url = '/b';
      note([req.url]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['/b']),
  },
});
