// A handler of FcgiRequest that has all of its response at once.
import { serveFastCgi } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

const response = { headers: { 'Content-Type': 'text/plain' }, body: HELLO };

await serveFastCgi((request) => request.respond(response));
