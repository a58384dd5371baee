import { accessFormat } from './access-format.ts';
import { writeAccessLog } from './access-log.ts';
import { LogFile, type LogSink } from './log-file.ts';
import type { LogOutputs, RequestLogOptions } from './request-logs.ts';
import { writeSlowLog } from './slow-log.ts';

/** Logs the requests of this process from now on. @returns what goes on in the files that have the names now */
export function openLogs(options: RequestLogOptions, outputs: LogOutputs): () => void {
  const { report, stderr, stdout, user, worker } = outputs;
  const files = new Map<string, LogFile>();
  const sinkOf = (target: string): LogSink => {
    if (target === '-') return stdout;
    if (target === 'stderr') return stderr;
    const file = files.get(target) ?? new LogFile(target, report, user);
    files.set(target, file);
    return file;
  };
  const { accessLog, accessLogFormat, name, slowLog, slowTime } = options;
  const who = { name, worker };
  if (accessLog !== undefined) {
    const sink = sinkOf(accessLog);
    // An output is shared, and this format has no place for a name.
    const isNameless = accessLogFormat === 'combined' && !(sink instanceof LogFile);
    const named = isNameless && name !== undefined ? withName(sink, name) : sink;
    writeAccessLog(named, accessFormat(accessLogFormat), who);
  }
  if (slowLog !== undefined) writeSlowLog(sinkOf(slowLog), slowTime, who);
  return () => {
    for (const file of files.values()) file.reopen();
  };
}

function withName(sink: LogSink, name: string): LogSink {
  return { write: (line) => sink.write(`${name} | ${line}`) };
}
