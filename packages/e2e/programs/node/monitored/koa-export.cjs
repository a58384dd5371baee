const Koa = require('koa');

const app = new Koa({ asyncLocalStorage: false });
app.silent = true;
app.use(async (context) => {
  if (context.path === '/fails') context.throw(418);
  const chunks = [];
  for await (const chunk of context.req) chunks.push(chunk);
  context.status = context.method === 'POST' ? 201 : 203;
  context.body = context.method === 'POST' ? Buffer.concat(chunks).toString() : 'item 7';
});
module.exports = app;
