import { expect, test } from 'vitest';
import { guessWebServer, readConfiguration } from '../src/gather/read-configuration.ts';
import { examine, expectFinding, openFolder, responder, writeProgram } from './support/deployment.ts';
import { apache, told } from './support/log-line.ts';

/** A configuration in a file of its own. */
async function configured(name: string, text: string): Promise<{ folder: string; file: string }> {
  const folder = await openFolder();
  return { folder, file: await writeProgram(folder, text, { name }) };
}

test('a program that suexec does not run, as others may write to it', async () => {
  const folder = await openFolder();
  const program = await writeProgram(folder, responder(), { mode: 0o775 });
  const { file } = await configured(
    'apache2.conf',
    `SuexecUserGroup me me\nScriptAlias / ${program}/\nSetHandler fcgid-script\n`,
  );
  await expectFinding(
    'suexec-refused',
    { target: program, configuration: file },
    {
      evidence: 'mode 775',
      remedy: 'chmod 755',
    },
  );
});

test('a ProxyPassMatch with $1, for which Apache does not find the socket of short URLs', async () => {
  const TO = 'unix:/run/app.sock|fcgi://localhost';
  const found = async (text: string) => {
    const { file } = await configured('apache2.conf', text);
    const { findings } = await examine({ configuration: file, webServer: 'apache' });
    return findings.filter(({ id }) => id === 'proxy-match-socket').flatMap(({ evidence }) => evidence);
  };
  const [evidence] = await found(`ProxyPassMatch ^/(.*)$ ${TO}/$1\n`);
  expect(evidence).toMatch(/apache2\.conf:1: ProxyPassMatch \^\/\(\.\*\)\$ unix:/);
  expect(await found(`ProxyPassMatch "^/shop(/.*)?$" "${TO}$1"\n`)).toHaveLength(1);
  // A name of a script is longer, a URL without $1 is a prefix, and TCP has no socket to be found.
  expect(await found(`ProxyPassMatch ^/(.*\\.php(/.*)?)$ ${TO}/var/www/html/$1\n`)).toEqual([]);
  expect(await found(`ProxyPassMatch ^/(.*)$ ${TO}/\nProxyPassMatch ^/(.*)$ fcgi://localhost/$1\n`)).toEqual(
    [],
  );
  expect(await found(`ProxyPass / ${TO}/\n`)).toEqual([]);
});

test.each([
  ['proxy-match-socket', '127.0.0.1:8000 (localhost:8000)'],
  ['port-refused', '127.0.0.1:8000 (127.0.0.1:8000)'],
])('%s in the log of Apache, for %s', (id, place) => {
  const refused = `(111)Connection refused: AH00957: FCGI: attempt to connect to ${place} failed`;
  expect(told(apache('proxy', 'error', refused))).toEqual([id]);
});

test('nginx: addresses of fastcgi_pass, of an upstream, behind proxy_pass, and in included files', async () => {
  const { folder, file } = await configured(
    'nginx.conf',
    `user www-data; # not "nobody";
http {
    upstream app { server unix:/run/a.sock weight=2; server 10.0.0.2:9000; }
    server { location / { fastcgi_pass app; fastcgi_buffer_size 16k; } location /b { fastcgi_pass unix:/run/b.sock; } }
    server { location / { proxy_pass http://127.0.0.1:3000/x; } location /u { proxy_pass http://unix:/run/u.sock:/; } }
    include sites/*.conf;
}
`,
  );
  const site = await writeProgram(
    folder,
    'server { location / { fastcgi_pass $variable; fastcgi_pass [::1]:9001; } }',
    {
      name: 'sites/a.conf',
    },
  );
  const read = await readConfiguration('nginx', file);
  expect(read).toMatchObject({ user: 'www-data', headLimit: 16_384, files: [file, site] });
  expect(read.addresses).toEqual([
    { address: 'unix:/run/a.sock', at: `${file}:3` },
    { address: 'tcp:10.0.0.2:9000', at: `${file}:3` },
    { address: 'unix:/run/b.sock', at: `${file}:4` },
    { address: 'tcp:[::1]:9001', at: `${site}:1` },
  ]);
  expect(read.httpAddresses.map(({ address }) => address)).toEqual([
    'tcp:127.0.0.1:3000',
    'unix:/run/u.sock',
  ]);
});

