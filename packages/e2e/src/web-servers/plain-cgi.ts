import { dirname } from 'node:path';
import { startBareApache, startBareLighttpd } from './bare-web-server.ts';
import type { WebServer } from './web-server.ts';

/** A web server that starts a program for every request, and talks to it without FastCGI (RFC 3875). */
export interface PlainCgiOptions {
  /** Its scratch folder. */
  readonly folder: string;
  /** The program, which is all there is: every path is its PATH_INFO. */
  readonly program: string;
}

/** Programs that are started find node where this process has it. */
const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };

/**
 * Starts Apache with mod_cgi.
 *
 * @param options what it starts
 */
export function startApacheCgi({ folder, program }: PlainCgiOptions): Promise<WebServer> {
  const site = `ScriptAlias / ${program}/`;
  return startBareApache({ broken: false, env, folder, modules: ['alias', 'cgi'], site });
}

/**
 * Starts lighttpd with mod_cgi.
 *
 * @param options what it starts
 */
export function startLighttpdCgi({ folder, program }: PlainCgiOptions): Promise<WebServer> {
  const site = `
server.modules = ("mod_alias", "mod_cgi")
server.upload-dirs = ("${folder}")
server.breakagelog = "${folder}/lighttpd-error.log"
alias.url = ("" => "${program}")
cgi.assign = ("" => "")
`;
  return startBareLighttpd({ broken: false, env, folder, site });
}
