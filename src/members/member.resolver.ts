// Members and cards at the API: a member asks for itself, the operator's server and staff for one by its id.
import { Arg, Ctx, createUnionType, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { fromGlobalId, namedId } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import type { Catalogue } from '../program/catalogue';
import type { RequestContext } from '../request/context';
import { Allow, MEMBERS } from '../request/policy';
import { type RefusalAnswer, RefusalType, toRefusalType } from '../request/shared.type';
import type { CardAndMember, CardService } from './card.service';
import { checkAdjustment, checkText } from './input-checks';
import { AdjustBalanceRequest, OpenCardRequest, RegisterMemberInput, RenewCardRequest } from './member.input';
import type { MemberService } from './member.service';
import { CardType, MemberType } from './member.type';
import { CardView, MemberView } from './member.view';
import type { MemberRows } from './member-rows';

@Allow('SERVER')
@ObjectType('RegisteredMembers', { simpleResolvers: true })
export class RegisteredMembersType {
  @Field(() => [MemberType], { description: 'In the order in which they were given.' })
  members!: MemberType[];
}

const RegisterMembersResult = createUnionType({
  name: 'RegisterMembersResult',
  types: () => [RegisteredMembersType, RefusalType] as const,
});
const CardResult = createUnionType({ name: 'CardResult', types: () => [CardType, RefusalType] as const });
export const MemberResult = createUnionType({ name: 'MemberResult', types: () => [MemberType, RefusalType] as const });

const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NO_CARD = refuse('NOT_FOUND', 'There is no such card.', 'card');
const NO_PARENT = refuse('NOT_FOUND', 'The member has no such card.', 'parentCard');
const MEMBERS_A_CALL = 500;

@Resolver()
export class MemberResolver {
  constructor(
    private readonly members: MemberService,
    private readonly cards: CardService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(MEMBERS)
  @Query(() => MemberType, {
    nullable: true,
    description: 'The member whose token this is; null if it is not registered.',
  })
  async me(@Ctx() context: RequestContext): Promise<MemberView | null> {
    const memberId = context.actor?.memberId;
    const rows = memberId === undefined ? undefined : await this.members.rowsOf(memberId);
    return rows ? this.view(rows, context) : null;
  }

  @Allow('SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @Query(() => MemberType, { nullable: true, description: "A member by the operator's own id; null if unknown." })
  async member(@Arg('externalId') externalId: string, @Ctx() context: RequestContext): Promise<MemberView | null> {
    const memberId = await this.members.idOf(externalId);
    const rows = memberId && (await this.members.rowsOf(memberId));
    return rows ? this.view(rows, context) : null;
  }

  @Allow('SERVER')
  @Mutation(() => RegisterMembersResult, { description: `Registers at most ${MEMBERS_A_CALL} members, all or none.` })
  async registerMembers(
    @Arg('members', () => [RegisterMemberInput]) inputs: RegisterMemberInput[],
    @Ctx() context: RequestContext,
  ): Promise<object> {
    if (inputs.length === 0 || inputs.length > MEMBERS_A_CALL) {
      const message = `members has ${inputs.length} entries; allowed are 1 to ${MEMBERS_A_CALL}.`;
      return toRefusalType(refuse('INVALID_INPUT', message, 'members'));
    }
    const registered = await this.members.register(inputs.map(fromInput));
    if (isRefusal(registered)) return toRefusalType(registered);
    const rows = await Promise.all(registered.map(({ id }) => this.members.rowsOf(id)));
    return { __typename: 'RegisteredMembers', members: rows.map((found) => this.view(found!, context)) };
  }

  @Allow('SERVER')
  @Mutation(() => CardResult, { description: 'Opens a card after payment and grants its cost cap.' })
  async openCard(@Arg('input') input: OpenCardRequest, @Ctx() context: RequestContext): Promise<object> {
    // Before anything is looked up: a malformed order comes before an unknown id in the order of refusals.
    const fault = checkText('orderId', input.orderId);
    if (fault) return toRefusalType(fault);
    const memberId = await this.members.idOf(input.member);
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    const plan = this.catalogue().planByCode(input.plan);
    if (!plan) return toRefusalType(refuse('NOT_FOUND', 'There is no such plan in the program.', 'plan'));
    const parent = input.parentCard ?? undefined;
    const parentCardId = parent === undefined ? undefined : fromGlobalId('card', parent);
    if (parent !== undefined && parentCardId === undefined) return toRefusalType(NO_PARENT);
    const { orderId, startsAt } = input;
    const opened = await this.cards.open({
      memberId,
      planId: plan.id,
      orderId,
      startsAt: startsAt?.getTime(),
      parentCardId,
      priceCode: input.priceCode ?? undefined,
    });
    return this.cardAnswer(opened, context);
  }

  @Allow('SERVER')
  @Mutation(() => CardResult, { description: 'Adds a paid term; it begins when the last one ends, or now.' })
  async renewCard(@Arg('input') input: RenewCardRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault = checkText('orderId', input.orderId);
    if (fault) return toRefusalType(fault);
    const cardId = fromGlobalId('card', input.card);
    if (cardId === undefined) return toRefusalType(NO_CARD);
    const { orderId, priceCode } = input;
    const renewed = await this.cards.renew({ cardId, orderId, priceCode: priceCode ?? undefined });
    return this.cardAnswer(renewed, context);
  }

  @Allow('SERVER', 'OPERATIONS')
  @Mutation(() => CardResult, { description: 'Closes a card for good and takes back what is left of its cost cap.' })
  async closeCard(@Arg('card', () => ID) card: string, @Ctx() context: RequestContext): Promise<object> {
    const cardId = fromGlobalId('card', card);
    return cardId === undefined ? toRefusalType(NO_CARD) : this.cardAnswer(await this.cards.close(cardId), context);
  }

  @Allow('SERVER', 'OPERATIONS')
  @Mutation(() => MemberResult, { description: 'Adds to or takes from the points or the growth value of a member.' })
  async adjustBalance(@Arg('input') input: AdjustBalanceRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault = checkText('idempotencyKey', input.idempotencyKey) ?? checkAdjustment('amount', input.amount);
    if (fault) return toRefusalType(fault);
    const memberId = await this.members.idOf(input.member);
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    const { role, subject } = context.actor!;
    const key = namedId('adjust', role, subject, memberId, input.idempotencyKey);
    const { balance, amount } = input;
    const adjusted = await this.members.adjust({ memberId, balance, amount, key });
    return isRefusal(adjusted) ? toRefusalType(adjusted) : this.view(adjusted, context);
  }

  private view(rows: MemberRows, context: RequestContext): MemberView {
    return new MemberView({ rows, catalogue: this.catalogue(), now: context.now });
  }

  private cardAnswer(outcome: CardAndMember | Refusal, context: RequestContext): CardView | RefusalAnswer {
    if (isRefusal(outcome)) return toRefusalType(outcome);
    const { cards } = this.view(outcome.rows, context);
    return cards.find((view) => view.card.id === outcome.card.id) ?? toRefusalType(NO_CARD);
  }
}

function fromInput(input: RegisterMemberInput) {
  return {
    externalId: input.externalId,
    nickname: input.nickname,
    birthday: input.birthday ?? undefined,
    tags: input.tags ?? undefined,
    joinedAt: input.joinedAt?.getTime(),
  };
}
