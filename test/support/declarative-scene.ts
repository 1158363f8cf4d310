// A declarative connector at a scripted partner, and the questions that tests put to it.
import { type Clock, ManualClock } from '../../src/kernel/clock';
import type { IssueRequest, RedemptionRef } from '../../src/partner-port/connector';
import { DeclarativeConnector } from '../../src/partner-port/declarative/declarative-connector';
import type { DeclarativeManifest } from '../../src/partner-port/manifest/manifest';
import { printFault } from '../../src/partner-port/manifest/manifest-fault';
import { parseManifest } from '../../src/partner-port/manifest/manifest-file';
import type { PartnerTransport } from '../../src/partner-port/transport';
import { plainTransport } from './plain-transport';

export const NOW = Date.UTC(2026, 0, 15, 8);

export const ISSUE: IssueRequest = {
  redemptionId: '019bd5c0a1b27c3d8e4f5a6b7c8d9e00',
  offerRef: 'latte',
  memberRef: 'm-1',
  claimedAt: NOW,
  expiresAt: NOW + 86_400_000,
  faceValue: { amount: 1_500, currency: 'CNY' },
};

export const ISSUED: RedemptionRef = { redemptionId: ISSUE.redemptionId, offerRef: 'latte', partnerRef: 'r-9' };

/** Fails with the faults in words. */
export function manifestOf(source: object | string): DeclarativeManifest {
  const parsed = parseManifest(typeof source === 'string' ? source : JSON.stringify(source));
  if ('faults' in parsed) throw new Error(parsed.faults.map(printFault).join('\n'));
  if (parsed.kind !== 'HTTP' && parsed.kind !== 'GRAPHQL') throw new Error(`the manifest is ${parsed.kind}`);
  return parsed;
}

export function connectorOf(
  source: object | string,
  secrets: Readonly<Record<string, string>> = {},
  { transport = plainTransport, clock = new ManualClock(NOW) }: { transport?: PartnerTransport; clock?: Clock } = {},
): DeclarativeConnector {
  return new DeclarativeConnector(manifestOf(source), { secrets: new Map(Object.entries(secrets)), transport, clock });
}

export function call(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5_000) };
}
