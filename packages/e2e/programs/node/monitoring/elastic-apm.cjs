// Loaded before the application, as the guide of the agent says. Prints each transaction; there is no server to send it to.
const agent = require('elastic-apm-node').start({
  centralConfig: false,
  cloudProvider: 'none',
  logLevel: 'off',
  metricsInterval: '0s',
  serverUrl: 'http://127.0.0.1:9',
  serviceName: 'shop',
});

agent.addTransactionFilter(({ context: { request, response } }) => {
  const { pathname, search = '' } = request.url;
  console.log(`monitored ${request.method} ${pathname}${search} ${response.status_code}`);
});
