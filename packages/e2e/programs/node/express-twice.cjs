const express = require('express');

const app = express();
app.get('/*any', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
app.listen(3000, () => console.log('listens once'));
app.listen(3001, () => console.log('listens twice'));
