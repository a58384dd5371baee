import express from 'express';

const app = express();
app.get('/*any', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
app.listen(process.env.PORT || 3000, '0.0.0.0', () => console.log('listening on all addresses'));
