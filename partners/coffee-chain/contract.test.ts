// The coffee chain keeps the contract, and lists its offers.

import { systemClock } from '../../src/kernel/clock';
import { runContractSuite } from '../../src/partner-port/contract-suite';
import { simulatedBrand } from '../../test/support/simulated-brand';

test('it keeps the contract', async () => {
  const brand = await simulatedBrand('coffee-chain', systemClock);
  const results = await runContractSuite({ ...brand, clock: systemClock, offerRef: 'brewmaro-latte' });
  await brand.close();
  expect(results.filter(({ finding }) => finding.verdict === 'FAILED')).toEqual([]);
  const skipped = results.filter(({ finding }) => finding.verdict === 'SKIPPED').map(({ name }) => name);
  expect(skipped).toEqual(['card of a member', 'card of an unknown member']);
});

test('its offers are listed, and what is gone cannot be had', async () => {
  const brand = await simulatedBrand('coffee-chain', systemClock);
  const call = () => ({ signal: AbortSignal.timeout(10_000) });
  const listed = await brand.connector.catalogue!(undefined, call());
  const refs = ['brewmaro-latte', 'brewmaro-second-cup', 'brewmaro-tasting'];
  const availability = await brand.connector.availability(refs, call());
  await brand.close();
  expect(listed).toMatchObject({ kind: 'CONFIRMED', value: { offers: refs.map((offerRef) => ({ offerRef })) } });
  expect(availability).toMatchObject({
    value: [{ available: true }, { available: true, left: 500 }, { available: false, left: 0 }],
  });
});
