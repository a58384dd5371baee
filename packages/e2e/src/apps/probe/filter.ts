import type { FcgiRequest } from '@fcgi-js/server';
import { answerJson, answerText } from './answer.ts';
import { Arguments } from './arguments.ts';
import { digestOf } from './digest.ts';

/** The role Filter (FastCGI 1.0 §6.4): reads STDIN, then DATA, and tells what they were. */
export async function filter(request: FcgiRequest): Promise<void> {
  if (new Arguments(request.params).path !== '/filter') {
    await answerText(request, 'not found', { status: '404 Not Found' });
    return;
  }
  const stdin = await digestOf(request.stdin);
  const data = await digestOf(request.data);
  await answerJson(request, {
    stdinLength: stdin.length,
    stdinCrc32: stdin.crc32,
    dataLength: data.length,
    dataCrc32: data.crc32,
    dataLastMod: request.params.get('FCGI_DATA_LAST_MOD') ?? null,
    complete: stdin.complete && data.complete,
  });
}
