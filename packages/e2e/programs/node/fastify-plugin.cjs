// A plugin and nothing else: `fastify start fastify-plugin.cjs` runs it.
module.exports = async (fastify, _options) => {
  fastify.get('/*', async (request) => `hello ${request.originalUrl}`);
};
