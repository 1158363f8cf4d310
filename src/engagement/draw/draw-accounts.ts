// The ledger accounts of draws, named once for all who write or read them.
import { type Id, namedId } from '../../kernel/id';
import { COUNT } from '../../kernel/money';
import type { PeriodNumber } from '../../kernel/period';
import { type AccountKey, accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../../ledger/chart';

export function chanceAccount(memberId: Id, drawNumber: number): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.DRAW_CHANCE, item: drawNumber, unit: COUNT });
}

export function drawLimitAccount(memberId: Id, drawNumber: number, period: PeriodNumber): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.DRAW_LIMIT, item: drawNumber, period, unit: COUNT });
}

type OfDraw = 'CHANCES_USED' | 'DRAW_LIMIT_GRANTED' | 'DRAW_LIMIT_USED';

export function drawContra(kind: OfDraw, drawId: Id): AccountKey {
  return accountKey({ holder: drawId, kind: KIND[kind], unit: COUNT });
}

export function chancesGrantedAccount(drawId: Id): AccountKey {
  return accountKey({ holder: drawId, kind: KIND.CHANCES_GRANTED, unit: COUNT });
}

function ofPrize(kind: 'PRIZE_STOCK' | 'PRIZES_GRANTED' | 'PRIZES_WON') {
  return (drawId: Id, prizeCode: string): AccountKey =>
    accountKey({ holder: drawId, kind: KIND[kind], ref: namedId('prize', prizeCode), unit: COUNT });
}

export const prizeStockAccount = ofPrize('PRIZE_STOCK');
export const prizesGrantedAccount = ofPrize('PRIZES_GRANTED');
export const prizesWonAccount = ofPrize('PRIZES_WON');
