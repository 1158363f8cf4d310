// Redemptions as a file: read page by page while it is sent, with what the role may see of members.
import type { Readable } from 'node:stream';
import type { Database } from '../../database/database';
import type { Role } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Row, type SheetFormat, sheetStream } from '../../kernel/sheet';
import { findExternalIds } from '../../members/member.store';
import type { Catalogue } from '../../program/catalogue';
import type { Redemption } from '../redemption';
import type { OfferScope } from '../redemption.service';
import { columnsFor, memberFor } from './export-columns';
import { countTracked, listTracked } from './tracking.store';

const PAGE = 500;

export interface ExportOptions {
  readonly format: SheetFormat;
  readonly role: Role;
  /** Called after each page with the rows so far. */
  readonly onProgress?: (rows: number) => void;
}

export class RedemptionExport {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * The newest first, each once. What is claimed after it began is not in it; each page shows its rows as they are when
   * it is read, so one that is used meanwhile is in it as `ISSUED` or as `USED`.
   */
  stream(scope: OfferScope, { format, role, onProgress }: ExportOptions): Readable {
    const columns = columnsFor(role);
    const header = columns.map(({ name }) => name);
    const now = this.clock.now();
    return sheetStream(format, { name: 'redemptions', header, now, rows: this.rows(scope, role, onProgress) });
  }

  /** How many rows it would have now. */
  async count({ partnerId, ...scope }: OfferScope): Promise<number> {
    if (partnerId === null) return 0;
    return countTracked(this.database.read, { ...scope, partnerId }, this.clock.now());
  }

  private async *rows(scope: OfferScope, role: Role, onProgress?: (rows: number) => void): AsyncGenerator<Row> {
    const { partnerId, ...further } = scope;
    if (partnerId === null) return;
    const cells = columnsFor(role).map(({ cell }) => cell);
    let before: Id | undefined;
    for (let count = 0, full = true; full; ) {
      const now = this.clock.now();
      const page = await listTracked(this.database.read, { ...further, partnerId }, { before, limit: PAGE, now });
      const members = await this.membersOf(page, role);
      const catalogue = this.catalogue();
      for (const redemption of page) {
        const row = { redemption, catalogue, now, member: members.get(redemption.memberId) };
        yield cells.map((cell) => cell(row));
      }
      before = page.at(-1)?.id;
      full = page.length === PAGE;
      count += page.length;
      onProgress?.(count);
    }
  }

  private async membersOf(page: readonly Redemption[], role: Role): Promise<ReadonlyMap<Id, string>> {
    const shown = memberFor(role);
    if (!shown) return new Map();
    const ids = [...new Set(page.map(({ memberId }) => memberId))];
    const members = await findExternalIds(this.database.read, ids);
    return new Map([...members].map(([id, externalId]) => [id, shown(externalId)]));
  }
}
