// Without a host, Fastify listens on every address of localhost.
import Fastify from 'fastify';

const fastify = Fastify({ logger: false });
fastify.get('/', async () => 'hello world');

try {
  const address = await fastify.listen({ port: 3000 });
  console.log(`Fastify: ${address}`);
} catch (error) {
  fastify.log.error(error);
  process.exit(1);
}
