import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader, Directive } from './configuration.ts';
import { placeOf, settingLines, wordsOf } from './files.ts';

/** Reads a Caddyfile. Caddy runs as the user that starts it, so no user stands in it. */
export const caddy: ConfigurationReader = async (file) => {
  const directives = settingLines(await readNamedFile(file), file).map(({ at, text }): Directive => {
    const [name = '', ...args] = wordsOf(text);
    return { name, args, at };
  });
  const proxies = proxiesOf(directives);
  const places = (fastCgi: boolean) =>
    proxies
      .filter((proxy) => proxy.fastCgi === fastCgi)
      .flatMap(({ directive }) => directive.args.flatMap((arg) => placeOf(addressOf(arg), directive)));
  return {
    files: [file],
    directives,
    addresses: places(true),
    httpAddresses: places(false),
    programs: [],
    headLimit: Number.POSITIVE_INFINITY,
  };
};

/** `transport fastcgi` stands somewhere in the block of its reverse_proxy. */
function proxiesOf(directives: readonly Directive[]): Array<{ directive: Directive; fastCgi: boolean }> {
  const proxies: Array<{ directive: Directive; fastCgi: boolean }> = [];
  for (const directive of directives) {
    if (directive.name === 'reverse_proxy') proxies.push({ directive, fastCgi: false });
    if (directive.name === 'php_fastcgi') proxies.push({ directive, fastCgi: true });
    const last = proxies.at(-1);
    if (directive.name === 'transport' && directive.args[0] === 'fastcgi' && last !== undefined) {
      last.fastCgi = true;
    }
  }
  return proxies;
}

/** `unix//run/app.sock`, `host:port`; matchers and `{` are no addresses and are left out later. */
function addressOf(arg: string): string {
  if (arg.startsWith('unix/')) return `unix:${arg.slice('unix/'.length)}`;
  return arg.startsWith('/') ? '' : arg.replace(/^https?:\/\//, '');
}
