import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../../tooling/src/source-files.ts';
import { root } from '../../tooling/src/workspace.mjs';
import { drawDiagram, parseDiagram } from '../src/diagram.ts';

const sources = repositoryFiles('docs/diagrams', ['.txt']);

test('a text is read as steps between actors', () => {
  const text = 'title: A < B\nactors: A | B\n\nA -> B: hello: you\nB: thinks\n= it is late\nB -> A: bye\n';
  const diagram = parseDiagram(text);
  expect(diagram).toEqual({
    title: 'A < B',
    actors: ['A', 'B'],
    steps: [
      { kind: 'message', from: 0, to: 1, text: 'hello: you' },
      { kind: 'note', from: 1, to: 1, text: 'thinks' },
      { kind: 'note', from: 0, to: 1, text: 'it is late' },
      { kind: 'message', from: 1, to: 0, text: 'bye' },
    ],
  });
  expect(drawDiagram(diagram)).toContain('<title>A &lt; B</title>');
});

test('a text with questions is read as a decision', () => {
  const diagram = parseDiagram('title: What?\nquestion: A < B?\nyes: a\nquestion: C?\nyes: c\nno: d\n');
  expect(diagram).toEqual({
    otherwise: 'd',
    questions: [
      { question: 'A < B?', yes: 'a' },
      { question: 'C?', yes: 'c' },
    ],
    title: 'What?',
  });
  expect(drawDiagram(diagram)).toContain('>A &lt; B?</text>');
  expect(() => parseDiagram('title: x\nquestion: A?\nquestion: B?\nno: c')).toThrow(
    'expected a line "yes: …"',
  );
});

test('a step of nobody is an error', () => {
  expect(() => parseDiagram('title: x\nactors: A | B\nC -> A: hello')).toThrow('no step between actors');
  expect(() => parseDiagram('A -> B: x\nactors: A | B')).toThrow('expected a line "title: …"');
});

test('every drawing has a text, and the other way round', () => {
  const drawings = repositoryFiles('docs/diagrams', ['.svg']).map(({ path }) => path.replace('.svg', '.txt'));
  expect(drawings).toEqual(sources.map(({ path }) => path));
});

// `npx vitest run --project site test/diagram -u` draws them.
test.each(sources)('$path is drawn as it says', async ({ path, text }) => {
  await expect(drawDiagram(parseDiagram(text))).toMatchFileSnapshot(
    join(root, path.replace(/\.txt$/, '.svg')),
  );
});
