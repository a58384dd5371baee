const { setTimeout: compile } = require('node:timers/promises');

module.exports = () => ({
  prepare: () => compile(50),
  getRequestHandler: () => async (_req, res, parsedUrl) => {
    res.end(`hello ${parsedUrl.pathname}${parsedUrl.search}`);
  },
});
