import type { Cause, CauseFamily } from '../cause.ts';
import { says } from '../trial-words.ts';

const selinux: Cause = {
  id: 'selinux-denied',
  title: 'SELinux does not allow it',
  seen: '502 (nginx, Caddy), 503 (Apache), although owner and mode of the socket are right',
  lines: [
    { where: 'audit.log', line: 'avc:  denied …' },
    { where: 'kernel', line: 'avc: denied …' },
    { where: 'syslog', line: 'SELinux is preventing …' },
    { where: 'nginx', line: 'connect() …failed (…: Permission denied)' },
    { where: 'mod_proxy_fcgi', line: '(13)Permission denied: AH00957: FCGI: attempt to connect to …' },
    { where: 'Caddy', line: 'dial tcp …: connect: permission denied' },
    { where: 'lighttpd', line: 'establishing connection failed: socket: tcp:…: Permission denied' },
  ],
  why: 'A policy of the system says what each service may do, whatever the mode of a file says. A web server may not open TCP connections to applications, nor sockets of services with another label, unless the policy has it. A refused TCP connection (Permission denied) nearly always comes from that.',
  remedy: ({ folder, socket }) => [
    'TCP: setsebool -P httpd_can_network_connect 1',
    `Unix socket: put it into /run, and give it the label of the web server: semanage fcontext -a -t httpd_var_run_t '${socket}', then restorecon -v ${socket}`,
    `Programs that Apache starts: semanage fcontext -a -t httpd_sys_script_exec_t '${folder}(/.*)?', then restorecon -R ${folder}`,
    'ausearch -m avc -ts recent shows what was denied. audit2allow makes a rule of it.',
  ],
  evidence: () => [],
};

const appArmor: Cause = {
  id: 'apparmor-denied',
  title: 'AppArmor does not allow it',
  seen: '502 or 503, although owner and mode of the file are right',
  lines: [
    { where: 'kernel', line: 'apparmor="DENIED" …' },
    { where: 'audit.log', line: 'type=AVC …apparmor=…DENIED…' },
  ],
  why: 'The profile of the program named in profile="…" lists the files and sockets that it may use. The one in name="…" is not in it.',
  remedy: () => [
    'Add the path to /etc/apparmor.d/local/PROFILE, for example “/run/app.sock rw,”, then apparmor_parser -r /etc/apparmor.d/PROFILE',
    'To see whether that is all: aa-complain PROFILE, and try again.',
  ],
  evidence: () => [],
};

const sandbox: Cause = {
  id: 'sandboxed',
  title: 'The unit or container of the service forbids it',
  seen: 'the service does not start, or answers 500',
  lines: [
    { where: 'systemd', line: 'Main process exited, code=exited, status=226/NAMESPACE' },
    { where: 'systemd', line: 'Failed at step NAMESPACE spawning …' },
    { where: 'systemd', line: 'Main process exited, code=dumped, status=31/SYS' },
    { where: 'systemd', line: 'Main process exited, code=killed, status=31/SYS' },
    { where: 'kernel', line: 'audit: type=1326 …' },
    { where: 'audit.log', line: 'type=SECCOMP …' },
    { where: 'anywhere', line: 'Read-only file system' },
    { where: 'Node', line: 'EROFS: read-only file system…' },
  ],
  why: 'systemd and containers can take away folders, system calls and the right to write: ProtectSystem=, ReadOnlyPaths=, PrivateTmp=, SystemCallFilter=, MemoryDenyWriteExecute= (which Node cannot live with), a read-only container.',
  remedy: () => [
    'Name the folders that it writes to: ReadWritePaths=, StateDirectory= or RuntimeDirectory= (systemd), a volume (containers).',
    'Take MemoryDenyWriteExecute= and a strict SystemCallFilter= out of the unit of a Node application.',
  ],
  evidence: () => [],
};

