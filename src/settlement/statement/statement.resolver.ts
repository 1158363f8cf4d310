// Statements at the API: staff issues them, both sides look at them and sign.
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { NO_AGREEMENT } from '../../agreements/agreement.service';
import { fromGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import { scopeOf } from '../settlement-scope';
import type { Statement } from './statement';
import { NO_STATEMENT, type StatementService } from './statement.service';
import {
  IssueStatementInput,
  SignStatementInput,
  StatementConnectionType,
  StatementLineConnectionType,
  type StatementLineType,
  StatementResult,
  StatementType,
} from './statement.type';
import { lineView, statementView } from './statement.view';
import type { LineKey } from './statement-line.store';

const CURSOR = 'statement';
const LINE_CURSOR = 'statement-line';
const MAKERS = ['BD', 'ADMIN'] as const;

@Resolver()
export class StatementResolver {
  constructor(private readonly statements: StatementService) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => StatementConnectionType, {
    name: 'statements',
    description: "Issued statements, newest first: of a partner's own agreements, or of all for staff.",
  })
  async list(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('agreement', () => ID, { nullable: true }) agreement?: string | null,
  ): Promise<Connection<StatementType>> {
    const size = pageSize(first);
    const named = agreement === null || agreement === undefined ? undefined : agreement;
    const agreementId = named && (fromGlobalId('agreement', named) ?? '0'.repeat(32));
    const page = { agreementId, before: afterKey(CURSOR, after, /^[0-9a-f]{32}$/), limit: size + 1 };
    const found = await this.statements.list(scopeOf(actor!), page);
    return connectionPage(found, size, (one) => ({ cursor: encodeCursor(CURSOR, one.id), node: statementView(one) }));
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => StatementType, { nullable: true, description: 'Null unless the actor may see it.' })
  async statement(@Arg('id', () => ID) id: string, @Ctx() { actor }: RequestContext): Promise<StatementType | null> {
    const statementId = fromGlobalId('statement', id);
    const found = statementId && (await this.statements.find(scopeOf(actor!), statementId));
    return found ? statementView(found) : null;
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => StatementLineConnectionType, {
    description: 'What the totals of a statement are made of; nothing unless the actor may see it.',
  })
  async statementLines(
    @Ctx() { actor }: RequestContext,
    @Arg('statement', () => ID) id: string,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<StatementLineType>> {
    const size = pageSize(first);
    const key = afterKey(LINE_CURSOR, after, /^\d{1,16} [0-9a-f]{32} \d{1,9}$/);
    const statementId = fromGlobalId('statement', id);
    const statement = statementId && (await this.statements.find(scopeOf(actor!), statementId));
    if (!statement) return connectionPage([], size, (line: never) => line);
    const found = await this.statements.linePage(statement, size + 1, key === undefined ? undefined : keyOf(key));
    return connectionPage(found, size, (line) => ({
      cursor: encodeCursor(LINE_CURSOR, `${line.key.at} ${line.key.id} ${line.key.item}`),
      node: lineView(line, statement.body.currency),
    }));
  }

  @OncePerRequest()
  @Allow(MAKERS)
  @Mutation(() => StatementResult, {
    description: 'Issues the next statement of an agreement, once its period is over. Once in a request.',
  })
  async issueStatement(@Arg('input') input: IssueStatementInput, @Ctx() context: RequestContext): Promise<object> {
    const id = fromGlobalId('agreement', input.agreement);
    if (id === undefined) return toRefusalType(NO_AGREEMENT);
    return answer(await this.statements.issue(context.actor!, id, { endsBefore: input.endsBefore ?? undefined }));
  }

  @Allow('PARTNER', MAKERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => StatementResult, { description: "The word of the actor's side on what it has seen, kept once." })
  async signStatement(@Arg('input') input: SignStatementInput, @Ctx() context: RequestContext): Promise<object> {
    const id = fromGlobalId('statement', input.statement);
    if (id === undefined) return toRefusalType(NO_STATEMENT);
    return answer(await this.statements.sign(context.actor!, id, input.hash));
  }
}

function answer(found: Statement | Refusal): object {
  return isRefusal(found) ? toRefusalType(found) : { __typename: 'Statement', ...statementView(found) };
}

function keyOf(key: string): LineKey {
  const [at, id, item] = key.split(' ') as [string, string, string];
  return { at: Number(at), id, item: Number(item) };
}
