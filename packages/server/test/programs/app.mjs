// `node app.mjs [ADDRESS] [OPTIONS as JSON]`: an application that says where it listens, and why it does not.
import { spawnSync } from 'node:child_process';
import { createServer, fromNodeListener, isFcgiListenSocket, requestParams } from '@fcgi-js/server';

const [address = 'auto', options = '{}'] = process.argv.slice(2);

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
async function listener(req, res) {
  switch (req.url) {
    case '/throw':
      throw new Error('as it was asked to');
    case '/pid':
      res.end(String(process.pid));
      break;
    case '/fd':
      res.end(String(isFcgiListenSocket()));
      break;
    case '/env': {
      const { stdout } = spawnSync(process.execPath, ['-p', 'JSON.stringify(Object.keys(process.env))']);
      const params = [...requestParams(req).keys()];
      res.end(JSON.stringify({ params, child: JSON.parse(String(stdout)), own: Object.keys(process.env) }));
      break;
    }
    case '/exit':
      res.end('exit', () => process.exit(3));
      break;
    default: {
      /** @type {Buffer[]} */
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      res.setHeader('X-Host', req.headers.host ?? 'none');
      res.end(Buffer.concat([Buffer.from(`${req.method} ${req.url} `), ...chunks]));
    }
  }
}

const server = createServer({ responder: fromNodeListener(listener) });

process.on('SIGTERM', () => {
  void server.close({ timeout: 2_000 });
});

try {
  const actual = await server.listen(address, JSON.parse(options));
  // Of a plain CGI program the standard output is the answer.
  if (actual !== 'cgi') console.log(`listening ${actual}`);
} catch (error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  console.error(`${code}: ${message}`);
  process.exitCode = 2;
}
