// A file with profiles alone: `profiles:` as a program file has them.
import type { Profile } from './level-design';
import type { Program } from './program';
import { ProgramDocument } from './program-document';
import { type FaultAt, type ProgramFault, showGiven } from './program-fault';
import { checkProfilesSchema } from './program-schema';
import { profileAbsence } from './rules/profile-absence.rule';
import { profileActivities } from './rules/profile-activities.rule';
import { type ProgramDraft, present } from './rules/rule';
import { uniqueCodes } from './rules/unique-codes.rule';

type ParsedProfiles =
  | { readonly profiles: readonly Profile[]; readonly faults?: undefined }
  | { readonly faults: readonly ProgramFault[] };

/** The profiles of the file with every default, or all its faults; their cards are of the program's plans. */
export function parseProfiles(
  source: string | Uint8Array,
  fileName: string,
  program: Pick<Program, 'plans'>,
): ParsedProfiles {
  const read = ProgramDocument.read(source, fileName);
  if ('faults' in read) return read;
  const { document } = read;
  const { content } = document;
  let faults: readonly FaultAt[] = checkProfilesSchema(content, (path) => document.sourceOf(path));
  if (faults.length === 0) {
    const draft = content as ProgramDraft;
    faults = [uniqueCodes, profileActivities, profileAbsence].flatMap((rule) => rule(draft));
    faults = [...faults, ...unknownPlans(draft, program)];
  }
  const all = [...document.syntaxFaults, ...faults.map((fault) => document.fault(fault))];
  return all.length > 0 ? { faults: all } : { profiles: (content as { profiles: Profile[] }).profiles };
}

function unknownPlans({ profiles }: ProgramDraft, { plans }: Pick<Program, 'plans'>): FaultAt[] {
  const codes = plans.map(({ code }) => code);
  const allowed = codes.length === 0 ? 'none: the program has no plans' : `a plan of the program: ${codes.join(', ')}`;
  return [...present(profiles)].flatMap(([at, { plan }]) => {
    if (plan === undefined || codes.includes(plan)) return [];
    return [{ path: ['profiles', at, 'plan'], given: showGiven(plan), allowed }];
  });
}
