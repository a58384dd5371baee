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

/** The groups of the form, with their fields in order. */
export const groups: Readonly<Record<string, readonly Field[]>> = {
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
  Site: ['mount', 'serverName', 'bind', 'static', 'authorizer'],
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

export const labels: Readonly<Record<Field, Label>> = {
  arguments: { text: 'Arguments', hint: 'One on each line.', lines: true },
  authorizer: {
    text: 'Ask the application as an authorizer',
    hint: 'For URLs that begin with the prefix and this path: /protected, or / for all. Empty: for none.',
  },
  backups: {
    text: 'In reserve',
    hint: 'Addresses that are asked only while none of the others can be reached.',
  },
  bind: {
    text: 'Address of the web server',
    hint: 'A port, or address and port: 8080, 127.0.0.1:8080 or [::1]:8080.',
    placeholder: '80',
  },
  environment: {
    text: 'Environment',
    hint: 'One on each line: NODE_ENV=production.',
    lines: true,
  },
  folder: { text: 'Working directory', hint: 'An absolute path.' },
  group: { text: 'Group', hint: 'The group that the program runs as.' },
  'healthCheck.interval': {
    text: 'Time between health checks',
    hint: 'Seconds from one question to the next.',
    placeholder: '2',
  },
  'healthCheck.path': {
    text: 'URL of health checks',
    hint: '/health: whether it is answered. Empty: whether a connection is accepted.',
  },
  keepAlive: {
    text: 'Keep connections to the application open',
    hint: 'From one request to the next.',
  },
  listen: { text: 'Address', hint: 'A Unix socket, unix:/run/app.sock, or host:port.' },
  maxBodySize: { text: 'Largest body of a request', hint: 'In MiB.', placeholder: '1024' },
  mount: { text: 'Prefix', hint: 'What its URLs begin with: /yourapplication.', placeholder: '/' },
  multiplex: {
    text: 'Many requests at a time on a connection',
    hint: 'As many as the application says.',
  },
  name: { text: 'Name', hint: 'Letters, digits, - and _.', placeholder: 'app' },
  processes: { text: 'Processes', hint: 'How many are started. They share no memory.' },
  program: { text: 'Program', hint: 'An absolute path.' },
  requestBuffers: {
    text: 'Memory for a body of unknown length',
    hint: 'In MiB. 0 for Caddy before 2.6.4, as in Debian 12 and 13: it does not know request_buffers.',
    placeholder: '16',
  },
  serverName: {
    text: 'Host names',
    hint: 'example.org, www.example.org. Empty: whatever a browser asks for.',
  },
  slowStart: {
    text: 'Slow start',
    hint: 'Seconds until an application that has come back has its share of the load.',
  },
  socketGroup: {
    text: 'Group of the socket',
    hint: 'The web server has to be in it: nginx and Apache of Debian are in www-data, nginx of Fedora in nginx.',
    placeholder: 'www-data',
  },
  static: { text: 'Static files', hint: 'The web server sends these itself.' },
  'timeouts.connect': { text: 'Connecting', hint: 'Seconds until a connection is there.', placeholder: '5' },
  'timeouts.idle': {
    text: 'Idle connections',
    hint: 'Seconds for which an unused connection is kept.',
    placeholder: '60',
  },
  'timeouts.response': {
    text: 'Silence of the application',
    hint: 'Seconds without a byte from it.',
    placeholder: '60',
  },
  'timeouts.upload': {
    text: 'Silence of the browser',
    hint: 'Seconds without a byte of an upload.',
    placeholder: '25',
  },
  user: { text: 'User', hint: 'The user that the program runs as.' },
};
