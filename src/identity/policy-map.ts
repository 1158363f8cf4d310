// The policies of one schema: who may name each output field, argument and input field.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { allowedBy, type Visitor } from '../request/policy';

type Holder = { readonly extensions: Readonly<Record<string, unknown>> };

export class PolicyMap {
  private readonly guardedInputs = new Map<GraphQLInputObjectType, boolean>();
  /** By argument and input field; asked for each value of each request that names one. */
  private readonly inputPolicies = new Map<object, ReadonlySet<Visitor> | undefined>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** A field without a policy is refused to everybody. */
  mayName(visitor: Visitor, parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>): boolean {
    const allowed = fieldPolicy(parent, field);
    if (!allowed?.has(visitor)) return false;
    if (!isInterfaceType(parent)) return true;
    // Named through an interface, the field of whichever object comes back is resolved: all of them must agree.
    return this.schema.getPossibleTypes(parent).every((type) => {
      const own = type.getFields()[field.name];
      return own !== undefined && fieldPolicy(type, own)?.has(visitor) === true;
    });
  }

  /** Arguments and input fields are as open as the field that takes them, unless they say otherwise. */
  mayGive(visitor: Visitor, input: GraphQLArgument | GraphQLInputField): boolean {
    const allowed = this.inputPolicy(input);
    return allowed === undefined || allowed.has(visitor);
  }

  private inputPolicy(input: GraphQLArgument | GraphQLInputField): ReadonlySet<Visitor> | undefined {
    if (this.inputPolicies.has(input)) return this.inputPolicies.get(input);
    const policy = allowedBy((input as Holder).extensions);
    this.inputPolicies.set(input, policy);
    return policy;
  }

  /** Whether a value of this type can hold an input field that has a policy of its own. */
  isGuarded(type: GraphQLInputType, path: ReadonlySet<GraphQLInputObjectType> = new Set()): boolean {
    const named = getNamedType(type);
    if (!isInputObjectType(named) || path.has(named)) return false;
    const known = this.guardedInputs.get(named);
    if (known !== undefined) return known;
    const deeper = new Set(path).add(named);
    const guarded = Object.values(named.getFields()).some(
      (field) => allowedBy((field as Holder).extensions) !== undefined || this.isGuarded(field.type, deeper),
    );
    // Inside a cycle "no" is only provisional, so it is remembered for the type that the walk began with alone.
    if (guarded || path.size === 0) this.guardedInputs.set(named, guarded);
    return guarded;
  }
}

function fieldPolicy(parent: GraphQLNamedType, field: Holder): ReadonlySet<Visitor> | undefined {
  return allowedBy(field.extensions) ?? allowedBy((parent as Holder).extensions);
}

/** `Type.field` of every output field that nobody declared a policy for; a schema that is fit to serve has none. */
export function fieldsWithoutPolicy(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || !(isObjectType(type) || isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      if (!fieldPolicy(type, field)) missing.push(`${type.name}.${field.name}`);
    }
  }
  return missing.sort();
}

/** Who may name the field, for documents and tests that list policies; `undefined` when nobody declared one. */
export function visitorsOf(parent: GraphQLNamedType, field: Holder): readonly Visitor[] | undefined {
  const allowed = fieldPolicy(parent, field);
  return allowed && [...allowed];
}
