import type { Cause, CauseFamily, DeploymentNames } from '../../src/cause.ts';

/** What stands for a deployment in the guide. */
const EXAMPLE: DeploymentNames = {
  address: 'unix:/run/app.sock',
  folder: '/srv/app',
  program: '/srv/app/app.fcgi',
  socket: '/run/app.sock',
  user: 'www-data',
};

const INTRODUCTION = `# What is wrong: symptom, cause, remedy

\`fcgi doctor\` finds these by itself. It starts the program as a web server would (as the user of the web server where it runs as root, with an
environment that has PATH and nothing else, with \`/\` as its folder, unless the web server starts programs in theirs, and with a listening
socket as descriptor 0), sends it a request and looks at what comes back. If that fails, it tries again with one thing changed: in the folder of the program,
as its owner, with your Node, with your environment. It looks at the permissions on the whole way to program and socket, and at the configuration
and the error log of the web server where it is told where they are:

\`\`\`sh
sudo fcgi doctor /srv/app/app.fcgi
sudo fcgi doctor unix:/run/app.sock --config /etc/nginx/nginx.conf --log /var/log/nginx/error.log
fcgi doctor ~/public_html/app.fcgi --config ~/public_html/.htaccess --log ~/logs/error.log
\`\`\`

A module, such as app.js without a run bit and without a first line that says what runs it, is started with \`fcgi run\`. Where no user is named, the user
is the one of the configuration, or www-data.

Programs are really started: once, and up to four times more where they fail. Nothing is changed, and nothing is sent anywhere. Values that look like
passwords are left out of what is printed. Access lists (ACL) and SELinux are not looked at. Starting programs needs Linux.

The name in brackets is what \`fcgi doctor --json\` prints. In lines of logs, \`…\` stands for whatever differs. This page is made from the list
that the doctor works with, and every entry is tested on a deployment that is broken in just this way. Programs get the same findings from
[\`@fcgi-js/doctor\`](../packages/doctor/README.md).
`;

/** The page of the guide that has all causes. */
export function guide(families: readonly CauseFamily[]): string {
  return `${INTRODUCTION}${families.map(familyText).join('')}`;
}

function familyText({ title, causes }: CauseFamily): string {
  return `\n## ${title}\n\n${table(causes)}\n${logTable(causes)}`;
}

function table(causes: readonly Cause[]): string {
  const rows = causes.map((cause) => [
    `${cause.title} [${cause.id}]`,
    cause.seen,
    cause.why,
    cause.remedy(EXAMPLE).join('<br>'),
  ]);
  return tableText(['what is wrong', 'what one sees', 'why', 'what to do'], rows);
}

function logTable(causes: readonly Cause[]): string {
  const rows = causes.flatMap(({ id, lines }) => lines.map(({ where, line }) => [where, `\`${line}\``, id]));
  return rows.length === 0 ? '' : `\n${tableText(['log of', 'line', 'tells'], rows)}\n`;
}

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(escapeCell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Marks of Markdown and HTML that would not be shown as they are. */
function escapeCell(text: string): string {
  const parts = text.split(/(`[^`]*`|<br>)/);
  return parts
    .map((part) => {
      if (part === '<br>') return part;
      const escaped = part.replaceAll('|', '\\|');
      return part.startsWith('`') ? escaped : escaped.replaceAll('<', '&lt;').replaceAll('*', '\\*');
    })
    .join('');
}
