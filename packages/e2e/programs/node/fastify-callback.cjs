const fastify = require('fastify')();

fastify.get('/*', (request, reply) => {
  reply.send(`hello ${request.raw.url}`);
});
fastify.listen({ port: 3000, host: '0.0.0.0' }, (error) => {
  if (error) throw error;
  console.log('listening');
});
