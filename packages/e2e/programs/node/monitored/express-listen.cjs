const { makeApp } = require('./express.cjs');

makeApp().listen(3000);
