// The JSON Schema of a program at work: fills in defaults and turns what it finds into faults that people can read.
import { Ajv2020, type AnySchemaObject, type ErrorObject } from 'ajv/dist/2020';
import schema from '../../schema/program.schema.json';
import type { Profile } from './level-design';
import type { OfferDefinition, Program } from './program';
import { type FaultAt, nearest, type Path, showGiven } from './program-fault';
import { deepFreeze } from './program-item';

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  useDefaults: true,
  strict: true,
  strictRequired: false,
  // Ratios are decimal fractions, which binary floats meet only almost.
  multipleOfPrecision: 3,
});

/** A year-month-dayThour:minute with an offset that names a real moment. */
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
/** Words that CEL keeps for itself. */
const CEL_WORDS = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for']);
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
const TIME_ZONE = /^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/;

const FORMATS: Record<string, { readonly allowed: string; readonly test: (text: string) => boolean }> = {
  'date-time': { allowed: 'an ISO 8601 date-time with an offset, such as 2026-11-01T00:00:00+08:00', test: isDateTime },
  'iso-4217': { allowed: 'an ISO 4217 currency code such as CNY', test: (text) => CURRENCIES.has(text) },
  'iana-time-zone': { allowed: 'an IANA time zone such as Asia/Shanghai', test: isTimeZone },
  'field-name': {
    allowed: 'a name such as companyAgeYears: letters and digits, a lower-case letter first, at most 40',
    test: (text) => /^[a-z][A-Za-z0-9]*$/.test(text) && !CEL_WORDS.has(text),
  },
  'time-of-day': { allowed: 'a time of day such as 09:30', test: (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text) },
  'calendar-day': {
    allowed: 'a day of every year such as 01-01, or of one year such as 2027-02-06',
    test: (text) => /^(\d{4}-)?\d\d-\d\d$/.test(text) && isDay(text.length === 5 ? `2024-${text}` : text),
  },
  // Half a surrogate pair cannot be stored as UTF-8, and control characters cannot be seen.
  'one-line': {
    allowed: 'one line without control characters',
    test: (text) => /^\S(.*\S)?$/u.test(text) && isPlain(text),
  },
  'plain-text': {
    allowed: 'text without control characters, not blank',
    test: (text) => /\S/.test(text) && isPlain(text.replace(/[\n\t]/g, ' ')),
  },
};
for (const [name, { test }] of Object.entries(FORMATS)) ajv.addFormat(name, test);
const validate = ajv.compile<Program>(schema);
const OFFER: AnySchemaObject = { $schema: schema.$schema, $ref: '#/$defs/offer', $defs: schema.$defs };
const validateOffer = ajv.compile<OfferDefinition>(OFFER);
const PROFILES: AnySchemaObject = {
  $schema: schema.$schema,
  type: 'object',
  additionalProperties: false,
  required: ['profiles'],
  properties: { profiles: { ...schema.properties.profiles, minItems: 1 } },
  $defs: schema.$defs,
};
const validateProfiles = ajv.compile<{ profiles: Profile[] }>(PROFILES);

function isDateTime(text: string): boolean {
  const parts = DATE_TIME.exec(text);
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isTimeZone(text: string): boolean {
  if (!TIME_ZONE.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text);
}

/** A fault of the schema, and whether the value is still of the right shape for the rules to look at. */
export interface SchemaFault extends FaultAt {
  readonly keepsShape: boolean;
}

/** Fills in the defaults (in place) and answers every fault; none means that `content` is a `Program` in form. */
export function checkSchema(content: unknown, sourceOf: (path: Path) => string | undefined): SchemaFault[] {
  if (validate(content)) return [];
  return distinct((validate.errors ?? []).flatMap((error) => faultOf(error, sourceOf)));
}

function distinct(faults: readonly SchemaFault[]): SchemaFault[] {
  const seen = new Set<string>();
  return faults.filter(({ path, allowed }) => {
    const key = JSON.stringify([path, allowed]);
    return !seen.has(key) && seen.add(key);
  });
}

/** As `checkSchema`, for one offer; paths begin at the offer. */
export function checkOfferSchema(content: unknown): SchemaFault[] {
  if (validateOffer(content)) return [];
  return distinct((validateOffer.errors ?? []).flatMap((error) => faultOf(error, () => undefined)));
}

/** As `checkSchema`, for a file with profiles alone. */
export function checkProfilesSchema(content: unknown, sourceOf: (path: Path) => string | undefined): SchemaFault[] {
  if (validateProfiles(content)) return [];
  return distinct((validateProfiles.errors ?? []).flatMap((error) => faultOf(error, sourceOf)));
}

/** An offer as it was stored, with the defaults of today's schema; `undefined` when the text is none any more. */
export function restoreOffer(text: string): OfferDefinition | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return validateOffer(content) ? deepFreeze(content) : undefined;
  } catch {
    return undefined;
  }
}

