const express = require('express');

exports.makeApp = () => {
  const app = express();
  app.get('/items/:id', (req, res) => res.status(203).send(`item ${req.params.id}`));
  app.post('/items', express.json(), (req, res) => res.status(201).json(req.body));
  app.get('/fails', () => {
    throw Object.assign(new Error('fails'), { status: 418 });
  });
  return app;
};
