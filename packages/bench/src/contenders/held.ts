// A handler that holds requests back, so that a fixed number of them is active while one after the other is answered.
import { programArguments } from './parts/program.ts';
import { serveFastCgi } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

/** How many requests are active when the oldest one is answered. */
const depth = Number(programArguments().work);
const waiting: (() => void)[] = [];
let oldest = 0;

function answerOldest(): void {
  waiting[oldest]?.();
  oldest += 1;
  // Cut now and then: moving the whole list for each request would be the handler's own cost of waiting.
  if (oldest === 4_096) {
    waiting.splice(0, oldest);
    oldest = 0;
  }
}

await serveFastCgi((request) => {
  const answered = new Promise<void>((resolve) => {
    waiting.push(() => {
      request.stdout.end(`Content-Type: text/plain\r\nContent-Length: ${HELLO.length}\r\n\r\n${HELLO}`);
      resolve();
    });
  });
  if (waiting.length - oldest >= depth) answerOldest();
  return answered;
});
