// A primary of node:cluster with two workers that listen on the address of the command line. A line on stdin ends the first one.
import cluster from 'node:cluster';
import { createServer } from '@fcgi-js/server';

if (cluster.isPrimary) {
  const first = cluster.fork();
  cluster.fork();
  process.stdin.once('data', () => first.disconnect());
  first.once('exit', () => console.log('first has ended'));
} else {
  const server = createServer({
    responder: ({ stdout }) => {
      stdout.end(`Status: 200\r\n\r\nworker ${process.pid}`);
    },
  });
  try {
    await server.listen(process.argv[2] ?? '', { mode: 0o640 });
    console.log(`${process.pid} listens`);
  } catch (error) {
    console.log(`${process.pid} fails: ${/** @type {NodeJS.ErrnoException} */ (error).code}`);
    process.exit(1);
  }
  process.once('disconnect', async () => {
    await server.close({ timeout: 100 });
    process.exit();
  });
}
