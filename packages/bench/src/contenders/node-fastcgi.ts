import { createServer } from 'node-fastcgi';
import { obeyBenchmark, programArguments } from './parts/program.ts';
import { HELLO } from './parts/texts.ts';

createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end(HELLO);
}).listen(programArguments().socketPath);
obeyBenchmark();
