import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import express from 'express';
import multer from 'multer';
import { afterAll, expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { codeOf } from '../../src/frameworks/recorder.ts';
import { patternBytes } from '../../src/pattern.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';

const { path: folder, remove } = createTemporaryFolder('fcgi-uploads');
afterAll(remove);

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const application: MakeApplication = ({ note }) => {
  const app = express();
  const memory = multer({
    storage: multer.memoryStorage(),
    limits: { fileSize: 1_000_000, files: 2, fields: 3 },
  });
  const disk = multer({ dest: folder });
  app.post('/memory', memory.array('file'), (req, res) => {
    const list = Array.isArray(req.files) ? req.files : [];
    const received = list.map(({ buffer, mimetype, originalname, size }) => [
      originalname,
      mimetype,
      size,
      digest(buffer),
    ]);
    res.json({ received, fields: req.body });
  });
  app.post('/disk', disk.single('file'), (req, res) => {
    res.json({ size: req.file?.size, stored: readdirSync(folder).length > 0 });
  });
  app.post('/none', memory.none(), (req, res) => {
    res.json(req.body);
  });
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    note(['error', codeOf(error)]);
    res.status(400).json(codeOf(error));
  });
  return app;
};

const BOUNDARY = '----a-boundary-of-this-test';
const FORM = ['Content-Type', `multipart/form-data; boundary=${BOUNDARY}`] as const;

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly file?: string;
}

function form(...parts: Part[]): Buffer {
  const pieces = parts.flatMap(({ content, file, name }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n`,
    file === undefined ? '\r\n' : 'Content-Type: application/octet-stream\r\n\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece)));
}

const upload = (path: string, ...parts: Part[]) => ({ path, body: form(...parts), headers: [FORM] });
const bytes = patternBytes(700_000);

differential('multer', application, {
  'takes files and fields': {
    run: upload(
      '/memory',
      { name: 'title', content: 'Žluťoučký kůň' },
      { name: 'file', file: 'a.bin', content: bytes },
      { name: 'file', file: 'b.bin', content: 'small' },
    ),
    expect: { status: '200 OK', body: expect.stringContaining(digest(bytes)) },
  },
  'takes an upload of unknown length': {
    run: { ...upload('/memory', { name: 'file', file: 'a.bin', content: bytes }), chunked: true },
    expect: { status: '200 OK', body: expect.stringContaining(digest(bytes)) },
  },
  'stores files on disk': {
    run: upload('/disk', { name: 'file', file: 'a.bin', content: bytes }),
    expect: { body: '{"size":700000,"stored":true}' },
  },
  'takes fields alone': { run: upload('/none', { name: 'a', content: '1' }), expect: { body: '{"a":"1"}' } },
  'refuses a file above its limit': {
    run: upload('/memory', { name: 'file', file: 'a.bin', content: patternBytes(3_000_000) }),
    expect: { status: '400 Bad Request', body: '"LIMIT_FILE_SIZE"' },
  },
  'refuses too many files': {
    run: upload('/memory', ...['a', 'b', 'c'].map((file) => ({ name: 'file', file, content: file }))),
    expect: { body: '"LIMIT_FILE_COUNT"' },
  },
  'refuses too many fields': {
    run: upload('/memory', ...['a', 'b', 'c', 'd'].map((name) => ({ name, content: name }))),
    expect: { body: '"LIMIT_FIELD_COUNT"' },
  },
  'refuses a file that it does not expect': {
    run: upload('/disk', { name: 'other', file: 'a.bin', content: bytes }),
    expect: { body: '"LIMIT_UNEXPECTED_FILE"' },
  },
  'refuses a form that is cut short': {
    run: {
      path: '/memory',
      body: form({ name: 'file', file: 'a', content: 'x' }).subarray(0, -10),
      headers: [FORM],
    },
    expect: { status: '400 Bad Request' },
  },
  'refuses a form without a boundary': {
    run: { path: '/memory', body: 'x', headers: [['Content-Type', 'multipart/form-data']] },
    expect: { status: '400 Bad Request' },
  },
  'is told of an upload that breaks off': {
    run: async (side) => {
      const whole = form({ name: 'file', file: 'a.bin', content: bytes });
      const peer = await side.open({ path: '/memory', contentLength: whole.length, headers: [FORM] });
      peer.send(whole.subarray(0, 200_000));
      await new Promise((resolve) => setTimeout(resolve, 20));
      peer.leave();
      const answer = await peer.answer;
      await side.recorder.closed();
      return [answer];
    },
    expect: ({ notes }) => expect(notes).toHaveLength(1),
  },
});
