import type { Cause, CauseFamily } from '../cause.ts';
import type { Facts } from '../facts.ts';
import { closedFolder, describeEntry, isAllowed, Permission } from '../system/access.ts';

const NOT_REACHED = '502 (nginx, Caddy), 503 (Apache, lighttpd, h2o, HAProxy)';

/** Whether connecting failed with a code of the system. */
function refused({ answer }: Facts, ...codes: string[]): boolean {
  return codes.includes(answer?.error?.systemCode ?? '');
}

/** Lines of the log that say that the socket is not there. */
function saysMissing({ log, socket }: Facts): string[] {
  return (log?.lines ?? []).filter(
    (line) => socket !== undefined && line.includes(socket.path) && /no such file or directory/i.test(line),
  );
}

const mismatch: Cause = {
  id: 'address-mismatch',
  title: 'The web server connects to another address than the one the application listens on',
  seen: NOT_REACHED,
  lines: [],
  why: 'Application and web server must name the same socket or port, to the letter.',
  remedy: ({ address }) => [
    `Write ${address} into the configuration of the web server, and let it read that again (nginx -s reload, apachectl graceful).`,
    'Or let the application listen where the web server connects.',
  ],
  evidence: ({ address, configuration }) => {
    const known = [...(configuration?.addresses ?? []), ...(configuration?.httpAddresses ?? [])];
    if (address === undefined || known.length === 0) return [];
    if (known.some((place) => place.address === address)) return [];
    return [`asked about: ${address}`, ...known.map((place) => `${place.at} has ${place.address}`)];
  },
};

