// Whether what a partner wrote is an offer: the schema and the rules of program files, against the catalogue of now.
import { type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { OfferDefinition } from '../../program/program';
import { type FaultAt, printPath } from '../../program/program-fault';
import { contentOf, deepFreeze, type ProgramItem } from '../../program/program-item';
import { checkOfferSchema } from '../../program/program-schema';
import { OFFER_RULES } from '../../program/rules/all';
import type { ProgramDraft } from '../../program/rules/rule';

const FAULTS_SHOWN = 5;

/** The definition with every default filled in and frozen, or all that is wrong with it in one refusal. */
export function checkOffer(catalogue: Catalogue, content: object): OfferDefinition | Refusal {
  // As it will be stored, so that it can be compared with what was.
  const definition = JSON.parse(JSON.stringify(content)) as object;
  const inForm = checkOfferSchema(definition);
  if (inForm.length > 0) return refusalOf(inForm);
  const faults = ruleFaults(catalogue, definition as OfferDefinition);
  return faults.length > 0 ? refusalOf(faults) : deepFreeze(definition as OfferDefinition);
}

function ruleFaults(catalogue: Catalogue, definition: OfferDefinition): FaultAt[] {
  const known = (['PROGRAM', 'LEVEL', 'PLAN', 'BENEFIT', 'PARTNER'] as const).flatMap((kind): ProgramItem[] => {
    return catalogue.items(kind).filter(({ retired }) => !retired) as ProgramItem[];
  });
  const draft = { ...contentOf(known), offers: [definition] } as unknown as ProgramDraft;
  return OFFER_RULES.flatMap((rule) => rule(draft))
    .filter(({ path }) => path[0] === 'offers')
    .map((fault) => ({ ...fault, path: fault.path.slice(2) }));
}

function refusalOf(faults: readonly FaultAt[]): Refusal {
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ path, given, allowed }) => {
    return `${printPath(path)}: given ${given}; allowed ${allowed}.`;
  });
  const more = faults.length > shown.length ? ` And ${faults.length - shown.length} more.` : '';
  return refuse('INVALID_INPUT', shown.join(' ') + more, printPath(faults[0]!.path));
}
