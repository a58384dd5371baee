import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader } from './configuration.ts';
import { placeOf, settingLines } from './files.ts';

/** Reads a configuration of h2o, as far as its lines have one setting each. */
export const h2o: ConfigurationReader = async (file) => {
  const directives = settingLines(await readNamedFile(file), file).map(({ at, text }) => {
    const [, name = '', value = ''] = /^\s*(?:-\s+)*"?([\w./-]+)"?\s*:(.*)$/.exec(text) ?? [];
    return { name, args: [value.trim().replace(/^"(.*)"$/, '$1')], at };
  });
  const user = directives.find(({ name }) => name === 'user')?.args[0];
  return {
    files: [file],
    directives,
    addresses: directives.flatMap((directive, index) => {
      if (directive.name !== 'fastcgi.connect') return [];
      // { port: /run/app.sock, type: unix } in the line or below it.
      const block = [directive, ...directives.slice(index + 1, index + 4)].map(
        ({ name, args }) => `${name}: ${args.join(' ')}`,
      );
      const settings = block.join(', ');
      const port = /\bport:\s*"?([^",}\s]+)/.exec(settings)?.[1] ?? '';
      const host = /\bhost:\s*"?([^",}\s]+)/.exec(settings)?.[1] ?? '127.0.0.1';
      return placeOf(port.startsWith('/') ? `unix:${port}` : `${host}:${port}`, directive);
    }),
    httpAddresses: [],
    programs: directives.flatMap(({ name, args, at }, index) => {
      if (name !== 'fastcgi.spawn') return [];
      // A command in the line, or in "command" below it: exec /srv/app/app.fcgi.
      const settings = [args, ...directives.slice(index + 1, index + 4).map((each) => each.args)]
        .flat()
        .join(' ');
      const path = /(?<![\w.])(\/[^\s"',\]]+)/.exec(settings)?.[1];
      return path === undefined ? [] : [{ path, at }];
    }),
    headLimit: Number.POSITIVE_INFINITY,
    ...(user === undefined ? {} : { user }),
  };
};
