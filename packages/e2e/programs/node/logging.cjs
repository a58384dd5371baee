// A shop with what applications usually have in front of their routes, and figures on a port of their own.
const compression = require('compression');
const express = require('express');
const session = require('express-session');
const http = require('node:http');
const morgan = require('morgan');
const onHeaders = require('on-headers');
const pino = require('pino-http');
const prometheus = require('prom-client');

const served = new prometheus.Counter({ name: 'served', help: 'Requests', labelNames: ['method', 'status'] });
http
  .createServer(async (_req, res) => res.end(await prometheus.register.metrics()))
  .listen(0, '127.0.0.1', function () {
    console.log(`figures at ${this.address().port}`);
  });

const app = express();
app.use((req, res, next) => {
  res.on('finish', () => served.inc({ method: req.method, status: res.statusCode }));
  onHeaders(res, () => {
    const times = Number(res.getHeader('X-Headers') ?? 0) + 1;
    res.setHeader('X-Headers', times);
  });
  next();
});
app.use(morgan('morgan :method :url :status :remote-addr :res[content-type]'));
app.use(pino({ customProps: () => ({ by: 'pino' }) }, process.stdout));
app.use(compression({ threshold: 0 }));
app.use(session({ resave: false, saveUninitialized: false, secret: 'of tests' }));
app.get('/cart', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  res.type('text').send(`visits: ${req.session.visits}`);
});
app.get('/missing', (_req, res) => res.sendStatus(404));

app.listen(process.env.PORT);
