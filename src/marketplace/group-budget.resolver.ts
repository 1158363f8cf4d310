// The budgets of groups at the API of staff.
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { Catalogue } from '../program/catalogue';
import { Allow, STAFF } from '../request/policy';
import { MoneyType } from '../request/shared.type';
import type { GroupBudgetService } from './group-budget.service';

@Allow(STAFF)
@ObjectType('GroupBudget', {
  simpleResolvers: true,
  description: 'A sum that is set aside for a group of members, in its running period.',
})
export class GroupBudgetType {
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When the period ends, and the sum is there anew. Exclusive.' })
  endsAt!: Date;
  @Field(() => MoneyType, { description: 'What was set aside for this period.' })
  granted!: MoneyType;
  @Field(() => MoneyType, { description: 'Reserved by coupons whose cost counts at use.' })
  held!: MoneyType;
  @Field(() => MoneyType, { description: 'Spent for good.' })
  used!: MoneyType;
  @Field(() => MoneyType, { description: 'granted − held − used.' })
  left!: MoneyType;
}

@Resolver()
export class GroupBudgetResolver {
  constructor(
    private readonly budgets: GroupBudgetService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF)
  @Query(() => [GroupBudgetType], { description: 'The budgets of the program, with what is left of each.' })
  async groupBudgets(): Promise<GroupBudgetType[]> {
    const catalogue = this.catalogue();
    const { currency } = catalogue.settings;
    const money = (amount: number): MoneyType => ({ amount, currency });
    const found = await this.budgets.list(catalogue);
    return found.map(({ budget: { code, name }, endsAt, granted, held, used, left }) => ({
      code,
      name,
      endsAt: new Date(endsAt),
      granted: money(granted),
      held: money(held),
      used: money(used),
      left: money(left),
    }));
  }
}
