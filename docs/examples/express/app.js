// An ordinary Express 5 application. Nothing in this file knows that it is served over FastCGI.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { page, requestTable } from './page.js';

const publicFolder = fileURLToPath(new URL('public', import.meta.url));

export const app = express();

// What the application is told about a request. Any path below /show/ answers, so that odd URLs can be tried.
app.get(['/', '/show/{*path}'], (req, res) => {
  res.send(page('An Express application', requestTable(req)));
});

// The same below a router: `baseUrl` is where the router is mounted, `url` is the rest, `originalUrl` is both.
const router = express.Router();
router.get('/{*path}', (req, res) => {
  res.send(page('A router mounted at /mounted', requestTable(req)));
});
app.use('/mounted', router);

// A form. The body is parsed by Express' own middleware.
app.post('/hello', express.urlencoded({ extended: false, limit: '10kb' }), (req, res) => {
  res.json({ hello: String(req.body?.name ?? 'nobody') });
});

// A body of any size, read as it comes and never held in memory.
app.post('/upload', async (req, res) => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of req) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  res.status(201).json({ bytes, sha256: hash.digest('hex') });
});

// A response that grows: a line every 200 ms, which the browser shows as it comes.
app.get('/stream', async (_req, res) => {
  // nginx would hold the lines back until a buffer is full.
  res.set('X-Accel-Buffering', 'no').type('text/plain');
  for (let line = 1; line <= 10 && !res.destroyed; line += 1) {
    res.write(`line ${line} of 10\n`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  res.end();
});

app.get('/cookies', (req, res) => {
  res.cookie('flavour', 'oatmeal', { httpOnly: true }).cookie('visited', 'yes');
  res.json({ sent: req.get('Cookie') ?? null });
});

app.get('/redirect', (_req, res) => {
  res.redirect('/show/redirected');
});

app.get('/file', (_req, res) => {
  res.sendFile('hello.txt', { root: publicFolder });
});

app.get('/error', () => {
  throw new Error('this handler throws');
});
