import type { Cause, CauseFamily } from '../cause.ts';
import { closedFolder, describeEntry, fileOf, isAllowed, Permission } from '../system/access.ts';

const NO_START = '500 (Apache); lighttpd does not start';

const missing: Cause = {
  id: 'program-missing',
  title: 'The program is not there',
  seen: `404, or ${NO_START}`,
  lines: [{ where: 'Apache', line: 'AH00128: File does not exist: …' }],
  why: 'There is no file at this path. Upper and lower case count, and so does every folder on the way.',
  remedy: ({ program }) => [
    `Look what is there (ls -l ${program}), and correct the path here or in the configuration of the web server.`,
  ],
  evidence: ({ program }) => (program?.kind === 'missing' ? [`${program.path}: no such file`] : []),
};

const folderClosed: Cause = {
  id: 'program-folder-closed',
  title: 'The web server may not enter a folder on the way to the program',
  seen: `403, or ${NO_START}`,
  lines: [
    {
      where: 'Apache',
      line: "AH00529: … unable to check htaccess file, ensure it is readable and that '…' is executable",
    },
    {
      where: 'Apache',
      line: 'AH00035: access to … denied … because search permissions are missing on a component of the path',
    },
  ],
  why: 'To reach a file, a user needs the permission x on every folder above it. Home folders are often closed to all others.',
  remedy: ({ user, folder }) => [
    `Open the folder for passing through, without showing what is in it: chmod o+x, on the folder named above.`,
    `Or put the program where ${user} may go, for example below /srv, instead of ${folder}.`,
  ],
  evidence: ({ program, user }) => {
    const closed = program && closedFolder(program.entries, user);
    return closed ? [`${user.name} may not enter: ${describeEntry(closed)}`] : [];
  },
};

const runBit: Cause = {
  id: 'run-bit-missing',
  title: 'The program has no run bit',
  seen: NO_START,
  lines: [
    { where: 'lighttpd', line: 'child exited: 13 …' },
    { where: 'mod_fastcgi', line: 'access for server (uid …, gid …) not allowed: execute not allowed' },
  ],
  why: 'The system starts a file only if it is marked as a program for the user who starts it. FTP programs and git on Windows lose that mark.',
  remedy: ({ program }) => [`Give it back: chmod 755 ${program}`],
  evidence: ({ program, user }) => {
    const file = program && fileOf(program.entries);
    if (program === undefined || file === undefined || program.kind === 'module') return [];
    if (closedFolder(program.entries, user) !== undefined) return [];
    return isAllowed(file, user, Permission.execute)
      ? []
      : [`${user.name} may not run: ${describeEntry(file)}`];
  },
};

const unreadable: Cause = {
  id: 'program-unreadable',
  title: 'The interpreter may not read the program',
  seen: NO_START,
  lines: [],
  why: 'A script is not run but read, by its interpreter, and that as the user of the web server. The permission x alone is not enough.',
  remedy: ({ program }) => [`Let it be read: chmod 755 ${program}`],
  evidence: ({ program, user }) => {
    const file = program && fileOf(program.entries);
    if (program === undefined || program.kind === 'binary' || file === undefined) return [];
    if (closedFolder(program.entries, user) !== undefined) return [];
    if (program.kind !== 'module' && !isAllowed(file, user, Permission.execute)) return [];
    return isAllowed(file, user, Permission.read)
      ? []
      : [`${user.name} may not read: ${describeEntry(file)}`];
  },
};

const byteOrderMark: Cause = {
  id: 'byte-order-mark',
  title: 'There are three invisible bytes before the first line of the program',
  seen: NO_START,
  lines: [],
  why: 'Some editors put a mark (“UTF-8 with BOM”) at the beginning of a file. The system looks for #! at the very beginning and does not find it behind the mark.',
  remedy: ({ program }) => [
    `Take the mark away: sed -i '1s/^\\xEF\\xBB\\xBF//' ${program}`,
    'Set the editor to “UTF-8 without BOM”.',
  ],
  evidence: ({ program }) => (program?.bom ? [`${program.path} begins with the bytes EF BB BF`] : []),
};

const noShebang: Cause = {
  id: 'shebang-missing',
  title: 'The first line of the program does not say what runs it',
  seen: NO_START,
  lines: [{ where: 'lighttpd', line: 'child exited: 8 …' }],
  why: 'The system reads in the first line of a script which program runs it. Without that line it does not know what to do with the file.',
  remedy: ({ program }) => [`Make this the first line of ${program}: #!/usr/bin/env node`],
  evidence: ({ program }) =>
    program?.kind === 'script' && program.shebang === undefined && !program.bom
      ? [`${program.path} does not begin with #!`]
      : [],
};

