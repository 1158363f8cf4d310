// What lines and redemptions are compared by: a keyed hash of the code, or of what else names the redemption.
import { type Id, toGlobalId } from '../../kernel/id';
import type { CodeCipher } from '../../marketplace/code-cipher';
import { checkText } from '../../members/input-checks';
import type { ClearLine, FeedLine, FeedTerms, MatchBy } from './feed';

const REFERENCE_MAX = 190;

/** What may name a redemption of ours, as it is stored. */
export interface Named {
  readonly redemptionId: Id;
  readonly itemId: Id;
  readonly partnerId: Id;
  readonly sealedCode?: Buffer;
  /** Of a code that the partner's API issued: hashed as lines are. */
  readonly codeHash?: Buffer;
  readonly partnerRef?: string;
  /** The external id. */
  readonly member: string;
}

/** Keys are 32 hexadecimal digits. A code in clear is never kept: a line's is sealed for its partner. */
export class MatchKeys {
  constructor(private readonly cipher: CodeCipher) {}

  /** The line as it is kept, or what is wrong with it. `offerId`: of the offer that it names, where that is one. */
  keep(
    partnerId: Id,
    terms: FeedTerms,
    line: ClearLine,
    offerId: Id | undefined,
  ): FeedLine | { readonly fault: string } {
    const name = this.nameOf(terms.matchBy, line, offerId);
    if (typeof name !== 'string') return name;
    const { amount, at, day, state } = line;
    const { code, reference, member, offer } = line;
    // Without a reference nothing tells two uses of a member on one day apart, so no line repeats another.
    const own = terms.matchBy === 'MEMBER' && reference === undefined ? line.line : undefined;
    const says = [code, reference, member, offer, amount, at, day, state, own].map((value) => value ?? null);
    return {
      line: line.line,
      key: this.hash(partnerId, name),
      content: this.hash(partnerId, `line\0${JSON.stringify(says)}`),
      sealedCode: terms.matchBy === 'CODE' ? this.cipher.seal(partnerId, name) : undefined,
      offerId,
      amount,
      at,
      day,
      state,
    };
  }

  /** The key under which a line would name it; absent when it has nothing of that kind. */
  ofRedemption(matchBy: MatchBy, named: Named): string | undefined {
    const { redemptionId, itemId, partnerId, sealedCode, codeHash, partnerRef, member } = named;
    switch (matchBy) {
      case 'CODE':
        if (codeHash) return codeHash.toString('hex');
        return sealedCode && this.hash(partnerId, this.cipher.open(itemId, sealedCode));
      case 'REDEMPTION':
        return this.hash(partnerId, `reference\0${toGlobalId('redemption', redemptionId)}`);
      case 'PARTNER_REF':
        return partnerRef === undefined ? undefined : this.hash(partnerId, `reference\0${partnerRef}`);
      case 'MEMBER':
        return this.hash(partnerId, `member\0${itemId}\0${member}`);
    }
  }

  /** The hash under which the pool of an offer knows the code of a line. */
  inPool(offerId: Id, partnerId: Id, sealedCode: Buffer): Buffer {
    return this.cipher.hash(offerId, this.cipher.open(partnerId, sealedCode));
  }

  private hash(partnerId: Id, text: string): string {
    return this.cipher.hash(partnerId, text).toString('hex');
  }

  private nameOf(matchBy: MatchBy, line: ClearLine, offerId: Id | undefined): string | { readonly fault: string } {
    const { code, reference, member, offer } = line;
    const missing = (field: string) => ({
      fault: `${field} is not there; lines of this feed are matched by ${matchBy}`,
    });
    const checked = (field: string, value: string, most = 128) => {
      if (value.length > most) return { fault: `${field} is longer than ${most} characters` };
      const fault = value.length > 128 ? undefined : checkText(field, value);
      return fault && { fault: fault.message };
    };
    const told = reference === undefined ? undefined : checked('reference', reference, REFERENCE_MAX);
    if (told) return told;
    if (matchBy === 'CODE') return code === undefined ? missing('code') : (checked('code', code) ?? code);
    if (matchBy !== 'MEMBER') return reference === undefined ? missing('reference') : `reference\0${reference}`;
    if (member === undefined) return missing('member');
    if (offer === undefined) return missing('offer');
    return checked('member', member) ?? checked('offer', offer) ?? `member\0${offerId ?? offer}\0${member}`;
  }
}
