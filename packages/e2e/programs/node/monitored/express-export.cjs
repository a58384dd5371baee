const { makeApp } = require('./express.cjs');

module.exports = makeApp();
