// The two words that every part of a program file uses; apart, so that the parts need not know the whole.

/** Names an item of its section for good. */
export type Code = string;
/** An integer in the minor unit of the program's currency. */
export type Amount = number;
