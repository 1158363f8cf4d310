// Random lives of members through the doors of the gateway: at any time the figures are what a naive count says.
import fc from 'fast-check';
import type { FiguresModel } from '../../../test/support/figures-model';
import { FIGURES_PROGRAM, FiguresTelling, lives, PLANS } from '../../../test/support/figures-telling';
import { TestGateway } from '../../../test/support/gateway';
import { Story } from '../../../test/support/gateway-story';
import { eachDatabase } from '../../../test/support/lanes';
import { type DayNumber, dayFromText, dayText } from '../../kernel/period';
import { isRefusal } from '../../kernel/refusal';
import { kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS } from '../../ledger/chart';
import { readContra } from '../../ledger/contra.store';
import { levelOf } from '../../members/level';
import { leftOn, pointsAccount } from '../../members/member-accounts';
import type { FigureReader } from './figure-reader';
import { capUseOf, earnedOf, plansOf, renewalsOf, salesOf } from './money-figures';
import { levelStructureOf, penetrationOf, pointsOf, retentionOf, spendOf, stageMovesOf } from './people-figures';
import { recountFigures } from './recount';
import { renderRecount } from './recount-table';
import { RollUpJob } from './roll-up.job';
import { topItems } from './use-figures';

const LIVES = 12;
const FIRST_DAY = dayFromText('2025-09-01');

eachDatabase((lane) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: FIGURES_PROGRAM });
    await new Story(gateway).fillPool(
      'code',
      Array.from({ length: 500 }, (_, at) => `code number ${at}`),
    );
  });
  afterAll(() => gateway.stop());

  const open = (from: DayNumber, to: DayNumber, plan?: string): FigureReader => {
    const reader = gateway.gateway.insight.open({ from: dayText(from), to: dayText(to), plan });
    if (isRefusal(reader)) throw new Error(reader.message);
    return reader;
  };

  async function expectSpan(model: FiguresModel, from: DayNumber, to: DayNumber): Promise<void> {
    const days = { from, to };
    const all = open(from, to);
    for (const plan of [undefined, ...PLANS]) {
      const sales = await salesOf(open(from, to, plan));
      const told = Object.fromEntries(sales.map(({ kind, sold, revenue }) => [kind, [sold, revenue]]));
      expect(told).toEqual(model.sales(days, plan));
      const { revenue, refunded, cost } = await earnedOf(open(from, to, plan));
      expect([revenue, refunded, cost]).toEqual(model.earned(days, plan));
    }
    const plans = await plansOf(all);
    for (const plan of PLANS) {
      const planId = all.catalogue.planByCode(plan)!.id;
      const { holders, sold } = plans.find((one) => one.planId === planId) ?? { holders: 0, sold: undefined };
      expect(holders).toBe(model.holders(to, plan));
      const { tenths, ...counted } = model.sold(days, plan);
      const { terms = 0, net = 0, cost = 0 } = sold ?? {};
      expect({ terms, net, cost }).toEqual(counted);
      const use = await capUseOf(open(from, to, plan));
      expect(use.map(({ terms: { numerator } }) => numerator)).toEqual(tenths);
    }
    const items = await topItems(all, 100);
    const claimed = Object.entries(model.items(days)).filter(([, [claims]]) => claims > 0);
    expect(Object.fromEntries(items.map(({ code, claims, uses, saved }) => [code, [claims, uses, saved]]))).toEqual(
      Object.fromEntries(claimed),
    );
    const { rate } = await renewalsOf(all);
    expect([rate.numerator, rate.denominator]).toEqual(model.renewals(days));
    const penetration = await penetrationOf(all);
    expect([penetration.numerator, penetration.denominator]).toEqual(model.penetration(to));
    const { members, before, after } = await spendOf(all);
    expect([members, before, after]).toEqual(model.spend(days));
    for (const curve of await retentionOf(all)) {
      const first = dayFromText(`${curve.month}-01`);
      const next = new Date(`${curve.month}-01T00:00:00Z`);
      next.setUTCMonth(next.getUTCMonth() + 1);
      const cohort = { from: first, to: dayFromText(next.toISOString().slice(0, 10)) - 1 };
      expect(curve.members).toBe(model.retention(cohort, 0)[0]);
      for (const { months, members: kept } of curve.kept) {
        expect([kept.denominator, kept.numerator]).toEqual(model.retention(cohort, months));
      }
    }
  }

  /** What stands now is what the members say themselves. */
  async function expectNow(telling: FiguresTelling, today: DayNumber): Promise<void> {
    const reader = open(FIRST_DAY, today);
    const rows = await telling.rowsOf();
    const { catalogue } = reader;
    const now = gateway.clock.now();
    const points = rows.reduce((sum, { member, balances }) => sum + leftOn(balances, pointsAccount(member.id)), 0);
    expect((await pointsOf(reader)).outstanding).toBe(points);
    const { levels } = await levelStructureOf(reader);
    const standing = levels.map(({ level, members }) => [level.code, members.numerator]);
    const at = (code: string) => rows.filter((one) => levelOf({ rows: one, catalogue, now })?.code === code).length;
    expect(standing).toEqual(catalogue.levels.map(({ code }) => [code, at(code)]));
    const stages = new Map<string, number>();
    for (const { from, to, members } of await stageMovesOf(reader)) {
      stages.set(to, (stages.get(to) ?? 0) + members);
      if (from) stages.set(from, (stages.get(from) ?? 0) - members);
    }
    for (const [stage, count] of stages) {
      expect([stage, count]).toEqual([stage, rows.filter(({ member }) => member.stage === stage).length]);
    }
    const contra = await readContra(lane.database.read);
    const costs = [...contra].filter(([account]) => kindOf(account) === ACCOUNT_KINDS.COST);
    const posted = costs.reduce((sum, [, { creditsPosted, debitsPosted }]) => sum + creditsPosted - debitsPosted, 0);
    expect((await earnedOf(reader)).cost).toBe(posted);
  }

  test('figures are what a naive count says', async () => {
    const { database, catalogue, clock, rollUp } = gateway.gateway;
    const few = new RollUpJob(database, catalogue, clock, 7, 5);
    const telling = new FiguresTelling(gateway, () => few.run());
    const spans = fc.tuple(fc.nat(400), fc.nat(400));
    await fc.assert(
      fc.asyncProperty(lives, fc.array(spans, { minLength: 2, maxLength: 4 }), async (life, asked) => {
        await telling.live(life);
        // Halfway, with changes that wait.
        const report = await recountFigures(database, catalogue.current());
        expect(renderRecount(report)).toContain('The roll-up equals the facts.');
        await gateway.settle();
        await rollUp.drain();
        const today = catalogue.current().time.dayNumber(clock.now());
        const model = await telling.model();
        await expectSpan(model, FIRST_DAY, today);
        for (const [ago, length] of asked) await expectSpan(model, today - ago - length, today - ago);
        await expectNow(telling, today);
        expect((await recountFigures(database, catalogue.current())).clean).toBe(true);
      }),
      { numRuns: LIVES, endOnFailure: true },
    );
  }, 180_000);
});
