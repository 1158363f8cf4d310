// One pass over an operation that says whether a visitor may name all that it names; done once, not per request.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isIntrospectionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { PartnerScope } from '../kernel/actor';
import { NO_SCOPE, scopeOf, type Visitor } from '../request/policy';
import { PolicyMap } from './policy-map';

/** What a visitor may not do with an operation; empty lists mean that nothing stands in the way. */
export interface Verdict {
  /** `Type.field`, `Type.field(argument)` or `Input.field`, in the order of the document, each once. */
  readonly forbidden: readonly string[];
  /** Variables whose values can hold a guarded input field, and so must be looked at in each request. */
  readonly guardedVariables: ReadonlyArray<{ readonly name: string; readonly type: GraphQLInputType }>;
  /** By `Type.field`, what a key must be for; `NONE` where no scope opens it to keys. */
  readonly scopes: ReadonlyMap<string, PartnerScope | 'NONE'>;
}

function reachableFragments(document: DocumentNode, operation: OperationDefinitionNode): FragmentDefinitionNode[] {
  const byName = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) byName.set(definition.name.value, definition);
  }
  const reached = new Set<FragmentDefinitionNode>();
  const walk = (selections: SelectionSetNode): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = byName.get(selection.name.value);
        if (!fragment || reached.has(fragment)) continue;
        reached.add(fragment);
        walk(fragment.selectionSet);
      } else if (selection.selectionSet) walk(selection.selectionSet);
    }
  };
  walk(operation.selectionSet);
  return [...reached];
}

function namedInDocument(schema: GraphQLSchema, policies: PolicyMap, scope: DocumentNode, visitor: Visitor): string[] {
  const forbidden = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    scope,
    visitWithTypeInfo(types, {
      Field() {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        // `__typename` and introspection have no policy: validation alone decides on them.
        if (!parent || !field || field.name.startsWith('__') || isIntrospectionType(parent)) return;
        if (!policies.mayName(visitor, parent, field)) forbidden.add(`${parent.name}.${field.name}`);
      },
      Argument() {
        const argument = types.getArgument();
        if (!argument || policies.mayGive(visitor, argument)) return;
        forbidden.add(`${types.getParentType()?.name}.${types.getFieldDef()?.name}(${argument.name})`);
      },
      ObjectField(node) {
        const input = getNamedType(types.getParentInputType());
        const field = isInputObjectType(input) ? input.getFields()[node.name.value] : undefined;
        if (input && field && !policies.mayGive(visitor, field)) forbidden.add(`${input.name}.${field.name}`);
      },
    }),
  );
  return [...forbidden];
}

/** A root field without a scope is closed to keys; one further down is as open as the root field above it. */
function neededScopes(schema: GraphQLSchema, scope: DocumentNode): Map<string, PartnerScope | 'NONE'> {
  const needed = new Map<string, PartnerScope | 'NONE'>();
  const types = new TypeInfo(schema);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  visit(
    scope,
    visitWithTypeInfo(types, {
      Field() {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (!parent || !field || field.name.startsWith('__') || isIntrospectionType(parent)) return;
        const declared = scopeOf(field.extensions);
        if (declared === NO_SCOPE || (declared === undefined && !roots.includes(parent as never))) return;
        needed.set(`${parent.name}.${field.name}`, declared ?? 'NONE');
      },
    }),
  );
  return needed;
}

function guardedVariables(schema: GraphQLSchema, policies: PolicyMap, operation: OperationDefinitionNode) {
  const guarded: Array<{ name: string; type: GraphQLInputType }> = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
    if (type && policies.isGuarded(type)) guarded.push({ name: definition.variable.name.value, type });
  }
  return guarded;
}

function namedInValue(
  policies: PolicyMap,
  type: GraphQLInputType,
  value: unknown,
  visitor: Visitor,
  found: Set<string>,
): void {
  if (Array.isArray(value)) {
    for (const item of value) namedInValue(policies, type, item, visitor, found);
    return;
  }
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const field = named.getFields()[name];
    if (!field) continue;
    if (!policies.mayGive(visitor, field)) found.add(`${named.name}.${name}`);
    namedInValue(policies, field.type, inner, visitor, found);
  }
}

/** Judges operations of one schema. The document must have passed validation. */
export class PolicyCheck {
  private readonly policies: PolicyMap;

  constructor(private readonly schema: GraphQLSchema) {
    this.policies = new PolicyMap(schema);
  }

  judge(document: DocumentNode, operation: OperationDefinitionNode, visitor: Visitor): Verdict {
    const definitions = [operation, ...reachableFragments(document, operation)];
    const scope: DocumentNode = { kind: Kind.DOCUMENT, definitions };
    return {
      forbidden: namedInDocument(this.schema, this.policies, scope, visitor),
      scopes: visitor === 'PARTNER' ? neededScopes(this.schema, scope) : new Map(),
      guardedVariables: guardedVariables(this.schema, this.policies, operation),
    };
  }

  /** The fields that a key with these scopes may not name, with the scope that each asks for. */
  outOfScope(verdict: Verdict, scopes: ReadonlySet<PartnerScope>): (readonly [string, PartnerScope | 'NONE'])[] {
    return [...verdict.scopes].filter(([, needed]) => needed === 'NONE' || !scopes.has(needed));
  }

  /** The guarded input fields that the given variables name against the policy. */
  forbiddenInVariables(verdict: Verdict, variables: Readonly<Record<string, unknown>>, visitor: Visitor): string[] {
    const found = new Set<string>();
    for (const { name, type } of verdict.guardedVariables) {
      namedInValue(this.policies, type, variables[name], visitor, found);
    }
    return [...found];
  }
}