const privateTmp: Cause = {
  id: 'private-tmp',
  title: 'The web server has a /tmp of its own, and the socket is not in it',
  seen: NOT_REACHED,
  lines: [],
  why: 'systemd gives many services a private /tmp and /var/tmp (PrivateTmp=). A socket that you see there is not there for the web server.',
  remedy: ({ socket }) => [
    `Put the socket elsewhere: /run/app/${socket.slice(socket.lastIndexOf('/') + 1)}, with RuntimeDirectory=app in the unit of the application.`,
  ],
  evidence: (facts) => {
    const { socket } = facts;
    if (socket?.kind !== 'socket' || !/^\/(var\/)?tmp\//.test(socket.path)) return [];
    if (refused(facts, 'ECONNREFUSED')) return [];
    const said = saysMissing(facts).at(-1);
    return said === undefined
      ? []
      : [`${socket.path} is there, and the web server says that it is not: ${said}`];
  },
};

const missing: Cause = {
  id: 'socket-missing',
  title: 'The socket is not there',
  seen: NOT_REACHED,
  lines: [
    { where: 'nginx', line: 'connect() to unix:… failed (…: No such file or directory)' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: unix:…: No such file or directory' },
    {
      where: 'mod_proxy_fcgi',
      line: '(2)No such file or directory: AH02454: FCGI: attempt to connect to Unix domain socket …',
    },
    {
      where: 'mod_fastcgi',
      line: '(2)No such file or directory: … FastCGI: failed to connect to server "…"',
    },
    { where: 'Caddy', line: 'dial unix …: connect: no such file or directory' },
  ],
  why: 'No process has opened it: the application does not run, or it opens another socket. A restart of the machine removes the sockets in /run.',
  remedy: ({ socket }) => [
    `Start the application so that it listens there: fcgi run --listen unix:${socket} APP`,
    'See to it that it is started with the machine: systemd, supervisor, or an init script (fcgi config systemd).',
  ],
  evidence: ({ socket }) => {
    if (socket?.kind !== 'missing') return [];
    const last = socket.entries.at(-1);
    return [`${socket.path}: no such file`, ...(last ? [`the way to it ends at ${last.path}`] : [])];
  },
};

const notASocket: Cause = {
  id: 'not-a-socket',
  title: 'What should be the socket is an ordinary file',
  seen: NOT_REACHED,
  lines: [
    { where: 'nginx', line: 'connect() to unix:… failed (…: Socket operation on non-socket)' },
    { where: 'nginx', line: 'connect() to unix:… failed (…: Not a directory)' },
  ],
  why: 'A file or folder has the name of the socket. An application cannot open its socket there, and a web server cannot connect.',
  remedy: ({ socket }) => [`Move it away (mv ${socket} ${socket}.old) and start the application again.`],
  evidence: ({ socket }) => (socket?.kind === 'other' ? [`${socket.path} is no socket`] : []),
};

const folderClosed: Cause = {
  id: 'socket-folder-closed',
  title: 'The web server may not enter a folder on the way to the socket',
  seen: NOT_REACHED,
  lines: [],
  why: 'To reach a socket, a user needs the permission x on every folder above it.',
  remedy: ({ user }) => [
    `Open the folder for ${user} to pass: chmod o+x, on the folder named above.`,
    'Or put the socket into a folder of its own below /run.',
  ],
  evidence: ({ socket, user }) => {
    const closed = socket?.kind === 'socket' ? closedFolder(socket.entries, user) : undefined;
    return closed ? [`${user.name} may not enter: ${describeEntry(closed)}`] : [];
  },
};

const closed: Cause = {
  id: 'socket-permission',
  title: 'The web server may not connect to the socket',
  seen: NOT_REACHED,
  lines: [
    { where: 'nginx', line: 'connect() to unix:… failed (…: Permission denied)' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: unix:…: Permission denied' },
    {
      where: 'mod_proxy_fcgi',
      line: '(13)Permission denied: AH02454: FCGI: attempt to connect to Unix domain socket …',
    },
    { where: 'Caddy', line: 'dial unix …: connect: permission denied' },
  ],
  why: 'To connect, a user needs the permission w on the socket. The application made it for its own user and group, and the web server runs as another.',
  remedy: ({ user, socket }) => [
    `Let the application make it for the group of the web server: server.listen('unix:${socket}', { group: '${user}', mode: 0o660 }), fcgi run --socket-group ${user}, SocketGroup=${user} (systemd), or listen.group (php-fpm).`,
    `For now: chgrp ${user} ${socket} && chmod 660 ${socket}`,
    'Or make the web server a member of the group that the socket has (usermod -aG), and start the web server again.',
  ],
  evidence: (facts) => {
    const { socket, user } = facts;
    const file = socket?.kind === 'socket' ? socket.entries.at(-1) : undefined;
    if (file === undefined) return [];
    if (!isAllowed(file, user, Permission.write))
      return [`${user.name} may not write to: ${describeEntry(file)}`];
    // Access lists and SELinux do not show in the mode.
    return refused(facts, 'EACCES') ? [`connecting to ${socket?.path} is forbidden to you`] : [];
  },
};

const nobodyListens: Cause = {
  id: 'nobody-listens',
  title: 'The socket is there, but no process listens on it',
  seen: NOT_REACHED,
  lines: [
    {
      where: 'nginx',
      line: 'connect() to unix:… failed (…: Connection refused) while connecting to upstream',
    },
    { where: 'lighttpd', line: 'establishing connection failed: socket: unix:…: Connection refused' },
    {
      where: 'mod_proxy_fcgi',
      line: '(111)Connection refused: AH02454: FCGI: attempt to connect to Unix domain socket …',
    },
    { where: 'mod_fastcgi', line: '(111)Connection refused: … FastCGI: failed to connect to server "…"' },
    { where: 'Caddy', line: 'dial unix …: connect: connection refused' },
  ],
  why: 'The application has ended and left the file behind, as happens when it is killed.',
  remedy: ({ socket }) => [
    `Start the application again. If it says that the address is in use: rm ${socket} first (@fcgi-js/server does that by itself).`,
    'Let something keep it running: systemd, supervisor, or fcgi run.',
  ],
  evidence: (facts) =>
    facts.socket?.kind === 'socket' && refused(facts, 'ECONNREFUSED')
      ? [`${facts.socket.path} is a socket, and connecting to it is refused`]
      : [],
};

const portRefused: Cause = {
  id: 'port-refused',
  title: 'No process listens on the port',
  seen: NOT_REACHED,
  lines: [
    { where: 'nginx', line: 'connect() …failed (…: Connection refused) while connecting to upstream' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: tcp:…: Connection refused' },
    { where: 'h2o', line: 'connection failed:connection refused' },
    { where: 'mod_proxy_fcgi', line: '(111)Connection refused: AH00957: FCGI: attempt to connect to …' },
    { where: 'Caddy', line: 'dial tcp …: connect: connection refused' },
  ],
  why: 'The application does not run, or it listens on another port or another address of the machine (127.0.0.1 and ::1 are two).',
  remedy: ({ address }) => [
    `Start the application so that it listens there: fcgi run --listen ${address} APP`,
    'ss -ltnp shows which process listens on which port.',
  ],
  evidence: (facts) =>
    facts.address?.startsWith('tcp:') && refused(facts, 'ECONNREFUSED')
      ? [`${facts.address} refuses connections`]
      : [],
};

const backlogFull: Cause = {
  id: 'backlog-full',
  title: 'The application does not take connections as fast as they come',
  seen: '502 (nginx), 503 (Apache, lighttpd), in bursts',
  lines: [
    { where: 'nginx', line: 'connect() to unix:… failed (…: Resource temporarily unavailable)' },
    {
      where: 'lighttpd',
      line: 'establishing connection failed: socket: unix:…: Resource temporarily unavailable',
    },
    { where: 'mod_proxy_fcgi', line: '(11)Resource temporarily unavailable: AH02454: …' },
    { where: 'kernel', line: 'Possible SYN flooding on …' },
    { where: 'kernel', line: 'possible SYN flooding on …' },
    { where: 'Caddy', line: 'dial unix …: connect: resource temporarily unavailable' },
  ],
  why: 'The system keeps a few hundred connections until the application takes them. The queue is full: the application is stuck, computes without a pause, or is one process where several are needed.',
  remedy: () => [
    'Look whether it is stuck or busy (top). Long computations belong into a worker.',
    'Serve with more processes: fcgi run --workers auto APP.',
    'For bursts: a longer queue, server.listen(address, { backlog: 4096 }) and sysctl net.core.somaxconn=4096.',
  ],
  // The client waits for room in a queue on a Unix socket; there is no other reason to wait there.
  evidence: ({ address, answer }) =>
    answer?.error?.code === 'FCGI_CONNECT_TIMEOUT' && address?.startsWith('unix:')
      ? [`${address}: the queue of connections was full all the time (EAGAIN)`]
      : [],
};

const unreachable: Cause = {
  id: 'host-unreachable',
  title: 'The machine of the application cannot be reached',
  seen: '502 or 504 (nginx, Caddy), 503 (Apache, lighttpd, HAProxy)',
  lines: [
    { where: 'nginx', line: 'connect() …failed (…: No route to host)' },
    { where: 'nginx', line: 'connect() …failed (…: Host is unreachable)' },
    { where: 'nginx', line: 'connect() …failed (…: Network is unreachable)' },
    { where: 'nginx', line: 'connect() …failed (…: Network unreachable)' },
    { where: 'nginx', line: 'connect() …failed (…timed out)' },
    { where: 'nginx', line: 'could not be resolved (…' },
    { where: 'nginx', line: 'no resolver defined to resolve …' },
    { where: 'mod_proxy_fcgi', line: '(113)No route to host: AH00957: …' },
    { where: 'mod_proxy_fcgi', line: '(110)Connection timed out: AH00957: …' },
    { where: 'mod_proxy_fcgi', line: '(70007)The timeout specified has expired: AH00957: …' },
    { where: 'mod_proxy_fcgi', line: 'DNS lookup failure for: …' },
    { where: 'lighttpd', line: 'connect timeout on socket: …' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: tcp:…: No route to host' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: tcp:…: Connection timed out' },
    { where: 'lighttpd', line: 'gethostbyname failed: …' },
    { where: 'h2o', line: 'connection failed:connection timed out' },
    { where: 'h2o', line: 'connection failed:host unreachable' },
    { where: 'h2o', line: 'connection failed:network unreachable' },
    { where: 'h2o', line: 'connect timeout' },
    { where: 'HAProxy', line: 'could not resolve address …' },
    { where: 'Caddy', line: 'dial tcp …: connect: no route to host' },
    { where: 'Caddy', line: 'dial tcp …: i/o timeout' },
    { where: 'Caddy', line: 'lookup …: server misbehaving' },
    { where: 'nginx', line: 'host not found in upstream …' },
    { where: 'nginx', line: 'upstream timed out (…) while connecting to upstream' },
    { where: 'Caddy', line: 'dial tcp: lookup …: no such host' },
  ],
  why: 'There is no machine of that name, or no way to it: a mistake in the name, a firewall, a container that is not in the same network.',
  remedy: ({ address }) => [
    `Look whether this machine reaches it: fcgi ping ${address}`,
    'Correct the name, open the port in the firewall for the web server alone, or put both containers into one network.',
  ],
  evidence: (facts) => {
    const { error } = facts.answer ?? {};
    const codes = ['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'];
    if (refused(facts, ...codes)) return [`${facts.address}: ${error?.systemCode}`];
    return error?.code === 'FCGI_CONNECT_TIMEOUT' && facts.address?.startsWith('tcp:') ? [error.message] : [];
  },
};

/** Ways in which a web server does not get as far as the application. */
export const socket: CauseFamily = {
  title: 'The web server does not reach the application',
  reports: 'first',
  causes: [
    mismatch,
    privateTmp,
    missing,
    notASocket,
    folderClosed,
    closed,
    nobodyListens,
    portRefused,
    backlogFull,
    unreachable,
  ],
};
