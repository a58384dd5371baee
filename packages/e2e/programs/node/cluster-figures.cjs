// The first process has figures, its workers have the application.
const cluster = require('node:cluster');
const http = require('node:http');

if (cluster.isPrimary) {
  cluster.fork();
  http.createServer((_req, res) => res.end('# metrics')).listen(process.argv[2]);
} else {
  http.createServer((_req, res) => res.end('the application')).listen(0);
}
