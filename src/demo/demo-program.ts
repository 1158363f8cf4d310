// The program of the demo: a preset as it is shipped, and what an operator adds to it.
import { readFile } from 'node:fs/promises';
import { presetPath } from '../program/presets';

export const DEMO_PRESET = presetPath('jd-plus');

/** Which days make a member silent and who is a regular is each operator's own decision: the preset has none of it. */
const ADDED = `
lifecycle:
  joins: CARD
  activeDays: 30
  silentDays: 90
  sleepingDays: 180

rfm:
  window: DAYS
  windowDays: 365
  grades:
    - { code: regular, name: Regular, when: { frequency: { atLeast: 6 } } }
    - { code: occasional, name: Occasional, when: { frequency: { atLeast: 1, below: 6 } } }
    - { code: guest, name: Guest, when: { frequency: { below: 1 } } }
  default: guest
`;

export async function demoProgram(): Promise<string> {
  return `${await readFile(DEMO_PRESET, 'utf8')}${ADDED}`;
}
