import type { Configuration } from './gather/configuration/configuration.ts';
import type { Account, PathEntry } from './system/access.ts';

/** The first line of a script that names its interpreter. */
export interface Shebang {
  /** The line, without its end. */
  readonly line: string;
  /** It ends as lines do on Windows: the kernel takes the carriage return for a part of the name. */
  readonly crlf: boolean;
  /** What the kernel starts, an absolute path where all is well. */
  readonly interpreter: string;
  /** What `env` looks for in PATH. */
  readonly lookedUp?: string;
}

/** What runs a script. */
export interface Interpreter {
  /** Where it is for the web server; absent where it is not. */
  readonly path?: string;
  /** The way to it from `/`. */
  readonly entries: readonly PathEntry[];
  /** Where the caller has one of that name. */
  readonly callers?: string;
}

/** A program, as far as one can see without running it. */
export interface ProgramFacts {
  /** As it was given, absolute. */
  readonly path: string;
  /** The way to it from `/`, itself last; broken off where it ends. */
  readonly entries: readonly PathEntry[];
  /**
   * What it is; a folder is 'other', and what the caller may not read is 'closed'. A 'module' is not
   * started itself, but with `fcgi run`.
   */
  readonly kind: 'binary' | 'closed' | 'missing' | 'module' | 'other' | 'script';
  /** It begins with the mark that some editors put before UTF-8. */
  readonly bom: boolean;
  /** A `.htaccess` beside it. */
  readonly htaccess?: string;
  /** Lines of a shell script that take descriptor 0 away from a command: `&` at the end, or `</dev/null`. */
  readonly detached?: readonly string[];
  readonly shebang?: Shebang;
  readonly interpreter?: Interpreter;
  /** Where its file system is mounted, if nothing may be run from there. */
  readonly noexecMount?: string;
}

/** One request and what came of it. */
export interface Exchange {
  /** Where it was sent. */
  readonly address: string;
  readonly error?: {
    /** Of `@fcgi-js/client`; `FCGI_PROTOCOL` where the bytes are no FastCGI. */
    readonly code: string;
    readonly message: string;
    /** Of the operating system, such as ECONNREFUSED; '' for none. */
    readonly systemCode: string;
  };
  /** The status of the answer. */
  readonly status?: number;
  /** Whether the head has a line `Status:`. */
  readonly hasStatus?: boolean;
  readonly hasLocation?: boolean;
  /** What it says in `X-Powered-By`; php-fpm says its version there. */
  readonly poweredBy?: string;
  /** Bytes of the head, its blank line included. */
  readonly headBytes?: number;
  readonly contentLength?: number;
  /** Bytes of the body, where it was read to its end. */
  readonly bodyLength?: number;
  /** Whether the connection was closed after the answer, as was asked for. */
  readonly closes?: boolean;
  /** The first bytes that came where they are no FastCGI, as Latin-1. */
  readonly firstBytes?: string;
  /** What STDOUT starts with, in quotes, where that is no head. */
  readonly start?: string;
  readonly stderr: string;
}

/** Where a program was run: what differs from one trial to another. */
export interface TrialSetting {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Absent: as the caller. */
  readonly user?: Account;
}

/** A program was run with a listening socket as descriptor 0. */
export interface Trial {
  readonly setting: TrialSetting;
  /** Why it could not be started. */
  readonly spawnError?: string;
  /** Whether it took a connection from descriptor 0, ended before it did, or went on without. */
  readonly acceptance: 'accepted' | 'ended' | 'none';
  /** How it ended, unless the doctor ended it. */
  readonly ended?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Addresses that it listens on beside descriptor 0. */
  readonly listeners: readonly string[];
  /** With descriptor 0, or else with the first of `listeners` that speaks FastCGI. */
  readonly exchange?: Exchange;
  /** The process that was started is still a shell while another one takes connections. */
  readonly staysShell?: boolean;
  /** Whether it ended when SIGTERM asked it to. */
  readonly stops: boolean;
}

/** What is changed to see whether a program works then. */
export type TrialChange = 'environment' | 'folder' | 'interpreter' | 'user';

/** A program was run as the web server would run it and, if it did not work, with one thing changed. */
export interface StartFacts {
  readonly trial: Trial;
  /** A command that the program has not found, and where the caller has it. */
  readonly missingCommand?: { readonly name: string; readonly callers?: string };
  /** The change that made it work. */
  readonly worksWith?: { readonly change: TrialChange; readonly trial: Trial };
}

/** A Unix socket in the file system. */
export interface SocketFacts {
  readonly path: string;
  /** The way to it from `/`, itself last; broken off where it ends. */
  readonly entries: readonly PathEntry[];
  readonly kind: 'missing' | 'other' | 'socket';
}

/** A line of a log, without what must not be shown. */
export interface LogFacts {
  readonly file: string;
  readonly lines: readonly string[];
}

/** Everything that is known about one deployment. Whatever is absent was not looked at. */
export interface Facts {
  /** Whom the web server runs programs as, and connects as. */
  readonly user: Account;
  /** The address that was asked about. */
  readonly address?: string;
  readonly answer?: Exchange;
  readonly configuration?: Configuration;
  readonly log?: LogFacts;
  readonly program?: ProgramFacts;
  readonly socket?: SocketFacts;
  readonly start?: StartFacts;
  /** What the web server whose configuration was read says that it is; absent where it is not installed here. */
  readonly webServerVersion?: string;
}
