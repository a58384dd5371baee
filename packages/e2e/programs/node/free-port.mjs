// Looks for a free port first, as many development servers do.
import { createServer } from 'node:http';
import getPort from 'get-port';
import portfinder from 'portfinder';

const [, , kind, wanted] = process.argv;
const port =
  kind === 'get-port'
    ? await getPort({ port: [Number(wanted)] })
    : await portfinder.getPortPromise({ port: Number(wanted) });
createServer((_req, res) => res.end(`the shop, ${port === Number(wanted)}`)).listen(port);
