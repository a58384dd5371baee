import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader } from './configuration.ts';
import { placeOf, settingLines, wordsOf } from './files.ts';

/** What HAProxy has room for unless tune.bufsize says otherwise. */
const DEFAULT_HEAD = 16_384;

/** Reads a configuration of HAProxy. */
export const haproxy: ConfigurationReader = async (file) => {
  const directives = settingLines(await readNamedFile(file), file).map(({ at, text }) => {
    const [name = '', ...args] = wordsOf(text);
    return { name, args, at };
  });
  const servers = directives.filter(({ name }) => name === 'server');
  const places = (fastCgi: boolean) =>
    servers
      .filter(({ args }) => args.join(' ').includes('proto fcgi') === fastCgi)
      .flatMap((directive) => placeOf((directive.args[1] ?? '').replace(/^unix@/, 'unix:'), directive));
  const user = directives.find(({ name }) => name === 'user')?.args[0];
  const size = Number(directives.find(({ name }) => name === 'tune.bufsize')?.args[0] ?? DEFAULT_HEAD);
  return {
    files: [file],
    directives,
    addresses: places(true),
    httpAddresses: places(false),
    programs: [],
    headLimit: size,
    ...(user === undefined ? {} : { user }),
  };
};
