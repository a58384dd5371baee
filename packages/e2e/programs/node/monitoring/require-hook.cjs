// What dd-trace does, by its published interface: waits for a module that requires `http`, and then wraps emit() of all servers.
const Module = require('node:module');

const { require: original } = Module.prototype;
let isWrapped = false;

Module.prototype.require = function (name) {
  const exported = Reflect.apply(original, this, [name]);
  if (!isWrapped && /^(?:node:)?http$/.test(name)) {
    isWrapped = true;
    wrap(exported.Server.prototype);
  }
  return exported;
};

function wrap(prototype) {
  const { emit } = prototype;
  prototype.emit = function (event, ...args) {
    if (event === 'request') {
      const [req, res] = args;
      const { url } = req;
      res.once('close', () => console.log(`monitored ${req.method} ${url} ${res.statusCode}`));
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
}
