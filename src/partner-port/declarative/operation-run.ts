// One operation of a manifest: its requests one after the other, and what came of the last answer.
import type { Clock } from '../../kernel/clock';
import { type Unknown, unknown } from '../connector';
import type {
  DeclarativeManifest,
  GraphqlRequestSource,
  HttpRequestSource,
  OperationSource,
} from '../manifest/manifest';
import type { ConnectorDeps } from './deps';
import { ErrorRules, type NoSuccess } from './error-rules';
import { type Exchange, type RequestMaker, requestMaker } from './exchange';
import { MappingError } from './mapping-error';
import type { ReplyScope } from './reply';
import { compileTemplate, type Template } from './template';

/** What the mapping made of the answer, not yet checked; and what expressions about the answer see. */
export interface Answer {
  readonly kind: 'ANSWER';
  readonly value: unknown;
  readonly scope: AnswerScope;
}

export interface AnswerScope extends ReplyScope {
  readonly request: object;
  readonly settings: object;
  /** `null` for a request that was not sent. */
  readonly replies: readonly (ReplyScope | null)[];
}

export type Result = NoSuccess | Answer;

interface Step {
  readonly when?: Template;
  readonly make: RequestMaker;
}

const NO_REPLY: ReplyScope = { status: 0, headers: {}, body: null };

export interface Ask {
  /** What templates see beside `settings` and `replies`. */
  readonly input: object;
  readonly signal: AbortSignal;
  /** Says at the partner that it is the same request, if the partner reads it. */
  readonly idempotencyKey?: string;
  /** In the place of the first request's URL. */
  readonly url?: string;
}

export class OperationRun {
  private readonly steps: readonly Step[];
  private readonly answer: Template;
  private readonly rules: ErrorRules;
  private readonly clock: Clock;

  constructor(
    private readonly manifest: DeclarativeManifest,
    source: OperationSource<HttpRequestSource | GraphqlRequestSource>,
    private readonly exchange: Exchange,
    deps: ConnectorDeps,
  ) {
    this.steps = source.requests.map((request) => ({
      make: requestMaker(manifest, request, deps),
      when: request.when === undefined ? undefined : compileTemplate(request.when),
    }));
    this.answer = compileTemplate(source.answer);
    this.rules = new ErrorRules([...source.errors, ...manifest.errors], manifest.kind === 'GRAPHQL');
    this.clock = deps.clock;
  }

  async ask(ask: Ask): Promise<Result> {
    const replies: (ReplyScope | null)[] = [];
    let isSent = false;
    try {
      for (const [at, { when, make }] of this.steps.entries()) {
        const input = { ...ask.input, settings: this.manifest.settings, replies };
        if (when && (await when.evaluate(input, this.clock.now())) !== true) {
          replies.push(null);
          continue;
        }
        const made = await make(input, this.keyHeader(ask, at));
        const request = at === 0 && ask.url !== undefined ? { ...made, url: ask.url } : made;
        const wasSent = isSent;
        isSent = true;
        const reply = await this.exchange.send(request, ask.signal);
        if ('kind' in reply) return wasSent ? afterAnother(reply) : reply;
        replies.push(reply);
        const verdict = await this.rules.judge(reply, this.scopeOf(ask, replies), this.clock.now());
        if (verdict.kind !== 'ANSWER') return verdict;
      }
      const scope = this.scopeOf(ask, replies);
      return { kind: 'ANSWER', value: await this.answer.evaluate(scope, this.clock.now()), scope };
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      // Before the first request nothing is lost; after it, nobody knows.
      return unknown(isSent ? 'UNREADABLE' : 'NOT_TRIED', `A mapping made ${error.message}.`);
    }
  }

  private scopeOf({ input }: Ask, replies: AnswerScope['replies']): AnswerScope {
    return {
      ...(replies.findLast((reply) => reply !== null) ?? NO_REPLY),
      request: input,
      settings: this.manifest.settings,
      replies,
    };
  }

  private keyHeader({ idempotencyKey }: Ask, at: number): Record<string, string> {
    const { header } = this.manifest.idempotency;
    if (header === undefined || idempotencyKey === undefined) return {};
    return { [header.toLowerCase()]: at === 0 ? idempotencyKey : `${idempotencyKey}-${at + 1}` };
  }
}

/** The request before this one went out, so "nothing was sent" would be wrong of the whole. */
function afterAnother(outcome: Unknown): Unknown {
  return outcome.sent ? outcome : unknown('BROKEN_OFF', outcome.message);
}
