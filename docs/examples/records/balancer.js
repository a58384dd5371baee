// Gives each request to the next of several applications, whichever connection it came on:
// node balancer.js /run/balancer.sock /run/app1.sock /run/app2.sock

import { connect, createServer } from 'node:net';
import { encodeRecord, RecordDecoder, RecordType } from '@fcgi-js/protocol';

const [listen, ...paths] = process.argv.slice(2);
let turn = 0;

createServer((webServer) => {
  const applications = paths.map((path) => connect({ path }));
  const chosen = new Map();
  onRecord(webServer, (record) => {
    if (record.type === RecordType.BeginRequest) {
      chosen.set(record.requestId, applications[turn++ % applications.length]);
    }
    // Management records have the request ID 0: one application answers for all.
    (chosen.get(record.requestId) ?? applications[0]).write(encodeRecord(record));
  });
  for (const application of applications) {
    onRecord(application, (record) => webServer.write(encodeRecord(record)));
    application.on('error', () => webServer.destroy()).on('close', () => webServer.end());
  }
  webServer.on('error', () => {}).on('close', () => applications.forEach((each) => void each.destroy()));
}).listen(listen);

/**
 * @param {import('node:net').Socket} socket
 * @param {(record: import('@fcgi-js/protocol').FcgiRecord) => void} take
 */
function onRecord(socket, take) {
  const decoder = new RecordDecoder();
  socket.on('data', (bytes) => {
    decoder.push(bytes);
    for (const record of decoder) take(record);
  });
}
