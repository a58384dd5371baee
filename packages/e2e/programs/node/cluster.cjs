const cluster = require('node:cluster');
const http = require('node:http');

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
} else {
  console.log(`cluster worker ${process.pid}`);
  http.createServer((_req, res) => res.end('hello world')).listen(process.env.PORT);
}
