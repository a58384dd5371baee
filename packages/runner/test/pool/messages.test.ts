import { expect, test } from 'vitest';
import { readWorkerMessage } from '../../src/pool/messages.ts';

test.each([
  'ready',
  null,
  { fcgi: 'ready', application: 5 },
  { fcgi: 'done' },
  { fcgi: 'log', lines: 5, to: 'stderr' },
  { fcgi: 'recycle', limit: 'other', reason: '' },
])('what an application writes to the channel of its worker is no order: %j', (given) => {
  expect(readWorkerMessage(given)).toBeUndefined();
});

test('text of a worker cannot forge a line of its parent', () => {
  const given = { fcgi: 'recycle', limit: 'maxAge', reason: 'bored\nfcgi: \u001b[31mlies' };
  expect(readWorkerMessage(given)).toEqual({ ...given, reason: 'bored\\nfcgi: \\x1b[31mlies' });
});
