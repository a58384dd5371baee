// The guard that was usual before require.main.
const express = require('express4');

const app = express();
app.set('port', process.env.PORT || 3000);
app.get('/*', (req, res) => res.send(`hello ${req.originalUrl}`));

if (!module.parent) {
  app.listen(app.get('port'), () => console.log('Express started on port %d', app.get('port')));
}
module.exports = app;
