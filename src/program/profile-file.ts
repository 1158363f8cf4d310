// A file with profiles alone: `profiles:` as a program file has them.
import type { Profile } from './level-design';
import { ProgramDocument } from './program-document';
import type { FaultAt, ProgramFault } from './program-fault';
import { checkProfilesSchema } from './program-schema';
import { profileActivities } from './rules/profile-activities.rule';
import type { ProgramDraft } from './rules/rule';
import { uniqueCodes } from './rules/unique-codes.rule';

type ParsedProfiles =
  | { readonly profiles: readonly Profile[]; readonly faults?: undefined }
  | { readonly faults: readonly ProgramFault[] };

/** The profiles of the file with every default, or all its faults. */
export function parseProfiles(source: string | Uint8Array, fileName: string): ParsedProfiles {
  const read = ProgramDocument.read(source, fileName);
  if ('faults' in read) return read;
  const { document } = read;
  const { content } = document;
  let faults: readonly FaultAt[] = checkProfilesSchema(content, (path) => document.sourceOf(path));
  if (faults.length === 0) {
    faults = [uniqueCodes, profileActivities].flatMap((rule) => rule(content as ProgramDraft));
  }
  const all = [...document.syntaxFaults, ...faults.map((fault) => document.fault(fault))];
  return all.length > 0 ? { faults: all } : { profiles: (content as { profiles: Profile[] }).profiles };
}