const temporaryFiles: Cause = {
  id: 'temporary-files',
  title: 'The web server cannot write its temporary files',
  seen: '500, or pages and uploads that are cut off above a certain size',
  lines: [
    { where: 'nginx', line: 'open() "…" failed (…: Permission denied) while reading upstream' },
    { where: 'nginx', line: 'open() "…" failed (…: Permission denied), client: …client_body…' },
    { where: 'nginx', line: 'open() "…client_body…" failed (…: Permission denied)' },
    { where: 'nginx', line: 'open() "…body/…" failed (…: Permission denied)' },
    { where: 'nginx', line: 'open() "…fastcgi…" failed (…: Permission denied)' },
    { where: 'nginx', line: 'mkdir() "…" failed (…: Permission denied)' },
    { where: 'nginx', line: 'mkdir() "…" failed (…: No such file or directory)' },
    { where: 'nginx', line: 'pwrite() "…" failed (…' },
    { where: 'nginx', line: 'pwritev() "…" failed (…' },
    { where: 'anywhere', line: 'No space left on device' },
    { where: 'anywhere', line: 'Disk quota exceeded' },
    { where: 'Node', line: 'ENOSPC: no space left on device…' },
    { where: 'mod_fcgid', line: "mod_fcgid: can't get tmp dir" },
    { where: 'mod_fcgid', line: "mod_fcgid: can't open tmp file …" },
    { where: 'mod_fcgid', line: "mod_fcgid: can't write tmp file …" },
    { where: 'mod_fcgid', line: "mod_fcgid: can't truncate existing temporary file" },
    { where: 'mod_proxy_fcgi', line: 'AH01089: search for temporary directory failed' },
    { where: 'mod_proxy_fcgi', line: 'AH01090: creation of temporary file in directory … failed' },
    { where: 'mod_proxy_fcgi', line: 'AH01091: write to temporary file … failed' },
    { where: 'lighttpd', line: 'opening temp-file failed: …' },
    { where: 'lighttpd', line: 'denying upload as opening temp-file for upload failed: …' },
    { where: 'lighttpd', line: 'write() temp-file … failed…' },
  ],
  why: 'What does not fit into memory goes to disk: long answers and uploads. The user of the web server must own that folder, and the disk must have room.',
  remedy: ({ user }) => [
    `Look at the folder in the line: ls -ld, and df -h. Give it to the user of the web server: chown -R ${user} FOLDER`,
    'nginx: fastcgi_temp_path and client_body_temp_path name another folder; fastcgi_max_temp_file_size 0 keeps answers in memory.',
  ],
  evidence: () => [],
};

const memory: Cause = {
  id: 'out-of-memory',
  title: 'There is not enough memory',
  seen: '502 (nginx, Caddy), 500 or 503 (Apache, lighttpd), in the middle of requests; 500 at the start',
  lines: [
    { where: 'Node', line: 'JavaScript heap out of memory' },
    { where: 'Node', line: 'FATAL ERROR: …Allocation failed…' },
    { where: 'Node', line: 'Fatal process out of memory: …' },
    { where: 'Node', line: 'RangeError: WebAssembly.…: Out of memory…' },
    { where: 'kernel', line: 'Out of memory: Kill…' },
    { where: 'kernel', line: 'Memory cgroup out of memory: …' },
    { where: 'kernel', line: 'invoked oom-killer: …' },
    { where: 'kernel', line: 'oom-kill:constraint=…' },
    { where: 'kernel', line: 'oom_reaper: reaped process …' },
    { where: 'systemd', line: 'killed by the OOM killer' },
    { where: 'systemd', line: "Failed with result 'oom-kill'" },
    { where: 'php-fpm', line: 'Allowed memory size of … bytes exhausted' },
    { where: 'anywhere', line: 'Cannot allocate memory' },
    { where: 'Node', line: 'ENOMEM…' },
  ],
  why: 'Node ends when its heap is full: by default at a part of the memory of the machine, or at --max-old-space-size. The kernel kills the largest process when the machine, the container or the unit (MemoryMax=) is full.',
  remedy: () => [
    'If memory grows with each request: fcgi run --max-memory 300M --workers 2 APP replaces a worker in good time. Then look for what is kept.',
    'If it needs that much: NODE_OPTIONS=--max-old-space-size=1024 (in MB), a higher MemoryMax= or limit of the container, fewer workers.',
  ],
  evidence: (facts) => says(facts, /heap out of memory|Allocation failed|process out of memory|ENOMEM/),
};

const processLimit: Cause = {
  id: 'process-limit',
  title: 'The system does not allow another process or thread',
  seen: '500, or a program that ends at its start',
  lines: [
    { where: 'kernel', line: 'fork rejected by pids controller' },
    { where: 'Apache', line: "(11)Resource temporarily unavailable: …couldn't create child process" },
    { where: 'Apache', line: '(11)Resource temporarily unavailable: …fork: …' },
    { where: 'anywhere', line: 'fork() failed…' },
    { where: 'anywhere', line: 'fork: retry: …' },
    { where: 'anywhere', line: 'fork: Resource temporarily unavailable' },
    { where: 'anywhere', line: 'Cannot fork' },
    { where: 'Node', line: 'pthread_create: …' },
    { where: 'Node', line: 'uv_thread_create…' },
    { where: 'Node', line: 'Check failed: …pthread_create…' },
    { where: 'Node', line: 'spawn … EAGAIN' },
  ],
  why: 'A limit counts processes and threads together: ulimit -u of the user, TasksMax= of the unit, pids of the container. A Node process has about eleven threads; 24 are enough for one.',
  remedy: () => [
    'Raise it: LimitNPROC= and TasksMax= (systemd), nproc in /etc/security/limits.conf, --pids-limit (containers). On shared hosting, ask the host.',
    'Fewer processes: fewer workers, FcgidMaxProcesses. UV_THREADPOOL_SIZE=1 and --v8-pool-size=1 save threads.',
  ],
  evidence: (facts) => says(facts, /pthread_create|uv_thread_create|spawn \S+ EAGAIN/),
};

/** What keeps the whole machine, or one service, from doing what it should. */
export const system: CauseFamily = {
  title: 'The system does not allow it',
  reports: 'all',
  causes: [selinux, appArmor, sandbox, temporaryFiles, memory, processLimit],
};
