const fastify = require('fastify');

const app = fastify();
app.get('/items/:id', (request, reply) => reply.code(203).send(`item ${request.params.id}`));
app.post('/items', (request, reply) => reply.code(201).send(request.body));
app.get('/fails', () => {
  throw Object.assign(new Error('fails'), { statusCode: 418 });
});
module.exports = app;
