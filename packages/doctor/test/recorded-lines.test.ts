import { expect, test } from 'vitest';
import { apache, caddy, haproxy, kernel, lighttpd, nginx, systemd, told } from './support/log-line.ts';

test.each<[id: string, line: string]>([
  [
    'path-uncertain',
    'fcgi-js: FCGI_PATH_UNCERTAIN: The web server has taken /shop off the path, and does not say that it is the prefix',
  ],
  [
    'path-uncertain',
    'app.js: The first request got 404 from the application, and its path begins with /shop. Where the web server passes',
  ],
  [
    'path-uncertain',
    'app.js: The web server does not say which path is asked for: REQUEST_URI, PATH_INFO and',
  ],
  [
    'not-passed-on',
    apache('core', 'error', 'AH00125: Request exceeded the limit of 10 subrequest nesting levels due to'),
  ],
  [
    'not-passed-on',
    apache('rewrite', 'error', 'AH10411: Rewritten query string contains control characters or spaces'),
  ],
  ['closed-within-answer', nginx('upstream prematurely closed connection while reading upstream')],
  ['closed-within-answer', nginx('upstream prematurely closed FastCGI request while reading upstream')],
  ['closed-within-answer', nginx('readv() failed (104: Connection reset by peer) while reading upstream')],
  [
    'closed-within-answer',
    lighttpd(
      'gw_backend.c.2259',
      'response already sent out, but backend returned error on socket: unix:/run/app.sock for /x?, terminating connection',
    ),
  ],
  ['closed-within-answer', haproxy('SD--', '200')],
  ['closed-during-request', nginx('writev() failed (32: Broken pipe) while sending request to upstream')],
  [
    'closed-during-request',
    nginx('writev() failed (104: Connection reset by peer) while sending request to upstream'),
  ],
  [
    'closed-during-request',
    apache(
      'fcgid',
      'warn',
      '(32)Broken pipe: [client 192.0.2.1:1] mod_fcgid: error writing data to FastCGI server',
    ),
  ],
  [
    'closed-during-request',
    lighttpd(
      'gw_backend.c.1903',
      'connection was dropped after accept() (perhaps the gw process died), write-offset: 0 socket: unix:/run/app.sock',
    ),
  ],
  [
    'request-not-read',
    nginx('upstream timed out (110: Connection timed out) while sending request to upstream'),
  ],
  ['request-not-read', lighttpd('gw_backend.c.2700', 'write timeout on socket: unix:/run/app.sock (fd: 9)')],
  ['answer-stalls', nginx('upstream timed out (110: Operation timed out) while reading upstream')],
  ['answer-stalls', haproxy('sD--', '200')],
  [
    'never-answers',
    nginx('upstream timed out (110: Operation timed out) while reading response header from upstream'),
  ],
  [
    'never-answers',
    nginx('upstream timed out (60: Operation timed out) while reading response header from upstream'),
  ],
  [
    'never-answers',
    apache(
      'fcgid',
      'warn',
      '[client 192.0.2.1:1] mod_fcgid: /srv/app.fcgi took longer than busy timeout (300 secs)',
    ),
  ],
  ['never-answers', haproxy('sHVN', '504')],
  ['host-unreachable', nginx('upstream timed out (110: Connection timed out) while connecting to upstream')],
  [
    'host-unreachable',
    nginx('connect() to 10.0.0.7:9000 failed (113: Host is unreachable) while connecting to upstream'),
  ],
  ['host-unreachable', nginx('app.internal could not be resolved (3: Host not found)')],
  ['host-unreachable', caddy('dialing backend: dial tcp 10.0.0.7:9000: i/o timeout')],
  ['host-unreachable', '[lib/handler/fastcgi.c] in request:/x:connect timeout'],
  ['port-refused', nginx('connect() failed (111: Connection refused) while connecting to upstream')],
  ['port-refused', nginx('connect() failed (61: Connection refused) while connecting to upstream')],
  [
    'nobody-listens',
    nginx('connect() to unix:/run/app.sock failed (61: Connection refused) while connecting to upstream'),
  ],
  [
    'socket-permission',
    nginx(
      'connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream',
      'crit',
    ),
  ],
  [
    'selinux-denied',
    nginx('connect() to 127.0.0.1:9000 failed (13: Permission denied) while connecting to upstream', 'crit'),
  ],
  [
    'selinux-denied',
    apache(
      'proxy',
      'error',
      '(13)Permission denied: AH00957: FCGI: attempt to connect to 127.0.0.1:9000 (127.0.0.1:9000) failed',
    ),
  ],
  [
    'selinux-denied',
    'type=AVC msg=audit(1764446400.000:190): avc:  denied  { name_connect } for  pid=938 comm="httpd" dest=9000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:http_port_t:s0 tclass=tcp_socket permissive=0',
  ],
  [
    'selinux-denied',
    'Nov 29 20:00:00 host setroubleshoot[99]: SELinux is preventing /usr/sbin/nginx from connectto access on the unix_stream_socket /run/app.sock.',
  ],
  [
    'apparmor-denied',
    kernel(
      'audit: type=1400 audit(1764446400.0:33): apparmor="DENIED" operation="connect" profile="/usr/sbin/nginx" name="/run/app.sock" pid=61 comm="nginx" requested_mask="wr" denied_mask="wr" fsuid=33 ouid=0',
    ),
  ],
  [
    'sandboxed',
    kernel(
      'audit: type=1326 audit(1764446400.0:34): auid=4294967295 uid=33 gid=33 pid=77 comm="node" exe="/usr/bin/node" sig=31 arch=c000003e syscall=425',
    ),
  ],
  ['sandboxed', systemd('Main process exited, code=exited, status=226/NAMESPACE')],
  ['sandboxed', "Error: EROFS: read-only file system, open '/srv/app/log.txt'"],
  [
    'temporary-files',
    nginx(
      'open() "/var/lib/nginx/fastcgi/7/00/0000000007" failed (13: Permission denied) while reading upstream',
      'crit',
    ),
  ],
  [
    'temporary-files',
    nginx('open() "/var/lib/nginx/body/0000000001" failed (13: Permission denied)', 'crit'),
  ],
  [
    'temporary-files',
    nginx(
      'pwrite() "/var/lib/nginx/fastcgi/7/00/0000000007" failed (28: No space left on device) while reading upstream',
      'crit',
    ),
  ],
  [
    'temporary-files',
    apache(
      'fcgid',
      'warn',
      "(13)Permission denied: [client 192.0.2.1:1] mod_fcgid: can't open tmp file fot stdin request",
    ),
  ],
  ['temporary-files', lighttpd('chunk.c.632', 'opening temp-file failed: Permission denied')],
  [
    'out-of-memory',
    '<--- Last few GCs --->FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory',
  ],
  [
    'out-of-memory',
    kernel(
      'Out of memory: Killed process 12345 (node) total-vm:1234kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:33',
    ),
  ],
  ['out-of-memory', kernel('Memory cgroup out of memory: Killed process 12345 (node) total-vm:1234kB')],
  [
    'out-of-memory',
    kernel(
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,task=node,pid=1,uid=33',
    ),
  ],
  ['out-of-memory', systemd('A process of this unit has been killed by the OOM killer.')],
  ['out-of-memory', systemd("Failed with result 'oom-kill'.")],
  ['process-limit', kernel('cgroup: fork rejected by pids controller in /system.slice/app.service')],
  [
    'process-limit',
    apache(
      'fcgid',
      'error',
      "(11)Resource temporarily unavailable: mod_fcgid: couldn't create child process: fork: app.fcgi",
    ),
  ],
  ['process-limit', 'node[99]: pthread_create: Resource temporarily unavailable'],
  [
    'processes-exhausted',
    apache('fcgid', 'warn', "[client 192.0.2.1:1] mod_fcgid: can't apply process slot for /srv/app.fcgi"),
  ],
  [
    'processes-exhausted',
    apache(
      'fcgid',
      'info',
      'mod_fcgid: too many /srv/app.fcgi processes (current:5, max:5), skip the spawn request',
    ),
  ],
  [
    'processes-exhausted',
    apache('fcgid', 'info', 'mod_fcgid: /srv/app.fcgi spawn score 11 >= 10, skip the spawn request'),
  ],
  [
    'processes-exhausted',
    lighttpd(
      'gw_backend.c.265',
      "backend is overloaded; we'll disable it for 1 seconds and send the request to another backend instead: load: 12",
    ),
  ],
  [
    'processes-exhausted',
    '[29-Nov-2026 20:00:00] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it',
  ],
  ['processes-exhausted', haproxy('sQ--')],
  ['web-server-full', '2026/11/29 20:00:00 [alert] 61#61: 512 worker_connections are not enough'],
  [
    'web-server-full',
    apache(
      'mpm_event',
      'error',
      'AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting',
    ),
  ],
  [
    'web-server-full',
    nginx('socket() failed (24: Too many open files) while connecting to upstream', 'alert'),
  ],
  [
    'socket-not-made',
    apache(
      'fcgid',
      'error',
      "(13)Permission denied: mod_fcgid: couldn't bind unix domain socket /run/mod_fcgid/2938.0",
    ),
  ],
  [
    'socket-not-made',
    lighttpd('gw_backend.c.467', 'bind failed for: unix:/run/app.sock-0: Permission denied'),
  ],
  ['socket-not-made', lighttpd('gw_backend.c.467', 'bind() unix:/run/app.sock-0: Permission denied')],
  [
    'socket-not-made',
    "[29-Nov-2026 20:00:00] ERROR: unable to bind listening socket for address '/run/php/app.sock': Permission denied (13)",
  ],
  ['socket-not-made', 'Error: listen EACCES: permission denied /run/app.sock'],
  [
    'command-not-found',
    apache(
      'fcgid',
      'info',
      'mod_fcgid: process /srv/app.fcgi(12345) exit(server exited), terminated by calling exit(), return code: 127',
    ),
  ],
  [
    'command-not-found',
    apache(
      'fcgid',
      'warn',
      '[client 192.0.2.1:1] mod_fcgid: stderr: /srv/app.fcgi: 2: exec: fcgi: not found',
    ),
  ],
  ['command-not-found', systemd('Main process exited, code=exited, status=203/EXEC')],
  ['command-not-found', 'spawn-fcgi: child exited with: 127'],
  ['library-too-old', "node: /lib64/libc.so.6: version `GLIBC_2.28' not found (required by node)"],
  ['library-too-old', "node: /usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.26' not found (required by node)"],
  [
    'library-too-old',
    'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file: No such file or directory',
  ],
  ['library-too-old', '/srv/app.fcgi: 1: /opt/node/bin/node: Exec format error'],
  ['file-missing', "Error: ENOENT: no such file or directory, open '/srv/app/settings.json'"],
  ['relative-path', "Error: ENOENT: no such file or directory, open '.env'"],
  [
    'header-twice',
    nginx(
      'upstream sent duplicate header line: "Content-Length: 12", previous value: "Content-Length: 12" while reading response header from upstream',
    ),
  ],
  [
    'header-twice',
    '[lib/handler/fastcgi.c] in request:/x:received multiple content-length headers from fcgi',
  ],
  ['head-too-large', lighttpd('http-header-glue.c.1200', 'response headers too large for /x')],
  ['head-invalid', lighttpd('http-header-glue.c.900', 'invalid HTTP status line: HTTP/1.1 hello')],
  ['head-invalid', haproxy('PH--', '502')],
  ['haproxy-chunked', haproxy('PH--', '400')],
  [
    'browser-gone',
    apache(
      'fcgid',
      'warn',
      '(32)Broken pipe: [client 192.0.2.1:1] mod_fcgid: ap_pass_brigade failed in handle_request_ipc function',
    ),
  ],
  [
    'browser-gone',
    apache(
      'proxy_fcgi',
      'error',
      '(104)Connection reset by peer: [client 192.0.2.1:1] AH01075: Error dispatching request to : (reading input brigade)',
    ),
  ],
  [
    'browser-gone',
    nginx('recv() failed (104: Connection reset by peer) while reading client request body', 'info'),
  ],
  ['browser-gone', haproxy('cD--', '200')],
  ['upload-too-large', nginx('client intended to send too large chunked body: 1048577+8192 bytes')],
  ['closed-without-answer', caddy('read unix @->/run/app.sock: read: connection reset by peer')],
  [
    'closed-without-answer',
    lighttpd(
      'gw_backend.c.2245',
      'response not received, request not sent on socket: unix:/run/app.sock for /x?, reconnecting',
    ),
  ],
  [
    'program-crashed',
    kernel('node[12345]: segfault at 0 ip 000055d0 sp 00007ffc error 4 in node[400000+2000000]'),
  ],
  ['program-crashed', kernel('traps: node[12345] trap invalid opcode ip:1 sp:2 error:0 in node[400000+1]')],
  ['program-crashed', lighttpd('gw_backend.c.400', 'child signalled: 11')],
  [
    'program-crashed',
    apache(
      'fcgid',
      'error',
      'mod_fcgid: process /srv/app.fcgi(99) exit(communication error), get unexpected signal 11',
    ),
  ],
  ['program-crashed', systemd('Main process exited, code=killed, status=9/KILL')],
  [
    'program-crashed',
    '[29-Nov-2026 20:00:00] WARNING: [pool www] child 99 exited on signal 11 (SIGSEGV) after 3.1 seconds from start',
  ],
  ['program-ended', lighttpd('mod_fastcgi.c.1116', 'child exited with status 2 /srv/www/app.fcgi')],
  ['program-ended', lighttpd('gw_backend.c.393', 'child exited: 1 unix:/run/app.sock-0')],
  ['program-ended', systemd('Main process exited, code=exited, status=1/FAILURE')],
  ['program-ended', systemd('Start request repeated too quickly.')],
  [
    'program-ended',
    '2026-11-29 20:00:00,000 INFO gave up: app entered FATAL state, too many start retries too quickly',
  ],
  [
    'left-out',
    apache(
      'proxy',
      'error',
      'AH00959: ap_proxy_connect_backend disabling worker for (127.0.0.1:9000) for 60s',
    ),
  ],
  ['left-out', nginx('no live upstreams while connecting to upstream')],
  [
    'left-out',
    lighttpd(
      'gw_backend.c.265',
      "backend error; we'll disable for 1secs and send the request to another backend instead:load: 1",
    ),
  ],
  [
    'left-out',
    'Nov 29 20:00:00 host haproxy[1]: Server app/one is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms.',
  ],
  [
    'configuration-error',
    '2026/11/29 20:00:00 [emerg] 61#61: unknown directive "fastcgi_pas" in /etc/nginx/nginx.conf:12',
  ],
  ['configuration-error', 'AH00526: Syntax error on line 3 of /etc/apache2/sites-enabled/app.conf:'],
  [
    'not-passed-on',
    '2026/11/29 20:00:00 [error] 61#61: *598 open() "/usr/share/nginx/html/x" failed (2: No such file or directory), client: 192.0.2.1, server: _, request: "GET /x HTTP/1.1", host: "example.org"',
  ],
  [
    'script-unknown',
    "[29-Nov-2026 20:00:00] WARNING: [pool www] Access to the script '/srv/x' has been denied (see security.limit_extensions)",
  ],
  // What no cause has.
  ['line-unknown', nginx('a message of a version to come', 'error')],
  ['line-unknown', apache('fcgid', 'emerg', 'mod_fcgid: a message of a version to come')],
  ['line-unknown', lighttpd('gw_backend.c.9999', 'a message of a version to come')],
  ['line-unknown', caddy('a message of a version to come')],
  ['line-unknown', '[lib/handler/fastcgi.c] in request:/x:a message of a version to come'],
  ['line-unknown', haproxy('IH--', '500')],
  ['line-unknown', '192.0.2.1 - - [29/Nov/2026:20:00:00 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"'],
  ['line-unknown', 'app: could not connect to the database'],
])('%s: %s', (id, line) => {
  expect(told(line)).toEqual([id]);
});
