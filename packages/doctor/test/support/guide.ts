import type { Cause, CauseFamily, DeploymentNames, Symptom } from '../../src/cause.ts';

/** What stands for a deployment in the guide. */
const EXAMPLE: DeploymentNames = {
  address: 'unix:/run/app.sock',
  application: '/srv/app/app.fcgi',
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
and the error log of the web server, where you name them:

\`\`\`sh
sudo fcgi doctor /srv/app/app.fcgi
sudo fcgi doctor unix:/run/app.sock --config /etc/nginx/nginx.conf --log /var/log/nginx/error.log
fcgi doctor ~/public_html/app.fcgi --config ~/public_html/.htaccess --log ~/logs/error.log
\`\`\`

A module, such as app.js without a run bit and without a first line that says what runs it, is started with \`fcgi run\`. Where no user is named, the user
is the one of the configuration, or www-data.

Programs are really started: once, and up to four times more where they fail. Nothing is changed, and nothing is sent anywhere. Values that look like
passwords are left out of what is printed. Access lists (ACL) and the rules of SELinux are not looked at, only what logs say of them. Starting programs needs Linux.

The headings are the names that \`fcgi doctor\` prints in brackets, and as \`id\` with --json. In lines of logs, \`…\` stands for what differs. Of a log, every
line about a failure is looked at: what no cause below has is shown as not known. This page is made from the list that the doctor works with,
and every entry is tested, on a deployment that is broken in just this way or on a line of a log. Programs get the same findings from
[\`@fcgi-js/doctor\`](../packages/doctor/README.md).
`;

/** The page of the guide that has all causes. */
export function guide(families: readonly CauseFamily[]): string {
  return `${INTRODUCTION}${families.map(familyText).join('')}`;
}

function familyText({ title, causes }: CauseFamily): string {
  return `\n## ${title}\n${causes.map(causeText).join('')}`;
}

/** The heading is the id: links to it stay, whatever the title becomes. */
function causeText({ id, title, seen, why, lines, remedy }: Cause): string {
  const steps = remedy(EXAMPLE).map((step) => `- ${escapeText(step)}`);
  return `
### ${id}

**${escapeText(title)}.** One sees: ${escapeText(seen)}.

${escapeText(why)}

${steps.join('\n')}
${logLines(lines)}`;
}

function logLines(lines: readonly Symptom[]): string {
  if (lines.length === 0) return '';
  return `\nIn logs:\n\n${lines.map(({ where, line }) => `- ${where}: ${codeText(line)}`).join('\n')}\n`;
}

/** A line of a log may have backticks, and blanks at its ends. */
function codeText(line: string): string {
  const text = line.replaceAll('\t', '\\t').trim();
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Marks of Markdown and HTML that would not be shown as they are. */
function escapeText(text: string): string {
  const parts = text.split(/(`[^`]*`)/);
  return parts
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*')))
    .join('');
}
