// What pm2 wants with wait_ready, and at the end.
const http = require('node:http');

const server = http.createServer((req, res) => res.end(`hello ${req.url}`));
server.listen(3000, () => {
  if (process.send) process.send('ready');
  console.log('ready');
});
process.on('SIGINT', () => {
  server.close(() => {
    console.log('closed');
    process.exit(0);
  });
});
