import { LocalProtocolError, RemoteProtocolError } from '@fcgi-js/protocol';
import { expect, test } from 'vitest';

test('a RemoteProtocolError says which rule was broken, what it ends, and why', () => {
  const error = new RemoteProtocolError('FCGI_PAIR_TRUNCATED', 'request', 'What was wrong.');
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(LocalProtocolError);
  expect({ ...error }).toEqual({
    name: 'RemoteProtocolError',
    code: 'FCGI_PAIR_TRUNCATED',
    scope: 'request',
  });
  expect(`${error}`).toBe('RemoteProtocolError: What was wrong.');
});

test('a LocalProtocolError says which rule was broken, and why', () => {
  const error = new LocalProtocolError('FCGI_ARGUMENT_INVALID', 'What was wrong.');
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(RemoteProtocolError);
  expect({ ...error }).toEqual({ name: 'LocalProtocolError', code: 'FCGI_ARGUMENT_INVALID' });
  expect(`${error}`).toBe('LocalProtocolError: What was wrong.');
});
