// The checks of the contract suite that go through a connector, so that they fit every kind of partner.
import type { Issued, IssueRequest, Operation } from './connector';
import { type Finding, failed, inWords, missed, passed, skipped } from './contract-finding';
import type { Scene } from './contract-scene';

export interface Check {
  readonly name: string;
  /** Skipped when the connector has not got it. */
  readonly needs?: Operation;
  /** What the standard protocol demands, and APIs that were there before cannot be expected to do. */
  readonly standardOnly?: boolean;
  readonly run: (scene: Scene) => Promise<Finding>;
}

const UNKNOWN_OFFER = 'perkgate-verify-no-such-offer';
const UNKNOWN_MEMBER = 'perkgate-verify-no-such-member';
const PAGES_MAX = 20;

export const CONNECTOR_CHECKS: readonly Check[] = [
  { name: 'availability of an offer', needs: 'availability', run: availabilityKnown },
  { name: 'availability of an unknown offer', needs: 'availability', run: availabilityUnknown },
  { name: 'issue', needs: 'issue', run: issue },
  { name: 'issue of an unknown offer', needs: 'issue', run: issueUnknownOffer },
  { name: 'issue again with the same id', needs: 'issue', run: issueAgain },
  { name: 'issue twice at once', needs: 'issue', run: issueAtOnce },
  { name: 'issue again with another content', needs: 'issue', standardOnly: true, run: issueConflict },
  { name: 'status', needs: 'status', run: status },
  { name: 'status of an unknown id', needs: 'status', run: statusUnknown },
  { name: 'cancel', needs: 'cancel', run: cancel },
  { name: 'cancel again', needs: 'cancel', run: cancelAgain },
  { name: 'cancel before a late issue', needs: 'cancel', standardOnly: true, run: cancelBeforeIssue },
  { name: 'cancel of a used coupon', needs: 'cancel', run: cancelUsed },
  { name: 'catalogue', needs: 'catalogue', run: catalogue },
  { name: 'card of a member', needs: 'cardStatus', run: card },
  { name: 'card of an unknown member', needs: 'cardStatus', run: cardUnknown },
];

async function availabilityKnown(scene: Scene): Promise<Finding> {
  const { offerRef } = scene.options;
  const outcome = await scene.availability([offerRef]);
  const mend = `Answer for ${JSON.stringify(offerRef)} with available: true while it can be had.`;
  if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'confirmed', mend);
  const [found] = outcome.value;
  if (found?.offerRef !== offerRef) return failed('the offer is not in the answer', mend);
  return found.available ? passed(leftInWords(found.left)) : failed('it is not available', mend);
}

function leftInWords(left: number | undefined): string {
  return left === undefined ? 'available' : `available, ${left} left`;
}

async function availabilityUnknown(scene: Scene): Promise<Finding> {
  const outcome = await scene.availability([UNKNOWN_OFFER]);
  const mend = 'Answer for an offer that you do not know with available: false, or leave it out.';
  if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'confirmed', mend);
  return outcome.value.some(({ available }) => available) ? failed('it is available', mend) : passed('not available');
}

async function issue(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const outcome = await scene.issue(request);
  const mend = `Issue a coupon for ${JSON.stringify(request.offerRef)}; the suite needs about ten of it in stock.`;
  if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'confirmed', mend);
  return passed(`issued ${outcome.value.partnerRef}`);
}

async function issueUnknownOffer(scene: Scene): Promise<Finding> {
  const outcome = await scene.issue(scene.request({ offerRef: UNKNOWN_OFFER }));
  const mend = 'Decline an offer that you do not know with NOT_FOUND, instead of an error or a coupon.';
  return outcome.kind === 'DECLINED' ? passed(`declined ${outcome.reason}`) : missed(outcome, 'declined', mend);
}

async function issueAgain(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const mend = 'Keep what you issued by the redemption id, and answer a repeat with it; never issue a second coupon.';
  const first = await scene.issue(request);
  if (first.kind !== 'CONFIRMED') return missed(first, 'confirmed', mend);
  const second = await scene.issue(request);
  if (second.kind !== 'CONFIRMED') return missed(second, 'the same coupon', mend);
  const fault = difference(first.value, second.value);
  return fault ? failed(fault, mend) : passed('the same coupon');
}

/** One of the two may be told to come back, as long as both never get a coupon of their own. */
async function issueAtOnce(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const mend =
    'Let the redemption id be unique where you store it, so that of two requests at once one finds the other.';
  const outcomes = await Promise.all([scene.issue(request), scene.issue(request)]);
  const coupons = outcomes.flatMap((outcome) => (outcome.kind === 'CONFIRMED' ? [outcome.value] : []));
  const [first, second] = coupons;
  if (!first) return missed(outcomes[0], 'confirmed', mend);
  const fault = second && difference(first, second);
  return fault ? failed(fault, mend) : passed('one coupon');
}

function difference(first: Issued, second: Issued): string | undefined {
  for (const key of ['partnerRef', 'code', 'link'] as const) {
    if (first[key] !== second[key]) return `another ${key}: ${shown(first[key])}, then ${shown(second[key])}`;
  }
  return undefined;
}

