// An application of Express 5 or 4 and a server beside it: node beside.cjs KIND VERSION LOW HIGH
const [, , kind, version, low, high] = process.argv;
const express = require(version === '4' ? 'express4' : 'express');
const http = require('node:http');
const https = require('node:https');

const shop = express();
shop.use(express.json());
shop.get('/', (_req, res) => res.send('the shop'));

const aside = express();
const kinds = {
  'figures first'() {
    aside.get('/metrics', (_req, res) => res.send('figures'));
    aside.listen(low);
    shop.listen(high);
  },
  'figures last'() {
    aside.get('/metrics', (_req, res) => res.send('figures'));
    shop.listen(high, () => aside.listen(low));
  },
  'health checks'() {
    aside.get('/healthz', (_req, res) => res.send('ok'));
    aside.get(['/livez', '/readyz'], (_req, res) => res.send('ok'));
    aside.listen(low);
    shop.listen(high);
  },
  'a redirect to HTTPS'() {
    aside.use((req, res) => res.redirect(`https://${req.headers.host}${req.url}`));
    aside.listen(low);
    https.createServer({}, shop).listen(high);
  },
  'a redirect to another host'() {
    aside.use((req, res) => res.redirect(`https://example.org${req.url}`));
    aside.listen(low);
    shop.listen(high);
  },
  'an interface for administrators'() {
    aside.get('/users', (_req, res) => res.send('users'));
    aside.post('/users', (_req, res) => res.send('made'));
    aside.listen(low);
    const site = express();
    site.get('/', (_req, res) => res.send('the shop'));
    site.listen(high);
  },
  'figures, and exports the shop'() {
    aside.get('/metrics', (_req, res) => res.send('figures'));
    aside.listen(low);
    module.exports = shop;
  },
  'figures of node:http, and exports the shop'() {
    http.createServer((_req, res) => res.end('# metrics')).listen(low);
    exports.app = shop;
  },
  'what it exports as well, which speaks of health'() {
    const listener = (_req, res) => res.end('the shop of health');
    http.createServer(listener).listen(low);
    module.exports = listener;
  },
};
kinds[kind]();
