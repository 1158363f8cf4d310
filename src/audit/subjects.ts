// Which mutations are audited, and what each one changes: complete, as a test of the schema sees to.
import { type GlobalIdType, toGlobalId } from '../kernel/id';
import { OPERATOR } from '../partner-port/event.store';
import type { RequestContext } from '../request/context';
import type { AuditSubject, Json } from './audit-entry';

type Arguments = Readonly<Record<string, Json>>;

export interface Audited {
  readonly type: string;
  /** The key of what is changed; `undefined` for what is made only now: then the answer tells it. */
  readonly keyOf: (args: Arguments, context: RequestContext) => string | undefined;
  /** A list among the arguments of which only the length is kept, for it names codes or members. */
  readonly counted?: string;
}

/** The argument at this path, such as `input.offer`. */
function at(type: string, path: string): Audited {
  return { type, keyOf: (args) => textAt(args, path) };
}

/** The partner that acts, or the one that staff names; the operator itself is nobody's partner. */
const PARTNER: Audited = {
  type: 'partner',
  keyOf: (args, { actor }) => textAt(args, 'partner') ?? textAt(args, 'input.partner') ?? ownPartner(actor),
};

function ownPartner(actor: RequestContext['actor']): string | undefined {
  const partnerId = actor?.role === 'PARTNER' ? actor.partnerId : actor && OPERATOR;
  return partnerId && toGlobalId('partner' satisfies GlobalIdType, partnerId);
}

function textAt(args: Arguments, path: string): string | undefined {
  let value: unknown = args;
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined | null)?.[step];
  return typeof value === 'string' ? value : undefined;
}

/** Made only by this mutation: the id stands in the answer. */
function made(type: string): Audited {
  return { type, keyOf: () => undefined };
}

/** Every mutation that staff, partners or strangers may name. */
export const AUDITED: Readonly<Record<string, Audited>> = {
  createOffer: made('offer'),
  reviseOffer: at('offer', 'offer'),
  submitOffer: at('offer', 'offer'),
  withdrawOffer: at('offer', 'offer'),
  pauseOffer: at('offer', 'offer'),
  resumeOffer: at('offer', 'offer'),
  endOffer: at('offer', 'offer'),
  reviewOffer: at('offer', 'input.offer'),
  createAgreement: made('agreement'),
  reviseAgreement: at('agreement', 'input.agreement'),
  confirmAgreement: at('agreement', 'input.agreement'),
  closeAgreement: at('agreement', 'input.agreement'),
  recordDeliveries: at('agreement', 'input.agreement'),
  disputeDelivery: at('delivery', 'input.delivery'),
  resolveDispute: at('delivery', 'input.delivery'),
  issueStatement: made('statement'),
  signStatement: at('statement', 'input.statement'),
  openFeed: made('feed'),
  recordFeedLines: { ...at('feed', 'input.feed'), counted: 'lines' },
  closeFeed: at('feed', 'input.feed'),
  reconcileFeed: at('feed', 'input.feed'),
  decideReconciliationItem: at('reconciliationItem', 'input.item'),
  answerReconciliationItem: at('reconciliationItem', 'input.item'),
  setPartnerConnector: PARTNER,
  removePartnerConnector: PARTNER,
  testPartnerConnector: PARTNER,
  createPartnerCredential: PARTNER,
  rotatePartnerCredential: PARTNER,
  revokePartnerCredential: PARTNER,
  reviewPartner: PARTNER,
  suspendPartner: PARTNER,
  resumePartner: PARTNER,
  registerPartner: made('partner'),
  closeCard: at('card', 'card'),
  refundCard: at('card', 'input.card'),
  reviewPlanApplication: at('planApplication', 'input.application'),
  setManualLevel: at('member', 'input.member'),
  clearManualLevel: at('member', 'input.member'),
  adjustBalance: at('member', 'input.member'),
  // Of many, the first one.
  recordEvents: at('event', 'events.0.eventId'),
  refundStoredValue: at('member', 'input.member'),
  cancelStoredValuePayment: at('member', 'input.member'),
  applyProgram: { type: 'program', keyOf: () => 'program' },
  cancelRedemption: at('redemption', 'input.redemption'),
  confirmUse: at('redemption', 'input.redemption'),
  setWebhookEndpoint: PARTNER,
  removeWebhookEndpoint: PARTNER,
  rotateWebhookSecret: PARTNER,
  resendWebhook: PARTNER,
  resendDeadWebhooks: PARTNER,
};

/** The subject of a call, as far as it is known before it. */
export function subjectOf(audited: Audited, args: Arguments, context: RequestContext): AuditSubject {
  return { type: audited.type, key: audited.keyOf(args, context)?.slice(0, 160) ?? '' };
}

/** The global id that an answer gives its subject, directly or one level down; empty when it has none. */
export function madeBy(audited: Audited, answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return '';
  const found = [answer, ...Object.values(answer)]
    .map((part) => (typeof part === 'object' && part !== null ? (part as { id?: unknown }).id : undefined))
    .find((id): id is string => typeof id === 'string' && id.startsWith(`${audited.type}_`));
  return found ?? '';
}
