// What was filled in, read by the form of the plan: texts become numbers, dates and truths, or a refusal says why not.
import { DAY } from '../../kernel/clock';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { CatalogueApplication } from '../../program/catalogue-sale';
import type { ApplicationField, FieldKind } from '../../program/plan-sale';
import type { ApplicationFacts } from '../../program/sale-condition';
import { factsOf } from '../facts';
import { shown } from '../input-checks';
import type { Judging } from '../level';
import type { FieldValue, PlanApplication } from './application';

export interface FilledIn {
  /** By the codes of the form, each once, as somebody typed them. */
  readonly fields: readonly { readonly code: string; readonly value: string }[];
  readonly evidence: readonly string[];
}

const TEXT_MAX = 1_000;
const LINK_MAX = 2_048;
const EVIDENCE_MAX = 10;

type Read = Pick<PlanApplication, 'fields' | 'evidence'>;

export function readForm(form: CatalogueApplication, filled: FilledIn): Read | Refusal {
  const values = new Map(filled.fields.map(({ code, value }) => [code, value]));
  const known = form.fields.map(({ code }) => code);
  const strange = filled.fields.find(({ code }) => !known.includes(code));
  if (strange) return invalid('fields', `the field ${shown(strange.code)}`, `the fields ${known.join(', ')}`);
  if (values.size < filled.fields.length) return invalid('fields', 'a field twice', 'each field once');
  const fields: Record<string, FieldValue> = {};
  for (const field of form.fields) {
    const text = values.get(field.code);
    if (text === undefined) {
      if (field.required) return invalid(field.code, 'nothing', READERS[field.kind].allowed);
      continue;
    }
    const value = readField(field, text);
    if (isRefusal(value)) return value;
    fields[field.code] = value;
  }
  return evidenceFault(form, filled.evidence) ?? { fields, evidence: filled.evidence };
}

function evidenceFault(form: CatalogueApplication, evidence: readonly string[]): Refusal | undefined {
  const rule = `${form.evidence} to ${EVIDENCE_MAX} links`;
  if (evidence.length < form.evidence || evidence.length > EVIDENCE_MAX) {
    return invalid('evidence', `${evidence.length} links`, rule);
  }
  const bad = evidence.find((link) => !isLink(link));
  return bad === undefined ? undefined : invalid('evidence', shown(bad), READERS.LINK.allowed);
}

function readField({ code, kind }: ApplicationField, text: string): FieldValue | Refusal {
  const { allowed, read } = READERS[kind];
  return read(text) ?? invalid(code, shown(text), allowed);
}

function invalid(field: string, given: string, allowed: string): Refusal {
  return refuse('INVALID_INPUT', `${field} is ${given}; allowed is ${allowed}.`, field);
}

const READERS: Readonly<Record<FieldKind, { allowed: string; read: (text: string) => FieldValue | undefined }>> = {
  NUMBER: {
    allowed: 'a number of at most 15 digits and 6 decimals, such as 20000000 or 2.5',
    read: (text) => (/^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined),
  },
  TEXT: {
    allowed: `text of 1 to ${TEXT_MAX} characters`,
    read: (text) =>
      text.trim() !== '' && text.length <= TEXT_MAX && !/[\p{Cc}\p{Cs}]/u.test(text.replace(/[\n\t]/g, ' '))
        ? text
        : undefined,
  },
  DATE: { allowed: 'a date such as 2020-02-28', read: (text) => (isDate(text) ? text : undefined) },
  BOOLEAN: {
    allowed: 'true or false',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  LINK: {
    allowed: `an http or https URL of at most ${LINK_MAX} characters, without a user`,
    read: (text) => (isLink(text) ? text : undefined),
  },
};

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isLink(text: string): boolean {
  const url = text.length <= LINK_MAX && URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '';
}

const EMPTY: Readonly<Record<FieldKind, FieldValue>> = { NUMBER: 0, TEXT: '', DATE: '', BOOLEAN: false, LINK: '' };

/** What the check of the form is told. */
export function applicationFacts(
  judging: Judging,
  form: Pick<CatalogueApplication, 'fields'>,
  fields: PlanApplication['fields'],
): ApplicationFacts {
  const { time } = judging.catalogue;
  const daysSince = (date: FieldValue | undefined): bigint => {
    if (typeof date !== 'string') return 0n;
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    return BigInt(Math.max(0, Math.floor((judging.now - time.startOfDate(year, month, day)) / DAY)));
  };
  const dates = form.fields.filter(({ kind }) => kind === 'DATE');
  return {
    member: factsOf(judging, undefined).member,
    application: Object.fromEntries(
      // A field may be called as something that every object has.
      form.fields.map(({ code, kind }) => [code, Object.hasOwn(fields, code) ? fields[code]! : EMPTY[kind]]),
    ),
    daysSince: Object.fromEntries(dates.map(({ code }) => [code, daysSince(fields[code])])),
  };
}
