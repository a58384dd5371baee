import express from 'express';

const app = express();
app.get('/', (_request, response) => {
  response.send('the shop');
});
app.get('/tea', ({ baseUrl, originalUrl, query, url }, response) => {
  response.json({ baseUrl, originalUrl, query, url, environment: process.env['NODE_ENV'] });
});

export default app;
