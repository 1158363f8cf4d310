// The JSON Schema of a manifest at work: fills in defaults and turns what it finds into faults that people can read.
import { Ajv2020, type AnySchemaObject, type ErrorObject } from 'ajv/dist/2020';
import { parse } from 'graphql';
import schema from '../../../schema/partner-manifest.schema.json';
import { type FaultAt, type Path, showGiven } from './manifest-fault';

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  useDefaults: true,
  discriminator: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
});

/** Names that belong to the transport, or that would change where a request ends. */
const OWN_HEADERS = new Set(
  'host connection content-length transfer-encoding te trailer upgrade expect keep-alive proxy-authorization'.split(
    ' ',
  ),
);

const FORMATS: Readonly<Record<string, { readonly allowed: string; readonly test: (text: string) => boolean }>> = {
  slug: { allowed: 'a-z, 0-9 and hyphens, a letter first', test: (text) => /^[a-z][a-z0-9-]*$/.test(text) },
  'one-line': {
    allowed: 'one line of text',
    test: (text) => /^\S(.*\S)?$/u.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text),
  },
  'base-url': {
    allowed: 'an absolute http or https URL without user, query and fragment',
    test: isBaseUrl,
  },
  'secret-name': {
    allowed: 'the name of a secret: a letter, then letters, digits, hyphens and underscores',
    test: (text) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(text),
  },
  'header-name': { allowed: 'the name of a header that is free to be set', test: isFreeHeader },
  expression: { allowed: 'a JSONata expression after =', test: (text) => text.startsWith('=') },
  path: {
    allowed: 'a path that begins with one slash, without ?, #, blanks, backslashes and percent signs outside of braces',
    test: (text) => /^\/(?!\/)([^{}?#\s\\%]|\{[^{}]*\})*$/.test(text),
  },
  status: { allowed: 'a status from 100 to 599, or a class such as 4xx', test: (text) => /^[1-5]xx$/.test(text) },
  'graphql-document': { allowed: 'a GraphQL document with one query or mutation', test: isDocument },
};
for (const [name, { test }] of Object.entries(FORMATS)) ajv.addFormat(name, test);
const validate = ajv.compile(schema);

function isBaseUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s\\]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash, href } = new URL(text);
  // What the parser would write otherwise, `..` and odd hosts among it, would be checked as one thing and sent as another.
  return (
    `${username}${password}${search}${hash}` === '' && !/[?#]/.test(text) && (href === text || href === `${text}/`)
  );
}

export function isFreeHeader(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}$/.test(name) && !OWN_HEADERS.has(name.toLowerCase());
}

function isDocument(text: string): boolean {
  try {
    const operations = parse(text, { maxTokens: 2_000 }).definitions.filter(
      ({ kind }) => kind === 'OperationDefinition',
    );
    return operations.length === 1 && 'operation' in operations[0]! && operations[0].operation !== 'subscription';
  } catch {
    return false;
  }
}

/** Fills in the defaults (in place) and answers every fault of form. */
export function checkSchema(content: unknown): FaultAt[] {
  if (validate(content)) return [];
  const faults = (validate.errors ?? []).flatMap(faultOf);
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.path, fault.allowed]);
    return !seen.has(key) && seen.add(key);
  });
}

function faultOf({ keyword, params, data, instancePath, parentSchema = {}, schemaPath }: ErrorObject): FaultAt[] {
  const path = pathOf(instancePath);
  const properties = (parentSchema as AnySchemaObject).properties ?? {};
  switch (keyword) {
    case 'required': {
      const key: string = params.missingProperty;
      // A missing kind is told by the choice of kinds.
      if ((parentSchema as AnySchemaObject).discriminator) return [];
      return [{ path: [...path, key], given: 'nothing', allowed: `${describe(properties[key] ?? {})} (required)` }];
    }
    case 'dependentRequired': {
      const key: string = params.missingProperty;
      return [{ path: [...path, key], given: 'nothing', allowed: `${key} beside ${params.property} (required)` }];
    }
    case 'additionalProperties': {
      const key: string = params.additionalProperty;
      const allowed = Object.keys(properties).join(', ');
      return [{ path: [...path, key], atKey: true, given: `the unknown key ${showGiven(key)}`, allowed }];
    }
    case 'discriminator': {
      const kinds = (parentSchema.oneOf as AnySchemaObject[]).map((one) => resolve(one).properties.kind.const);
      return [{ path: [...path, 'kind'], given: showGiven(params.tagValue), allowed: `one of ${kinds.join(', ')}` }];
    }
    case 'oneOf':
      return [{ path, given: showGiven(data), allowed: 'a text, or a secret by its name: { secret: name }' }];
    default:
      // What stands inside of the choice between text and secret is told by the choice.
      if (schemaPath.includes('textOrSecret/oneOf')) return [];
      return [{ path, given: showGiven(data), allowed: describe(parentSchema as AnySchemaObject) }];
  }
}

function pathOf(pointer: string): Path {
  const steps = pointer.split('/').slice(1);
  return steps
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** The schema, for whoever prints it. */
export const MANIFEST_SCHEMA: AnySchemaObject = schema;

/** The node itself, or the definition that it refers to. */
export function resolve(node: AnySchemaObject): AnySchemaObject {
  if (typeof node.$ref !== 'string') return node;
  return MANIFEST_SCHEMA.$defs[node.$ref.slice('#/$defs/'.length)];
}

/** What a schema allows, in words. */
export function describe(node: AnySchemaObject): string {
  const found = resolve(node);
  if (found.const !== undefined) return `${found.const}`;
  if (found.enum) return `one of ${(found.enum as string[]).join(', ')}`;
  if (found.discriminator) {
    return `a mapping with kind ${(found.oneOf as AnySchemaObject[]).map((one) => resolve(one).properties.kind.const).join(', ')}`;
  }
  const type = Array.isArray(found.type) ? found.type.join(' or ') : found.type;
  switch (type) {
    case 'integer':
      return `an integer from ${found.minimum} to ${found.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${found.minItems ?? 0} to ${found.maxItems} items${found.uniqueItems ? ', no two alike' : ''}`;
    case 'object':
      return describeMapping(found);
    case 'string': {
      const most = `${found.maxLength} characters at most`;
      return found.format ? `${FORMATS[found.format as string]!.allowed}; ${most}` : `a text of ${most}`;
    }
    case 'object or string':
      return 'a mapping of templates, or one expression';
    case 'integer or string':
      return FORMATS.status!.allowed;
    default:
      return found.oneOf ? 'a text, or a secret by its name' : 'any value';
  }
}

function describeMapping({ minProperties = 0, maxProperties }: AnySchemaObject): string {
  if (maxProperties === undefined) return minProperties > 0 ? 'a mapping that is not empty' : 'a mapping';
  return `a mapping of ${minProperties} to ${maxProperties} keys`;
}
