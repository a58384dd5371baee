const restify = require('restify');

const server = restify.createServer();
server.get('/*', async (req, res) => {
  res.contentType = 'text/plain';
  res.send(`hello ${req.url}`);
});

module.exports = server;