/** Content that was checked before it was stored, with the defaults of whatever the schema gained since. */
export function restoreProgram(content: unknown): Program {
  validate(content);
  return deepFreeze(content as Program);
}

function faultOf(error: ErrorObject, sourceOf: (path: Path) => string | undefined): SchemaFault[] {
  const { keyword, params, data } = error;
  const parentSchema = error.parentSchema ?? {};
  const path = pathOf(error.instancePath);
  // What stands inside of a choice is told by the choice itself; a key, by the pattern that it missed.
  if (error.schemaPath.includes('/oneOf/') || error.propertyName !== undefined) return [];
  if (keyword === 'required') {
    const key: string = params.missingProperty;
    const wanted = describe(parentSchema.properties?.[key] ?? {});
    return [{ path: [...path, key], given: 'nothing', allowed: `${wanted} (required)`, keepsShape: true }];
  }
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema.properties ?? {});
    const key: string = params.additionalProperty;
    const meant = nearest(key, known);
    const allowed = `${meant === undefined ? '' : `${meant}? The keys here are `}${known.join(', ')}`;
    return [
      { path: [...path, key], atKey: true, given: `the unknown key ${showGiven(key)}`, allowed, keepsShape: true },
    ];
  }
  if (keyword === 'propertyNames') {
    const key: string = params.propertyName;
    const given = `the key ${showGiven(key)}`;
    return [{ path: [...path, key], atKey: true, given, allowed: describe(CODE), keepsShape: true }];
  }
  if (keyword === 'oneOf') {
    if (typeof data !== 'object' || data === null) return [];
    const choices = (parentSchema.oneOf as { required: string[] }[]).flatMap(({ required }) => required);
    const present = choices.filter((key) => Object.hasOwn(data as object, key));
    const given = present.length === 0 ? 'neither' : present.join(' and ');
    return [{ path, given, allowed: `exactly one of ${choices.join(' and ')}`, keepsShape: true }];
  }
  const keepsShape = typeof data === 'string' && ['pattern', 'maxLength'].includes(keyword);
  return [{ path, given: sourceOf(path) ?? showGiven(data), allowed: describe(parentSchema), keepsShape }];
}

/** Mappings of which the keys are codes: those that look like numbers stay text. */
const BY_CODE = new Set<string | number | undefined>(['perPartner', 'daily', 'activation']);

/** A JSON Pointer as a path. */
function pathOf(pointer: string): Path {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  // The draws of a reward are named by code; those at the root are a list.
  const isCode = (at: number): boolean => BY_CODE.has(steps[at - 1]) || (steps[at - 1] === 'draws' && at > 1);
  return steps.map((step, at) => (/^\d+$/.test(step) && !isCode(at) ? Number(step) : step));
}

const CODE: AnySchemaObject = schema.$defs.code;

/** The schema, for whoever walks it beside a program. */
export const PROGRAM_SCHEMA: AnySchemaObject = schema;

/** The node itself, or the definition that it refers to. */
export function resolveSchema(node: AnySchemaObject): AnySchemaObject {
  if (typeof node.$ref !== 'string') return node;
  return schema.$defs[node.$ref.slice('#/$defs/'.length) as keyof typeof schema.$defs];
}

/** What a schema allows, in words. */
function describe(node: AnySchemaObject): string {
  const referred = resolveSchema(node);
  if (referred.enum) return `one of ${(referred.enum as string[]).join(', ')}`;
  switch (referred.type) {
    case 'integer':
      return `an integer from ${referred.minimum} to ${referred.maximum}`;
    case 'number':
      return `a number from ${referred.minimum} to ${referred.maximum}, a multiple of ${decimal(referred.multipleOf)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return describeList(referred);
    case 'object':
      return 'a mapping';
    default:
      return describeText(referred);
  }
}

function describeList(node: AnySchemaObject): string {
  return `a list of ${node.minItems ?? 0} to ${node.maxItems} items${node.uniqueItems ? ', no two alike' : ''}`;
}

function describeText(node: AnySchemaObject): string {
  if (node.pattern !== undefined)
    return `a code of at most ${node.maxLength} characters: a-z, 0-9 and hyphens, no hyphen first`;
  const format = FORMATS[node.format as string];
  const length = node.minLength === undefined ? '' : `, 1 to ${node.maxLength} characters`;
  return `${format?.allowed ?? 'text'}${length}`;
}

function decimal(value: number): string {
  return value.toFixed(6).replace(/0+$/, '');
}
