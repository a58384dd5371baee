// A handler of FcgiRequest that writes the CGI response itself.
import { serveFastCgi } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

await serveFastCgi((request) => {
  request.stdout.end(`Content-Type: text/plain\r\nContent-Length: ${HELLO.length}\r\n\r\n${HELLO}`);
});
