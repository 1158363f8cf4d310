// The door to agreements: made, revised, confirmed by both sides, closed, and looked at.
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../database/database';
import type { Sql } from '../database/sql';
import { type Actor, nameOf } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { checkProse, checkText } from '../members/input-checks';
import type { CatalogueService } from '../program/catalogue.service';
import { type Agreement, type AgreementRevision, type AgreementTerms, type FullAgreement, stateAt } from './agreement';
import {
  type AgreementPage,
  type AgreementScope,
  agreedAgreements,
  confirmRevision,
  insertAgreement,
  insertRevision,
  listAgreements,
  lockAgreement,
  readAgreement,
  readAgreementByCode,
  readAgreements,
  readRevisions,
  updateAgreement,
} from './agreement.store';
import { amendFault, effectOfTerms, firstFault } from './agreement-amend';
import { effectOf, inForceAt, phasesOf, upcomingAt } from './agreement-phases';
import { checkCode, checkTerms, periodOf, type WrittenTerms } from './agreement-terms';

const REASON_MAX = 500;

/** Whose offers these are; those that are not there are left out. The marketplace knows. */
export type PartnersOfOffers = (sql: Sql, offers: readonly Id[]) => Promise<ReadonlyMap<Id, Id>>;

export interface NewAgreement {
  readonly code: string;
  readonly partnerId: Id;
  readonly owner: string;
  readonly terms: WrittenTerms;
}

/** The same for what is not there and for what is another partner's. */
export const NO_AGREEMENT = refuse('NOT_FOUND', 'There is no such agreement.', 'agreement');

type Step = (tx: Sql, found: Agreement, revisions: readonly AgreementRevision[]) => Promise<Refusal | undefined>;

