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
  readonly replies: readonly ReplyScope[];
}

export type Result = NoSuccess | Answer;

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
  private readonly makers: readonly RequestMaker[];
  private readonly answer: Template;
  private readonly rules: ErrorRules;
  private readonly clock: Clock;

  constructor(
    private readonly manifest: DeclarativeManifest,
    source: OperationSource<HttpRequestSource | GraphqlRequestSource>,
    private readonly exchange: Exchange,
    deps: ConnectorDeps,
  ) {
    this.makers = source.requests.map((request) => requestMaker(manifest, request, deps));
    this.answer = compileTemplate(source.answer);
    this.rules = new ErrorRules([...source.errors, ...manifest.errors], manifest.kind === 'GRAPHQL');
    this.clock = deps.clock;
  }

  async ask(ask: Ask): Promise<Result> {
    const replies: ReplyScope[] = [];
    let isSent = false;
    try {
      for (const [at, make] of this.makers.entries()) {
        const made = await make({ ...ask.input, settings: this.manifest.settings, replies }, this.keyHeader(ask, at));
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

  private scopeOf({ input }: Ask, replies: readonly ReplyScope[]): AnswerScope {
    return { ...replies.at(-1)!, request: input, settings: this.manifest.settings, replies };
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
