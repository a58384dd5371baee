/** The style of the status page: dark or light as the system has it, a table that becomes cards on a phone. */
export const style = `:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --text: #1c2128; --faint: #59636e; --line: #d8dee4;
  --idle: #59636e; --running: #1a7f37; --blocked: #c4281c; --changing: #9a6700; --bar: #0969da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --card: #161b22; --text: #e6edf3; --faint: #9198a1; --line: #30363d;
    --idle: #9198a1; --running: #3fb950; --blocked: #ff7b72; --changing: #d29922; --bar: #58a6ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
header, footer { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; }
h1 { margin: 0; font-size: 1.35rem; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 0; font-size: 1.15rem; overflow-wrap: anywhere; }
header p, dt, caption, thead th { color: var(--faint); margin: 0; font-weight: normal; font-size: .85rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin: 1rem 0;
  overflow-x: auto; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr)); gap: .75rem; margin: 0; }
dd { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: baseline; }
caption { text-align: left; padding-bottom: .35rem; }
.number, thead th { text-align: right; white-space: nowrap; }
thead th.text { text-align: left; }
.workers tbody tr { border-top: 1px solid var(--line); }
.workers td[data-title=path] { overflow-wrap: anywhere; }
td[data-title=state] { font-weight: 600; color: var(--changing); }
.idle td[data-title=state] { color: var(--idle); }
.running td[data-title=state] { color: var(--running); }
.blocked td[data-title=state] { color: var(--blocked); }
.durations th { white-space: nowrap; font-weight: normal; }
.durations td:nth-child(2) { width: 100%; }
progress { width: 100%; height: .6rem; border: 0; border-radius: .3rem; background: var(--line); accent-color: var(--bar); }
progress::-webkit-progress-bar { background: var(--line); border-radius: .3rem; }
progress::-webkit-progress-value { background: var(--bar); border-radius: .3rem; }
progress::-moz-progress-bar { background: var(--bar); border-radius: .3rem; }
a { color: var(--bar); }
@media (max-width: 60rem) {
  .workers thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .workers, .workers tbody { display: block; }
  .workers tbody tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.25rem, 1fr)); gap: .1rem .75rem;
    padding: .6rem 0; }
  .workers tbody tr:first-child { border-top: 0; padding-top: 0; }
  .workers td { display: block; text-align: left; padding: 0; }
  .workers td::before { content: attr(data-title); display: block; color: var(--faint); font-size: .8rem;
    font-weight: normal; }
  .workers td[data-title=path] { grid-column: 1 / -1; }
}
`;
