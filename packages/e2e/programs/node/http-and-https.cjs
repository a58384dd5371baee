const express = require('express');
const http = require('node:http');
const https = require('node:https');

const app = express();
app.get('/*any', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
http.createServer(app).listen(80);
const secure = https
  .createServer({}, (_req, res) => res.end('secure'))
  .listen(0, '127.0.0.1', () => {
    console.log('https on its own port', secure.address().port > 0);
    secure.close();
  });
