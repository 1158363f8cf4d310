// How large a document may be: rules that run with the validation, whose outcome Apollo Server keeps by document.
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  type OperationTypeNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { isOncePerRequest } from '../request/once';

export interface DocumentLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly operationsPerDocument: number;
}

const DIRECTIVES_PER_OPERATION = 50;

// By default these rules throw, which ends as "internal server error"; a validation error is to be reported instead.
const reporting = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError): void =>
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

function maxOperationsRule(most: number): ValidationRule {
  return (context: ValidationContext): ASTVisitor => ({
    Document(node) {
      const found = node.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION).length;
      if (found > most) {
        context.reportError(new GraphQLError(`A document may hold ${most} operations, found ${found}.`));
      }
    },
  });
}

type Kinds = readonly `${OperationTypeNode}`[];

/** The specification leaves it to the execution to find out, which then cannot say more than that it failed. */
function servedHereRule(kinds: Kinds): ValidationRule {
  return (context: ValidationContext): ASTVisitor => ({
    OperationDefinition({ operation }) {
      if (kinds.includes(operation) && context.getSchema().getRootType(operation)) return;
      const elsewhere = operation === 'subscription' ? '/graphql/stream' : '/graphql';
      const message = `A ${operation} is not served here, if at all; ask ${elsewhere}.`;
      context.reportError(new GraphQLError(message));
    },
  });
}

function oncePerRequestRule(context: ValidationContext): ASTVisitor {
  const seen = new Set<string>();
  return {
    Field() {
      const field = context.getFieldDef();
      if (!field || !isOncePerRequest(field.extensions)) return;
      if (seen.has(field.name)) {
        context.reportError(new GraphQLError(`A document may name ${field.name} once. Send one request for each.`));
      }
      seen.add(field.name);
    },
  };
}

/** `kinds`: of operations that are served. */
export function limitRules(limits: DocumentLimits, kinds: Kinds = ['query', 'mutation']): ValidationRule[] {
  return [
    maxOperationsRule(limits.operationsPerDocument),
    servedHereRule(kinds),
    oncePerRequestRule,
    maxDepthRule({ n: limits.depth, flattenFragments: true, ...reporting }) as unknown as ValidationRule,
    maxAliasesRule({ n: limits.aliases, ...reporting }) as unknown as ValidationRule,
    maxDirectivesRule({ n: DIRECTIVES_PER_OPERATION, ...reporting }) as unknown as ValidationRule,
  ];
}
