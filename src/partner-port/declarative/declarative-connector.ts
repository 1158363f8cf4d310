// A connector that a manifest describes, for HTTP and GraphQL: the operations of the port over its mappings.
import {
  type Call,
  type Connector,
  confirmed,
  declined,
  type Issued,
  type IssueRequest,
  type Operation,
  type Outcome,
  type RedemptionRef,
  type RemoteAvailability,
  type RemoteCard,
  type RemoteCatalogue,
  type RemoteRedemption,
  type Unknown,
  unknown,
} from '../connector';
import type { DeclarativeManifest } from '../manifest/manifest';
import { availabilitiesOf, availabilityOf, cardOf, issuedOf, offersOf, redemptionOf } from './answers';
import type { ConnectorDeps } from './deps';
import { Exchange } from './exchange';
import { MappingError } from './mapping-error';
import { type Answer, type Ask, OperationRun, type Result } from './operation-run';
import { type Pages, pagesOf } from './pages';
import { type PartnerAuth, partnerAuth } from './partner-auth';
import { withoutSecrets } from './secret-text';

const OFFERS_AT_ONCE = 4;

export class DeclarativeConnector implements Connector {
  readonly operations: ReadonlySet<Operation>;
  readonly watched: boolean;
  private readonly runs = new Map<Operation, OperationRun>();
  private readonly pages: Pages;
  private readonly auth: PartnerAuth;

  /** The manifest is a checked one; secrets that it lacks make calls end as not tried. */
  constructor(
    private readonly manifest: DeclarativeManifest,
    private readonly deps: ConnectorDeps,
  ) {
    this.auth = partnerAuth(manifest, deps);
    const exchange = new Exchange(this.auth, deps);
    for (const [name, source] of Object.entries(manifest.operations)) {
      this.runs.set(name as Operation, new OperationRun(manifest, source, exchange, deps));
    }
    this.operations = new Set(this.runs.keys());
    this.watched = manifest.uses === 'ASKED';
    this.pages = pagesOf(manifest.operations.catalogue?.pagination ?? { kind: 'NONE' }, manifest.baseUrl);
  }

  async availability(offerRefs: readonly string[], call: Call): Promise<Outcome<readonly RemoteAvailability[]>> {
    if (offerRefs.length === 0) return confirmed([]);
    if (this.manifest.operations.availability?.perOffer) return await this.availabilityOneByOne(offerRefs, call);
    const result = await this.ask('availability', { input: { offerRefs }, signal: call.signal });
    return await this.read(result, ({ value }) => availabilitiesOf(value, offerRefs));
  }

  async issue(request: IssueRequest, { signal }: Call): Promise<Outcome<Issued>> {
    const input = { ...request, redemptionUuid: uuidOf(request.redemptionId) };
    const result = await this.ask('issue', { input, signal, idempotencyKey: request.redemptionId });
    if (result.kind === 'PENDING') return unknown('PENDING', 'The partner is still at it.');
    return await this.read(result, ({ value }) => issuedOf(value, request));
  }

  async status(redemption: RedemptionRef, { signal }: Call): Promise<Outcome<RemoteRedemption>> {
    return await this.askRedemption('status', redemption, { input: inputOf(redemption), signal });
  }

  async cancel(redemption: RedemptionRef, { signal }: Call): Promise<Outcome<RemoteRedemption>> {
    const idempotencyKey = `${redemption.redemptionId}-cancel`;
    return await this.askRedemption('cancel', redemption, { input: inputOf(redemption), signal, idempotencyKey });
  }

  async catalogue(cursor: string | undefined, { signal }: Call): Promise<Outcome<RemoteCatalogue>> {
    try {
      const page = this.pages.pageAt(cursor);
      const result = await this.ask('catalogue', { input: page.input, url: page.url, signal });
      return await this.read(result, async ({ value, scope }) => {
        const offers = offersOf(value);
        const nextCursor = await this.pages.nextAfter(page, scope, this.deps.clock.now());
        return nextCursor === undefined ? { offers } : { offers, nextCursor };
      });
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      return unknown('NOT_TRIED', `The cursor is ${error.message}.`);
    }
  }

  async cardStatus(memberRef: string, { signal }: Call): Promise<Outcome<RemoteCard>> {
    const result = await this.ask('cardStatus', { input: { memberRef }, signal });
    if (result.kind === 'ABSENT') return confirmed({ state: 'ABSENT' });
    return await this.read(result, ({ value }) => cardOf(value));
  }

  private async availabilityOneByOne(
    offerRefs: readonly string[],
    { signal }: Call,
  ): Promise<Outcome<readonly RemoteAvailability[]>> {
    const left = [...new Set(offerRefs)];
    const found: RemoteAvailability[] = [];
    let failure: Unknown | undefined;
    const work = async () => {
      for (let offerRef = left.shift(); offerRef !== undefined; offerRef = left.shift()) {
        const outcome = await this.availabilityOf(offerRef, signal);
        if (outcome.kind === 'CONFIRMED') found.push(outcome.value);
        else if (outcome.kind === 'UNKNOWN') failure ??= outcome;
        else found.push({ offerRef, available: false });
      }
    };
    await Promise.all(Array.from({ length: OFFERS_AT_ONCE }, work));
    // What is known of some is worth more than nothing of all.
    return failure && found.length === 0 ? failure : confirmed(found);
  }

  private async availabilityOf(offerRef: string, signal: AbortSignal): Promise<Outcome<RemoteAvailability>> {
    const result = await this.ask('availability', { input: { offerRef }, signal });
    return await this.read(result, ({ value }) => availabilityOf(value, offerRef));
  }

  private async askRedemption(
    operation: 'status' | 'cancel',
    redemption: RedemptionRef,
    ask: Ask,
  ): Promise<Outcome<RemoteRedemption>> {
    const result = await this.ask(operation, ask);
    if (result.kind === 'ABSENT' || result.kind === 'PENDING') return confirmed({ state: result.kind });
    return await this.read(result, ({ value }) => redemptionOf(value, redemption));
  }

  private async ask(operation: Operation, ask: Ask): Promise<Result> {
    const run = this.runs.get(operation);
    if (!run) return unknown('NOT_TRIED', `The manifest has no ${operation}.`);
    const result = await run.ask(ask);
    if (result.kind !== 'DECLINED' && result.kind !== 'UNKNOWN') return result;
    const secrets = [...this.deps.secrets.values(), this.auth.token() ?? ''];
    return { ...result, message: withoutSecrets(result.message, secrets) };
  }

  /** Checks what the mapping made; a partner that lies about shapes has answered nothing. */
  private async read<Value>(
    result: Result,
    check: (answer: Answer) => Value | Promise<Value>,
  ): Promise<Outcome<Value>> {
    switch (result.kind) {
      case 'DECLINED':
      case 'UNKNOWN':
        return result;
      case 'ABSENT':
        return declined('NOT_FOUND', 'The partner knows nothing of it.');
      case 'PENDING':
        return unknown('UNREADABLE', 'The partner says that it is still at it, in the place of an answer.');
    }
    try {
      return confirmed(await check(result));
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      return unknown('UNREADABLE', `The answer has ${error.message}.`);
    }
  }
}

function inputOf(redemption: RedemptionRef): object {
  return { ...redemption, redemptionUuid: uuidOf(redemption.redemptionId) };
}

function uuidOf(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
