import { causeFamilies } from '../../src/causes.ts';
import { linesOf } from '../../src/log-lines.ts';

/** The causes that a log line is taken for. */
export function told(line: string): string[] {
  return [...linesOf({ file: 'error.log', lines: [line] }, causeFamilies).keys()].map(({ id }) => id);
}

export const nginx = (message: string, level = 'error') =>
  `2026/11/29 20:00:00 [${level}] 61#61: *598 ${message}, client: 192.0.2.1, server: _, request: "GET /x HTTP/1.1", upstream: "fastcgi://unix:/run/app.sock:", host: "example.org"`;

export const apache = (module: string, level: string, message: string) =>
  `[Sun Nov 29 20:00:00.000000 2026] [${module}:${level}] [pid 2938:tid 1] ${message}`;

export const lighttpd = (source: string, message: string) => `2026-11-29 20:00:00: (${source}) ${message}`;

export const caddy = (message: string) =>
  `{"level":"error","ts":1764446400.1,"logger":"http.log.error","msg":"${message}","request":{"method":"GET"},"status":502}`;

export const haproxy = (code: string, status = '503') =>
  `Nov 29 20:00:00 host haproxy[1]: 192.0.2.1:50766 [29/Nov/2026:20:00:00.000] site app/one 0/0/0/-1/1 ${status} 0 - - ${code} 1/1/0/0/0 0/0 "POST /x HTTP/1.1"`;

export const systemd = (message: string) => `Nov 29 20:00:00 host systemd[1]: app.service: ${message}`;

export const kernel = (message: string) => `Nov 29 20:00:00 host kernel: [12345.678901] ${message}`;