export class AgreementService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly partnersOf: PartnersOfOffers,
    private readonly clock: Clock,
  ) {}

  /** A draft with its first revision. Asked again with the same content, it answers the same. */
  async create(actor: Actor, made: NewAgreement): Promise<Id | Refusal> {
    const { code, partnerId, owner } = made;
    const catalogue = this.catalogue.current();
    const partner = catalogue.partner(partnerId);
    if (!partner || partner.retired) return refuse('NOT_FOUND', 'There is no such partner.', 'partner');
    const fault = checkCode('code', code) ?? checkText('owner', owner);
    if (fault) return fault;
    const terms = await this.check(this.database.read, partnerId, made.terms, []);
    if (isRefusal(terms)) return terms;
    const early = firstFault(terms);
    if (early) return early;
    const now = this.clock.now();
    const id = newId(now);
    const { currency } = catalogue.settings;
    const period = periodOf(terms, catalogue.time);
    const start = { id, partnerId, code, owner, currency, ...period, createdAt: now, createdBy: nameOf(actor) };
    try {
      await this.database.transaction(async (tx) => {
        await insertAgreement(tx, { ...start, state: 'DRAFT', lastRevision: 1 });
        await insertRevision(tx, this.revision(actor, id, 1, terms));
      });
      return id;
    } catch (error) {
      if (this.database.dialect.failureKind(error) !== 'DUPLICATE') throw error;
      return this.sameAs({ ...start, state: 'DRAFT', lastRevision: 1 }, terms);
    }
  }

  private async sameAs(wanted: Agreement, terms: AgreementTerms): Promise<Id | Refusal> {
    const known = await readAgreementByCode(this.database.read, wanted.code);
    const [first] = known ? (await readRevisions(this.database.read, [known.id])).get(known.id)! : [];
    const same = known?.partnerId === wanted.partnerId && known.owner === wanted.owner;
    if (known && same && isDeepStrictEqual(first?.terms, plain(terms))) return known.id;
    return refuse('CONFLICT', `There is an agreement ${wanted.code} already. Choose another code.`, 'code');
  }

  /** Writes the next revision, which waits for both sides; what is in force stays so until then. */
  revise(actor: Actor, id: Id, written: WrittenTerms): Promise<Refusal | undefined> {
    return this.step({}, id, async (tx, agreement, revisions) => {
      const now = this.clock.now();
      const state = stateAt(agreement, now);
      if (state === 'CLOSED') return wrongState(agreement, state, 'revised', 'Make a new one.');
      const known = revisions.flatMap(({ terms }) => terms.items);
      const terms = await this.check(tx, agreement.partnerId, written, known);
      if (isRefusal(terms)) return terms;
      if (isDeepStrictEqual(revisions.at(-1)!.terms, plain(terms))) return undefined;
      const fault = amendFault(agreement, revisions, terms, this.catalogue.current().time, now);
      if (fault) return fault;
      const number = agreement.lastRevision + 1;
      await insertRevision(tx, this.revision(actor, id, number, terms));
      const period = agreement.revision === undefined ? periodOf(terms, this.catalogue.current().time) : {};
      await updateAgreement(tx, { ...agreement, ...period, lastRevision: number });
      return undefined;
    });
  }

  /**
   * The word of the actor's side on the last revision. With both sides' it is in force: a draft is agreed. Asked again,
   * it answers the same.
   */
  confirm(actor: Actor, scope: AgreementScope, id: Id, number: number): Promise<Refusal | undefined> {
    return this.step(scope, id, async (tx, agreement, revisions) => {
      const revision = revisions.at(-1)!;
      if (revision.number !== number) {
        const message = `The last revision of ${agreement.code} is ${revision.number}, not ${number}.`;
        return refuse('CONFLICT', `${message} Look at that one, and confirm it.`, 'revision');
      }
      const side = actor.role === 'PARTNER' ? 'partner' : 'operator';
      if (revision[side]) return undefined;
      const state = stateAt(agreement, this.clock.now());
      if (state === 'CLOSED') return wrongState(agreement, state, 'confirmed', 'Make a new one.');
      const other = side === 'partner' ? revision.operator : revision.partner;
      const fault = other && (await this.agreeFault(tx, agreement, revisions));
      if (fault) return fault;
      const now = this.clock.now();
      const word = { at: now, by: nameOf(actor) };
      const effectiveAt = other && effectOfTerms(revision.terms, this.catalogue.current().time, now);
      await confirmRevision(tx, revision, side, { ...word, effectiveAt });
      const confirmed = { ...revision, [side]: word, effectiveAt };
      if (other) await this.putInForce(tx, agreement, [...revisions.slice(0, -1), confirmed]);
      return undefined;
    });
  }

  /** The last revision is in force now, or from its day on; until then the one before stays so. */
  private async putInForce(tx: Sql, agreement: Agreement, revisions: readonly AgreementRevision[]) {
    const now = this.clock.now();
    const number = agreement.number ?? (await this.catalogue.nextNumber(tx));
    const period = periodOf(revisions.at(-1)!.terms, this.catalogue.current().time);
    const state = agreement.state === 'DRAFT' ? 'AGREED' : agreement.state;
    const upcoming = upcomingAt(revisions, now);
    const revision = inForceAt(revisions, now)?.number;
    const nextAt = upcoming && effectOf(upcoming);
    await updateAgreement(tx, { ...agreement, ...period, state, number, revision, nextAt });
    await this.catalogue.bump(tx);
  }

  private async agreeFault(
    tx: Sql,
    agreement: Agreement,
    revisions: readonly AgreementRevision[],
  ): Promise<Refusal | undefined> {
    const { terms } = revisions.at(-1)!;
    const { time } = this.catalogue.current();
    const now = this.clock.now();
    const { startsAt, endsAt } = periodOf(terms, time);
    if (endsAt <= now) {
      return refuse('CONFLICT', `The period of ${agreement.code} ended before ${terms.endsBefore}. Revise it.`);
    }
    const fault = amendFault(agreement, revisions.slice(0, -1), terms, time, now);
    return fault ?? this.rivalFault(tx, agreement, terms, { startsAt, endsAt });
  }

  /** An offer is paid for by one agreement at a time, or a claim could not tell on which one to draw. */
  private async rivalFault(
    tx: Sql,
    agreement: Agreement,
    terms: AgreementTerms,
    { startsAt, endsAt }: Pick<Agreement, 'startsAt' | 'endsAt'>,
  ): Promise<Refusal | undefined> {
    const offers = new Set(terms.items.flatMap((item) => item.offers));
    if (offers.size === 0) return undefined;
    const others = (await agreedAgreements(tx)).filter((other) => {
      return (
        other.id !== agreement.id && other.state !== 'CLOSED' && other.startsAt < endsAt && startsAt < other.endsAt
      );
    });
    const revisions = await readRevisions(
      tx,
      others.map(({ id }) => id),
    );
    const now = this.clock.now();
    const rival = others.find((other) => {
      const phases = phasesOf(other, revisions.get(other.id)!).filter((phase) => phase.endsAt > now);
      const items = phases.flatMap(({ revision }) => revision.terms.items);
      return items.some((item) => item.offers.some((offer) => offers.has(offer)));
    });
    if (!rival) return undefined;
    const message = `An offer of ${agreement.code} is paid for by ${rival.code} in a part of the same period.`;
    return refuse('CONFLICT', `${message} Close that one, or take the offer out of one of both.`, 'agreement');
  }

  /** Nothing more is drawn on it; coupons that are out stay good, and still count. Asked again, it answers the same. */
  close(actor: Actor, id: Id, reason: string): Promise<Refusal | undefined> {
    const fault = checkProse('reason', reason, REASON_MAX, 1);
    if (fault) return Promise.resolve(fault);
    return this.step({}, id, async (tx, agreement) => {
      if (agreement.state === 'CLOSED') return undefined;
      const closed = { at: this.clock.now(), by: nameOf(actor), reason };
      await updateAgreement(tx, { ...agreement, state: 'CLOSED', nextAt: undefined, closed });
      if (agreement.number !== undefined) await this.catalogue.bump(tx);
      return undefined;
    });
  }

  async find(scope: AgreementScope, id: Id): Promise<FullAgreement | undefined> {
    const agreement = await readAgreement(this.database.read, scope, id);
    return agreement && (await this.full([agreement]))[0];
  }

  /** Of many at once, for what names them already. */
  async findAll(ids: readonly Id[]): Promise<Map<Id, FullAgreement>> {
    const found = await this.full(await readAgreements(this.database.read, [...new Set(ids)]));
    return new Map(found.map((one) => [one.agreement.id, one]));
  }

  /** By its code, as commands name it. */
  async findByCode(code: string): Promise<FullAgreement | undefined> {
    const agreement = await readAgreementByCode(this.database.read, code);
    return agreement && (await this.full([agreement]))[0];
  }

  async list(scope: AgreementScope, page: AgreementPage): Promise<FullAgreement[]> {
    return this.full(await listAgreements(this.database.read, scope, page));
  }

  private async full(agreements: readonly Agreement[]): Promise<FullAgreement[]> {
    const revisions = await readRevisions(
      this.database.read,
      agreements.map(({ id }) => id),
    );
    return agreements.map((agreement) => ({ agreement, revisions: revisions.get(agreement.id)! }));
  }

  private revision(actor: Actor, agreementId: Id, number: number, terms: AgreementTerms): AgreementRevision {
    return { agreementId, number, terms, createdAt: this.clock.now(), createdBy: nameOf(actor) };
  }

  private async check(
    sql: Sql,
    partnerId: Id,
    written: WrittenTerms,
    known: AgreementTerms['items'],
  ): Promise<AgreementTerms | Refusal> {
    const terms = checkTerms(written, known);
    if (isRefusal(terms)) return terms;
    const offers = terms.items.flatMap((item) => item.offers);
    const partners = await this.partnersOf(sql, offers);
    if (offers.every((offer) => partners.get(offer) === partnerId)) return terms;
    return refuse('NOT_FOUND', 'The partner has no such offer. Name offers that this partner registered.', 'items');
  }

  /** The catalogue is locked before the agreement, and read again after, since claims may follow from it. */
  private async step(scope: AgreementScope, id: Id, work: Step): Promise<Refusal | undefined> {
    const refusal = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const found = await lockAgreement(tx, scope, id);
      return found ? work(tx, found, (await readRevisions(tx, [id])).get(id)!) : NO_AGREEMENT;
    });
    // The commit stands even if this process cannot read it yet.
    if (!refusal) await this.catalogue.refreshSoon();
    return refusal;
  }
}

/** As it is stored, so that it can be compared with what is. */
function plain(terms: AgreementTerms): unknown {
  return JSON.parse(JSON.stringify(terms));
}

function wrongState({ code }: Agreement, state: string, wanted: string, next: string): Refusal {
  return refuse('CONFLICT', `The agreement ${code} is ${state} and cannot be ${wanted}. ${next}`, 'agreement');
}
