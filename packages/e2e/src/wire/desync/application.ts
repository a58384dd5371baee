import type { ServerResponse } from 'node:http';
import { finished, type Readable, type Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import {
  createServer,
  type FcgiRequest,
  type FcgiRequestHandler,
  type FcgiServer,
  fcgiRequest,
  fromFetchHandler,
  fromNodeListener,
} from '@fcgi-js/server';
import type { Ledger } from './ledger.ts';
import type { Plan, Style } from './plan.ts';

/** The application on our server: does with each request what its plan says. */
export function plannedServer(ledger: Ledger): FcgiServer {
  const plans = new WeakMap<FcgiRequest, Plan>();
  const known = (request: FcgiRequest): Plan => {
    const plan = plans.get(request);
    if (plan === undefined) throw new Error('The request has no plan.');
    return plan;
  };
  const handlers: Record<Style, FcgiRequestHandler> = {
    fetch: fromFetchHandler((request, context) => answerFetch(ledger, known(context.request), request)),
    node: fromNodeListener(async (req, res) => {
      const plan = ledger.planOf(fcgiRequest(req).params.get('REQUEST_URI'));
      if (plan !== undefined) await answerNode(ledger, plan, req, res);
    }),
    request: (request) => answerRequest(ledger, known(request), request),
  };
  return createServer({
    // Failures are part of the plan; what comes to the web server of them is looked at.
    onError: () => {},
    responder: (request) => {
      const plan = ledger.execute(request.params.get('REQUEST_URI'));
      if (plan === undefined) return 0;
      plans.set(request, plan);
      return handlers[plan.style](request);
    },
  });
}

function fieldsOf({ answerLength, token }: Plan): Record<string, string> {
  const length = answerLength === undefined ? {} : { 'Content-Length': String(answerLength) };
  return { 'Content-Type': 'application/octet-stream', 'X-Token': String(token), ...length };
}

async function answerFetch(ledger: Ledger, plan: Plan, request: Request): Promise<Response> {
  const reader = request.body?.getReader();
  const read = async (bytes: number) => {
    for (let count = 0; reader !== undefined && count < bytes; ) {
      const { done, value } = await reader.read();
      if (done) return;
      ledger.received(plan, value);
      count += value.length;
    }
  };
  await read(plan.reads);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const half = plan.answer.length >> 1;
      controller.enqueue(plan.answer.slice(0, half));
      if (plan.readsLate) await read(Number.POSITIVE_INFINITY).catch(() => {});
      controller.enqueue(plan.answer.slice(half));
      controller.close();
    },
  });
  return new Response(plan.readsLate ? body : plan.answer.slice(), { headers: fieldsOf(plan) });
}

async function answerNode(ledger: Ledger, plan: Plan, body: Readable, res: ServerResponse): Promise<void> {
  await take(ledger, plan, body, plan.reads);
  res.writeHead(200, fieldsOf(plan));
  await write(ledger, plan, body, res);
}

async function answerRequest(ledger: Ledger, plan: Plan, request: FcgiRequest): Promise<void> {
  await take(ledger, plan, request.stdin, plan.reads);
  const fields = Object.entries(fieldsOf(plan)).map(([name, value]) => `${name}: ${value}\r\n`);
  request.stdout.write(`Status: 200 OK\r\n${fields.join('')}\r\n`);
  await write(ledger, plan, request.stdin, request.stdout);
}

/** Writes the answer, in one piece or with what is left of the body read in between. */
async function write(ledger: Ledger, plan: Plan, body: Readable, to: Writable): Promise<void> {
  to.on('error', () => {});
  if (!plan.readsLate) {
    to.end(plan.answer);
    return;
  }
  const half = plan.answer.length >> 1;
  to.write(plan.answer.subarray(0, half));
  await take(ledger, plan, body, Number.POSITIVE_INFINITY);
  await turn();
  to.end(plan.answer.subarray(half));
}

/** Reads at least so many bytes, or up to the end, whatever kind of end it is. */
function take(ledger: Ledger, plan: Plan, body: Readable, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    body.on('error', () => {});
    if (bytes === 0) return resolve();
    const done = () => {
      forget();
      body.off('data', onData);
      body.pause();
      resolve();
    };
    const onData = (chunk: Uint8Array) => {
      ledger.received(plan, chunk);
      count += chunk.length;
      if (count >= bytes) done();
    };
    const forget = finished(body, { writable: false }, done);
    body.on('data', onData);
    body.resume();
  });
}
