import { expect, test } from 'vitest';
import type { Facts } from '../src/facts.ts';
import { readConfiguration } from '../src/gather/read-configuration.ts';
import { judge } from '../src/judge.ts';
import type { WebServerName } from '../src/web-server-names.ts';
import { openFolder, writeProgram } from './support/deployment.ts';

const user = { name: 'www-data', uid: 33, gid: 33, groups: [33] };

/** What a configuration shows, where the application answers. */
async function found(product: WebServerName, text: string, poweredBy?: string): Promise<string[]> {
  const name = product === 'caddy' ? 'Caddyfile' : 'nginx.conf';
  const file = await writeProgram(await openFolder(), text, { name });
  const address = 'unix:/run/app.sock';
  const answer = { address, status: 200, stderr: '', ...(poweredBy === undefined ? {} : { poweredBy }) };
  const facts: Facts = { address, answer, configuration: await readConfiguration(product, file), user };
  return judge(facts).map(({ id }) => id);
}

const location = (...params: string[]) =>
  `http { server { location / { fastcgi_pass unix:/run/app.sock; ${['REQUEST_METHOD $request_method', ...params].map((param) => `fastcgi_param ${param};`).join(' ')} } } }`;

test.each<[ids: string[], params: string[]]>([
  [[], ['REQUEST_URI $request_uri', 'SCRIPT_NAME ""', 'PATH_INFO $fastcgi_script_name']],
  [['request-uri-missing'], ['SCRIPT_NAME ""']],
  [['request-uri-decoded'], ['REQUEST_URI $document_uri']],
  [['request-uri-decoded'], [`REQUEST_URI ${'$'}{uri}`]],
  [['request-uri-decoded'], ['REQUEST_URI $uri$is_args$args']],
  [
    ['path-twice'],
    ['REQUEST_URI $request_uri', 'SCRIPT_NAME $fastcgi_script_name', 'PATH_INFO $fastcgi_script_name'],
  ],
])('nginx: %j for %j', async (ids, params) => {
  expect(await found('nginx', location(...params))).toEqual(ids);
});

test('Caddy that splits at .php is right for PHP alone', async () => {
  const caddyfile =
    ':80 {\n reverse_proxy unix//run/app.sock {\n  transport fastcgi {\n   split .php\n  }\n }\n}\n';
  expect(await found('caddy', caddyfile)).toContain('caddy-split');
  expect(await found('caddy', caddyfile, 'PHP/8.3.40')).not.toContain('caddy-split');
});
