/** What a label may be given; numbers, booleans and bigints become text, `undefined` and `null` the empty string. */
export type LabelValue = string | number | bigint | boolean | null | undefined;

/** The label names of a metric, in the order in which `at` takes their values. */
export type LabelNames = readonly string[];

/** One value for each label of `L`, in its order. */
export type ValuesOf<L extends LabelNames> = { readonly [K in keyof L]: LabelValue };

/** Values by label name; a series matches when it has all of them. */
export type LabelMatch<L extends LabelNames> = Partial<Readonly<Record<L[number], string>>>;
