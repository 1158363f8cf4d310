// Questions that the bench asks its child processes, over the channel that Node opens between them.

export interface Question {
  readonly id: number;
  readonly verb: string;
  readonly input: unknown;
}

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

type Verbs = Readonly<Record<string, (input: never) => unknown>>;

/** Answers the given verbs in this process; other verbs are left to whoever else answers here. */
export function answerVerbs(verbs: Verbs): void {
  process.on('message', (question: Question) => {
    const verb = verbs[question.verb];
    if (verb) void answer(question, verb);
  });
}

async function answer({ id, input }: Question, verb: (input: never) => unknown): Promise<void> {
  const reply: Reply = await Promise.resolve()
    .then(() => verb(input as never))
    .then(
      (value) => ({ id, value }),
      (error: Error) => ({ id, error: error.stack ?? String(error) }),
    );
  process.send?.(reply);
}
