import Hapi from '@hapi/hapi';

const server = Hapi.server();
server.route({ method: 'GET', path: '/{any*}', handler: (request) => `hello ${request.raw.req.url}` });

export default server;
