// Agreements at the API: staff makes and closes them, and both sides confirm them and see the books.

import { Arg, Ctx, createUnionType, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Actor } from '../kernel/actor';
import { fromGlobalId, type Id } from '../kernel/id';
import { encodeCursor } from '../kernel/page';
import { isRefusal, type Refusal } from '../kernel/refusal';
import type { Catalogue } from '../program/catalogue';
import { partnerNamed } from '../program/named-partner';
import { type Connection, connectionPage } from '../request/connection';
import type { RequestContext } from '../request/context';
import { afterKey, pageSize } from '../request/page-input';
import { Allow, NeedsScope, STAFF } from '../request/policy';
import { RefusalType, toRefusalType } from '../request/shared.type';
import type { FullAgreement } from './agreement';
import {
  AgreementFilter,
  CloseAgreementInput,
  ConfirmAgreementInput,
  CreateAgreementInput,
  ReviseAgreementInput,
  writtenTerms,
} from './agreement.input';
import { type AgreementService, NO_AGREEMENT } from './agreement.service';
import type { AgreementScope } from './agreement.store';
import { AgreementBalancesType, AgreementConnectionType, AgreementType } from './agreement.type';
import { type AgreementView, agreementView, balancesView } from './agreement.view';
import type { BalanceBook } from './agreement-balances';

const CURSOR = 'agreement';
const MAKERS = ['BD', 'ADMIN'] as const;

export const AgreementResult = createUnionType({
  name: 'AgreementResult',
  types: () => [AgreementType, RefusalType] as const,
});

function scopeOf({ role, partnerId }: Actor): AgreementScope {
  return role === 'PARTNER' ? { partnerId: partnerId ?? null } : {};
}

@Resolver(() => AgreementType)
export class AgreementResolver {
  constructor(
    private readonly agreements: AgreementService,
    private readonly book: BalanceBook,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('AGREEMENTS')
  @Query(() => AgreementConnectionType, {
    name: 'agreements',
    description: "Agreements of exchange, newest first: a partner's own, or those of all for staff.",
  })
  async list(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => AgreementFilter, { nullable: true }) filter?: AgreementFilter | null,
  ): Promise<Connection<AgreementType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const scope = this.narrowed(context.actor!, filter?.partner);
    const { state, owner } = filter ?? {};
    const page = { state: state ?? undefined, owner: owner ?? undefined, now: context.now, before, limit: size + 1 };
    const found = await this.agreements.list(scope, page);
    return connectionPage(found, size, (full) => ({
      cursor: encodeCursor(CURSOR, full.agreement.id),
      node: this.view(full, context),
    }));
  }

  /** A partner's scope comes from its token; what it names besides can narrow that, never leave it. */
  private narrowed(actor: Actor, partner: string | null | undefined): AgreementScope {
    const own = scopeOf(actor);
    if (!partner) return own;
    const named = partnerNamed(this.catalogue(), partner)?.id ?? null;
    return { partnerId: own.partnerId === undefined || own.partnerId === named ? named : null };
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('AGREEMENTS')
  @Query(() => AgreementType, { nullable: true, description: 'Null unless the actor may see it.' })
  async agreement(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<AgreementType | null> {
    const agreementId = fromGlobalId('agreement', id);
    const found = agreementId && (await this.agreements.find(scopeOf(context.actor!), agreementId));
    return found ? this.view(found, context) : null;
  }

  @Allow('PARTNER', STAFF)
  @FieldResolver(() => AgreementBalancesType, { description: 'Read from the ledger when it is asked for.' })
  async balances(@Root() { source }: AgreementView, @Ctx() { now }: RequestContext): Promise<AgreementBalancesType> {
    const balances = await this.book.of(source, this.catalogue().time, now);
    return balancesView(balances, source.agreement.currency);
  }

  @Allow(...MAKERS)
  @Mutation(() => AgreementResult, { description: 'Writes an agreement, as a draft that waits for both sides.' })
  async createAgreement(@Arg('input') input: CreateAgreementInput, @Ctx() context: RequestContext): Promise<object> {
    const actor = context.actor!;
    const { code, owner, partner } = input;
    const partnerId = fromGlobalId('partner', partner) ?? this.catalogue().partnerByCode(partner)?.id ?? '';
    const terms = writtenTerms(input.terms);
    if (isRefusal(terms)) return toRefusalType(terms);
    const made = await this.agreements.create(actor, { code, partnerId, owner: owner ?? actor.subject, terms });
    return isRefusal(made) ? toRefusalType(made) : this.answer(made, undefined, context);
  }

  @Allow(...MAKERS)
  @Mutation(() => AgreementResult, {
    description: 'Writes the next revision, which waits for both sides. What is in force stays so until then.',
  })
  async reviseAgreement(@Arg('input') input: ReviseAgreementInput, @Ctx() context: RequestContext): Promise<object> {
    const terms = writtenTerms(input.terms);
    if (isRefusal(terms)) return toRefusalType(terms);
    return this.change(input.agreement, context, (actor, id) => this.agreements.revise(actor, id, terms));
  }

  @Allow('PARTNER', ...MAKERS)
  @NeedsScope('AGREEMENTS')
  @Mutation(() => AgreementResult, {
    description: "The word of the actor's side on the last revision; with both sides' word it is in force.",
  })
  async confirmAgreement(@Arg('input') input: ConfirmAgreementInput, @Ctx() context: RequestContext): Promise<object> {
    return this.change(input.agreement, context, (actor, id) =>
      this.agreements.confirm(actor, scopeOf(actor), id, input.revision),
    );
  }

  @Allow(...MAKERS)
  @Mutation(() => AgreementResult, { description: 'Nothing more is drawn on it. Coupons that are out stay good.' })
  async closeAgreement(@Arg('input') input: CloseAgreementInput, @Ctx() context: RequestContext): Promise<object> {
    return this.change(input.agreement, context, (actor, id) => this.agreements.close(actor, id, input.reason));
  }

  private async change(
    agreement: string,
    context: RequestContext,
    work: (actor: Actor, id: Id) => Promise<Refusal | undefined>,
  ): Promise<object> {
    const id = fromGlobalId('agreement', agreement);
    if (id === undefined) return toRefusalType(NO_AGREEMENT);
    return this.answer(id, await work(context.actor!, id), context);
  }

  private async answer(id: Id, refusal: Refusal | undefined, context: RequestContext): Promise<object> {
    if (refusal) return toRefusalType(refusal);
    const found = await this.agreements.find(scopeOf(context.actor!), id);
    return found ? { __typename: 'Agreement', ...this.view(found, context) } : toRefusalType(NO_AGREEMENT);
  }

  private view(full: FullAgreement, { now }: RequestContext): AgreementView {
    const partner = this.catalogue().partner(full.agreement.partnerId)?.code ?? '';
    return agreementView(full, partner, now);
  }
}
