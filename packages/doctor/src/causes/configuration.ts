import type { Cause, CauseFamily } from '../cause.ts';
import type { Facts } from '../facts.ts';
import type { Configuration, Directive } from '../gather/configuration/configuration.ts';
import { fileOf } from '../system/access.ts';
import { configurationError, notPassedOn } from './configuration-error.ts';
import {
  caddySplit,
  paramsMissing,
  pathTwice,
  pathUncertain,
  requestUriDecoded,
  requestUriMissing,
} from './params.ts';
import { proxyMatchSocket } from './proxy-match.ts';

/** The directives of a web server's configuration with one of these names; none where another product was read. */
function directives({ configuration }: Facts, product: string, ...names: string[]): readonly Directive[] {
  if (configuration?.product !== product) return [];
  return configuration.directives.filter(({ name }) => names.includes(name.toLowerCase()));
}

const isFastCgiHandler = ({ args }: Directive) =>
  /^(fcgid-script|fastcgi-script|proxy:)/i.test(args[0] ?? '');

/** Whether something in a configuration of Apache leads to a FastCGI application at all. */
function leadsToFastCgi(configuration: Configuration): boolean {
  return configuration.directives.some((directive) => {
    const name = directive.name.toLowerCase();
    if (/^(script|wsgiscript)alias(match)?$|^fastcgi(external)?server$/.test(name)) return true;
    if (/^proxypass(match)?$/.test(name)) return directive.args.some((arg) => arg.includes('fcgi://'));
    return (
      /^(add|set)handler$|^fcgidwrapper$/.test(name) &&
      (name === 'fcgidwrapper' || isFastCgiHandler(directive))
    );
  });
}

/** Whether Apache has a program, and nothing says that it is one. */
function lacksHandler({ configuration, program }: Facts): boolean {
  return configuration?.product === 'apache' && program !== undefined && !leadsToFastCgi(configuration);
}

/** A handler that starts programs, where nothing allows programs. A ScriptAlias does. */
function handlerWithoutExecCgi(facts: Facts): Directive | undefined {
  const [handler] = directives(facts, 'apache', 'sethandler', 'addhandler').filter(
    (directive) => isFastCgiHandler(directive) && !directive.args[0]?.startsWith('proxy:'),
  );
  const aliases = directives(facts, 'apache', 'scriptalias', 'scriptaliasmatch');
  const options = directives(facts, 'apache', 'options').flatMap(({ args }) => args);
  const isOn = options.some((option) => /^\+?(execcgi|all)$/i.test(option));
  return aliases.length > 0 || isOn ? undefined : handler;
}

/** The directive by which Apache does not read the `.htaccess` beside the program, if there is one. */
function ignoredHtaccess(facts: Facts): Directive | undefined {
  if (facts.program?.htaccess === undefined) return undefined;
  const overrides = directives(facts, 'apache', 'allowoverride');
  const isNone = ({ args }: Directive) => /^none$/i.test(args[0] ?? '');
  return overrides.every(isNone) ? overrides[0] : undefined;
}

const noHandler: Cause = {
  id: 'handler-missing',
  title: 'Apache does not know that the file is a program',
  seen: 'the text of the program, or a download of it: every visitor can read it',
  lines: [],
  why: 'Nothing in the configuration says that this file is to be run with FastCGI, so Apache sends it like a picture. Passwords in it are public then: change them.',
  remedy: ({ program }) => [
    `Write into .htaccess, in the folder of the program: <Files "${program.slice(program.lastIndexOf('/') + 1)}">, SetHandler fcgid-script, </Files>`,
    'fcgi config apache prints all that is needed.',
  ],
  evidence: (facts) =>
    lacksHandler(facts) && ignoredHtaccess(facts) === undefined
      ? [`no SetHandler or AddHandler with fcgid-script in ${facts.configuration?.files.join(', ')}`]
      : [],
};

const execCgiOff: Cause = {
  id: 'execcgi-off',
  title: 'Apache may not run programs in this folder',
  seen: '403',
  lines: [
    { where: 'mod_fcgid', line: 'mod_fcgid: location of script … does not have ExecCGI enabled' },
    { where: 'Apache', line: 'Options ExecCGI is off in this directory: …' },
  ],
  why: 'Apache runs programs only in folders for which the option ExecCGI is on.',
  remedy: () => [
    'Write into .htaccess, in the folder of the program: Options +ExecCGI',
    'If Apache then says “Option ExecCGI not allowed here”, ask the host to allow it (AllowOverride Options=ExecCGI).',
  ],
  evidence: (facts) => {
    const handler = handlerWithoutExecCgi(facts);
    if (handler === undefined || ignoredHtaccess(facts) !== undefined) return [];
    return [`${handler.at}: ${handler.args.join(' ')}, and no Options with ExecCGI`];
  },
};

const overrideNotAllowed: Cause = {
  id: 'htaccess-not-allowed',
  title: 'Apache does not take what stands in .htaccess',
  seen: '500; or, as if there were no .htaccess: 403, 404, or the text of the program',
  lines: [{ where: 'Apache', line: '.htaccess: … not allowed here' }],
  why: 'The configuration of the host says which directives a .htaccess may have (AllowOverride). With “None” the file is not even read.',
  remedy: () => [
    'Ask the host for AllowOverride FileInfo Options AuthConfig Limit, or take the directive named above out.',
    'If the machine is yours: write it into <Directory> of the site, and leave out .htaccess.',
  ],
  evidence: (facts) => {
    const none = ignoredHtaccess(facts);
    const isNeeded = lacksHandler(facts) || handlerWithoutExecCgi(facts) !== undefined;
    if (none === undefined || !isNeeded) return [];
    return [`${none.at}: AllowOverride None, and there is ${facts.program?.htaccess}`];
  },
};

