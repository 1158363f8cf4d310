// An entry that asked, as it was before the next migration. Its hash is nobody's: the migrations do not look at it.
import type { Sql } from '../../src/database/sql';
import { OFFER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const entry = {
    number: 1,
    kind: 'ASKED',
    made_at: TIME,
    role: 'BD',
    actor: 'bd@example.com',
    request_id: 'r-1',
    action: 'pauseOffer',
    subject_type: 'offer',
    subject_key: `offer_${OFFER}`,
    detail: '{}',
    hash: 'f'.repeat(64),
  };
  await tx.insertMany('audit_entry', Object.keys(entry), [Object.values(entry)]);
  await tx.run('UPDATE audit_head SET number = 1, hash = ?', [entry.hash]);
}
