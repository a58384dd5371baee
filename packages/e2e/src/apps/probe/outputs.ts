import { setTimeout as delay } from 'node:timers/promises';
import type { FcgiRequest } from '@fcgi-js/server';
import { answerJson, answerText, wantsBody, writeHead, written } from './answer.ts';
import type { Arguments } from './arguments.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** The alphabet over and over. Its length is a multiple of the alphabet's, so that every block begins with `a`. */
const BLOCK = Buffer.alloc(262_080, ALPHABET, 'latin1');

/** Answers as many bytes as the URL says, never handing over a block before there is room for it. */
export async function big(request: FcgiRequest, args: Arguments): Promise<void> {
  const length = args.number('n');
  await writeHead(request, { contentLength: length });
  if (!wantsBody(request)) return;
  // Once the web server has gone, every write fails at once: going on would keep the process from all others.
  for (let left = length; left > 0 && !request.stdout.destroyed; left -= BLOCK.length) {
    await written(request.stdout, left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
  }
}

/** Answers late, whatever happens meanwhile, and never reads the body. */
export async function slow(request: FcgiRequest, args: Arguments): Promise<void> {
  // Waiting is no reason for the process to live when its connections have gone.
  await delay(args.number('ms'), undefined, { ref: false });
  await answerText(request, 'slow');
}

/** Writes to FCGI_STDERR: `n` lines, or `bytes` times the letter E. */
export async function stderr(request: FcgiRequest, args: Arguments): Promise<void> {
  for (let line = 0; line < args.number('n'); line += 1) {
    await written(request.stderr, `probe-stderr-${line}\n`);
  }
  const bytes = args.number('bytes');
  if (bytes > 0) await written(request.stderr, Buffer.alloc(bytes, 'E'));
  await answerText(request, 'stderr ok');
}

/** Ends with an appStatus (§5.5). */
export async function exit(request: FcgiRequest, args: Arguments): Promise<number> {
  await answerText(request, 'exit');
  return args.number('code');
}

/** An answer without Content-Type that a browser must not take for HTML. */
export async function noContentType(request: FcgiRequest): Promise<void> {
  await written(request.stdout, 'Status: 200 OK\r\n\r\n{"a":"<script>alert(1)</script>"}');
}

/** Lets the web server answer with another request (RFC 3875 §6.2.2). */
export async function localRedirect(request: FcgiRequest): Promise<void> {
  await written(request.stdout, 'Location: /echo?local=1\r\n\r\n');
}

/** A variable of the process environment. */
export function env(request: FcgiRequest, args: Arguments): Promise<void> {
  return answerJson(request, { env: process.env[args.text('name')] ?? null });
}
