import { KIT_FOLDER } from './layout.ts';

/** What the host is like, as far as it is known. */
export interface Host {
  readonly home: string | undefined;
  readonly node: string | undefined;
}

/**
 * The program that the web server starts: `app.fcgi`. suexec starts it in its folder, by its bare name and without HOME; mod_fcgid alone by
 * its path.
 */
export function appProgram({ home, node }: Host, release?: string): string {
  return `#!/bin/sh
# Started by the web server, which hands it a listening socket as descriptor 0. Made by fcgi bundle.${release === undefined ? '' : ` Release ${release}.`}
case $0 in */*) cd "\${0%/*}" || exit ;; esac
# With releases, the folder of the one that is current now: a process stays with its own.
if [ -L current ]; then cd -P current || exit; fi
[ -n "$HOME" ] || HOME=${home === undefined ? '$(getent passwd "$(id -u)" | cut -d: -f6)' : quoted(home)}
node=${node === undefined ? '' : quoted(node)}
. ./${KIT_FOLDER}/find-node.sh
export HOME NODE_ENV="\${NODE_ENV:-production}"
# Each thread counts where a host limits processes: one of V8 and two of libuv are enough for an application that waits for others.
export UV_THREADPOOL_SIZE="\${UV_THREADPOOL_SIZE:-2}"
exec "$node" --v8-pool-size=1 ./${KIT_FOLDER}/start.js
`;
}

/** A script that starts one of the programs of the kit, with the Node that is found. */
export function kitScript(program: string, purpose: string, { home, node }: Host): string {
  return `#!/bin/sh
# ${purpose} Made by fcgi bundle.
case $0 in */*) cd "\${0%/*}" || exit ;; esac
cd -P . || exit
[ -n "$HOME" ] || HOME=${home === undefined ? '$(getent passwd "$(id -u)" | cut -d: -f6)' : quoted(home)}
export HOME
node=${node === undefined ? '' : quoted(node)}
. ./${KIT_FOLDER}/find-node.sh
exec "$node" ./${KIT_FOLDER}/${program}.js "$@"
`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
