import Hapi from '@hapi/hapi';

const init = async () => {
  const server = Hapi.server({ port: 3000, host: 'localhost' });
  server.route({ method: 'GET', path: '/{any*}', handler: (request) => `hello ${request.raw.req.url}` });
  await server.start();
  console.log('Server running, started %s', server.info.started > 0);
};

process.on('unhandledRejection', (error) => {
  console.log(error);
  process.exit(1);
});

void init();
