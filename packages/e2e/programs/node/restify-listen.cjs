const restify = require('restify');

const server = restify.createServer({ name: 'shop' });
server.use(restify.plugins.queryParser());
server.get('/*', (req, res, next) => {
  res.contentType = 'text/plain';
  res.send(`hello ${req.url}`);
  next();
});
server.listen(8080, () => {
  console.log('%s listening', server.name);
});
