import type { Cause, CauseFamily } from '../cause.ts';
import type { Facts, Trial, TrialChange } from '../facts.ts';
import { excerpt, failed, says } from '../trial-words.ts';
import { wrapper } from './wrapper.ts';

const NO_ANSWER = '500 (Apache), 500 or 503 (lighttpd), 502 (nginx, Caddy), 503 (h2o)';

/** Evidence for the changes that made the program work. */
function worksOnly({ start }: Facts, change: TrialChange, text: (trial: Trial) => string): string[] {
  if (start?.worksWith?.change !== change) return [];
  return [text(start.worksWith.trial), ...excerpt(start.trial)];
}

const relativePath: Cause = {
  id: 'relative-path',
  title: 'The program looks for its files in the wrong folder',
  seen: `${NO_ANSWER}; works when it is started by hand`,
  lines: [{ where: 'anywhere', line: "ENOENT: no such file or directory, … '.…" }],
  why: 'It opens files by a path that does not begin with /. Such a path counts from the folder that the program is started in: yours in a shell, often / for a web server.',
  remedy: () => [
    'Let paths begin at the file that names them: new URL("./data.json", import.meta.url), or path.join(__dirname, "data.json").',
    'Or choose the working directory: cd /srv/app in a wrapper, process.chdir(__dirname) in the program, WorkingDirectory= (systemd).',
  ],
  evidence: (facts) => [
    ...worksOnly(
      facts,
      'folder',
      ({ setting }) =>
        `it works when it is started in ${setting.folder}, and not in ${facts.start?.trial.setting.folder}`,
    ),
    ...(facts.start?.worksWith === undefined ? says(facts, /ENOENT\b[^']{0,60}'(?!\/)/) : []),
  ],
};

const fileMissing: Cause = {
  id: 'file-missing',
  title: 'A file that the program needs is not there',
  seen: NO_ANSWER,
  lines: [{ where: 'anywhere', line: 'ENOENT: no such file or directory, …' }],
  why: 'The program opens a file that does not exist, or that a PrivateTmp= of the service hides.',
  remedy: () => [
    'Look whether the file named above was brought along, and at upper and lower case in its path.',
  ],
  evidence: (facts) => says(facts, /ENOENT: no such file or directory, (?!uv_cwd)/),
};

/** What a shell sets for itself, and no program needs. */
const SHELLS_OWN: readonly string[] = ['_', 'OLDPWD', 'PWD', 'SHLVL'];

const environment: Cause = {
  id: 'environment-missing',
  title: 'The program needs variables that a web server does not give it',
  seen: `${NO_ANSWER}; works when it is started by hand`,
  lines: [],
  why: 'A program that a web server starts gets almost nothing of the environment of a shell: no ~/.profile, no .bashrc, no export from your session.',
  remedy: ({ program }) => [
    'Set it in the web server: FcgidInitialEnv NAME value (mod_fcgid), "bin-environment" (lighttpd), Environment= (systemd).',
    `Or let ${program} read a file of settings that lies beside it.`,
  ],
  evidence: (facts) =>
    worksOnly(facts, 'environment', ({ setting }) => {
      const given = Object.keys(facts.start?.trial.setting.environment ?? {});
      const added = Object.keys(setting.environment).filter(
        (name) => !given.includes(name) && !SHELLS_OWN.includes(name),
      );
      const words = new Set(facts.start?.trial.stderr.split(/\W+/));
      const named = added.filter((name) => words.has(name));
      const which = named.length > 0 ? named.join(', ') : `one of ${added.sort().join(', ')}`;
      return `it works with the environment of your shell, and not with ${given.join(', ') || 'none'} alone: it needs ${which}`;
    }),
};

const anotherNode: Cause = {
  id: 'another-interpreter',
  title: 'The web server runs the program with another Node than you do',
  seen: `${NO_ANSWER}; works when it is started by hand`,
  lines: [],
  why: 'The first line of the program, with the PATH that the web server has, leads to another version than the one in your shell.',
  remedy: () => [
    'Name the right one in the first line of the program, as command -v node prints it, if the user of the web server may run it.',
  ],
  evidence: (facts) =>
    worksOnly(
      facts,
      'interpreter',
      ({ setting }) =>
        `it works with your ${setting.command[0]}, and not with ${facts.program?.interpreter?.path ?? 'the one of its first line'}`,
    ),
};

const wrongUser: Cause = {
  id: 'wrong-user',
  title: 'The program may not do as the user of the web server what it may do as its owner',
  seen: `${NO_ANSWER}; works when it is started by hand`,
  lines: [{ where: 'anywhere', line: 'EACCES: permission denied, …' }],
  why: 'A web server runs programs as a user of its own. Files that only the owner may read or write, such as settings with a password, uploads or a database, are closed to it.',
  remedy: ({ user }) => [
    `Give ${user} the right to the files named above: chgrp ${user} FILE and chmod g+r FILE (g+w to change it).`,
    'Or run the program as its owner: with suexec, as a service of systemd (User=), or with supervisor (user=).',
  ],
  evidence: (facts) =>
    worksOnly(
      facts,
      'user',
      ({ setting }) => `it works as ${setting.user?.name ?? 'you'}, and not as ${facts.user.name}`,
    ),
};

const libraryTooOld: Cause = {
  id: 'library-too-old',
  title: 'The program was built for another system than this one',
  seen: NO_ANSWER,
  lines: [
    { where: 'anywhere', line: "version `GLIBC…' not found" },
    { where: 'anywhere', line: "version `GLIBCXX…' not found" },
    { where: 'anywhere', line: "version `CXXABI…' not found" },
    { where: 'anywhere', line: 'error while loading shared libraries: …' },
    { where: 'anywhere', line: 'Error loading shared library …' },
    { where: 'anywhere', line: 'Exec format error' },
    { where: 'anywhere', line: 'cannot execute binary file' },
    { where: 'Node', line: 'invalid ELF header' },
    { where: 'Node', line: 'was compiled against a different Node.js version' },
    { where: 'Node', line: 'ERR_DLOPEN_FAILED' },
    { where: 'anywhere', line: 'Illegal instruction' },
  ],
  why: 'A binary, such as Node or a native package in node_modules, needs the C library, the processor and the Node version that it was built for. Node 18 and later need glibc 2.28; Alpine has musl instead.',
  remedy: ({ folder }) => [
    'Install a Node that was built for this system: the package of the distribution, or an older version (ldd --version shows the C library).',
    `A package: install it here instead of copying node_modules: cd ${folder} && npm ci, or npm rebuild`,
  ],
  evidence: (facts) =>
    says(
      facts,
      /version `(GLIBC|CXXABI)|shared librar|Exec format error|cannot execute binary|invalid ELF header|compiled against a different Node|ERR_DLOPEN_FAILED|Illegal instruction/,
    ),
};

const esModule: Cause = {
  id: 'esm-in-fcgi',
  title: 'Node does not run ES modules from a file with this name',
  seen: NO_ANSWER,
  lines: [
    { where: 'Apache, lighttpd', line: 'ERR_UNKNOWN_FILE_EXTENSION…' },
    { where: 'Apache, lighttpd', line: 'Unknown file extension ".fcgi"…' },
    { where: 'Apache, lighttpd', line: 'SyntaxError: Cannot use import statement outside a module' },
  ],
  why: 'Node recognises ES modules (import, export) by .mjs, or by .js below a package.json with "type": "module". It does not know .fcgi: it runs CommonJS (require) only, and below "type": "module" nothing at all.',
  remedy: ({ program }) => [
    `Give the program a name that ends in .js or .mjs, and make a link with the name that the web server wants: ln -s app.mjs ${program}`,
  ],
  evidence: (facts) =>
    says(
      facts,
      /ERR_UNKNOWN_FILE_EXTENSION|Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module/,
    ),
};

const moduleMissing: Cause = {
  id: 'module-not-found',
  title: 'A package or file of the application is missing',
  seen: NO_ANSWER,
  lines: [
    { where: 'Apache, lighttpd', line: "Error: Cannot find module '…'" },
    { where: 'Apache, lighttpd', line: 'Error [ERR_MODULE_NOT_FOUND]: Cannot find …' },
  ],
  why: 'The program imports something that is not there. Most often node_modules was not brought along, or the packages were installed in another folder. Packages that are installed with npm install --global are not found.',
  remedy: ({ folder }) => [
    `Install the packages where the program is: cd ${folder} && npm install --omit=dev`,
    'If it is a file of your own: look whether it was uploaded, and at upper and lower case.',
  ],
  evidence: (facts) => says(facts, /Cannot find (module|package)|ERR_MODULE_NOT_FOUND/),
};

const syntaxError: Cause = {
  id: 'syntax-error',
  title: 'The program cannot be read: it has a syntax error',
  seen: NO_ANSWER,
  lines: [],
  why: 'There is a mistake in the text of the program, or it was written for a newer version of Node.',
  remedy: ({ program }) => [
    `Look at the place named above, and check it with: node --check ${program}`,
    'If there is no mistake, the Node that the web server uses is too old for it: node --version.',
  ],
  evidence: (facts) => says(facts, /^SyntaxError\b/m),
};

const portInUse: Cause = {
  id: 'port-in-use',
  title: 'The program wants to open a port that is in use',
  seen: NO_ANSWER,
  lines: [{ where: 'anywhere', line: 'EADDRINUSE: address already in use …' }],
  why: 'Another program, often another copy of this one, listens there already. A FastCGI program that a web server starts opens no port: it gets an open socket as descriptor 0.',
  remedy: ({ application }) => [
    `If it is an HTTP server: start it with fcgi run ${application}, which serves it over FastCGI instead of opening the port.`,
    "Or let it listen on the socket that it gets: server.listen('fd:0') of @fcgi-js/server.",
  ],
  evidence: (facts) => says(facts, /EADDRINUSE/),
};

const ownPort: Cause = {
  id: 'own-port',
  title: 'The program opens a port of its own instead of using the socket it was given',
  seen: `nothing until a time-out (504), or ${NO_ANSWER}`,
  lines: [],
  why: 'It is an HTTP server, as http.createServer().listen(3000) makes one. A web server that starts a FastCGI program gives it an open socket as descriptor 0 and sends FastCGI through it. It sends no request to that port.',
  remedy: ({ application }) => [
    `Start it with fcgi run ${application}: it serves the same application over FastCGI, with no change to it.`,
    'Or serve it with @fcgi-js/server: createServer({ responder: fromNodeListener(app) }).listen("fd:0").',
  ],
  evidence: (facts) => {
    const trial = failed(facts);
    if (trial?.acceptance !== 'none' || trial.listeners.length === 0) return [];
    return [`it listens on ${trial.listeners.join(', ')} and takes no connection from descriptor 0`];
  },
};

const plainCgi: Cause = {
  id: 'plain-cgi',
  title: 'The program is for CGI, not for FastCGI',
  seen: NO_ANSWER,
  lines: [],
  why: 'It prints one answer and ends, as a CGI program does. A FastCGI program stays, takes connections from descriptor 0 and answers through them; what it prints goes nowhere.',
  remedy: () => [
    'Serve it with the CGI module of the web server: SetHandler cgi-script (Apache), cgi.assign (lighttpd).',
    'Or make it a FastCGI program: createServer({ responder }).listen("auto") of @fcgi-js/server does both.',
  ],
  evidence: (facts) => {
    const trial = failed(facts);
    if (trial === undefined || !/^(content-type|status|location):/im.test(trial.stdout)) return [];
    return [
      `it printed an answer and ${trial.ended ?? 'went on'}: ${JSON.stringify(trial.stdout.slice(0, 80))}`,
    ];
  },
};

const servesNothing: Cause = {
  id: 'serves-nothing',
  title: 'The program runs, but takes no connection',
  seen: 'nothing until a time-out: 504, or 500 (Apache)',
  lines: [],
  why: 'It goes on, but never accepts what comes through descriptor 0. It does not listen there, or it is busy with something else or waits for something before it does.',
  remedy: () => [
    'Let it call createServer(…).listen("fd:0") of @fcgi-js/server, and call it early: connect to databases afterwards.',
    'If it only needs longer than that to start: fcgi doctor --timeout 60.',
  ],
  evidence: (facts) => {
    const trial = failed(facts);
    if (trial?.acceptance !== 'none' || trial.listeners.length > 0) return [];
    return ['it ran, and took no connection from descriptor 0', ...excerpt(trial)];
  },
};

/** Ways in which a program that the system can start comes to nothing. */
export const programStart: CauseFamily = {
  title: 'The program starts, but does not get to serving',
  reports: 'first',
  causes: [
    ...wrapper,
    relativePath,
    environment,
    anotherNode,
    wrongUser,
    libraryTooOld,
    fileMissing,
    esModule,
    moduleMissing,
    syntaxError,
    portInUse,
    ownPort,
    plainCgi,
    servesNothing,
  ],
};