const unknownDirective: Cause = {
  id: 'apache-module-missing',
  title: 'A module of Apache is not switched on',
  seen: '500; or Apache does not start',
  lines: [
    {
      where: 'Apache',
      line: "Invalid command '…', perhaps misspelled or defined by a module not included in the server configuration",
    },
    { where: 'Apache', line: 'AH01144: No protocol handler was valid for the URL …' },
  ],
  why: 'FastCGI is done by modules: mod_fcgid for programs that Apache starts, mod_proxy and mod_proxy_fcgi for applications that listen. Their directives are unknown without them.',
  remedy: () => [
    'a2enmod fcgid, or a2enmod proxy proxy_fcgi, and restart Apache. On shared hosting, ask the host.',
  ],
  evidence: () => [],
};

const accessDenied: Cause = {
  id: 'access-denied',
  title: 'Apache refuses every request for this folder',
  seen: '403',
  lines: [{ where: 'Apache', line: 'AH01630: client denied by server configuration: …' }],
  why: 'Apache refuses everything for which the configuration does not say who may see it.',
  remedy: ({ folder }) => [
    `For the folder or location: <Directory "${folder}">, Require all granted, </Directory>`,
  ],
  evidence: () => [],
};

const suexec: Cause = {
  id: 'suexec-refused',
  title: 'suexec does not run the program',
  seen: '500',
  lines: [
    { where: 'Apache', line: 'suexec policy violation: see suexec log for more details' },
    { where: 'suexec.log', line: 'file is writable by others: …' },
    { where: 'suexec.log', line: 'directory is writable by others: …' },
    { where: 'suexec.log', line: 'target uid/gid … mismatch with directory …' },
    { where: 'suexec.log', line: 'command not in docroot …' },
  ],
  why: 'Hosts run programs as their owner with suexec, which is strict. Program and folder must belong to you and your group, must be writable for you alone, and must lie below the folder of the site.',
  remedy: ({ program, folder }) => [
    `chmod 755 ${program} ${folder}: 775 or 777 is too much.`,
    'Program and folder must have your user and your group (chown). suexec.log of the host has the reason.',
  ],
  evidence: (facts) => {
    const file = facts.program && fileOf(facts.program.entries);
    const [user] = directives(facts, 'apache', 'suexecusergroup');
    if (user === undefined || file === undefined || (file.mode & 0o022) === 0) return [];
    return [
      `${user.at} has SuexecUserGroup, and others may write to ${file.path} (mode ${file.mode.toString(8)})`,
    ];
  },
};

const passedAsHttp: Cause = {
  id: 'passed-as-http',
  title: 'The web server speaks HTTP to a FastCGI application',
  seen: '502',
  lines: [
    {
      where: 'nginx',
      line: 'upstream sent no valid HTTP/1.0 header while reading response header from upstream',
    },
  ],
  why: 'proxy_pass, ProxyPass http:// and a plain reverse_proxy are for HTTP servers. The application waits for FastCGI records.',
  remedy: ({ address }) => [
    `nginx: fastcgi_pass ${address.replace(/^tcp:/, '')}; and include fastcgi_params; instead of proxy_pass`,
    'Apache: ProxyPass with fcgi:// instead of http://. Caddy: transport fastcgi in reverse_proxy.',
  ],
  evidence: ({ address, answer, configuration }) => {
    const place = configuration?.httpAddresses.find((each) => each.address === address);
    if (place === undefined || answer?.status === undefined) return [];
    return [`${place.at} passes HTTP to ${place.address}, where FastCGI is spoken`];
  },
};

const lighttpdModule: Cause = {
  id: 'lighttpd-module-missing',
  title: 'lighttpd has fastcgi.server, but not the module for it',
  seen: '404, 403, or the text of the program',
  lines: [{ where: 'lighttpd', line: 'unknown config-key: fastcgi.server (ignored)' }],
  why: 'lighttpd leaves out settings of modules that are not loaded, and goes on.',
  remedy: () => [
    'Add server.modules += ("mod_fastcgi"), or lighttpd-enable-mod fastcgi, and restart lighttpd.',
  ],
  evidence: (facts) => {
    const [server] = directives(facts, 'lighttpd', 'fastcgi.server');
    const loaded = directives(facts, 'lighttpd', 'server.modules').some(({ args }) =>
      args.join(' ').includes('mod_fastcgi'),
    );
    return server === undefined || loaded
      ? []
      : [`${server.at}: fastcgi.server, and nowhere mod_fastcgi in server.modules`];
  },
};

/** What can be wrong in the configuration of a web server, beside addresses. */
export const configuration: CauseFamily = {
  title: 'The web server is not set up for it',
  reports: 'all',
  causes: [
    noHandler,
    execCgiOff,
    overrideNotAllowed,
    unknownDirective,
    accessDenied,
    suexec,
    paramsMissing,
    requestUriMissing,
    requestUriDecoded,
    pathTwice,
    caddySplit,
    pathUncertain,
    configurationError,
    notPassedOn,
    passedAsHttp,
    proxyMatchSocket,
    lighttpdModule,
  ],
};
