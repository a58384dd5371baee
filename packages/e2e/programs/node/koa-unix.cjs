const http = require('node:http');
const Koa = require('koa');

const app = new Koa();
app.use((ctx) => {
  ctx.body = `hello ${ctx.originalUrl}`;
});
const server = http.createServer(app.callback());
server.on('listening', () => console.log('listening on', typeof server.address()));
server.listen(`${__dirname}/own.sock`);
