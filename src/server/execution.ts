// Executes operations: judged once per role, compiled when they come back, masked when they fail.
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { PolicyCheck, type Verdict } from '../identity/policy-check';
import { BoundedMap } from '../kernel/bounded-map';
import type { RequestContext } from '../request/context';
import type { Visitor } from '../request/policy';
import { settleAbstractTypes } from './abstract-types';
import { type CompiledOperation, compileOperation } from './compiled';
import { type ErrorLog, forbidden, internal, outOfScope, presentable } from './errors';
import { describeError } from './logger';

export interface ExecutionOptions {
  readonly schema: GraphQLSchema;
  readonly log: ErrorLog;
  isUnavailable(error: unknown): boolean;
  /** An operation is compiled when it is used for the n-th time; 0 never compiles. */
  readonly compileAtUse?: number;
  readonly operationsKept?: number;
}

export interface OperationRequest {
  readonly queryHash: string;
  readonly document: DocumentNode;
  /** Absent when the document has no such operation; the answer then says so. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

export type Outcome = ExecutionResult<Record<string, unknown>>;

interface KnownOperation {
  uses: number;
  /** `undefined` while it was not tried. */
  compiled: CompiledOperation | 'IMPOSSIBLE' | undefined;
  readonly verdicts: Map<Visitor, Verdict>;
}

const COMPILE_AT_USE = 2;
// One compiled operation of the size of a home screen takes about 1 MB.
const OPERATIONS_KEPT = 200;

export class Execution {
  private readonly known: BoundedMap<string, KnownOperation>;
  private readonly policies: PolicyCheck;
  private readonly compileAtUse: number;

  constructor(private readonly options: ExecutionOptions) {
    settleAbstractTypes(options.schema);
    this.policies = new PolicyCheck(options.schema);
    this.known = new BoundedMap(options.operationsKept ?? OPERATIONS_KEPT);
    this.compileAtUse =
      options.compileAtUse === 0 ? Number.POSITIVE_INFINITY : (options.compileAtUse ?? COMPILE_AT_USE);
  }

  /** Never rejects; whatever went wrong is in `errors`, as the caller may see it. */
  async run(request: OperationRequest): Promise<Outcome> {
    const { operation, context } = request;
    try {
      if (!operation) return await this.plainly(request);
      const known = this.knownOperation(request, operation);
      const refusal = this.refusalOf(known, request, operation);
      if (refusal) return { errors: [refusal] };
      return this.presented(await this.perform(known, request, operation), request);
    } catch (error) {
      const { requestId } = context;
      this.options.log.error({ requestId, error: describeError(error) }, 'an operation could not be executed');
      return { errors: [internal(requestId)] };
    }
  }

  private knownOperation(request: OperationRequest, operation: OperationDefinitionNode): KnownOperation {
    const key = `${request.queryHash}:${operation.name?.value ?? ''}`;
    const present = this.known.get(key);
    if (present) return present;
    const created: KnownOperation = { uses: 0, compiled: undefined, verdicts: new Map() };
    this.known.set(key, created);
    return created;
  }

  private refusalOf(known: KnownOperation, request: OperationRequest, operation: OperationDefinitionNode) {
    const { actor } = request.context;
    const visitor: Visitor = actor?.role ?? 'ANONYMOUS';
    let verdict = known.verdicts.get(visitor);
    if (!verdict) {
      verdict = this.policies.judge(request.document, operation, visitor);
      known.verdicts.set(visitor, verdict);
    }
    if (verdict.forbidden.length > 0) return forbidden(verdict.forbidden, visitor);
    const outside = actor?.scopes ? this.policies.outOfScope(verdict, actor.scopes) : [];
    if (outside.length > 0) return outOfScope(outside);
    if (verdict.guardedVariables.length === 0) return undefined;
    const given = this.policies.forbiddenInVariables(verdict, request.variables, visitor);
    return given.length > 0 ? forbidden(given, visitor) : undefined;
  }

  private perform(
    known: KnownOperation,
    request: OperationRequest,
    operation: OperationDefinitionNode,
  ): Outcome | Promise<Outcome> {
    known.uses += 1;
    if (known.compiled === undefined && known.uses >= this.compileAtUse) {
      known.compiled = compileOperation(this.options.schema, request.document, operation) ?? 'IMPOSSIBLE';
    }
    if (known.compiled === undefined || known.compiled === 'IMPOSSIBLE') return this.plainly(request);
    return known.compiled(request.context, request.variables) as Outcome | Promise<Outcome>;
  }

  private async plainly(request: OperationRequest): Promise<Outcome> {
    const { document, operationName, variables, context } = request;
    const { schema } = this.options;
    return (await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    })) as Outcome;
  }

  private presented(result: Outcome, request: OperationRequest): Outcome {
    if (!result.errors || result.errors.length === 0) return result;
    const { log, isUnavailable } = this.options;
    const operationName = request.operation?.name?.value ?? null;
    const scope = { requestId: request.context.requestId, operationName, log, isUnavailable };
    const hasData = result.data !== undefined && result.data !== null;
    return { ...result, errors: result.errors.map((error: GraphQLError) => presentable(error, hasData, scope)) };
  }
}
