import type { Cause, CauseFamily } from '../cause.ts';

/** What is found where a log has failures that no other cause has. Its evidence is those lines. */
export const unknownLine: Cause = {
  id: 'line-unknown',
  title: 'The log has lines about failures that are not known to the doctor',
  seen: 'depends on the line',
  lines: [],
  why: 'No cause in the list of the doctor has these lines. They may have nothing to do with FastCGI.',
  remedy: ({ program }) => [
    'Read them: they are shown above, the last ones of each kind.',
    `Let the doctor try the program or the address as well: fcgi doctor ${program} --log FILE`,
  ],
  evidence: () => [],
};

export const unknownLines: CauseFamily = {
  title: 'Not known',
  reports: 'otherwise',
  causes: [unknownLine],
};
