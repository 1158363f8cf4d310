// Savings as the API shows them.
import { toGlobalId } from '../../kernel/id';
import type { Money } from '../../kernel/money';
import type { Standing } from '../../members/member.view';
import type { PartnerView } from '../../program/catalogue-item';
import { type Savings, savingsOf } from './savings';
import type {
  BenefitSavingsType,
  MonthSavingsType,
  PartnerSavingsType,
  RenewalType,
  SavedAmountsType,
  SavingsType,
} from './savings.type';
import { grouped, type ItemSavings, type MonthSavings, type Renewal, renewalOf } from './savings-detail';

// An instance, not a plain object: type-graphql copies a plain object that a typed resolver takes as its root.
export class SavingsView implements SavingsType {
  private readonly sums: Savings;

  constructor(readonly standing: Standing) {
    this.sums = savingsOf(standing);
  }

  money(amount: number): Money {
    return { amount, currency: this.standing.catalogue.settings.currency };
  }
  get thisMonth(): Money {
    return this.money(this.sums.thisMonth);
  }
  get total(): Money {
    return this.money(this.sums.total);
  }
  get potential(): Money {
    return this.money(this.sums.potential);
  }
  get cardPrice(): Money | null {
    const { term } = this.sums;
    return term ? { amount: term.price, currency: term.currency } : null;
  }
  get brokeEvenOn(): string | null {
    return this.dayOf(this.sums.brokeEvenAt);
  }

  get lifetime(): SavedAmountsType {
    return { verified: this.total, potential: this.potential };
  }

  month({ month, verified, potential }: MonthSavings): MonthSavingsType {
    const digits = String(month);
    return {
      month: `${digits.slice(0, 4)}-${digits.slice(4, 6)}`,
      verified: this.money(verified),
      potential: this.money(potential),
    };
  }

  byPartner(items: readonly ItemSavings[]): PartnerSavingsType[] {
    return grouped(items, ({ partnerId }) => partnerId ?? '').map(({ partnerId, verified, potential }) => ({
      partner: this.partner(partnerId),
      verified: this.money(verified),
      potential: this.money(potential),
    }));
  }

  byBenefit(items: readonly ItemSavings[]): BenefitSavingsType[] {
    const { catalogue } = this.standing;
    return grouped(items, ({ itemId }) => itemId).map(({ itemKind, itemId, partnerId, used, open, ...saved }) => {
      const title = itemKind === 'OFFER' ? catalogue.offer(itemId)?.title : catalogue.benefit(itemId)?.name;
      return {
        item: toGlobalId(itemKind === 'OFFER' ? 'offer' : 'benefit', itemId),
        title: title ?? '',
        partner: this.partner(partnerId),
        used,
        open,
        verified: this.money(saved.verified),
        potential: this.money(saved.potential),
      };
    });
  }

  get renewal(): RenewalType | null {
    const renewal = renewalOf(this.standing);
    const plan = renewal && this.standing.catalogue.plan(renewal.card.planId);
    return renewal && plan ? this.shownRenewal(renewal, plan.view) : null;
  }

  private shownRenewal(renewal: Renewal, plan: RenewalType['plan']): RenewalType {
    const { card, term, daysLeft, renewed } = renewal;
    const money = (amount: number): Money => ({ amount, currency: term.currency });
    return {
      card: toGlobalId('card', card.id),
      plan,
      endsAt: new Date(term.endsAt),
      daysLeft,
      renewed,
      cardPrice: money(term.price),
      savedThisTerm: money(renewal.saved),
      potential: money(renewal.potential),
      paidBack: renewal.missing === 0,
      missing: money(renewal.missing),
      brokeEvenOn: this.dayOf(term.brokeEvenAt),
    };
  }

  private partner(partnerId: string | undefined): PartnerView | null {
    return (partnerId === undefined ? undefined : this.standing.catalogue.partner(partnerId)?.view) ?? null;
  }

  private dayOf(instant: number | undefined): string | null {
    return instant === undefined ? null : this.standing.catalogue.time.isoDate(instant);
  }
}