test('Apache: addresses of mod_proxy_fcgi and programs of mod_fcgid', async () => {
  const { file } = await configured(
    'httpd.conf',
    `User apache
ProxyPass "/a" "unix:/run/a.sock|fcgi://app" enablereuse=on
<FilesMatch "\\.php$">
    SetHandler "proxy:fcgi://127.0.0.1:9000"
</FilesMatch>
ProxyPass /web http://127.0.0.1:3000/
ScriptAlias "/" \\
    "/srv/app/app.fcgi/"
SetHandler fcgid-script
`,
  );
  const read = await readConfiguration('apache', file);
  expect(read.user).toBe('apache');
  expect(read.addresses.map(({ address }) => address)).toEqual(['unix:/run/a.sock', 'tcp:127.0.0.1:9000']);
  expect(read.httpAddresses.map(({ address }) => address)).toEqual(['tcp:127.0.0.1:3000']);
  expect(read.programs).toEqual([{ path: '/srv/app/app.fcgi', at: `${file}:7` }]);
});

test('lighttpd: sockets, ports and programs', async () => {
  const { file } = await configured(
    'lighttpd.conf',
    `server.username = "www-data"
fastcgi.server = (
    "/a" => (( "socket" => "/run/a.sock", "check-local" => "disable" )), # one
    "/b" => (( "host" => "10.0.0.2", "port" => 9000 )),
    "/c" => (( "socket" => "/run/c.sock", "bin-path" => "/srv/app/app.fcgi --fast" ))
)
`,
  );
  const read = await readConfiguration('lighttpd', file);
  expect(read.user).toBe('www-data');
  expect(read.addresses.map(({ address }) => address)).toEqual(['unix:/run/a.sock', 'tcp:10.0.0.2:9000']);
  expect(read.programs).toEqual([{ path: '/srv/app/app.fcgi', at: `${file}:2` }]);
});

test.each([
  [
    'caddy',
    'Caddyfile',
    'a.org {\n  reverse_proxy unix//run/a.sock {\n    transport fastcgi\n  }\n  php_fastcgi 127.0.0.1:9000\n}\n',
  ],
  [
    'haproxy',
    'haproxy.cfg',
    'backend b\n  server a unix@/run/a.sock proto fcgi\n  server b 127.0.0.1:9000 proto fcgi check\n',
  ],
  [
    'h2o',
    'h2o.conf',
    'paths:\n  "/a":\n    fastcgi.connect: { port: /run/a.sock, type: unix }\n  "/b":\n    fastcgi.connect:\n      host: 127.0.0.1\n      port: 9000\n',
  ],
  [
    'cherokee',
    'cherokee.conf',
    'source!1!type = host\nsource!1!host = /run/a.sock\nsource!2!host = 127.0.0.1:9000\n',
  ],
] as const)('%s: addresses', async (product, name, text) => {
  const { file } = await configured(name, text);
  expect(guessWebServer(file, text)).toBe(product);
  const { addresses } = await readConfiguration(product, file);
  expect(addresses.map(({ address }) => address)).toEqual(['unix:/run/a.sock', 'tcp:127.0.0.1:9000']);
});

test.each([
  [
    'nginx',
    '/etc/nginx/sites-enabled/app',
    'server {\n  location / {\n    fastcgi_pass unix:/run/a.sock;\n  }\n}\n',
  ],
  ['apache', '/etc/apache2/sites-enabled/app', '<VirtualHost *:80>\n  ServerName a.org\n</VirtualHost>\n'],
  ['apache', '/home/me/public_html/.htaccess', 'Options +ExecCGI\n'],
  ['lighttpd', '/etc/lighttpd/conf-enabled/10-app', 'fastcgi.server = ()\n'],
  [undefined, '/etc/motd', 'Welcome\n'],
])('a configuration is recognised as one of %s by %s', (product, file, text) => {
  expect(guessWebServer(file, text)).toBe(product);
});

test('a configuration whose applications are all looked at', async () => {
  const folder = await openFolder();
  const { file } = await configured(
    'nginx.conf',
    `server { location / { fastcgi_pass unix:${folder}/none.sock; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; } }`,
  );
  const { findings } = await examine({ configuration: file });
  expect(findings.map(({ id }) => id)).toEqual(['socket-missing']);
});

test('a configuration that names no application is told as such', async () => {
  const { file } = await configured('nginx.conf', 'server { location / { proxy_pass http://127.0.0.1:1; } }');
  const { findings, looked } = await examine({ configuration: file });
  expect(findings).toEqual([]);
  expect(looked).toEqual([`${file} (nginx), which names no FastCGI application`]);
});
