import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader } from './configuration.ts';
import { placeOf, settingLines } from './files.ts';

/** Reads a configuration of Cherokee. It hands no socket to what it starts, so there are addresses only. */
export const cherokee: ConfigurationReader = async (file) => {
  const directives = settingLines(await readNamedFile(file), file).map(({ at, text }) => {
    const [name = '', ...value] = text.split('=');
    return { name: name.trim(), args: [value.join('=').trim()], at };
  });
  const user = directives.find(({ name }) => name === 'server!user')?.args[0];
  return {
    files: [file],
    directives,
    addresses: directives
      .filter(({ name }) => /^source!\d+!host$/.test(name))
      .flatMap((directive) => placeOf(directive.args[0] ?? '', directive)),
    httpAddresses: [],
    programs: [],
    headLimit: 16_384,
    ...(user === undefined ? {} : { user }),
  };
};
