import { bad, type Finding, good } from './finding.ts';

/** Milliseconds for an answer, with the start of the application. */
const PATIENCE = 60_000;

/** What the web server answers at a URL, in words. */
export async function checkUrl(url: string): Promise<Finding[]> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
    return [judgeAnswer(url, response.status, await response.text())];
  } catch (error) {
    const { cause, message } = error as Error;
    return [bad(`${url} gives no answer: ${cause instanceof Error ? cause.message : message}.`)];
  }
}

/** The usual answers of Apache where it cannot start a program, each with what is behind it. */
export function judgeAnswer(url: string, status: number, body: string): Finding {
  const answered = `${url} is answered with ${status}`;
  if (body.startsWith('#!/bin/sh')) {
    return bad(
      `${answered}, and with the text of the program: this host does not run .fcgi files, or ignores .htaccess. Ask it for mod_fcgid, or choose another one. Remove the folder meanwhile: all of it can be read.`,
    );
  }
  if (status === 403)
    return bad(
      `${answered}: the host allows no programs in this folder (Options ExecCGI), or the folder is not readable for the web server.`,
    );
  if (status === 404)
    return bad(
      `${answered}. Where that is not the application's own answer, the host ignores .htaccess, or the folder is another one.`,
    );
  if (status >= 500)
    return bad(
      `${answered}. Where that is not the application's own answer: the host does not allow a line of .htaccess (its error log names it), or the program does not start under its limits of memory and processes.`,
    );
  return good(`${answered}.`);
}
