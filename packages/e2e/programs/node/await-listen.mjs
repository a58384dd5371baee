import { createServer } from 'node:http';
import connect from 'connect';

async function main() {
  const app = connect();
  app.use((req, res) => res.end(`hello ${req.originalUrl}`));
  const server = createServer(app);
  await new Promise((resolve) => server.listen({ port: 4000 }, resolve));
  return server;
}

main().then(
  (server) => console.log('ready', server.listening),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
