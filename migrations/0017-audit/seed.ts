// An entry that asked and one that answered, as they were before the next migration.

import { appendEntry } from '../../src/audit/audit.store';
import type { Sql } from '../../src/database/sql';
import { OFFER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const said = {
    at: TIME,
    role: 'BD',
    actor: 'bd@example.com',
    requestId: 'r-1',
    action: 'pauseOffer',
    subject: { type: 'offer', key: `offer_${OFFER}` },
  } as const;
  const asked = await appendEntry(tx, { ...said, kind: 'ASKED', detail: { offer: `offer_${OFFER}` } });
  await appendEntry(tx, { ...said, kind: 'ANSWERED', asked, outcome: 'DONE', detail: { changes: [] } });
}
