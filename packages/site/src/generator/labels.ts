import type { Field } from './choice.ts';

/** How the form asks for a field. */
export interface Label {
  readonly text: string;
  readonly hint: string;
  /** What holds when the field is empty. */
  readonly placeholder?: string;
  /** Lines instead of one line. */
  readonly lines?: true;
}

export type GroupTitle = 'Application' | 'Limits and times' | 'Site';

/** The groups of the form, with their fields in order. */
export const groups: Readonly<Record<GroupTitle, readonly Field[]>> = {
  Application: [
    'listen',
    'backups',
    'program',
    'arguments',
    'environment',
    'folder',
    'user',
    'group',
    'socketGroup',
    'processes',
    'name',
  ],
  Site: ['mount', 'serverName', 'bind', 'static', 'authorizer', 'upgradeSocket', 'upgradePath'],
  'Limits and times': [
    'maxBodySize',
    'requestBuffers',
    'timeouts.connect',
    'timeouts.response',
    'timeouts.upload',
    'timeouts.idle',
    'keepAlive',
    'multiplex',
    'healthCheck.path',
    'healthCheck.interval',
    'slowStart',
  ],
};
