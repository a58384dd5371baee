import Fastify from 'fastify';

export const app = Fastify();
app.register((instance, _options, done) => {
  instance.get('/', async () => 'hello world');
  done();
});
