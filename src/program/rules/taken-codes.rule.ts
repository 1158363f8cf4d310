// A code of the file that another source of the catalogue has given already, such as to a registered partner.
import { type Program, SECTIONS } from '../program';
import { type FaultAt, showGiven } from '../program-fault';
import { itemKey, type ProgramItem, SECTION_NAMES } from '../program-item';

/** `others` holds retired items as well, since redemptions point to them. */
export function takenCodes(others: readonly Pick<ProgramItem, 'kind' | 'code'>[], next: Program): FaultAt[] {
  const taken = new Set(others.map(({ kind, code }) => itemKey(kind, code)));
  return SECTION_NAMES.flatMap((section) =>
    next[section].flatMap(({ code }, at) => {
      if (!taken.has(itemKey(SECTIONS[section], code))) return [];
      const allowed = 'another code: this one was given outside of the program file, to whoever registered under it';
      return [{ path: [section, at, 'code'], given: showGiven(code), allowed }];
    }),
  );
}
