import type { Cause } from '../cause.ts';
import { isShellScript } from '../shell-script.ts';
import { failed, hasEnded, NOT_FOUND, says } from '../trial-words.ts';

const NO_ANSWER = '500 (Apache), 500 or 503 (lighttpd), 502 (nginx, Caddy), 503 (h2o)';

const commandNotFound: Cause = {
  id: 'command-not-found',
  title: 'A command that the program starts is not in the PATH of the web server',
  seen: NO_ANSWER,
  lines: [
    { where: 'anywhere', line: ': not found' },
    { where: 'anywhere', line: 'command not found' },
    {
      where: 'mod_fcgid',
      line: 'exit(server exited), terminated by calling exit(), return code: 127',
    },
    {
      where: 'mod_fcgid',
      line: 'exit(communication error), terminated by calling exit(), return code: 127',
    },
    { where: 'lighttpd', line: 'child exited: 127 …' },
    { where: 'lighttpd', line: 'child exited with status 127 …' },
    { where: 'systemd', line: 'Main process exited, code=exited, status=127…' },
    { where: 'systemd', line: 'Main process exited, code=exited, status=203/EXEC' },
    { where: 'systemd', line: 'Unable to locate executable …' },
    { where: 'systemd', line: 'Failed to locate executable …' },
    { where: 'systemd', line: 'Failed at step EXEC spawning …' },
    { where: 'supervisor', line: "spawnerr: can't find command …" },
    { where: 'supervisor', line: 'exit status 127; not expected' },
    { where: 'spawn-fcgi', line: 'spawn-fcgi: child exited with: 127' },
    { where: 'Node', line: 'spawn … ENOENT' },
  ],
  why: 'Exit status 127 means that the shell has not found a command. A web server gives programs a short PATH, without what a login shell adds (nvm, ~/bin, npm install --global in a folder of its own).',
  remedy: () => [
    'Find the absolute path in your shell, such as command -v fcgi, and write it into the script: exec /usr/local/bin/fcgi run APP',
    'If it is not installed: npm install --global @fcgi-js/cli, or in the folder of the application, where it is node_modules/.bin/fcgi.',
    'fcgi itself needs node: begin with /usr/bin/node, or put its folder into PATH in the script.',
  ],
  evidence: (facts) => {
    const trial = failed(facts);
    const missing = facts.start?.missingCommand;
    if (trial === undefined || missing === undefined) return [];
    const where = missing.callers === undefined ? '' : `; you have it as ${missing.callers}`;
    return [
      `${missing.name} is not found${missing.name.startsWith('/') ? '' : ` in ${trial.setting.environment['PATH']}`}${where}`,
      ...says(facts, NOT_FOUND),
    ];
  },
};

const inBackground: Cause = {
  id: 'wrapper-in-background',
  title: 'The script does not hand descriptor 0 on to the application',
  seen: `nothing until a time-out, or ${NO_ANSWER}`,
  lines: [{ where: 'fcgi run', line: 'FCGI_LISTEN_SOCKET_MISSING' }],
  why: 'The web server gives the program its socket as descriptor 0. A command with & at its end, with </dev/null, in a pipe, or with nohup or setsid in the background gets /dev/null instead.',
  remedy: () => ['Let the last line of the script be, without & and without </dev/null: exec fcgi run APP'],
  evidence: (facts) => {
    const trial = failed(facts);
    if (trial === undefined || !isShellScript(facts.program)) return [];
    const lines = facts.program?.detached ?? [];
    const isSaid = /FCGI_LISTEN_SOCKET_MISSING|descriptor 0/.test(trial.stderr);
    if (lines.length === 0 && !isSaid) return [];
    return [
      ...lines.map((line) => `${facts.program?.path}: ${line}`),
      ...(hasEnded(trial) ? says(facts, /FCGI_LISTEN_SOCKET_MISSING|descriptor 0/) : []),
    ];
  },
};

/** Ways in which a script that starts the application keeps it from serving. */
export const wrapper: readonly Cause[] = [commandNotFound, inBackground];

/** It works, and leaves a process behind at each restart: nothing that the other findings are about. */
export const withoutExec: Cause = {
  id: 'wrapper-without-exec',
  title: 'The script starts the application without exec',
  seen: 'processes that pile up: one is left at each restart of the web server',
  lines: [{ where: 'fcgi run', line: 'If a script starts it, that lacks exec' }],
  why: 'The web server ends the process that it has started, which is the shell. The application is a child of the shell, gets no signal, and goes on without a socket that any web server knows.',
  remedy: () => ['Put exec before the last command of the script: exec fcgi run APP'],
  evidence: ({ program, start }) =>
    isShellScript(program) && start?.trial.acceptance === 'accepted' && start.trial.staysShell
      ? [`${program?.path} still ran when another process took the connection`]
      : [],
};
