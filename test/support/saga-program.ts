// The program of the tests of sagas: offers that a partner's API issues, of each cost basis, with each kind of limit.
import { offer, plan, programText } from './gateway-program';

const API = { fulfilment: 'PARTNER_API', unitCost: 20, faceValue: 50 };

export const SAGA_PROGRAM = programText({
  plans: [plan('plus', { costCap: 1_000 })],
  offers: [
    offer('espresso', { ...API, offerRef: 'partner-espresso' }),
    offer('ticket', {
      ...API,
      costBasis: 'USE',
      couponValidDays: 2,
      pointsPrice: 5,
      stock: 1_000,
      memberLimit: { limit: 50, period: 'DAY' },
    }),
    offer('film', { ...API, partner: 'cinema' }),
    offer('gratis', { ...API, unitCost: 0, faceValue: 0, couponValidDays: 1 }),
    offer('open', { ...API, card: 'NONE' }),
    offer('share', { ...API, unitCost: 700, coPay: true }),
  ],
});
