// Fills the textbook stack's own tables from the catalogue and the balances of a world.
import type { DataSource } from 'typeorm';
import type { Gateway } from '../../../src/compose/gateway';
import { hasStock } from '../../../src/marketplace/supply';
import type { Catalogue } from '../../../src/program/catalogue';
import { BenefitEntity, EntitlementEntity, LevelEntity, OfferEntity, PartnerEntity, PlanEntity } from './entities';

// Bytes of the packed key: holder 16, kind 2, ref 16, item 4, period 4, unit 2.
const BALANCES = `INSERT INTO textbook_account (holder, kind, ref, item, period, posted, held)
  SELECT SUBSTR(account, 1, 16), CONV(HEX(SUBSTR(account, 17, 2)), 16, 10), SUBSTR(account, 19, 16),
    CONV(HEX(SUBSTR(account, 35, 4)), 16, 10), CONV(HEX(SUBSTR(account, 39, 4)), 16, 10),
    credits_posted - debits_posted, debits_pending FROM ledger_account`;

export async function fillTextbook(source: DataSource, gateway: Gateway): Promise<void> {
  // Only the tables of its own: the others are declared as none of its business.
  await source.synchronize();
  const catalogue = gateway.catalogue.current();
  await source.query(BALANCES);
  await source.getRepository(LevelEntity).save(catalogue.levels.map(({ id: key, ...level }) => ({ key, ...level })));
  await savePlans(source, catalogue);
  await source
    .getRepository(PartnerEntity)
    .save(catalogue.partners.map(({ id: key, number, name }) => ({ key, number, name })));
  await source.getRepository(OfferEntity).save(
    catalogue.offers.map((offer) => {
      const { id: key, audience, memberLimits, validFrom, validUntil } = offer;
      const [memberLimit] = memberLimits;
      return {
        key,
        number: offer.number,
        code: offer.code,
        version: offer.version,
        title: offer.title,
        kind: offer.kind,
        partnerKey: offer.partner.id,
        levels: [...audience.levels],
        plans: [...audience.plans],
        tags: [...audience.tags],
        chargesCard: offer.chargesCard,
        benefitClass: offer.benefitClass,
        counted: hasStock(offer),
        limitCount: memberLimit?.limit ?? null,
        limitPeriod: memberLimit?.period ?? null,
        unitCost: offer.unitCost,
        worth: offer.faceValue,
        pointsPrice: offer.pointsPrice,
        coPay: offer.coPay,
        from: Number.isFinite(validFrom) ? validFrom : null,
        until: Number.isFinite(validUntil) ? validUntil : null,
        couponValidDays: offer.couponValidDays,
      };
    }),
  );
}

async function savePlans(source: DataSource, catalogue: Catalogue): Promise<void> {
  const plans = catalogue.plans.map(({ id: key, name, kind, drawsOnParentCap, subCaps }) => ({
    key,
    name,
    kind,
    drawsOnParentCap,
    perClass: [...subCaps.perClass],
    perPartner: [...subCaps.perPartner],
    perMonth: subCaps.perMonth ?? null,
    perUse: subCaps.perUse ?? null,
  }));
  await source.getRepository(PlanEntity).save(plans);
  const benefits = catalogue.benefits.map((benefit) => ({ key: benefit.id, ...benefit }));
  await source.getRepository(BenefitEntity).save(benefits);
  for (const { id: planKey, entitlements } of catalogue.plans) {
    const rows = entitlements.map(({ benefit, quota }) => ({
      planKey,
      benefitKey: benefit.id,
      quotaLimit: quota?.limit ?? null,
      quotaPeriod: quota?.period ?? null,
    }));
    await source.getRepository(EntitlementEntity).save(rows);
  }
}