function shown(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

async function issueConflict(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const mend = 'Compare a repeat with the first request; refuse another content with 422, and keep the first coupon.';
  const first = await scene.issue(request);
  if (first.kind !== 'CONFIRMED') return missed(first, 'confirmed', mend);
  const { amount, currency } = request.faceValue;
  const other: IssueRequest = { ...request, faceValue: { amount: amount + 1, currency } };
  const second = await scene.issue(other);
  if (second.kind === 'CONFIRMED') return failed('another content was taken for the first one', mend);
  const now = await scene.status(request);
  if (now.kind !== 'CONFIRMED' || now.value.state !== 'ISSUED') return missed(now, 'the first coupon kept', mend);
  return passed('refused, and the first coupon kept');
}

async function status(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const mend = 'Remember what you issued before you answer, and tell it by the redemption id.';
  const issued = await scene.issue(request);
  if (issued.kind !== 'CONFIRMED') return missed(issued, 'confirmed', mend);
  const { partnerRef } = issued.value;
  const outcome = await scene.status({ ...request, partnerRef });
  if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'ISSUED', mend);
  if (outcome.value.state !== 'ISSUED') return failed(`the state is ${outcome.value.state}`, mend);
  const fault = difference(issued.value, outcome.value.issued);
  return fault ? failed(fault, mend) : passed('ISSUED, the same coupon');
}

async function statusUnknown(scene: Scene): Promise<Finding> {
  const outcome = await scene.status(scene.request());
  const mend = 'Answer 404 with the code REDEMPTION_NOT_FOUND for an id that you never heard of.';
  if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'ABSENT', mend);
  return outcome.value.state === 'ABSENT' ? passed('ABSENT') : failed(`the state is ${outcome.value.state}`, mend);
}

/** A coupon that was just cancelled, or the finding that there is none. */
async function cancelled(scene: Scene, mend: string): Promise<{ readonly request: IssueRequest } | Finding> {
  const request = scene.request();
  const issued = await scene.issue(request);
  if (issued.kind !== 'CONFIRMED') return missed(issued, 'confirmed', mend);
  const outcome = await scene.cancel({ ...request, partnerRef: issued.value.partnerRef });
  if (outcome.kind !== 'CONFIRMED' || outcome.value.state !== 'CANCELLED') return missed(outcome, 'CANCELLED', mend);
  return { request };
}

async function cancel(scene: Scene): Promise<Finding> {
  const mend = 'Make the coupon unusable, answer CANCELLED, and say so when asked for the status.';
  const done = await cancelled(scene, mend);
  if ('verdict' in done) return done;
  const after = await scene.status(done.request);
  if (after.kind !== 'CONFIRMED' || after.value.state !== 'CANCELLED') {
    return missed(after, 'the status CANCELLED', mend);
  }
  return passed('CANCELLED, and so says the status');
}

async function cancelAgain(scene: Scene): Promise<Finding> {
  const mend = 'Confirm a cancel of what is cancelled: the first answer may have been lost.';
  const done = await cancelled(scene, mend);
  if ('verdict' in done) return done;
  const again = await scene.cancel(done.request);
  return again.kind === 'CONFIRMED' ? passed(inWords(again)) : missed(again, 'CANCELLED', mend);
}

async function cancelBeforeIssue(scene: Scene): Promise<Finding> {
  const request = scene.request();
  const mend = 'Remember a cancel of an id that you do not know yet, and decline its issue with ENDED when it comes.';
  const first = await scene.cancel(request);
  if (first.kind === 'UNKNOWN') return missed(first, 'ABSENT', mend);
  const late = await scene.issue(request);
  return late.kind === 'DECLINED' ? passed('the late issue is declined') : missed(late, 'declined', mend);
}

async function cancelUsed(scene: Scene): Promise<Finding> {
  const { use } = scene.options;
  if (!use) return skipped('a use cannot be provoked from here; give --use-url');
  const request = scene.request();
  const mend = 'Decline a cancel of a used coupon with ALREADY_USED.';
  const issued = await scene.issue(request);
  if (issued.kind !== 'CONFIRMED') return missed(issued, 'confirmed', mend);
  if (!(await use(request.redemptionId))) return failed('the coupon could not be used', 'Look at what --use-url does.');
  const outcome = await scene.cancel(request);
  return outcome.kind === 'DECLINED' ? passed(`declined ${outcome.reason}`) : missed(outcome, 'declined', mend);
}

async function catalogue(scene: Scene): Promise<Finding> {
  const { connector } = scene.options;
  const mend = 'List each offer once, in pages of at most 100; the last page has no nextCursor.';
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const outcome = await scene.ask('catalogue', (call) => connector.catalogue!(cursor, call));
    if (outcome.kind !== 'CONFIRMED') return missed(outcome, 'a page of offers', mend);
    for (const { offerRef } of outcome.value.offers) {
      if (seen.has(offerRef)) return failed(`the offer ${JSON.stringify(offerRef)} is listed twice`, mend);
      seen.add(offerRef);
    }
    cursor = outcome.value.nextCursor;
    if (cursor === undefined) return passed(`offers listed: ${seen.size}`);
  }
  return passed(`offers on the first ${PAGES_MAX} pages: ${seen.size}`);
}

async function card(scene: Scene): Promise<Finding> {
  const { cardHolder, connector } = scene.options;
  if (cardHolder === undefined) return skipped('no member with a card was named; give --card-holder');
  const outcome = await scene.ask('cardStatus', (call) => connector.cardStatus!(cardHolder, call));
  const mend = 'Answer with the state of the card of this member.';
  if (outcome.kind !== 'CONFIRMED' || outcome.value.state === 'ABSENT') return missed(outcome, 'a card', mend);
  return passed(outcome.value.state);
}

async function cardUnknown(scene: Scene): Promise<Finding> {
  const { connector } = scene.options;
  const outcome = await scene.ask('cardStatus', (call) => connector.cardStatus!(UNKNOWN_MEMBER, call));
  const mend = 'Answer 404 with the code CARD_NOT_FOUND for a member without a card.';
  if (outcome.kind !== 'CONFIRMED' || outcome.value.state !== 'ABSENT') return missed(outcome, 'ABSENT', mend);
  return passed('ABSENT');
}
