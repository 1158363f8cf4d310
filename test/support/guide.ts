// A guide of `docs/` as tests run it: its documents in their order, each as whoever it is for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import type { TestGateway, Who } from './gateway';

const DOCS = join(__dirname, '..', '..', 'docs');

/** The text of `docs/NAME.md`. */
export function guideText(name: string): string {
  return readFileSync(join(DOCS, `${name}.md`), 'utf8');
}

export interface Step {
  /** The name of its operation, by which tests speak of it. */
  readonly name: string;
  readonly document: string;
  readonly variables: readonly string[];
  /** The first word after `graphql`: who sends it. */
  readonly who: string;
  /** What later steps need of its answer: `name=path.in.the.answer`, after that word. */
  readonly keeps: readonly (readonly [string, string])[];
}

/** The fenced blocks of a language, in their order, with the words after the language. */
export function blocksOf(guide: string, language: string): Array<{ readonly words: string[]; readonly text: string }> {
  const fence = new RegExp(`^\`\`\`${language}([^\\n]*)\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...guide.matchAll(fence)].map(([, words, text]) => ({
    words: words!.trim().split(/\s+/).filter(Boolean),
    text: text!,
  }));
}

/** The words after `npx perkgate` of each such line of a guide; those of one command, or of all. */
export function commandsOf(guide: string, command?: string): string[][] {
  const lines = blocksOf(guide, 'sh').flatMap(({ text }) =>
    text
      .replaceAll(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  );
  const commands = lines.filter((line) => line.startsWith('npx perkgate ')).map((line) => line.split(' ').slice(2));
  return command === undefined ? commands : commands.filter(([first]) => first === command);
}

/** The GraphQL documents of a guide, each one named operation. */
export function stepsOf(guide: string): Step[] {
  return blocksOf(guide, 'graphql').map(({ words: [who, ...keeps], text }) => {
    const [operation] = parse(text).definitions as OperationDefinitionNode[];
    if (operation?.kind !== Kind.OPERATION_DEFINITION || !operation.name || !who) {
      throw new Error(`a document of the guide has no name, or nobody to send it:\n${text}`);
    }
    return {
      name: operation.name.value,
      document: text,
      variables: (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value),
      who,
      keeps: keeps.map((keep) => keep.split('=') as [string, string]),
    };
  });
}

type Field = Record<string, unknown>;

/** Sends the documents of a guide, and hands each what the ones before it have answered. */
export class GuideRun {
  private readonly steps: Iterator<Step>;
  readonly kept = new Map<string, unknown>();

  constructor(
    guide: string,
    private readonly gateway: TestGateway,
    private readonly people: Readonly<Record<string, Who>>,
  ) {
    this.steps = stepsOf(guide)[Symbol.iterator]();
  }

  /** Sends the documents up to the one of that name, and answers its one field. Throws at an error or a refusal. */
  async until<Answered = Field>(name: string): Promise<Answered> {
    for (;;) {
      const { value: step, done } = this.steps.next() as IteratorResult<Step, undefined>;
      if (done || !step) throw new Error(`the guide has no further document ${name}`);
      const field = await this.send(step);
      if (step.name === name) return field as Answered;
    }
  }

  /** Whether every document was sent. */
  get over(): boolean {
    return this.steps.next().done === true;
  }

  private async send({ name, document, variables, who, keeps }: Step): Promise<unknown> {
    const values = Object.fromEntries(
      variables.map((variable) => {
        if (!this.kept.has(variable)) throw new Error(`${name} needs $${variable}, which no document before it gave`);
        return [variable, this.kept.get(variable)];
      }),
    );
    const { body } = await this.gateway.ask<Field>(this.people[who]!, document, values);
    const [field] = Object.values(body.data ?? {}) as (Field | null)[];
    if (body.errors || field?.__typename === 'Refusal') throw new Error(`${name} failed: ${JSON.stringify(body)}`);
    for (const [variable, path] of keeps) this.kept.set(variable, at(body.data, path));
    return field;
  }
}

function at(data: unknown, path: string): unknown {
  const value = path.split('.').reduce<unknown>((from, key) => (from as Field | undefined)?.[key], data);
  if (value === undefined || value === null) throw new Error(`the answer has no ${path}: ${JSON.stringify(data)}`);
  return value;
}
