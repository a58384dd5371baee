import type { StaticFiles } from '@fcgi-js/bundle';
import type { Io } from '@fcgi-js/runner/command';
import { Command, Option } from 'commander';
import { collect, splitPair } from '../arguments.ts';
import type { BundleFlags } from '../bundle/bundle.ts';

const examples = `
The folder needs Apache with mod_fcgid and Node on the host, and neither npm nor a compiler. It has the application with its dependencies
in one file, or the build of a framework as it is; the runner in one file; app.fcgi, which Apache starts; .htaccess; and a check that says
on the host whether it works.

What a bundler cannot see is said: a package that is loaded by a name made at run time (--external), files that the application reads
(--include). Packages with native modules are copied beside the bundle.

Examples:
  fcgi bundle -o out
  fcgi bundle src/server.ts -o out --include views --external ejs
  fcgi bundle app.js -o out --static /assets=public --node /home/me/node/bin/node --home /home/me
  fcgi bundle -o out --release --keep 3

Exit status: 0 made; 1 the application cannot be bundled; 2 the command line makes no sense; 130 interrupted, and nothing made.
`;

/** `fcgi bundle [APP]`: a folder for a shared host. */
export function bundleCommand(io: Io): Command {
  return new Command('bundle')
    .summary('makes one folder to upload to a shared host')
    .description('Makes one folder of an application for a shared host, where nothing can be installed.')
    .argument('[app]', 'its file, or the folder of its package.json', '.')
    .requiredOption('-o, --output <folder>', 'the folder that is made')
    .option('--node <file>', 'Node on the host (default: looked for at each start)')
    .option('--home <folder>', 'the home folder on the host (default: asked of the host at each start)')
    .option(
      '--mount <path>',
      'the prefix that the folder has on the site (default: what it was built for, or /)',
    )
    .option('--include <path>', 'files that it reads, such as views/**/*.ejs (repeatable)', collect)
    .option('--external <name>', 'a package that is copied as it is (repeatable)', collect)
    .addOption(
      new Option('--static <prefix=folder>', 'files that the web server sends itself (repeatable)').argParser(
        (text, earlier: readonly StaticFiles[] = []) => {
          const { name: prefix, value: folder } = splitPair(text, '/assets=public');
          return [...earlier, { prefix, folder }];
        },
      ),
    )
    .option('--source-maps', 'write source maps, so that stacks name lines of the sources')
    .option('--release', 'make releases/DATE in the folder, and switch to it')
    .addOption(new Option('--keep <number>', 'so many releases are kept (default: 5)').argParser(Number))
    .option('--yes', 'take the defaults for what no flag says')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (app: string, flags: BundleFlags) => {
      const { bundle } = await import('../bundle/bundle.ts');
      await bundle(io, app, flags);
    });
}
