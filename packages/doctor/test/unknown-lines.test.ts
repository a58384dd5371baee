import { expect, test } from 'vitest';
import { causeFamilies } from '../src/causes.ts';
import { saysFailure } from '../src/failure-words.ts';
import { linesOf } from '../src/log-lines.ts';
import { apache, haproxy, lighttpd, told } from './support/log-line.ts';

test.each([
  '2026/11/29 20:00:00 [notice] 61#61: signal 15 (SIGTERM) received from 1, exiting',
  '2026/11/29 20:00:00 [warn] 61#61: *5 an upstream response is buffered to a temporary file /var/lib/nginx/fastcgi/1/00/1 while reading upstream',
  apache('mpm_event', 'notice', 'AH00489: Apache/2.4.71 (Debian) configured -- resuming normal operations'),
  apache('core', 'notice', "AH00094: Command line: '/usr/sbin/apache2'"),
  apache(
    'mpm_event',
    'error',
    'AH10159: server is within MinSpareThreads of MaxRequestWorkers, consider raising the MaxRequestWorkers setting',
  ),
  lighttpd('server.c.1939', 'server started (lighttpd/1.4.69)'),
  lighttpd('gw_backend.c.351', 'gw-server re-enabled: unix:/run/app.sock  0 /run/app.sock'),
  '{"level":"info","ts":1764446400.1,"msg":"serving initial configuration","error":""}',
  haproxy('----', '404'),
  '192.0.2.1 - - [29/Nov/2026:20:00:00 +0000] "GET /error HTTP/1.1" 404 157 "-" "curl"',
  '    at Server.fail (/srv/app/failed.js:1:1)',
])('is about no failure: %s', (line) => {
  expect(told(line)).toEqual([]);
  expect(saysFailure(line)).toBe(false);
});

test('unknown lines are shown by kind, the last of each, at most five', () => {
  const lines = ['aaaaaa', 'bbbbbb', 'ccccc', 'ddddd', 'eeeee', 'fffff', 'eeeee'].map(
    (word, index) => `[error] failed 10.0.0.${index}: ${word.replace(/[a-f]/g, (letter) => `${letter}z`)}`,
  );
  const [evidence = []] = [...linesOf({ file: 'e', lines }, causeFamilies).values()];
  expect(evidence).toHaveLength(5);
  expect(evidence.at(-1)).toMatch(/^e, the last of 2 lines, not known to the doctor: .*10\.0\.0\.6/);
});
