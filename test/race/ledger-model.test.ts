// Random stories told to the real ledger and to a naive model of it, by one process and by two at once.
import fc from 'fast-check';
import { ManualClock } from '../../src/kernel/clock';
import { type Balance, isEnforced } from '../../src/ledger/account';
import { LedgerService } from '../../src/ledger/ledger.service';
import type { Chain } from '../../src/ledger/transfer';
import { eachDatabase } from '../support/lanes';
import { expectClean, NOW } from '../support/ledger-fixtures';
import { answerOf, LedgerModel, type ModelAnswer } from '../support/ledger-model';
import { type Scene, story, Telling } from '../support/ledger-stories';

const STORIES = 60;
const STORIES_OF_TWO = 40;

type Balances = Record<string, readonly [bigint, bigint, bigint, bigint]>;

function balancesOf(model: LedgerModel, telling: Telling): Balances {
  const there = telling.accounts.filter((account) => isEnforced(account) && model.exists(account));
  return Object.fromEntries(there.map((account) => [account, model.sums(account)]));
}

async function storedBalances(ledger: LedgerService, telling: Telling): Promise<Balances> {
  const sums = ({ creditsPosted, creditsPending, debitsPosted, debitsPending }: Balance) =>
    [BigInt(creditsPosted), BigInt(creditsPending), BigInt(debitsPosted), BigInt(debitsPending)] as const;
  const stored = await ledger.balancesOf(telling.holder);
  return Object.fromEntries([...stored].map(([account, balance]) => [account, sums(balance)]));
}

function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

/** The models that gave these answers to these chains in some order, each distinct state once. */
function explanations(
  models: readonly LedgerModel[],
  asked: readonly { chain: Chain; answer: ModelAnswer }[],
  telling: Telling,
  now: number,
): LedgerModel[] {
  const found = new Map<string, LedgerModel>();
  for (const model of models) {
    for (const order of ordersOf(asked)) {
      const copy = model.clone();
      const agrees = order.every(({ chain, answer }) => sameAnswer(copy.submit(chain, now), answer));
      if (agrees) found.set(copy.fingerprint(telling.accounts), copy);
    }
  }
  return [...found.values()];
}

function sameAnswer(left: ModelAnswer, right: ModelAnswer): boolean {
  const sorted = (answer: ModelAnswer) => JSON.stringify(Object.entries(answer).sort());
  return sorted(left) === sorted(right);
}

eachDatabase((lane) => {
  test('answers and balances are those of the model', async () => {
    let done = 0;
    const tell = async (scenes: Scene[]) => {
      const clock = new ManualClock(NOW);
      const ledger = new LedgerService(lane.database, clock);
      const [model, telling] = [new LedgerModel(isEnforced), new Telling()];
      for (const scene of [undefined, ...scenes]) {
        const chains = scene ? telling.tell(scene, model.holdIds()) : [telling.prologue()];
        const answers = await Promise.all(chains.map((chain) => ledger.submit(chain)));
        expect(answers.map(answerOf)).toEqual(chains.map((chain) => model.submit(chain, clock.now())));
        done += answers.filter((answer) => answer.applied).length;
        clock.advance(scene?.passes ?? 0);
      }
      expect(await storedBalances(ledger, telling)).toEqual(balancesOf(model, telling));
    };
    await fc.assert(fc.asyncProperty(story, tell), { numRuns: STORIES });
    // Each story has one chain that only sets the scene; stories of refusals alone would prove little.
    expect(done).toBeGreaterThan(2 * STORIES);
    await expectClean(lane.database);
  }, 120_000);

  test('what two processes answer at once, one could have answered in some order', async () => {
    const other = await lane.openAnother();
    const tell = async (scenes: Scene[]) => {
      const clock = new ManualClock(NOW);
      const ledgers = [new LedgerService(lane.database, clock), new LedgerService(other, clock)];
      const telling = new Telling(true);
      let models = [new LedgerModel(isEnforced)];
      for (const scene of [undefined, ...scenes]) {
        const chains = scene ? telling.tell(scene, models[0]!.holdIds()) : [telling.prologue()];
        const answers = await Promise.all(chains.map((chain, at) => ledgers[at % 2]!.submit(chain)));
        const asked = chains.map((chain, at) => ({ chain, answer: answerOf(answers[at]!) }));
        models = explanations(models, asked, telling, clock.now());
        if (models.length === 0) throw new Error(`no order explains ${JSON.stringify(asked, null, 1)}`);
        clock.advance(scene?.passes ?? 0);
      }
      const stored = await storedBalances(ledgers[0]!, telling);
      expect(models.map((model) => balancesOf(model, telling))).toContainEqual(stored);
    };
    await fc.assert(fc.asyncProperty(story, tell), { numRuns: STORIES_OF_TWO, endOnFailure: true });
    await expectClean(lane.database);
  }, 120_000);
});
