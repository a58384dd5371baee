// What @sentry/node does, by its published interface: hears of the request by diagnostics_channel, and then wraps emit() of the
// server that has it.
const diagnostics = require('node:diagnostics_channel');

const wrapped = new WeakSet();

diagnostics.subscribe('http.server.request.start', ({ server }) => {
  if (wrapped.has(server)) return;
  wrapped.add(server);
  const { emit } = server;
  server.emit = function (event, ...args) {
    if (event === 'request') {
      const [req, res] = args;
      const url = req.originalUrl ?? req.url;
      res.once('close', () => console.log(`monitored ${req.method} ${url} ${res.statusCode}`));
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
});
