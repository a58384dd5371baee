/** What a check has found out, in words. */
export interface Finding {
  /** `bad` keeps the application from working; `note` is for information. */
  readonly state: 'bad' | 'good' | 'note';
  readonly text: string;
}

/** Something that is as it has to be. */
export function good(text: string): Finding {
  return { state: 'good', text };
}

/** Something that keeps the application from working, with what to do. */
export function bad(text: string): Finding {
  return { state: 'bad', text };
}

/** Something to know. */
export function note(text: string): Finding {
  return { state: 'note', text };
}
