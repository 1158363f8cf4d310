// Draws as the API shows them.

import { type Id, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { dateOfDay } from '../../kernel/period';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueDraw } from '../../program/catalogue-engagement';
import type { Prize } from '../../program/engagement';
import { type Connection, connectionPage } from '../../request/connection';
import type { Given } from '../reward/reward';
import { toGivenType, toRewardType } from '../reward/reward.view';
import type { DrawAudit } from './draw.service';
import type { DrawAuditType, DrawingType, DrawType, PrizeType } from './draw.type';
import { type Drawing, totalWeight } from './drawing';

export const DRAWING_CURSOR = 'drawings';

export function toDrawType(draw: CatalogueDraw, catalogue: Catalogue): DrawType {
  const { globalId: id, code, name, description = null, chancePrice = null, prizes } = draw;
  const shown = prizes.map((prize) => toPrizeType(prize, catalogue));
  return { id, code, name, description, chancePrice, prizes: shown, totalWeight: totalWeight(draw) };
}

function toPrizeType({ code, name, weight, reward }: Prize, catalogue: Catalogue): PrizeType {
  return { code, name, weight, reward: toRewardType(reward, catalogue) };
}

/** By the id of the drawing. */
export type GivenByDrawing = ReadonlyMap<Id, Given>;

export function toDrawingType(drawing: Drawing, given: GivenByDrawing, catalogue: Catalogue): DrawingType {
  const draw = catalogue.draw(drawing.drawId);
  // A prize that the program no longer has is shown by its code alone.
  const prize = drawing.prize === undefined ? undefined : draw?.prizes.find(({ code }) => code === drawing.prize);
  const gone = { code: drawing.prize ?? '', name: drawing.prize ?? '', weight: 0, reward: toRewardType({}, catalogue) };
  const reward = given.get(drawing.id);
  return {
    id: toGlobalId('drawing', drawing.id),
    draw: draw?.code ?? '',
    prize: drawing.prize === undefined ? null : prize ? toPrizeType(prize, catalogue) : gone,
    given: reward ? toGivenType(reward, catalogue.settings.currency) : null,
    points: drawing.points,
    drawnAt: new Date(drawing.drawnAt),
  };
}

export function drawingPage(
  found: readonly Drawing[],
  first: number,
  { given, catalogue }: { readonly given: GivenByDrawing; readonly catalogue: Catalogue },
): Connection<DrawingType> {
  return connectionPage(found, first, (drawing) => ({
    cursor: encodeCursor(DRAWING_CURSOR, drawing.id),
    node: toDrawingType(drawing, given, catalogue),
  }));
}

export function toAuditType({ drawing, seedHash, seed, roll, landed, agrees }: DrawAudit): DrawAuditType {
  return {
    drawing: toGlobalId('drawing', drawing.id),
    ticket: drawing.ticket,
    date: dateOfDay(drawing.day),
    seedHash,
    seed: seed ?? null,
    oddsVersion: drawing.version,
    roll,
    landed: landed ?? null,
    won: drawing.prize ?? null,
    agrees,
  };
}
