/** An exact rational number, so that a model owes nothing to floating point. */
export class Fraction {
  static readonly zero = new Fraction(0n, 1n);
  readonly #numerator: bigint;
  readonly #denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    this.#numerator = numerator;
    this.#denominator = denominator;
  }

  /** `numerator / denominator`, of whole numbers; the denominator is above 0. */
  static of(numerator: number | bigint, denominator: number | bigint = 1): Fraction {
    const [top, bottom] = [BigInt(numerator), BigInt(denominator)];
    const divisor = commonDivisor(top < 0n ? -top : top, bottom);
    return new Fraction(top / divisor, bottom / divisor);
  }

  /** Reads what `toString` wrote. */
  static parse(text: string): Fraction {
    const [numerator = '', denominator = ''] = text.split('/');
    return Fraction.of(BigInt(numerator), BigInt(denominator));
  }

  toString(): string {
    return `${this.#numerator}/${this.#denominator}`;
  }

  plus(other: Fraction): Fraction {
    const top = this.#numerator * other.#denominator + other.#numerator * this.#denominator;
    return Fraction.of(top, this.#denominator * other.#denominator);
  }

  minus(other: Fraction): Fraction {
    return this.plus(Fraction.of(-other.#numerator, other.#denominator));
  }

  times(factor: Fraction | number): Fraction {
    const other = typeof factor === 'number' ? Fraction.of(factor) : factor;
    return Fraction.of(this.#numerator * other.#numerator, this.#denominator * other.#denominator);
  }

  over(other: Fraction): Fraction {
    return this.times(Fraction.of(other.#denominator, other.#numerator));
  }

  min(other: Fraction): Fraction {
    return this.isAbove(other) ? other : this;
  }

  max(other: Fraction): Fraction {
    return this.isAbove(other) ? this : other;
  }

  isAbove(other: Fraction): boolean {
    return this.#numerator * other.#denominator > other.#numerator * this.#denominator;
  }

  floor(): number {
    const quotient = this.#numerator / this.#denominator;
    return Number(this.#numerator < 0n && quotient * this.#denominator !== this.#numerator ? quotient - 1n : quotient);
  }

  ceil(): number {
    return -Fraction.of(-this.#numerator, this.#denominator).floor();
  }
}

function commonDivisor(one: bigint, other: bigint): bigint {
  let [big, small] = [one, other];
  while (small !== 0n) [big, small] = [small, big % small];
  return big === 0n ? 1n : big;
}
