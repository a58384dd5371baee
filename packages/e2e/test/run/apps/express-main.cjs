// The examples of Express: it listens unless another module requires it.
const express = require('express');

const app = express();
module.exports = app;
app.get('/', (_req, res) => {
  res.send('hello world');
});

if (require.main === module) {
  app.listen(3000);
  console.log('Express started on port 3000');
}
