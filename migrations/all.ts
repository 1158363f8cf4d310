// The migrations in their order. Append; never change one that was released.
import { Ledger1764000000001 } from './0001-ledger/up';
import { Program1764000000002 } from './0002-program/up';
import { MembersAndRedemptions1764000000003 } from './0003-members-and-redemptions/up';
import { PartnerEvents1764000000004 } from './0004-partner-events/up';
import { Partners1764000000005 } from './0005-partners/up';
import { Offers1764000000006 } from './0006-offers/up';
import { Saga1764000000007 } from './0007-saga/up';
import { Webhooks1764000000008 } from './0008-webhooks/up';
import { PartnerStock1764000000009 } from './0009-partner-stock/up';
import { MemberEvents1764000000011 } from './0011-member-events/up';
import { Levels1764000000012 } from './0012-levels/up';
import { Sales1764000000013 } from './0013-sales/up';
import { Engagement1764000000014 } from './0014-engagement/up';
import { Lifecycle1764000000015 } from './0015-lifecycle/up';
import { Alerts1764000000016 } from './0016-alerts/up';
import { Audit1764000000017 } from './0017-audit/up';
import { Agreements1764000000018 } from './0018-agreements/up';
import { Settlement1764000000019 } from './0019-settlement/up';
import { Reconciliation1764000000020 } from './0020-reconciliation/up';
import { Tracking1764000000021 } from './0021-tracking/up';
import { Figures1764000000022 } from './0022-figures/up';
import { Amendments1764000000023 } from './0023-amendments/up';
import { ContraRows1764000000024 } from './0024-contra-rows/up';

export const MIGRATIONS = [
  Ledger1764000000001,
  Program1764000000002,
  MembersAndRedemptions1764000000003,
  PartnerEvents1764000000004,
  Partners1764000000005,
  Offers1764000000006,
  Saga1764000000007,
  Webhooks1764000000008,
  PartnerStock1764000000009,
  MemberEvents1764000000011,
  Levels1764000000012,
  Sales1764000000013,
  Engagement1764000000014,
  Lifecycle1764000000015,
  Alerts1764000000016,
  Audit1764000000017,
  Agreements1764000000018,
  Settlement1764000000019,
  Reconciliation1764000000020,
  Tracking1764000000021,
  Figures1764000000022,
  Amendments1764000000023,
  ContraRows1764000000024,
];
