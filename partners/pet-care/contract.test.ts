// The pet-care brand keeps the contract, and says how the cards stand that it runs.

import { systemClock } from '../../src/kernel/clock';
import { runContractSuite } from '../../src/partner-port/contract-suite';
import { simulatedBrand } from '../../test/support/simulated-brand';

test('it keeps the contract', async () => {
  const brand = await simulatedBrand('pet-care', systemClock);
  const options = { ...brand, clock: systemClock, offerRef: 'pawmelia-vaccine', cardHolder: 'm_holder' };
  const results = await runContractSuite(options);
  await brand.close();
  expect(results.filter(({ finding }) => finding.verdict === 'FAILED')).toEqual([]);
  expect(results.filter(({ finding }) => finding.verdict === 'SKIPPED').map(({ name }) => name)).toEqual(['catalogue']);
});

test.each([
  ['m_holder', 'ACTIVE'],
  ['m_suspended', 'SUSPENDED'],
  ['m_expired', 'EXPIRED'],
  ['m_nobody', 'ABSENT'],
])('the card of %s is %s', async (memberRef, state) => {
  const brand = await simulatedBrand('pet-care', systemClock);
  const outcome = await brand.connector.cardStatus!(memberRef, { signal: AbortSignal.timeout(10_000) });
  await brand.close();
  expect(outcome).toMatchObject({ kind: 'CONFIRMED', value: { state } });
});