const carriageReturn: Cause = {
  id: 'shebang-crlf',
  title: 'The first line of the program ends as lines do on Windows',
  seen: NO_START,
  lines: [
    { where: 'Apache, lighttpd', line: 'env: …\\r…: No such file or directory' },
    { where: 'Apache, lighttpd', line: 'env: use -[v]S to pass options in shebang lines' },
  ],
  why: 'Windows ends a line with two characters. The system takes the first of them for a part of the name, and looks for a program that is called “node” and a carriage return.',
  remedy: ({ program }) => [
    `Change the ends of its lines: sed -i 's/\\r$//' ${program}`,
    'Set the editor, or git (core.autocrlf=input), or the FTP program (binary mode) to leave lines alone.',
  ],
  evidence: ({ program }) =>
    program?.shebang?.crlf ? [`first line: ${JSON.stringify(`${program.shebang.line}\r\n`)}`] : [],
};

const interpreterMissing: Cause = {
  id: 'interpreter-missing',
  title: 'What should run the program is not there for the web server',
  seen: NO_START,
  lines: [
    { where: 'Apache, lighttpd', line: 'env: …: No such file or directory' },
    { where: 'Cherokee', line: 'Could not find interpreter …' },
  ],
  why: 'The program named in the first line of the script does not exist, or it is not in the few folders in which the web server looks for programs. What a login shell adds to PATH (nvm, asdf, ~/bin) is unknown to a web server.',
  remedy: ({ user }) => [
    'Find out where it is: command -v node',
    `Name that file in the first line, if ${user} may run it: #!/opt/node/bin/node`,
    'Or install Node for all users, as /usr/bin/node or /usr/local/bin/node.',
  ],
  evidence: ({ program }) => {
    const { shebang, interpreter } = program ?? {};
    if (shebang === undefined || interpreter === undefined || shebang.crlf) return [];
    if (interpreter.path !== undefined) return [];
    const yours = interpreter.callers === undefined ? '' : `; you have it as ${interpreter.callers}`;
    return [
      `${shebang.lookedUp ?? shebang.interpreter} is not there for the web server${yours} (first line: ${shebang.line})`,
    ];
  },
};

const interpreterClosed: Cause = {
  id: 'interpreter-closed',
  title: 'The web server may not use what should run the program',
  seen: NO_START,
  lines: [{ where: 'Apache, lighttpd', line: 'env: …: Permission denied' }],
  why: 'The program named in the first line of the script is in a folder that the user of the web server may not enter, or may not be run by that user. nvm installs Node into the home folder, which is often closed to others.',
  remedy: ({ user }) => [
    'Install Node for all users, for example as the package nodejs of the system, and name it: #!/usr/bin/node',
    `Or let ${user} pass: chmod o+x, on the folder named above.`,
  ],
  evidence: ({ program, user }) => {
    const { shebang, interpreter } = program ?? {};
    const file = interpreter?.entries.at(-1);
    if (shebang === undefined || shebang.crlf || interpreter?.path === undefined || file === undefined)
      return [];
    const closed = closedFolder(interpreter.entries, user);
    if (closed !== undefined)
      return [`${user.name} may not enter: ${describeEntry(closed)} (first line: ${shebang.line})`];
    return isAllowed(file, user, Permission.execute)
      ? []
      : [`${user.name} may not run: ${describeEntry(file)}`];
  },
};

const noexec: Cause = {
  id: 'noexec-mount',
  title: 'Nothing may be run from the disk that the program is on',
  seen: NO_START,
  lines: [],
  why: 'The file system is mounted with the option noexec, as is often done with /tmp, /home or network disks. The run bit changes nothing about that.',
  remedy: ({ program }) => [
    'Move the program to another disk, for example below /srv or /usr/local.',
    `Or, if you run the machine: mount -o remount,exec, on the mount point named above, if programs such as ${program} may be run there.`,
  ],
  evidence: ({ program }) =>
    program?.noexecMount === undefined || program.kind === 'module'
      ? []
      : [`${program.noexecMount} is mounted with noexec`],
};

const notAFile: Cause = {
  id: 'program-not-a-file',
  title: 'What should be the program is a folder',
  seen: `403, or ${NO_START}`,
  lines: [],
  why: 'A web server starts a file. This is a folder, or something else that is no file.',
  remedy: ({ program }) => [`Name the file in it, for example ${program}/app.fcgi.`],
  evidence: ({ program }) => (program?.kind === 'other' ? [`${program.path} is no file`] : []),
};

/** What keeps the system from starting a program; each stands for itself. */
export const programFile: CauseFamily = {
  title: 'The program cannot be started',
  reports: 'all',
  causes: [
    missing,
    notAFile,
    folderClosed,
    runBit,
    unreadable,
    byteOrderMark,
    noShebang,
    carriageReturn,
    interpreterClosed,
    interpreterMissing,
    noexec,
  ],
};
