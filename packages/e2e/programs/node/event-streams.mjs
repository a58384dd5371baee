// Event streams, a page beside them, and how many streams are open.
import { createServer } from 'node:http';

const streams = new Set();

createServer((req, res) => {
  if (req.url === '/events') {
    streams.add(res);
    res.on('close', () => streams.delete(res));
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('data: hello\n\n');
  } else if (req.url === '/tell') {
    for (const stream of streams) stream.write('data: news\n\n');
    res.end(String(streams.size));
  } else {
    res.end(String(streams.size));
  }
}).listen(3000);
