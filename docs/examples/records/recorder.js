// Passes everything on to an application, and keeps the requests in a file that "fcgi decode" reads:
// node recorder.js /run/recorder.sock /run/app.sock requests.fcgi

import { createWriteStream } from 'node:fs';
import { connect, createServer } from 'node:net';
import { encodeRecord, RecordDecoder, RecordType } from '@fcgi-js/protocol';

const [listen, path = '', file = ''] = process.argv.slice(2);
const recording = createWriteStream(file);
let requests = 0;

createServer((webServer) => {
  const application = connect({ path });
  const decoder = new RecordDecoder();
  /** Connections use the same request IDs. In the file each request has one of its own. */
  const ids = new Map();
  webServer.on('data', (bytes) => {
    decoder.push(bytes);
    for (const record of decoder) {
      if (record.type === RecordType.BeginRequest) ids.set(record.requestId, (requests++ % 0xffff) + 1);
      recording.write(encodeRecord(record, ids.get(record.requestId)));
    }
  });
  webServer.pipe(application).pipe(webServer);
  webServer.on('error', () => application.destroy());
  application.on('error', () => webServer.destroy());
}).listen(listen);
